"""How far a comparison is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.compare import Comparison


@dataclass(frozen=True)
class Progress:
    """How far the tiles are.

    Attributes:
        done: of those that are asked for, over all checkpoints.
        total: all of these.
        is_running: something is being computed.
        is_whole: no checkpoint has anything left to do anywhere.
    """

    done: int = 0
    total: int = 0
    is_running: bool = False
    is_whole: bool = False


def counted(comparison: "Comparison", rect: Rect | None) -> tuple[int, int]:
    """Tiles that are done and tiles there are, of those with pixels in `rect`, or of all."""
    from nledn.compare.scheduler import meets

    done = total = 0
    for lane in comparison.lanes:
        if lane.layer is None or lane.error is not None:
            continue
        tiling = lane.layer.tiling
        for tile in tiling.tiles:
            if rect is None or meets(tiling.inside(tile), rect):
                total += 1
                done += bool(lane.layer.done[tile.index])
    return done, total
