"""What a result is worth: how near the truth, or else what was taken away.

Measured on the pixels as they are saved, in 8 bits, for checkpoints and other programs alike;
`nledn evaluate` cuts results as the paper's authors do, which moves PSNR by some hundredths.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nledn.compare.colours import in_colours
from nledn.compare.directions import directions_of
from nledn.metrics import LumaName, agreement, psnr_rgb
from nledn.pixels import Bytes, Pixels, to_8_bits
from nledn.tiling import Rect

CHANGED_LEVELS = 2  # of 255: JPEG and rounding move a pixel by less
ERROR_SHOWN_LEVELS = 48  # an error map's brightest colour; what is beyond looks the same
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Accuracy:
    """How near the photo without rain: PSNR in dB (infinite when equal), SSIM of Y."""

    psnr_y: float
    ssim_y: float
    psnr_rgb: float


@dataclass(frozen=True)
class Removal:
    """What was taken from the rainy photo.

    Attributes:
        taken: mean absolute change of the channels, in levels of 255.
        share: of pixels whose luma changed by more than 2 levels, 0 to 1.
        brightness: median change of luma, in levels of 255.
        directions: shares of the rain layer's streaks by direction, 10° each, from upright on;
            see `nledn.compare.directions`. All 0 where nothing was taken.
    """

    taken: float
    share: float
    brightness: float
    directions: tuple[float, ...]


@dataclass(frozen=True)
class Figures:
    """What is known of one result.

    Attributes:
        accuracy: with the photo without rain.
        removal: for results; the photos themselves have none.
    """

    accuracy: Accuracy | None = None
    removal: Removal | None = None


def accuracy_of(image: Pixels, truth: Pixels, y: LumaName = "pillow") -> Accuracy:
    """Compare with the truth; both (H, W, 3) of one size, both sides at least 7 px."""
    shown, clean = to_8_bits(image), to_8_bits(truth)
    found = agreement(shown, clean, y)
    return Accuracy(found.psnr_y, found.ssim_y, psnr_rgb(shown, clean))


def removal_of(rainy: Pixels, result: Pixels) -> Removal:
    """What was taken; both (H, W, 3) uint8 or uint16 of one size."""
    taken = _levels(rainy) - _levels(result)
    luma = (taken @ LUMA).astype(np.float32)
    return Removal(
        taken=float(np.abs(taken).mean()),
        share=float(np.mean(np.abs(luma) > CHANGED_LEVELS)),
        brightness=0.0 - float(np.median(luma)),
        directions=directions_of(luma),
    )


def error_map(image: Pixels, truth: Pixels) -> Bytes:
    """Where a result is wrong, (H, W, 3) sRGB: black for equal, yellow from 48 levels on."""
    error = np.abs(_levels(image) - _levels(truth)).mean(axis=2)
    return in_colours(error, ERROR_SHOWN_LEVELS)


def most_different(images: Sequence[Pixels], width_px: int, height_px: int) -> Rect:
    """The rectangle of that size in which results differ most.

    Args:
        images: (H, W, 3) of one size, two at least.
        width_px: at most W.
        height_px: at most H.
    """
    height, width = images[0].shape[:2]
    planes = np.stack([to_8_bits(image)[:, :, 1] for image in images])
    spread = np.ptp(planes, axis=0).astype(np.float32)
    before = np.zeros((height + 1, width + 1))  # the sum of all above and to the left
    before[1:, 1:] = spread.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    rows = before[height_px:] - before[:-height_px]
    places = rows[:, width_px:] - rows[:, :-width_px]
    top, left = (int(place) for place in np.unravel_index(int(places.argmax()), places.shape))
    return Rect(left, top, left + width_px, top + height_px)


def _levels(pixels: Pixels) -> npt.NDArray[np.float32]:
    return pixels.astype(np.float32) * np.float32(255 / np.iinfo(pixels.dtype).max)
