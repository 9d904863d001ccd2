"""The engine: one photo's pixels in, its rain layer out, tile by tile."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from nledn import __version__, backends, catalog, device
from nledn.backends import Backend, Trained, backend_benchmark, self_test
from nledn.cancel import CancelToken
from nledn.catalog import Card
from nledn.device import Choice, Machine
from nledn.errors import NoNumbers, OutOfMemory
from nledn.options import Options
from nledn.pixels import Floats, Pixels, as_floats
from nledn.rain import RainLayer, Record, srgb_encoded, with_neutral_kept
from nledn.tiling import Rect, Tile, Tiling, balanced

DEFAULTS = Options()
SMALLEST_TILE_PX = 32  # below it a tile is nearly all overlap: then the memory is really gone


@dataclass(frozen=True)
class Progress:
    """One more tile is done.

    Attributes:
        rect: the pixels of the photo that changed.
        done: tiles that are done.
        total: tiles of the photo.
    """

    rect: Rect
    done: int
    total: int


OnTile = Callable[[Progress], None]


class Focus:
    """A mailbox with one value: what the person looks at now.

    The view writes it, the engine reads it before each tile. Replacing a reference is atomic, so
    no lock is needed.
    """

    def __init__(self, rect: Rect | None = None) -> None:
        self.rect = rect

    def nearest(self, tiles: list[Tile]) -> Tile:
        """The tile to compute next: the first by rows if nothing is looked at."""
        rect = self.rect
        if rect is None:
            return tiles[0]
        return min(
            tiles, key=lambda tile: (tile.rect.distance(rect), tile.rect.centre_distance(rect))
        )


class Derainer:
    """A checkpoint, loaded once, on a device.

    Several threads may derain; one at a time computes.

    Attributes:
        options: as given.
        card: the checkpoint's.
        choice: device, backend, precision, and why.
    """

    def __init__(  # what it is put together from
        self,
        options: Options,
        card: Card,
        choice: Choice,
        machine: Machine,
        backend: Backend,
        make_reference: Callable[[], Backend] | None = None,
    ) -> None:
        self.options = options
        self.card = card
        self.choice = choice
        self._machine = machine
        self._backend = backend
        self._make_reference = make_reference
        self._reference: Backend | None = None
        self._turn = threading.Lock()

    @classmethod
    def load(cls, options: Options = DEFAULTS) -> "Derainer":
        """Find the checkpoint, verify it, choose where to compute, and load it there.

        Raises:
            UnknownCheckpoint: no checkpoint of that id.
            CheckpointError: its file cannot be used.
            DeviceError: what was asked for is not there.
        """
        machine = backend_benchmark.settled(backends.read_machine())
        choice = self_test.checked(options, machine)
        card = catalog.find(options.weights)
        weights = catalog.load(card)
        trained = Trained(weights.arrays, card.regions, weights.sha256)
        backend = backends.create(choice, trained)
        make = None
        if not self_test.is_reference(choice):
            make = partial(backends.create, self_test.reference(choice), trained)
        return cls(options, card, choice, machine, backend, make)

    def start(
        self, size: tuple[int, int], *, grey: bool = False, linear: bool = False
    ) -> RainLayer:
        """An empty rain layer, for `derain` to fill.

        Args:
            size: height and width of the photo, px.
            grey: a greyscale photo; each channel gets the mean rain of the three.
            linear: the photo is linear light; the network sees it through sRGB's curve.

        Raises:
            OutOfMemory: not even the smallest tile fits.
        """
        tiling = self._planned(size)
        return RainLayer(tiling, self._record(tiling), grey=grey, linear=linear)

    def _planned(self, size: tuple[int, int]) -> Tiling:
        try:
            return device.plan(size, self.options, self.choice, self._machine).tiling
        except OutOfMemory:
            # What was free when the checkpoint was loaded: others may have ended since.
            now = backends.read_machine()
            self._machine = replace(self._machine, memory_bytes=now.memory_bytes, gpus=now.gpus)
            return device.plan(size, self.options, self.choice, self._machine).tiling

    def derain(
        self,
        pixels: Pixels,
        *,
        into: RainLayer | None = None,
        focus: Focus | None = None,
        on_tile: OnTile | None = None,
        cancel: CancelToken | None = None,
    ) -> RainLayer:
        """Estimate the rain in `pixels`.

        Args:
            pixels: (H, W, 3) uint8 or uint16, RGB, in the file's own encoding.
            into: a layer of `start`, or one that was cancelled; its missing tiles are filled in.
                None for a colour photo that is not linear.
            focus: where to begin; read anew before each tile.
            on_tile: called on this thread after each tile.
            cancel: read before each tile.

        Returns:
            The rain to subtract (eq. 3 with the sign of the published checkpoints).

        Raises:
            Cancelled: `cancel` was set; what was done is in `into`.
            OutOfMemory: not even the smallest tile fits.
        """
        layer = into or self.start((pixels.shape[0], pixels.shape[1]))
        assert layer.tiling.size == pixels.shape[:2], "the layer belongs to another photo"
        focus = focus or Focus()
        cancel = cancel or CancelToken()
        with self._turn:
            missing = layer.missing
            while missing:
                cancel.raise_if_cancelled()
                tile = focus.nearest(missing)
                missing.remove(tile)
                changed = self.add_tile(pixels, layer, tile)
                if on_tile is not None:
                    total = len(layer.tiling.tiles)
                    on_tile(Progress(changed, total - len(missing), total))
        return layer

    def add_tile(self, pixels: Pixels, layer: RainLayer, tile: Tile) -> Rect:
        """Estimate the rain of one tile, and blend it in.

        Args:
            pixels: the whole photo, as for `derain`.
            layer: of `start`.
            tile: one that the layer misses.

        Returns:
            The pixels of the photo that changed.

        Raises:
            OutOfMemory: not even the smallest tile fits.
            NoNumbers: the result is not finite, on the processor in float32 neither.
        """
        self._note_change(layer)
        rainy = _tile_pixels(pixels, tile.rect, layer.linear)
        rain = self._rain_of(rainy, layer)
        if layer.grey:
            rain = np.repeat(rain.mean(axis=2, keepdims=True), 3, axis=2)
        else:
            rain = with_neutral_kept(rain, rainy)
        return layer.add(tile, rain)

    def _note_change(self, layer: RainLayer) -> None:
        """A layer that was begun before another backend was chosen, or on another machine."""
        record, choice = layer.record, self.choice
        place = (choice.device, choice.backend, choice.precision)
        if (record.device, record.backend, record.precision) != place:
            layer.note(f"some tiles were computed on {place[0]}, with {place[1]} {place[2]}")

    def _rain_of(self, rainy: Floats, layer: RainLayer) -> Floats:
        """(h, w, 3) to (h, w, 3); in smaller tiles where the memory does not suffice."""
        try:
            return self._finite_rain_of(rainy.transpose(2, 0, 1)[None], layer)
        except OutOfMemory:
            smaller = max(rainy.shape[:2]) // 2
            if smaller < SMALLEST_TILE_PX:
                raise
        layer.note(f"memory ran out: some tiles were computed in parts of {smaller} px")
        height, width = rainy.shape[:2]
        return self._in_parts(rainy, balanced(height, width, smaller, smaller // 8), layer)

    def _finite_rain_of(self, rainy: Floats, layer: RainLayer) -> Floats:
        """(1, 3, h, w) to (h, w, 3); float16 may overflow with some checkpoint."""
        rain = self._backend.rain(rainy)
        if not np.isfinite(rain).all() and self._make_reference is not None:
            if self._reference is None:
                self._reference = self._make_reference()
            rain = self._reference.rain(rainy)
            layer.note(f"some tiles overflowed in {self.choice.precision} and were done in fp32")
        if not np.isfinite(rain).all():
            raise NoNumbers(self.choice.device, self.card.id)
        return np.asarray(rain[0].transpose(1, 2, 0))

    def _in_parts(self, rainy: Floats, tiling: Tiling, layer: RainLayer) -> Floats:
        rain = np.zeros_like(rainy)
        for part in tiling.tiles:
            inside = tiling.inside(part)
            found = self._rain_of(_extended(rainy[inside.slices], part.rect), layer)
            found = found[: inside.height, : inside.width]
            rain[inside.slices] += found * tiling.weights(part)
        return rain

    def _record(self, tiling: Tiling) -> Record:
        tile = tiling.tiles[0].rect
        return Record(
            checkpoint=self.card.id,
            checkpoint_sha256=self.card.sha256,
            device=self.choice.device,
            backend=self.choice.backend,
            precision=self.choice.precision,
            tile="whole" if tiling.is_whole else f"{tile.height}×{tile.width}",
            overlap_px=tiling.vertical.overlap_px,
            version=__version__,
            notes=(f"not computed on {self.choice.problem}",) if self.choice.problem else (),
        )


def _tile_pixels(pixels: Pixels, rect: Rect, linear: bool) -> Floats:
    """A tile's pixels as the network wants them, (h, w, 3) float32 in [0, 1]."""
    inside = rect.clipped(pixels.shape[1], pixels.shape[0])
    values = as_floats(pixels[inside.slices])
    return _extended(srgb_encoded(values) if linear else values, rect)


def _extended(inside: Floats, rect: Rect) -> Floats:
    """Fill up what a photo has of `rect` to the whole of it, by reflection at bottom and right."""
    below, right = rect.height - inside.shape[0], rect.width - inside.shape[1]
    return np.pad(inside, ((0, below), (0, right), (0, 0)), mode="reflect")
