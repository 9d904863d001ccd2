"""Several checkpoints on one photo, a tile of each in turn, in the visible area first."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from nledn.cancel import CancelToken
from nledn.engine import Derainer, Focus, Progress
from nledn.errors import DerainError, OutOfMemory
from nledn.models import LoadedModels
from nledn.options import Options
from nledn.photo import Photo
from nledn.pixels import Pixels
from nledn.rain import RainLayer, subtract
from nledn.tiling import Rect, Tile

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Lane:
    """The work of one checkpoint on the photo.

    Attributes:
        options: checkpoint, strength, and where to compute.
        layer: its rain so far; None before its first turn.
        error: why it stopped; the other lanes continue.
        title: the checkpoint's, once it is loaded; the requested name until then.
        derainer: the checkpoint, once it is loaded.
    """

    options: Options
    layer: RainLayer | None = None
    error: DerainError | None = None
    title: str = ""
    derainer: Derainer | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.title = self.title or self.options.weights

    def is_done(self, rect: Rect | None = None) -> bool:
        """Return whether the pixels of `rect`, or all of them, are final."""
        return self.layer is not None and not tiles_in(self.layer, rect)

    def pixels(self, photo: Photo, rect: Rect | None = None) -> Pixels:
        """The photo without rain, as it would be saved; of `rect` alone if given."""
        assert self.layer is not None, "it has begun"
        if rect is None:
            return self.layer.apply(photo.pixels, self.options.strength)
        rain = self.layer.rain(rect) * np.float32(self.options.strength)
        return subtract(photo.pixels[rect.slices], rain, self.layer.linear)


@dataclass(frozen=True)
class Event:
    """A lane has one more tile, stopped with an error, or else got its layer.

    Attributes:
        lane: its place.
    """

    lane: int
    progress: Progress | None = None
    error: DerainError | None = None


OnEvent = Callable[[Event], None]


class Comparison:
    """Several checkpoints on one photo.

    Use from one thread at a time; the lanes may be read from others.
    """

    def __init__(self, photo: Photo, asked: Sequence[Options], models: LoadedModels) -> None:
        self.photo = photo
        self.lanes = tuple(Lane(options) for options in asked)
        self._models = models

    def run(
        self,
        look: Focus | None = None,
        *,
        whole: bool = True,
        on_event: OnEvent | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        """Compute the missing tiles, round robin over the checkpoints.

        Args:
            look: the visible area, read before each tile; tiles nearest to it come first.
            whole: continue to the whole photo; otherwise compute only tiles that meet `look`.
            on_event: called on this thread at each beginning, tile and failure.
            cancel: read before each tile.

        Raises:
            Cancelled: `cancel` was set; finished tiles are in the lanes and are not done again.
        """
        look, cancel = look or Focus(), cancel or CancelToken()
        say = on_event or (lambda _event: None)
        for place, lane in enumerate(self.lanes):
            cancel.raise_if_cancelled()
            if lane.layer is None and lane.error is None:
                self._begin(place, lane, say)
        going = True
        while going:
            going = False
            for place, lane in enumerate(self.lanes):
                cancel.raise_if_cancelled()
                rect = None if whole else look.rect
                tiles = [] if lane.error or lane.layer is None else tiles_in(lane.layer, rect)
                if tiles:
                    going = True
                    self._compute(place, lane, look.nearest(tiles), say)

    def _begin(self, place: int, lane: Lane, say: OnEvent) -> None:
        try:
            lane.derainer, lane.layer = self._models.layer(self.photo, lane.options)
        except (DerainError, MemoryError) as error:
            self._fail(place, lane, error, say)
        else:
            lane.title = lane.derainer.card.title
            say(Event(place))

    def _compute(self, place: int, lane: Lane, tile: Tile, say: OnEvent) -> None:
        """Compute a tile of one lane, also for lanes that differ only by their strength."""
        layer = lane.layer
        assert lane.derainer is not None
        assert layer is not None
        try:
            rect = lane.derainer.add_tile(self.photo.visible, layer, tile)
        except (DerainError, MemoryError) as error:
            self._fail(place, lane, error, say)
            return
        progress = Progress(rect, int(layer.done.sum()), len(layer.done))
        for other, sharing in enumerate(self.lanes):
            if sharing.layer is layer:
                say(Event(other, progress))

    @staticmethod
    def _fail(place: int, lane: Lane, error: DerainError | MemoryError, say: OnEvent) -> None:
        log.debug("%s failed", lane.options.weights, exc_info=True)
        if isinstance(error, MemoryError):
            made = lane.layer
            tile_px = 0 if made is None else made.tiling.vertical.tile_px
            error = OutOfMemory("cpu" if made is None else made.record.device, tile_px)
        lane.error = error
        say(Event(place, error=error))


def tiles_in(layer: RainLayer, rect: Rect | None) -> list[Tile]:
    """Missing tiles with pixels in `rect`; all of them without one."""
    missing = layer.missing
    if rect is None:
        return missing
    return [tile for tile in missing if layer.tiling.inside(tile).meets(rect)]
