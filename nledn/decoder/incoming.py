"""Pixels on their way from a decoder process into arrays here."""

from typing import Any

from nledn.decoder import slots
from nledn.decoder.process import Process
from nledn.photo.canvas import Arrays, Form


class Incoming:
    """Takes what a process hands on.

    Attributes:
        arrays: where it goes.
    """

    def __init__(self, process: Process) -> None:
        self.arrays = Arrays()
        self._process = process
        self._form: Form | None = None
        self._filled_px = 0

    def begin(self, said: dict[str, Any]) -> None:
        """Make room for pixels of that form.

        Raises:
            MemoryError: there is none.
        """
        self._form = Form(**said)
        self.arrays.begin(self._form)

    def take(self, slot: int, count: int) -> None:
        """Take so many pixels out of a slot, and say that it is free."""
        assert self._form is not None, "the form comes first"
        depth, memory = self._form.depth, self._process.memory
        place = slice(self._filled_px, self._filled_px + count)
        self.arrays.pixels.reshape(-1, 3)[place] = slots.colours(memory, slot, depth, count)
        if self.arrays.alpha is not None:
            self.arrays.alpha.reshape(-1)[place] = slots.alpha(memory, slot, depth, count)
        self._filled_px = place.stop
        self._process.tell({"emptied": slot})

    @property
    def is_complete(self) -> bool:
        """Whether every pixel has come."""
        return self._form is not None and self._filled_px == self._form.px
