"""Panes as pictures for exports: in sRGB, in 8 bits, at a size."""

import numpy as np
from PIL import Image

from nledn import photo
from nledn.compare.board import Board
from nledn.pixels import Bytes, Pixels, as_floats, to_8_bits
from nledn.rain import srgb_encoded
from nledn.tiling import Rect


def in_srgb(board: Board, pixels: Pixels) -> Bytes:
    """Pixels of the board's photo in sRGB, (H, W, 3) uint8."""
    picture = board.photo
    if picture.icc is None and picture.linear:
        encoded: Bytes = np.rint(srgb_encoded(as_floats(pixels)) * np.float32(255)).astype(np.uint8)
        return encoded
    return np.asarray(photo.in_srgb(to_8_bits(pixels), picture.icc).convert("RGB"))


def scaled(pixels: Bytes, width: int, height: int) -> Image.Image:
    """A picture of that size; reduced by areas, enlarged smoothly."""
    smaller = width < pixels.shape[1]
    how = Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC
    return Image.fromarray(pixels).resize((width, height), how)


def height_for(width: int, rect: Rect) -> int:
    """Of a picture of `rect`'s shape."""
    return max(1, round(width * rect.height / rect.width))
