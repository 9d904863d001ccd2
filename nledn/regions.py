"""How a feature map is divided for the non-local operation (section 3.3): pure geometry."""

from typing import NamedTuple

from nledn.architecture import Regions

REGION_SIDE = 64  # a `grid` region of a 512×512 photo, on every level
LEVEL_GRIDS = (8, 4, 2, 1)  # regions a side at full, half, quarter and eighth size
SMALLEST_PIECE = 2  # a region must survive its own 2×2 pooling


class Span(NamedTuple):
    """A run of equal regions along one axis: `pieces` of `length` positions from `start`."""

    start: int
    pieces: int
    length: int

    @property
    def stop(self) -> int:
        """Position after the run's last."""
        return self.start + self.pieces * self.length


def region_spans(side: int, pieces: int) -> list[Span]:
    """Divide an axis as `torch.chunk(pieces)` does: equal pieces, the last one the rest."""
    length = -(-side // pieces)
    count, rest = divmod(side, length)
    spans = [Span(0, count, length)]
    if rest:
        spans.append(Span(count * length, 1, rest))
    return spans


def region_count(side: int, grid: int, regions: Regions) -> int:
    """Pieces along an axis of `side` positions, on the level whose `grid` is 8, 4, 2 or 1."""
    return grid if regions == "grid" else -(-side // REGION_SIDE)


def safe_side(side: int, regions: Regions) -> int:
    """Smallest length ≥ `side` that the network takes as it is.

    With `grid` that is every length on which each region of each level has ≥ 2 positions: the
    authors' code fails on those this steps over (1–15, 19–22, 25–27, …), and `forward` equals it
    on all others. With `fixed` the regions must also pool evenly.
    """
    while not _is_safe(side, regions) or (regions == "fixed" and not pools_evenly(side)):
        side += 1
    return side


def pools_evenly(side: int) -> bool:
    """Whether every `fixed` region of every level has an even length along an axis.

    An odd region loses a row of keys to its own 2×2 pooling and shifts the windows of the next;
    no training patch looks like that, and on light rain it costs half a decibel (docs/tiling.md).
    """
    sides = (side >> level for level in range(len(LEVEL_GRIDS)))
    return all(region_spans(n, region_count(n, 1, "fixed"))[0].length % 2 == 0 for n in sides)


def _is_safe(side: int, regions: Regions) -> bool:
    for grid in LEVEL_GRIDS:
        if side < 1:
            return False
        if region_spans(side, region_count(side, grid, regions))[-1].length < SMALLEST_PIECE:
            return False
        side //= 2
    return True
