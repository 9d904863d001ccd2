"""A region whole and in tiles, to measure the effect of tiles."""

from dataclasses import dataclass, replace

import numpy as np

from nledn.cancel import CancelToken
from nledn.compare.pictures import in_colours
from nledn.metrics import levels_of, psnr_y
from nledn.models import LoadedModels
from nledn.options import Options
from nledn.photo import Photo
from nledn.pixels import Bytes, Pixels, to_8_bits
from nledn.tiling import Rect

LARGEST_PX = 2**20  # a megapixel whole takes some 2 GB in bf16, 3.5 in fp32
SHOWN_LEVELS = 8  # the brightest colour: what tiles change is far less than what rain changes


@dataclass(frozen=True, eq=False)
class TilingCheck:
    """The result of a check.

    Attributes:
        rect: the pixels of the photo that were computed both ways.
        tiles: their number.
        tile: the tiles' size, in words.
        psnr_y: of the two results, dB; infinite where they are equal.
        largest: difference of a channel, in levels of 255.
        difference: (h, w, 3) sRGB: black for equal, yellow from 8 levels on.
    """

    rect: Rect
    tiles: int
    tile: str
    psnr_y: float
    largest: float
    difference: Bytes


def check_tiling(
    photo: Photo,
    rect: Rect,
    options: Options,
    models: LoadedModels,
    cancel: CancelToken | None = None,
) -> TilingCheck:
    """Compute a region, or its middle if it is larger than a megapixel, whole and in tiles.

    Raises:
        OutOfMemory: the region does not fit into the memory whole.
        CheckpointError: the checkpoint cannot be used, and the other errors of `LoadedModels.find`.
        Cancelled: `cancel` was set.
    """
    rect = middle_of(rect.clipped(*photo.size))
    pixels = photo.pixels[rect.slices]
    results: list[Pixels] = []
    for tile in ("whole", options.tile):
        derainer = models.find(replace(options, tile=tile))
        layer = derainer.start((rect.height, rect.width), grey=photo.grey, linear=photo.linear)
        derainer.derain(photo.visible[rect.slices], into=layer, cancel=cancel)
        results.append(layer.apply(pixels, options.strength))
    whole, tiled = results
    levels = np.abs(levels_of(whole) - levels_of(tiled))
    return TilingCheck(
        rect=rect,
        tiles=len(layer.tiling.tiles),
        tile=layer.record.tile,
        psnr_y=psnr_y(to_8_bits(whole), to_8_bits(tiled)),
        largest=float(levels.max()),
        difference=in_colours(levels.max(axis=2), SHOWN_LEVELS),
    )


def middle_of(rect: Rect) -> Rect:
    """At most a megapixel of the same shape, around the same middle."""
    shrink = min(1.0, (LARGEST_PX / max(rect.width * rect.height, 1)) ** 0.5)
    width, height = int(rect.width * shrink), int(rect.height * shrink)
    left = rect.left + (rect.width - width) // 2
    top = rect.top + (rect.height - height) // 2
    return Rect(left, top, left + width, top + height)
