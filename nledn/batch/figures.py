"""What a report shows of a photo: what was done to it, small pictures, agreement with the truth."""

import io
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from nledn import pairs, photo
from nledn.batch.rows import Change, Scores
from nledn.errors import PairSizesDiffer, PairTooSmall
from nledn.metrics import WINDOW_PX, agreement
from nledn.photo import Photo
from nledn.rain import Pixels

Bytes = npt.NDArray[np.uint8]

SAMPLED_PX = 250_000  # of a photo, on a grid: means move by less than a hundredth of a level
LUMA = np.array([0.299, 0.587, 0.114])
THUMBNAIL_PX = 160  # long side
THUMBNAIL_QUALITY = 75

# Measured with our first weights on 36 photos: 0.7 to 92 levels were taken where there was rain,
# 0.3 to 1.9 where there was none; the median moved by 4 at most in ordinary rain and on photos
# from outdoors, by 21 to 94 where rain or veil covered everything.
LITTLE_TAKEN = 0.5
BRIGHTNESS_MOVED = 5.0


def change_of(before: Pixels, after: Pixels) -> Change:
    """What was done to a photo, (H, W, 3) before and after, in levels of 255."""
    height, width = before.shape[:2]
    step = max(1, math.isqrt(height * width // SAMPLED_PX))
    grid = (slice(None, None, step), slice(None, None, step))
    levels = (after[grid].astype(np.float32) - before[grid]) * (255 / np.iinfo(before.dtype).max)
    return Change(float(np.abs(levels).mean()), float(np.median(levels @ LUMA)))


def marks_of(change: Change) -> tuple[str, ...]:
    """What a person should look at, in words."""
    marks = []
    if change.taken < LITTLE_TAKEN:
        marks.append("nearly nothing changed")
    if abs(change.brightness) > BRIGHTNESS_MOVED:
        direction = "brighter" if change.brightness > 0 else "darker"
        marks.append(f"overall {direction} by {abs(change.brightness):.0f} of 255")
    return tuple(marks)


def thumbnail(picture: Photo) -> bytes:
    """A small WebP in sRGB of a photo."""
    height, width = picture.pixels.shape[:2]
    scale = min(1.0, THUMBNAIL_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA)
    levels = small.astype(np.float32) * (255 / np.iinfo(picture.pixels.dtype).max)
    image = _in_srgb(np.rint(levels).astype(np.uint8), picture.icc)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=THUMBNAIL_QUALITY)
    return file.getvalue()


def _in_srgb(pixels: Bytes, profile: bytes | None) -> Image.Image:
    image = Image.fromarray(pixels)
    if profile is None:
        return image
    own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if profile[16:20] == b"GRAY":
        image = image.getchannel(1)
    converted: Any = ImageCms.profileToProfile(
        image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert isinstance(converted, Image.Image)  # None comes from conversions in place alone
    return converted


def truth_of(photo_path: Path, folder: Path) -> Path | None:
    """Find the photo without rain by name: the same, else as the known sets of pairs name theirs.

    Args:
        photo_path: the rainy photo, relative to the batch's folder.
        folder: where photos without rain lie, in the same tree or all together.
    """
    for place in dict.fromkeys((folder / photo_path.parent, folder)):
        same = place / photo_path.name
        if same.is_file():
            return same
        for stem in _stems_of_truth(photo_path.stem):
            for suffix in photo.readable_suffixes():
                for path in (place / f"{stem}{suffix}", place / f"{stem}{suffix.upper()}"):
                    if path.is_file():
                        return path
    return None


def _stems_of_truth(stem: str) -> list[str]:
    stems = [stem]
    for layout in pairs.LAYOUTS:
        match = layout.rainy_stem.fullmatch(stem)
        if match:
            stems += [f"{before}{match['key']}" for before in ("", "norain-", "no")]
    return list(dict.fromkeys(stems))


def scores_of(rainy: Path, result: Path, truth: Path) -> Scores:
    """Compare a saved result, and the photo itself, with the photo without rain.

    Raises:
        PhotoError: one of them cannot be read.
        PairSizesDiffer: the photo without rain is of another size.
        PairTooSmall: a side is shorter than SSIM's window.
    """
    clean = _bytes(photo.read(truth).pixels)
    before, after = (_bytes(photo.read(path).pixels) for path in (rainy, result))
    sizes = [(pixels.shape[1], pixels.shape[0]) for pixels in (before, clean)]
    if sizes[0] != sizes[1]:
        raise PairSizesDiffer(rainy, sizes[0], sizes[1])
    if min(sizes[0]) < WINDOW_PX:
        raise PairTooSmall(rainy, sizes[0], WINDOW_PX)
    derained, own = agreement(after, clean), agreement(before, clean)
    return Scores(
        truth=truth,
        truth_mtime_ns=truth.stat().st_mtime_ns,
        psnr_y=derained.psnr_y,
        ssim_y=derained.ssim_y,
        input_psnr_y=own.psnr_y,
        input_ssim_y=own.ssim_y,
    )


def _bytes(pixels: Pixels) -> Bytes:
    return (pixels // 257 if pixels.dtype == np.uint16 else pixels).astype(np.uint8)
