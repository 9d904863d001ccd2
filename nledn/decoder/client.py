"""The owner's side: questions, answers, and the end of a process that does not answer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from nledn.cancel import CancelToken
from nledn.decoder import limits, protocol, shared_memory
from nledn.decoder.pool import pool
from nledn.decoder.process import Process, ProcessDied, ProcessLate, ProcessMissing
from nledn.errors import (
    PhotoCrashesDecoder,
    PhotoDecoderMissing,
    PhotoTakesMemory,
    PhotoTakesTooLong,
)
from nledn.options import LIMIT_MEGAPIXELS

if TYPE_CHECKING:
    from nledn.photo import Header, Photo
    from nledn.photo.pixel_sink import Form


def read(
    path: Path,
    *,
    limit_megapixels: float = LIMIT_MEGAPIXELS,
    damaged: bool = False,
    cancel: CancelToken | None = None,
) -> "Photo":
    """Read the photo at `path` as `nledn.photo.read` does, decoded by another process.

    Args:
        path: the file.
        limit_megapixels: refuse more.
        damaged: as for `nledn.photo.read`.
        cancel: asks to stop; the process is ended, and the next photo gets another.

    Raises:
        PhotoError: as `nledn.photo.read` says, and those below.
        PhotoCrashesDecoder, PhotoTakesTooLong: the process died, or had to be stopped.
        PhotoDecoderMissing: none can be started.
        Cancelled: `cancel` was set.

    Example:
        >>> rainy = nledn.read_photo(Path("holiday.jpg"))
        >>> rainy.format, rainy.pixels.dtype.name
        ('JPEG', 'uint8')
    """
    from nledn.photo.facts import assembled

    path = Path(path)
    with _lent(path, cancel) as conversation:
        conversation.limit_megapixels = limit_megapixels
        question = {"read": _absolute(path), "limit_megapixels": limit_megapixels}
        conversation.ask({**question, "damaged": damaged})
        facts = protocol.facts_received(conversation.last_word())
        if not conversation.is_complete:
            raise PhotoCrashesDecoder(path, "pixels are missing")
        return assembled(path, facts, conversation.arrays)


def read_header(path: Path, *, cancel: CancelToken | None = None) -> "Header":
    """Look at the photo at `path` as `nledn.photo.read_header` does, in another process.

    Raises:
        PhotoError, Cancelled: as `read`.
    """
    path = Path(path)
    with _lent(path, cancel) as conversation:
        conversation.ask({"header": _absolute(path)})
        conversation.last_word()
        return conversation.header


def _absolute(path: Path) -> str:
    """The path from anywhere; `..` stays, since it means another place behind a link."""
    return str(Path.cwd() / path)


@contextmanager
def _lent(path: Path, cancel: CancelToken | None) -> "Iterator[_Conversation]":
    cancel = cancel or CancelToken()
    conversation = None
    try:
        with pool.lent(cancel) as process:
            conversation = _Conversation(process, path, cancel)
            try:
                yield conversation
            except protocol.NONSENSE as error:
                process.retires = True  # an attacker has taken it over
                raise PhotoCrashesDecoder(path, "its answers make no sense") from error
    except ProcessDied as death:
        if death.is_time and conversation is not None:
            raise PhotoTakesTooLong(path, conversation.limit_cpu_s) from death
        kind = PhotoTakesMemory(path) if death.is_memory else None
        raise kind or PhotoCrashesDecoder(path, death.detail) from death
    except ProcessLate as error:
        assert conversation is not None, "starting has another error for it"
        raise PhotoTakesTooLong(path, conversation.limit_s) from error
    except MemoryError as error:  # here, for the pixels
        raise PhotoTakesMemory(path) from error
    except ProcessMissing as error:
        raise PhotoDecoderMissing(path, str(error)) from error


class _Conversation:
    """A conversation about one photo with one process.

    Attributes:
        header: of the photo, once it is known.
        arrays: its pixels so far.
        limit_megapixels: of the pixels that the process may send.
        limit_s: for the present step, by the clock.
        limit_cpu_s: for the present step, of processor time.
    """

    header: "Header"
    limit_megapixels = 0.0

    def __init__(self, process: Process, path: Path, cancel: CancelToken) -> None:
        from nledn.photo.pixel_sink import Arrays

        self._process = process
        self._path = path
        self._cancel = cancel
        self.arrays = Arrays()
        self._form: Form | None = None
        self._filled_px = 0

    def ask(self, question: dict[str, Any]) -> None:
        """Ask, and set the time limit for the header."""
        self._begin_step(limits.HEADER_CPU_S)
        self._process.ask(question)

    def last_word(self) -> Any:
        """Listen to the end, and return it.

        Raises:
            PhotoError: the photo cannot be read.
            ProcessDied, ProcessLate: the process stopped answering.
        """
        while True:
            kind, said = self._process.receive(self._until, self._cancel)
            if kind == "done":
                return said
            self._take(kind, said)

    def _take(self, kind: str, said: Any) -> None:
        from nledn.photo.pixel_sink import Form

        if kind == "filled":
            self._take_pixels(*said)
        elif kind == "form":
            self._form = Form(**said)
            self._check(self._form)
            self.arrays.begin(self._form)
            self._filled_px = 0  # of a damaged photo the pixels come a second time
        elif kind == "header":
            self._on_header(said)
        else:
            raise protocol.error_received(said, self._path)

    def _check(self, form: "Form") -> None:
        from nledn.photo.pixel_sink import DepthName

        if not (form.depth in get_args(DepthName) and min(form.width, form.height) > 0):
            raise ValueError(form)
        if form.px > self.limit_megapixels * 1e6:
            raise ValueError(form)

    @property
    def is_complete(self) -> bool:
        """True once every pixel has come."""
        return self._form is not None and self._filled_px == self._form.px

    def _take_pixels(self, slot: int, count: int) -> None:
        """Copy so many pixels out of a slot, and report it as free."""
        assert self._form is not None, "the form comes first"
        depth, memory = self._form.depth, self._process.memory
        place = slice(self._filled_px, self._filled_px + count)
        colours = shared_memory.colours(memory, slot, depth, count)
        self.arrays.pixels.reshape(-1, 3)[place] = colours
        if self.arrays.alpha is not None:
            alpha = shared_memory.alpha(memory, slot, depth, count)
            self.arrays.alpha.reshape(-1)[place] = alpha
        self._filled_px = place.stop
        self._process.tell({"emptied": slot})

    def _on_header(self, said: dict[str, Any]) -> None:
        from nledn.photo import Header

        self.header = Header(said["format"], (said["size"][0], said["size"][1]))
        self._begin_step(limits.cpu_s(self.header.format, self.header.megapixels))

    def _begin_step(self, limit_cpu_s: int) -> None:
        self.limit_cpu_s = limit_cpu_s
        self.limit_s = limits.wall_s(self._path, limit_cpu_s)
        self._until = time.monotonic() + self.limit_s
