"""The division of a feature map for the non-local operation (section 3.3): pure geometry."""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nledn.architecture import Regions

Floats = npt.NDArray[np.float32]

REGION_SIDE = 64  # a `grid` region of a 512×512 photo, on every level
LEVEL_GRIDS = (8, 4, 2, 1)  # regions a side at full, half, quarter and eighth size
SMALLEST_PIECE = 2  # a region must survive its own 2×2 pooling
WINDOW = 32  # side of an `overlapping` window: four of them cost what one region of 64×64 does
WINDOW_STEP = WINDOW // 2
EVEN_ON_ALL_LEVELS = 1 << len(LEVEL_GRIDS)  # a side that is even after each of three poolings


class Span(NamedTuple):
    """A run of equal regions along one axis: `pieces` of `length` positions from `start`."""

    start: int
    pieces: int
    length: int

    @property
    def stop(self) -> int:
        """Position after the run's last."""
        return self.start + self.pieces * self.length

    @property
    def halved(self) -> "Span":
        """The same run on a map that was pooled 2×2, where an odd region loses its last row."""
        return Span(self.start // 2, self.pieces, self.length // 2)


def region_spans(side: int, pieces: int) -> list[Span]:
    """Divide an axis as `torch.chunk(pieces)` does: equal pieces, the last one the rest."""
    length = -(-side // pieces)
    count, rest = divmod(side, length)
    spans = [Span(0, count, length)]
    if rest:
        spans.append(Span(count * length, 1, rest))
    return spans


def region_count(side: int, grid: int, regions: Regions) -> int:
    """Pieces of `grid` or `fixed` along an axis, on the level whose `grid` is 8, 4, 2 or 1."""
    return grid if regions == "grid" else -(-side // REGION_SIDE)


@cache
def window_runs(side: int) -> tuple[tuple[Span, Floats], ...]:
    """The `overlapping` windows along an axis, as runs of windows side by side.

    A side of at most 32 positions is one window. A longer one has windows of 32 that begin every
    16 positions and, where the side is no multiple of 16, one more at its end.

    Args:
        side: positions along the axis, an even number.

    Returns:
        Each run with its weights, (run's length,) float32: tents, one a window, whose sum over all
        windows is 1 at each position.
    """
    if side <= WINDOW:
        return ((Span(0, 1, side), np.ones(side, np.float32)),)
    runs = [Span(start, (side - start) // WINDOW, WINDOW) for start in (0, WINDOW_STEP)]
    if side % WINDOW_STEP:
        runs.append(Span(side - WINDOW, 1, WINDOW))
    runs = [run for run in runs if run.pieces]
    tents = [
        np.concatenate([_tent(run.start + i * WINDOW, side) for i in range(run.pieces)])
        for run in runs
    ]
    total = np.zeros(side)
    for run, tent in zip(runs, tents, strict=True):
        total[run.start : run.stop] += tent
    return tuple(
        (run, (tent / total[run.start : run.stop]).astype(np.float32))
        for run, tent in zip(runs, tents, strict=True)
    )


def _tent(start: int, side: int) -> npt.NDArray[np.float64]:
    """Weights of the window at `start`: they fall to its ends, but not where the map ends."""
    rise = np.arange(WINDOW) + 0.5
    up = rise if start > 0 else np.full(WINDOW, WINDOW / 2)
    down = rise[::-1] if start + WINDOW < side else np.full(WINDOW, WINDOW / 2)
    tent: npt.NDArray[np.float64] = np.minimum(up, down)
    return tent


def safe_side(side: int, regions: Regions) -> int:
    """Smallest length ≥ `side` that the network takes without padding.

    With `grid` that is every length on which each region of each level has ≥ 2 positions: the
    authors' code fails on those this steps over (1–15, 19–22, 25–27, …), and `forward` equals it
    on all others. With `fixed` the regions must also pool evenly, and with `overlapping` every
    level's side must be even.
    """
    if regions == "overlapping":
        return -(-side // EVEN_ON_ALL_LEVELS) * EVEN_ON_ALL_LEVELS
    while not _is_safe(side, regions) or (regions == "fixed" and not pools_evenly(side)):
        side += 1
    return side


def pools_evenly(side: int) -> bool:
    """Return whether every `fixed` region of every level has an even length along an axis.

    An odd region loses a row of keys to its own 2×2 pooling and shifts the windows of the next;
    training patches have no such regions, and on light rain it costs half a decibel
    (docs/tiling.md).
    """
    sides = (side >> level for level in range(len(LEVEL_GRIDS)))
    return all(region_spans(n, region_count(n, 1, "fixed"))[0].length % 2 == 0 for n in sides)


def _is_safe(side: int, regions: Regions) -> bool:
    sides = [side >> level for level in range(len(LEVEL_GRIDS))]
    return all(
        n >= 1 and region_spans(n, region_count(n, grid, regions))[-1].length >= SMALLEST_PIECE
        for n, grid in zip(sides, LEVEL_GRIDS, strict=True)
    )
