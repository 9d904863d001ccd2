"""A backend with safer ones that take over where it fails, so that every tile has a result.

- Memory runs out: tiles one by one, then in parts, of the size that fits from then on; when not
  even the smallest part fits on a card, the processor takes over.
- Half precision overflows: float32 on the same card does the tile, and everything after the second
  such tile.
- A card stops responding: the processor takes over, by its fastest way.
"""

from collections.abc import Callable, Iterator

import numpy as np

from nledn.backends import Backend
from nledn.device import Choice
from nledn.errors import DeviceFailed, OutOfMemory
from nledn.pixels import Floats
from nledn.tiling import Rect, balanced

SMALLEST_TILE_PX = 32  # below it a tile is nearly all overlap: then the memory is really gone
OVERFLOWS_BEFORE_SWITCH = 2  # one may be the tile's; after two it is the card's, or the model's

Note = Callable[[str], None]
Create = Callable[[Choice], Backend]


class Recovering:
    """Computes tiles with the first backend, and with safer ones where that fails."""

    def __init__(
        self, choice: Choice, backend: Backend, later: Iterator[Choice], create: Create | None
    ) -> None:
        self.choice = choice
        self._backend = backend
        self._later = list(later)
        self._create = create
        self._loaded: dict[tuple[str, str, str], Backend] = {}
        self._overflows = 0
        self._largest_px: int | None = None
        self._takes_batches = True

    def photo_begins(self) -> None:
        """Forget which sizes did not fit: other programs may have freed memory."""
        self._largest_px = None
        self._takes_batches = True

    def rain(self, rainy: Floats, note: Note) -> Floats:
        """Estimate the rain of tiles of one size.

        Args:
            rainy: (n, 3, h, w) float32 in [0, 1].
            note: takes a sentence about each fallback.

        Raises:
            OutOfMemory: not even the smallest part fits.
            DeviceFailed: nothing is left to take over.
        """
        if len(rainy) > 1 and (not self._takes_batches or self.choice.device == "cpu"):
            return np.concatenate([self.rain(one[None], note) for one in rainy])
        if self._largest_px is not None and max(rainy.shape[2:]) > self._largest_px:
            return self._in_parts(rainy, self._largest_px, note)
        failure: DeviceFailed | OutOfMemory
        try:
            return self._with_numbers(self._backend.rain(rainy), rainy, note)
        except (DeviceFailed, OutOfMemory) as error:
            failure = error.with_traceback(None)  # it would keep the tensors that filled the memory
        self._give_in(rainy, failure, note)
        return self.rain(rainy, note)

    def _give_in(self, rainy: Floats, failure: DeviceFailed | OutOfMemory, note: Note) -> None:
        """Ask for less at a time, or go to the processor."""
        smaller = max(rainy.shape[2:]) // 2
        if isinstance(failure, DeviceFailed):
            self._take_processor(failure, f"{failure.device} is not used: {failure.reason}", note)
        elif len(rainy) > 1:
            self._takes_batches = False
            note("memory ran out: tiles were computed one by one")
        elif smaller >= SMALLEST_TILE_PX:
            self._largest_px = smaller
            note(f"memory ran out: some tiles were computed in parts of {smaller} px")
        else:
            device = self.choice.device
            self._take_processor(failure, f"the memory of {device} does not suffice", note)
            self._largest_px = None

    def _take_processor(self, failure: Exception, why: str, note: Note) -> None:
        while self._later and self._later[0].device != "cpu":
            del self._later[0]
        if self.choice.device == "cpu" or not self._later:
            raise failure
        self._switch()
        note(f"{why}; {' '.join(self.choice.name)} took over")

    def _switch(self) -> None:
        """The next one computes from now on."""
        self.choice = self._later.pop(0)
        self._backend = self._of(self.choice)

    def _of(self, choice: Choice) -> Backend:
        if choice.name not in self._loaded:
            assert self._create is not None, "without it there is nothing later"
            self._loaded[choice.name] = self._create(choice)
        return self._loaded[choice.name]

    def _with_numbers(self, rain: Floats, rainy: Floats, note: Note) -> Floats:
        """Fill in by safer backends what overflowed."""
        lost = ~np.isfinite(rain).all(axis=(1, 2, 3))
        if not lost.any() or not self._later:
            return rain
        rain = rain.copy()
        for later in self._later:
            note(
                f"some tiles overflowed in {self.choice.precision} and were done in"
                f" {later.precision}"
            )
            try:
                found = [self._of(later).rain(one[None]) for one in rainy[lost]]
            except (DeviceFailed, OutOfMemory):
                continue
            rain[lost] = np.concatenate(found)
            if np.isfinite(rain).all():
                break
        self._overflows += int(lost.sum())
        if self._overflows >= OVERFLOWS_BEFORE_SWITCH:
            self._switch()
        return rain

    def _in_parts(self, rainy: Floats, part_px: int, note: Note) -> Floats:
        """One tile in smaller ones."""
        tiling = balanced(rainy.shape[2], rainy.shape[3], part_px, part_px // 8)
        rain = np.zeros_like(rainy)
        for part in tiling.tiles:
            inside = tiling.inside(part)
            where = (..., *inside.slices)
            found = self.rain(extended(rainy[where], part.rect), note)
            weights = tiling.weights(part).transpose(2, 0, 1)
            rain[where] += found[..., : inside.height, : inside.width] * weights
        return rain


def extended(inside: Floats, rect: Rect) -> Floats:
    """Fill up what a photo has of `rect`, (…, h, w), by reflection at bottom and right."""
    below, right = rect.height - inside.shape[-2], rect.width - inside.shape[-1]
    if not below and not right:
        return inside
    kept = ((0, 0),) * (inside.ndim - 2)
    return np.pad(inside, (*kept, (0, below), (0, right)), mode="reflect")
