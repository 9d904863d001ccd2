"""The pace of a batch and its remaining time."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from nledn import decoder
from nledn.errors import DerainError

PROBED_AT_MOST = 2000  # headers read beforehand; more of them move the mean by little
_SPREAD = 0.3  # of sizes, by their mean: below it, costs per photo and per pixel look the same
_SETTLED = 3  # photos after which the first, slow by warming up, is left out
_RECENT = 500  # photos that are looked back on: a machine may become busier or cooler


class Eta:
    """Estimates the time of the remaining photos from those that are done.

    Seconds a photo are taken as a + b · megapixels: small photos cost more than their pixels.
    Safe from several threads.
    """

    def __init__(self, coming: Iterable[Path], now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._guard = threading.Lock()
        self._coming = set(coming)
        self._sizes: dict[Path, float] = {}  # of some of them
        self._done: deque[tuple[float, float]] = deque(maxlen=_RECENT)  # megapixels, seconds
        self._warm = False
        self._began: float | None = None

    def learn(self, path: Path, megapixels: float) -> None:
        """Add the size of a photo that is still to come."""
        with self._guard:
            if path in self._coming:
                self._sizes[path] = megapixels

    def begin(self) -> None:
        """Start the clock of a photo: the engine is ready for it."""
        with self._guard:
            if self._began is None:
                self._began = self._now()

    def computed(self, path: Path, megapixels: float) -> None:
        """Note a photo that came through the engine; the next one's clock starts."""
        with self._guard:
            now = self._now()
            assert self._began is not None, "a photo was begun"
            self._done.append((megapixels, now - self._began))
            self._began = now
            self._gone(path)
            if not self._warm and len(self._done) == _SETTLED:
                self._done.popleft()
                self._warm = True

    def passed_over(self, path: Path) -> None:
        """Note a photo that never came to the engine."""
        with self._guard:
            self._gone(path)

    def _gone(self, path: Path) -> None:
        self._coming.discard(path)
        self._sizes.pop(path, None)

    @property
    def megapixels_per_second(self) -> float | None:
        """The pace; None before the first photo is done."""
        with self._guard:
            seconds = sum(seconds for _, seconds in self._done)
            megapixels = sum(megapixels for megapixels, _ in self._done)
        return megapixels / seconds if seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """The remaining time; None before the first photo is done."""
        with self._guard:
            if not self._done or self._began is None or not self._coming:
                return 0.0 if self._done else None
            each, per_megapixel = _cost(list(self._done))
            known = list(self._sizes.values())
            usual = known or [megapixels for megapixels, _ in self._done]
            unknown = len(self._coming) - len(known)
            megapixels = sum(known) + unknown * sum(usual) / len(usual)
            left = len(self._coming) * each + megapixels * per_megapixel
            # The time of the present photo so far, but never more than a photo takes.
            return left - min(self._now() - self._began, left / len(self._coming))


def _cost(done: list[tuple[float, float]]) -> tuple[float, float]:
    """Seconds a photo and seconds a megapixel."""
    megapixels, seconds = np.array(done).T
    ratio = float(seconds.sum() / max(megapixels.sum(), 1e-9))
    if len(done) < _SETTLED - 1 or megapixels.std() < _SPREAD * megapixels.mean():
        return 0.0, ratio
    slope, offset = np.polyfit(megapixels, seconds, 1)
    if offset < 0:
        return 0.0, ratio
    if slope < 0:
        return float(seconds.mean()), 0.0
    return float(offset), float(slope)


def probe(paths: Iterable[Path], eta: Eta, stop: threading.Event) -> None:
    """Add the sizes of photos to `eta` by their headers; of very many, of evenly spread ones."""
    paths = list(paths)
    step = max(1, -(-len(paths) // PROBED_AT_MOST))
    for path in paths[::step]:
        if stop.is_set():
            return
        try:
            eta.learn(path, decoder.read_header(path).megapixels)
        except DerainError:
            continue  # it fails when its turn comes, and costs nothing
