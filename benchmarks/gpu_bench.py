"""The tools of the sections of `benchmarks.gpu`."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from nledn import Derainer, Options, backends, catalog, photo, places
from nledn.backends import Trained, self_test
from nledn.backends import torch as torch_backend
from nledn.backends.recovering import Recovering
from nledn.device import Choice
from nledn.errors import OutOfMemory
from nledn.machine import Machine
from nledn.pixels import Bytes, Floats, as_floats

Figures = dict[str, Any]


def shipped_weights() -> Trained:
    """The weights that the program takes by default."""
    card = catalog.find("auto")
    weights = catalog.load(card)
    return Trained(weights.arrays, card.regions)


def _sample() -> Bytes:
    return photo.read(places.resources() / "samples" / "street-rain.jpg").pixels.astype(np.uint8)


@dataclass
class Bench:
    """The state that the sections share.

    Attributes:
        place: `cuda:0`, or `cpu` in a rehearsal.
        scale: of all sides; 1 on a card.
        deadline: nothing begins after it, as `time.monotonic` counts.
        machine: as the program sees it.
        trained: the shipped weights.
        pixels: a rainy photo.
        found: the figures, by section.
    """

    place: str
    scale: float
    deadline: float
    machine: Machine = field(default_factory=backends.read_machine)
    trained: Trained = field(default_factory=shipped_weights)
    pixels: Bytes = field(default_factory=_sample)
    found: Figures = field(default_factory=dict)

    @property
    def is_card(self) -> bool:
        """True with a card."""
        return self.place.startswith("cuda")

    def side(self, px: int) -> int:
        """A side, rehearsed smaller; a multiple of 16, so that every layout takes it."""
        return max(int(px * self.scale) // 16 * 16, 16)

    def choice(self, precision: str, *, graph: bool = False) -> Choice:
        """Compute with torch, in that precision."""
        return Choice(self.place, "torch", precision, self.machine.cores, ("",) * 3, graph=graph)

    def backend(self, precision: str, *, graph: bool = False) -> backends.Backend:
        """The program's own, with the shipped weights."""
        return backends.create(self.choice(precision, graph=graph), self.trained)

    def tile(self, px: int, count: int = 1) -> Floats:
        """A square of the photo, so many times."""
        square = as_floats(self.photo(self.side(px), self.side(px)))
        return np.repeat(square.transpose(2, 0, 1)[None], count, axis=0)

    def photo(self, height: int, width: int) -> Bytes:
        """The photo, repeated as often as it takes."""
        repeats = (-(-height // self.pixels.shape[0]), -(-width // self.pixels.shape[1]), 1)
        return np.tile(self.pixels, repeats)[:height, :width].copy()

    def synchronize(self) -> None:
        """Wait for the card."""
        if self.is_card:
            torch.cuda.synchronize()

    def seconds(self, run: Callable[[], object], rounds: int = 1) -> float:
        """Of one run, the mean of several."""
        self.synchronize()
        began = time.perf_counter()
        for _ in range(rounds):
            run()
        self.synchronize()
        return round((time.perf_counter() - began) / rounds, 5)

    def milliseconds(self, run: Callable[[], object]) -> float:
        """Of one run, after two that do not count."""
        self.seconds(run, 2)
        return round(1e3 * self.seconds(run, 6 if self.is_card else 1), 2)

    def tried(self, run: Callable[..., object], *arguments: object) -> object:
        """Return its figures, or why they are missing."""
        if time.monotonic() > self.deadline:
            return "no time"
        try:
            return run(*arguments)
        except Exception as error:  # noqa: BLE001  # the figure of a combination that fails
            words = f"{type(error).__name__}: {error}"[:200]
        torch_backend.release_kept()
        return words


def apart(found: Floats, exact: Floats) -> Figures:
    """Root mean square and largest difference."""
    difference = np.abs(found.astype(np.float64) - exact)
    return {"rms": float(np.sqrt((difference**2).mean())), "max": float(difference.max())}


class Tight:
    """A card with room for so many pixels at a time; it rehearses what ballast does to a card."""

    def __init__(self, backend: backends.Backend, most_px: float) -> None:
        self._backend, self._most_px = backend, most_px

    def rain(self, rainy: Floats) -> Floats:
        """See `nledn.backends.Backend`."""
        if rainy[:, 0].size > self._most_px:
            raise OutOfMemory("cpu", max(rainy.shape[2:]))
        return self._backend.rain(rainy)


@contextmanager
def ballast(keep_bytes: int) -> Iterator[None]:
    """Take the card's memory but for so much."""
    torch_backend.release_kept()
    free, _ = torch.cuda.mem_get_info()
    taken = torch.empty(max(free - keep_bytes, 0), dtype=torch.uint8, device="cuda")
    try:
        yield
    finally:
        del taken
        torch_backend.release_kept()


def derainer(bench: Bench, precision: str, tile: str | int) -> Derainer:
    """The engine as the program makes it, on the device that is measured."""
    tile = max(tile, 64) if isinstance(tile, int) else tile
    options = Options(device=bench.place, precision=precision, tile=tile)
    choice = self_test.checked(options, backends.read_machine())

    def create(wanted: Choice) -> backends.Backend:
        return backends.create(wanted, bench.trained)

    card = catalog.find("auto")
    return Derainer(options, card, choice, backends.read_machine(), create(choice), create)


class Timed:
    """A backend, and the seconds that are spent in it."""

    def __init__(self, inner: Recovering) -> None:
        self._rain, self.seconds, self.calls = inner.rain, 0.0, 0
        inner.rain = self.rain  # type: ignore[method-assign]

    def rain(self, rainy: Floats, note: Callable[[str], None]) -> Floats:
        """See `Recovering.rain`."""
        began = time.perf_counter()
        rain = self._rain(rainy, note)
        self.seconds += time.perf_counter() - began
        self.calls += 1
        return rain
