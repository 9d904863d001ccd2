"""A folder of pairs: every checkpoint on every photo, and the better ones."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from nledn import decoder
from nledn.cancel import CancelToken
from nledn.compare.comparison import Board, Pane, distinct, measured
from nledn.compare.figures import Accuracy
from nledn.compare.scheduler import Comparison
from nledn.compare.single import OtherResult, pane_of, result_pane
from nledn.errors import DerainError, PairTooSmall
from nledn.messages import printable
from nledn.metrics import WINDOW_PX, LumaName
from nledn.models import LayerCache, LoadedModels
from nledn.options import Options
from nledn.pairs import Pair
from nledn.photo import Photo

log = logging.getLogger(__name__)

RAINY = "Rainy"
RESAMPLES = 10_000
SEED = 2018  # the same photos give the same interval


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences, and the range of 95 % of the resampled means.

    `count` is that of the pairs without an infinite figure; others are not taken.
    """

    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class ContestRow:
    """One pair: accuracies of the rainy photo, then of each contender; None, and why, if it failed.

    An error of the rainy photo is the pair's own.
    """

    file: str
    accuracies: tuple[Accuracy | None, ...]
    errors: tuple[DerainError | None, ...]

    @property
    def winner(self) -> int | None:
        """Place of the highest PSNR-Y among the contenders; None where two share it."""
        marks = [(-math.inf if found is None else found.psnr_y) for found in self.accuracies[1:]]
        best = max(marks, default=-math.inf)
        return marks.index(best) + 1 if marks.count(best) == 1 and best > -math.inf else None


@dataclass(frozen=True)
class Contest:
    """All pairs in natural order; the names are those of the rainy photo, then the contenders."""

    names: tuple[str, ...]
    rows: tuple[ContestRow, ...]
    y: LumaName

    def means(self) -> tuple[Accuracy | None, ...]:
        """Over the pairs that every contender has a result for."""
        rows = [row.accuracies for row in self.rows if None not in row.accuracies]
        if not rows:
            return (None,) * len(self.names)
        means = []
        for column in zip(*rows, strict=True):
            values = [asdict(found).values() for found in column if found is not None]
            means.append(Accuracy(*(sum(part) / len(part) for part in zip(*values, strict=True))))
        return tuple(means)

    def wins(self) -> tuple[int, ...]:
        """Count how often each was the best; the rainy photo does not take part."""
        winners = [row.winner for row in self.rows]
        return tuple(winners.count(place) for place in range(len(self.names)))

    def differences(self) -> tuple[Difference | None, ...]:
        """PSNR-Y of each minus that of the first contender, over their common pairs."""
        found: list[Difference | None] = []
        for place in range(len(self.names)):
            both = [(row.accuracies[place], row.accuracies[1]) for row in self.rows]
            known = [(one.psnr_y, first.psnr_y) for one, first in both if one and first]
            ones, firsts = [one for one, _ in known], [first for _, first in known]
            found.append(None if place == 1 else paired_difference(ones, firsts))
        return tuple(found)


@dataclass(frozen=True)
class ContestRequest:
    """A request to compare on every pair; fields as in `BoardRequest`."""

    asked: tuple[Options, ...]
    results: tuple[OtherResult, ...] = ()
    y: LumaName = "pillow"


def compare_pairs(
    pairs: Sequence[Pair],
    request: ContestRequest,
    *,
    on_row: Callable[[ContestRow], None] | None = None,
    cancel: CancelToken | None = None,
) -> Contest:
    """Derain every rainy photo with every checkpoint and measure against the clean ones.

    Raises:
        Cancelled: `cancel` was set.
    """
    # No photo comes twice, so layers need not be kept.
    models = LoadedModels(layers=LayerCache(limit_bytes=0))
    names: tuple[str, ...] = ()
    rows = []
    for pair in pairs:
        try:
            panes = _panes(pair, request, models, cancel)
        except DerainError as error:
            log.debug("%s failed", pair.rainy, exc_info=True)
            count = 1 + len(request.asked) + len(request.results)
            rows.append(ContestRow(pair.name, (None,) * count, (error,) + (None,) * (count - 1)))
        else:
            names = tuple(distinct([pane.title for pane in panes]))
            found = tuple(pane.figures[0].accuracy if pane.figures else None for pane in panes)
            rows.append(ContestRow(pair.name, found, tuple(pane.error for pane in panes)))
        if on_row is not None:
            on_row(rows[-1])
    return Contest(names or _asked_names(request), tuple(rows), request.y)


def _panes(
    pair: Pair, request: ContestRequest, models: LoadedModels, cancel: CancelToken | None
) -> tuple[Pane, ...]:
    pixels = pair.read()
    height, width = pixels.rainy.shape[:2]
    if min(height, width) < WINDOW_PX:
        raise PairTooSmall(pair.rainy, (width, height), WINDOW_PX)
    read = decoder.read(pair.rainy)
    rainy = Photo(pixels.rainy, grey=read.grey, linear=read.linear, path=pair.rainy)
    comparison = Comparison(rainy, request.asked, models)
    comparison.run(cancel=cancel)
    panes = (
        Pane(RAINY, "rainy", rainy.pixels),
        *(pane_of(lane, rainy) for lane in comparison.lanes),
        *(result_pane(result, rainy, pair.rainy) for result in request.results),
        Pane("", "truth", pixels.clean),
    )
    return measured(Board(rainy, pair.name, panes, y=request.y)).panes[:-1]


def _asked_names(request: ContestRequest) -> tuple[str, ...]:
    weights = (printable(options.weights) for options in request.asked)
    return tuple(distinct([RAINY, *weights, *(result.title for result in request.results)]))


def paired_difference(ones: Sequence[float], others: Sequence[float]) -> Difference | None:
    """Resample the photos (bootstrap, percentile method); None with fewer than two pairs."""
    both = np.array([ones, others], np.float64)
    known = both[:, np.isfinite(both).all(axis=0)]
    differences = known[0] - known[1]
    count = len(differences)
    if count < 2:
        return None
    rng = np.random.default_rng(SEED)
    # In parts: 10,000 draws of a few thousand photos at once would need gigabytes.
    means = [differences[rng.integers(0, count, count)].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, (2.5, 97.5))
    return Difference(float(differences.mean()), float(low), float(high), count)
