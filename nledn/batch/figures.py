"""Figures of a photo in a report: the change, small pictures, agreement with the truth."""

import io
import math
from pathlib import Path

import numpy as np
from PIL import Image

from nledn import decoder, photo
from nledn.batch.rows import TruthScores
from nledn.errors import PairSizesDiffer, PairTooSmall
from nledn.metrics import WINDOW_PX, Change, agreement, change_in, levels_of
from nledn.photo import Photo
from nledn.pixels import Pixels, to_8_bits

SAMPLED_PX = 250_000  # of a photo, on a grid: means move by less than a hundredth of a level
THUMBNAIL_PX = 320  # long side
THUMBNAIL_QUALITY = 60  # 8 kB on average, over 75 photos; 75 makes it 10 kB

# Measured with our first weights on 36 photos: 0.7 to 92 levels were removed from rainy photos,
# 0.3 to 1.9 from dry ones; the median moved by 4 at most in ordinary rain and on photos
# from outdoors, by 21 to 94 where rain or veil covered everything.
LITTLE_TAKEN = 0.5
BRIGHTNESS_MOVED = 5.0


def change_of(before: Pixels, after: Pixels) -> Change:
    """Measure the change of a photo, (H, W, 3) before and after, on a grid of its pixels."""
    height, width = before.shape[:2]
    step = max(1, math.isqrt(height * width // SAMPLED_PX))
    grid = (slice(None, None, step), slice(None, None, step))
    return change_in(levels_of(after[grid]) - levels_of(before[grid]))


def marks_of(change: Change) -> tuple[str, ...]:
    """Return, in words, what the user should check."""
    marks = []
    if change.taken < LITTLE_TAKEN:
        marks.append("nearly nothing changed")
    if abs(change.brightness) > BRIGHTNESS_MOVED:
        direction = "brighter" if change.brightness > 0 else "darker"
        marks.append(f"overall {direction} by {abs(change.brightness):.0f} of 255")
    return tuple(marks)


def small(picture: Photo, side_px: int = THUMBNAIL_PX) -> Image.Image:
    """A small picture of a photo, RGB in sRGB, its long side `side_px` at most."""
    height, width = picture.pixels.shape[:2]
    scale = min(1.0, side_px / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrunk = Image.fromarray(to_8_bits(picture.pixels)).resize(size, Image.Resampling.BOX)
    return photo.in_srgb(np.asarray(shrunk), picture.icc)


def thumbnail(picture: Photo) -> bytes:
    """A small WebP in sRGB of a photo."""
    file = io.BytesIO()
    small(picture).save(file, "WEBP", quality=THUMBNAIL_QUALITY)
    return file.getvalue()


def scores_of(rainy: Path, result: Path, truth: Path) -> TruthScores:
    """Compare a saved result, and the photo itself, with the photo without rain.

    Raises:
        PhotoError: one of them cannot be read.
        PairSizesDiffer: the photo without rain is of another size.
        PairTooSmall: a side is shorter than SSIM's window.
    """
    clean = to_8_bits(decoder.read(truth).pixels)
    before, after = (to_8_bits(decoder.read(path).pixels) for path in (rainy, result))
    sizes = [(pixels.shape[1], pixels.shape[0]) for pixels in (before, clean)]
    if sizes[0] != sizes[1]:
        raise PairSizesDiffer(rainy, sizes[0], sizes[1])
    if min(sizes[0]) < WINDOW_PX:
        raise PairTooSmall(rainy, sizes[0], WINDOW_PX)
    derained, own = agreement(after, clean), agreement(before, clean)
    return TruthScores(
        truth=truth,
        truth_mtime_ns=truth.stat().st_mtime_ns,
        psnr_y=derained.psnr_y,
        ssim_y=derained.ssim_y,
        input_psnr_y=own.psnr_y,
        input_ssim_y=own.ssim_y,
    )
