"""The way from a scene to a file: scaled, sharpened, with noise, compressed.

Cameras, phones and web sites sharpen, scale and compress *after* the rain is in the picture, so
that real streaks have hard, aliased edges and dark halos. The rainy and the clean picture get the
same changes: a network should remove the rain and leave sharpness, grain and blocks unchanged.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

FloatImage = npt.NDArray[np.float32]
Pair = tuple[FloatImage, FloatImage]
Change = Callable[[FloatImage], FloatImage]

LARGEST_NOISE = 0.02  # standard deviation; a small sensor at dusk
LARGEST_SCALE = 2.4  # the scene of a patch is at most so many times as large
SMALLEST_SCALE = 0.6  # phones and web sites enlarge too: one patch in five that is scaled
ENLARGED = 0.2
# OpenCV's cubic and Lanczos do not filter before: web sites show the same aliasing.
INTERPOLATIONS = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)


@dataclass(frozen=True)
class Camera:
    """The rate of each change between the scene and the file.

    Attributes:
        scaled: share of the patches on which rain falls at another size (0.6 to 2.4 times), and
            which are then scaled with one of four interpolations.
        sharpened: share of the patches with an unsharp mask, radius 0.4 to 1.7 px, amount 0.2 to
            2.2, as cameras apply by default and web sites after scaling.
        compressed: share of the patches with sensor noise and JPEG.
        lowest_quality: of JPEG; the highest is 97.
    """

    scaled: float = 0.0
    sharpened: float = 0.0
    compressed: float = 0.0
    lowest_quality: int = 70

    def side(self, patch_px: int, rng: np.random.Generator) -> int:
        """Draw the side, px, that rain falls on for a patch of `patch_px`."""
        if not self.scaled or rng.random() >= self.scaled:
            return patch_px
        if rng.random() < ENLARGED:
            return round(patch_px * rng.uniform(SMALLEST_SCALE, 1.0))
        return round(patch_px * rng.uniform(1.0, LARGEST_SCALE))

    def record(self, pair: Pair, patch_px: int, rng: np.random.Generator) -> Pair:
        """Make a file of a scene, rainy and clean: (H, W, 3) float32 in [0, 1].

        Both come back with sides of `patch_px`; the same array twice where it is dry.
        """
        if len(pair[0]) != patch_px:
            how = INTERPOLATIONS[int(rng.integers(len(INTERPOLATIONS)))]
            pair = _both(pair, lambda picture: _scaled(picture, patch_px, how))
        if self.sharpened and rng.random() < self.sharpened:
            radius_px, amount = rng.uniform(0.4, 1.7), 10 ** rng.uniform(-0.7, 0.35)
            pair = _both(pair, lambda picture: sharpened(picture, radius_px, amount))
        if self.compressed and rng.random() < self.compressed:
            pair = compressed(pair, self.lowest_quality, rng)
        return pair


def sharpened(picture: FloatImage, radius_px: float, amount: float) -> FloatImage:
    """Apply an unsharp mask, as cameras do; (H, W, 3) float32, clipped to [0, 1]."""
    blurred = cv2.GaussianBlur(picture, (0, 0), radius_px)
    return np.asarray(np.clip(picture + amount * (picture - blurred), 0, 1), np.float32)


def compressed(pair: Pair, lowest_quality: int, rng: np.random.Generator) -> Pair:
    """Add the same sensor noise to both, and write both as JPEG of one quality, 97 at most."""
    noise = rng.normal(0, rng.uniform(0, LARGEST_NOISE), pair[1].shape).astype(np.float32)
    quality = int(rng.integers(lowest_quality, 97, endpoint=True))
    return _both(pair, lambda picture: _as_jpeg(picture + noise, quality))


def _both(pair: Pair, change: Change) -> Pair:
    rainy, clean = pair
    changed = change(clean)
    return (changed if rainy is clean else change(rainy)), changed


def _scaled(picture: FloatImage, side: int, interpolation: int) -> FloatImage:
    scaled = cv2.resize(picture, (side, side), interpolation=interpolation)
    return np.asarray(np.clip(scaled, 0, 1), np.float32)


def _as_jpeg(picture: FloatImage, quality: int) -> FloatImage:
    pixels = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    blue_first = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    written, file = cv2.imencode(".jpg", blue_first, (cv2.IMWRITE_JPEG_QUALITY, quality))
    assert written, "a picture in memory can be encoded"
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR_RGB), np.float32) / np.float32(255)
