"""The engine: one photo's pixels in, its rain layer out, tile by tile.

A card computes the next batch of tiles while the last one is blended, so the host's part of the
work costs no time. On the processor the two take turns.
"""

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from nledn import __version__, backends, catalog, device
from nledn.backends import Backend, Trained, self_test
from nledn.backends.recovering import Recovering, extended
from nledn.cancel import CancelToken
from nledn.card import Card
from nledn.device import Choice
from nledn.errors import NoNumbers, OutOfMemory
from nledn.machine import Machine
from nledn.options import Options
from nledn.pixels import Floats, Pixels, as_floats
from nledn.rain import RainLayer, Record, srgb_encoded, with_neutral_kept
from nledn.tiling import Rect, Tile, Tiling

DEFAULTS = Options()


@dataclass(frozen=True)
class Progress:
    """One more tile is done.

    Attributes:
        rect: the pixels of the photo that changed.
        done: tiles that are done.
        total: tiles of the photo.

    Example:
        >>> def show(progress: nledn.Progress) -> None:
        ...     print(f"{progress.done} of {progress.total} tiles")
        >>> result = nledn.derain(rainy, derainer, on_tile=show)
        1 of 1 tiles
    """

    rect: Rect
    done: int
    total: int


OnTile = Callable[[Progress], None]


class Focus:
    """The part of the photo that the user looks at: the tiles nearest to it are computed first.

    The view writes it, the engine reads it before each batch of tiles. Replacing a reference is
    atomic, so no lock is needed.

    Example:
        >>> from nledn.tiling import Rect
        >>> focus = nledn.Focus(Rect(0, 0, 16, 16))  # the corner comes first
        >>> layer = derainer.derain(rainy.pixels, focus=focus)
    """

    def __init__(self, rect: Rect | None = None) -> None:
        self.rect = rect

    def nearest(self, tiles: list[Tile]) -> Tile:
        """The tile to compute next: the first by rows without a focus."""
        rect = self.rect
        if rect is None:
            return tiles[0]
        return min(
            tiles, key=lambda tile: (tile.rect.distance(rect), tile.rect.centre_distance(rect))
        )


class _Batch(NamedTuple):
    """Tiles that are computed together.

    Attributes:
        tiles: at least one.
        rainy: (n, 3, h, w) float32 in [0, 1]; n is the layer's, so that the last batch of a photo
            is computed as the others are, and every order gives the same bytes.
    """

    tiles: list[Tile]
    rainy: Floats


class Derainer:
    """A checkpoint, loaded once, on a device.

    Several threads may derain; one at a time computes.

    Attributes:
        options: as given.
        card: the checkpoint's.

    Example:
        >>> derainer = nledn.Derainer.load(nledn.Options(weights="afterrain"))
        >>> layer = derainer.derain(rainy.pixels)  # from one array to another
        >>> clean = layer.apply(rainy.pixels, strength=0.9)
        >>> clean.shape == rainy.pixels.shape
        True
    """

    def __init__(
        self,
        options: Options,
        card: Card,
        choice: Choice,
        machine: Machine,
        backend: Backend,
        create: Callable[[Choice], Backend] | None = None,
    ) -> None:
        self.options = options
        self.card = card
        self._machine = machine
        later = device.fallbacks(choice, options, machine) if create is not None else iter(())
        self._backend = Recovering(choice, backend, later, create)
        self._turn = threading.Lock()

    @property
    def choice(self) -> Choice:
        """Device, backend, precision, and why."""
        return self._backend.choice

    @classmethod
    def load(cls, options: Options = DEFAULTS) -> "Derainer":
        """Find the checkpoint, verify it, choose where to compute, and load it there.

        For `auto` that is the all-round one; `nledn.auto.load` chooses for each photo.

        Raises:
            UnknownCheckpoint: no checkpoint of that id.
            CheckpointError: its file cannot be used.
            DeviceError: the requested device, backend or precision is missing.
        """
        machine = backends.read_machine()
        choice = self_test.checked(options, machine)
        card = catalog.find(options.weights)
        weights = catalog.load(card)
        trained = Trained(weights.arrays, card.regions)

        def create(wanted: Choice) -> Backend:
            return backends.create(wanted, trained)

        return cls(options, card, choice, machine, create(choice), create)

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
        self._backend.photo_begins()
        tiling = self._planned(size)
        tile = tiling.tiles[0].rect
        record = Record(
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
        return RainLayer(tiling, record, grey=grey, linear=linear)

    def _planned(self, size: tuple[int, int]) -> Tiling:
        if self.choice.device == "cpu":
            with suppress(OutOfMemory):  # memory may have been freed since the machine was read
                return device.plan(size, self.options, self.choice, self._machine).tiling
        now = backends.read_machine()  # others use a card meanwhile
        gpus = now.gpus if len(now.gpus) == len(self._machine.gpus) else self._machine.gpus
        self._machine = replace(self._machine, memory_bytes=now.memory_bytes, gpus=gpus)
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
            pixels: (H, W, 3) RGB, of any depth, in the file's own encoding.
            into: a layer of `start`, or one that was cancelled; its missing tiles are filled in.
                None for a colour photo that is not linear.
            focus: where to begin; read before each batch of tiles, on a card while the batch before
                is being computed.
            on_tile: called on this thread after each tile.
            cancel: read before each batch.

        Returns:
            The rain to subtract (eq. 3 with the sign of the published checkpoints).

        Raises:
            Cancelled: `cancel` was set; finished tiles are in `into`.
            OutOfMemory: not even the smallest tile fits.
        """
        layer = into or self.start((pixels.shape[0], pixels.shape[1]))
        assert layer.tiling.size == pixels.shape[:2], "the layer belongs to another photo"
        focus = focus or Focus()
        cancel = cancel or CancelToken()
        total = len(layer.tiling.tiles)
        if not layer.done.any():  # `auto` begins a photo with another model
            self._backend.photo_begins()
        with self._turn, closing(self._batches(pixels, layer, focus, cancel)) as batches:
            for batch, rain in batches:
                for tile, its, rainy in zip(batch.tiles, rain, batch.rainy, strict=False):
                    changed = self._add(layer, tile, its, rainy)
                    if on_tile is not None:
                        on_tile(Progress(changed, int(layer.done.sum()), total))
        return layer

    def add_tile(self, pixels: Pixels, layer: RainLayer, tile: Tile) -> Rect:
        """Estimate the rain of a tile that the layer misses, and return the pixels that changed.

        Raises:
            OutOfMemory: not even the smallest tile fits.
            NoNumbers: the result is not finite, on the processor in float32 neither.
        """
        batch = _batch(pixels, layer, [tile], 1)
        return self._add(layer, tile, self._rain_of(batch, layer)[0], batch.rainy[0])

    def _batches(
        self, pixels: Pixels, layer: RainLayer, focus: Focus, cancel: CancelToken
    ) -> Generator[tuple[_Batch, Floats], None, None]:
        """Yield batches with their rain, (n, 3, h, w), nearest to the focus first."""
        missing = layer.missing
        size = device.batch_size(layer.tiling, self.choice, self._machine)

        def following() -> _Batch:
            cancel.raise_if_cancelled()
            tiles: list[Tile] = []
            while missing and len(tiles) < size:
                tiles.append(focus.nearest(missing))
                missing.remove(tiles[-1])
            return _batch(pixels, layer, tiles, size)

        if self.choice.device == "cpu":
            while missing:
                batch = following()
                yield batch, self._rain_of(batch, layer)
            return
        under_way: tuple[_Batch, Future[Floats]] | None = None
        with ThreadPoolExecutor(1, "tiles") as card:
            while missing:
                batch = following()
                before = under_way
                under_way = batch, card.submit(self._rain_of, batch, layer)
                if before is not None:
                    yield before[0], before[1].result()
            if under_way is not None:
                yield under_way[0], under_way[1].result()

    def _rain_of(self, batch: _Batch, layer: RainLayer) -> Floats:
        """Compute a batch, and note fallbacks in the record."""
        rain = self._backend.rain(batch.rainy, layer.note)
        record, place = layer.record, self.choice.name
        if (record.device, record.backend, record.precision) != place:  # now, or since it was begun
            layer.note(f"some tiles were computed on {place[0]}, with {place[1]} {place[2]}")
        if not np.isfinite(rain).all():
            raise NoNumbers(self.choice.device, self.card.id)
        return rain

    def _add(self, layer: RainLayer, tile: Tile, rain: Floats, rainy: Floats) -> Rect:
        """Blend in the rain of a tile, which was estimated in `rainy`; (3, h, w) both."""
        rain = np.asarray(rain.transpose(1, 2, 0))
        if layer.grey:
            rain = np.repeat(rain.mean(axis=2, keepdims=True), 3, axis=2)
        else:
            rain = with_neutral_kept(rain, rainy.transpose(1, 2, 0))
        return layer.add(tile, rain)


def _batch(pixels: Pixels, layer: RainLayer, tiles: list[Tile], size: int) -> _Batch:
    """Lay out the tiles' pixels for the network; the last one is repeated up to `size`."""
    inputs = []
    for tile in tiles:
        values = as_floats(pixels[layer.tiling.inside(tile).slices])
        values = srgb_encoded(values) if layer.linear else values
        inputs.append(extended(values.transpose(2, 0, 1), tile.rect).transpose(1, 2, 0))
    inputs += inputs[-1:] * (size - len(tiles))
    return _Batch(tiles, np.stack(inputs).transpose(0, 3, 1, 2))
