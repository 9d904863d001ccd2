"""The state of the open photo, and its progress."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nledn import RainLayer
    from nledn.device import Choice
    from nledn.photo import Photo
    from nledn.rain import Record


class PhotoState(Enum):
    """The state of the open photo."""

    EMPTY = "empty"
    READY = "ready"
    DERAINING = "deraining"
    STOPPING = "stopping"
    PARTIAL = "partial"
    DONE = "done"

    @property
    def is_running(self) -> bool:
        """True while a tile of the photo is being computed."""
        return self in (PhotoState.DERAINING, PhotoState.STOPPING)


@dataclass(frozen=True)
class Status:
    """The content of the status line.

    Attributes:
        total: tiles of the photo; 0 before that is known.
        left_s: seconds that are left, None before the first tile.
        choice: its device, None before the engine is loaded.
        record: of the shown rain; None without any.
    """

    state: PhotoState
    done: int = 0
    total: int = 0
    left_s: float | None = None
    choice: "Choice | None" = None
    record: "Record | None" = None


def state_of(photo: "Photo | None", layer: "RainLayer | None") -> PhotoState:
    """The state of a photo by its known rain, while nothing is computed."""
    if photo is None:
        return PhotoState.EMPTY
    if layer is None:
        return PhotoState.READY
    return PhotoState.DONE if layer.is_complete else PhotoState.PARTIAL


def tiles_of(layer: "RainLayer | None") -> tuple[int, int]:
    """Tiles that are computed, and tiles of the photo."""
    return (0, 0) if layer is None else (int(layer.done.sum()), len(layer.done))
