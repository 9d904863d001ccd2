"""Figures of a result: its accuracy if the truth is known, and the removed rain.

Measured on the saved pixels, in 8 bits, for checkpoints and other programs alike;
`nledn evaluate` cuts results as the paper's authors do, which moves PSNR by some hundredths.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from nledn.metrics import LUMA, Change, LumaName, agreement, change_in, levels_of, psnr_rgb
from nledn.pixels import Floats, Pixels, to_8_bits
from nledn.tiling import Rect

CHANGED_LEVELS = 2  # of 255: JPEG and rounding move a pixel by less
BIN_DEGREES = 10
BINS = 180 // BIN_DEGREES
FAINT = 8.0  # gradients of a Sobel kernel below this are rounding, in levels of 255


@dataclass(frozen=True)
class Accuracy:
    """Agreement with the photo without rain: PSNR in dB (infinite when equal), SSIM of Y."""

    psnr_y: float
    ssim_y: float
    psnr_rgb: float


@dataclass(frozen=True)
class Removal(Change):
    """The rain removed from a photo.

    Attributes:
        share: of pixels whose luma changed by more than 2 levels, 0 to 1.
        directions: shares of the rain layer's streaks by direction, 10° each, from upright on;
            see `directions_of`. All 0 if nothing was removed.
    """

    share: float
    directions: tuple[float, ...]


@dataclass(frozen=True)
class Figures:
    """The figures of one result."""

    accuracy: Accuracy | None = None
    removal: Removal | None = None


def accuracy_of(image: Pixels, truth: Pixels, y: LumaName = "pillow") -> Accuracy:
    """Compare with the truth; both (H, W, 3) of one size, both sides at least 7 px."""
    shown, clean = to_8_bits(image), to_8_bits(truth)
    found = agreement(shown, clean, y)
    return Accuracy(found.psnr_y, found.ssim_y, psnr_rgb(shown, clean))


def removal_of(rainy: Pixels, result: Pixels) -> Removal:
    """Measure the removed rain; both (H, W, 3) uint8 or uint16 of one size."""
    difference = levels_of(result) - levels_of(rainy)
    rain: Floats = -(difference @ LUMA).astype(np.float32)
    return Removal(
        **asdict(change_in(difference)),
        share=float(np.mean(np.abs(rain) > CHANGED_LEVELS)),
        directions=directions_of(rain),
    )


def most_different(images: Sequence[Pixels], width_px: int, height_px: int) -> Rect:
    """The rectangle of that size in which results differ most."""
    height, width = images[0].shape[:2]
    planes = np.stack([to_8_bits(image)[:, :, 1] for image in images])
    spread = np.ptp(planes, axis=0).astype(np.float32)
    before = np.zeros((height + 1, width + 1))  # the sum of all above and to the left
    before[1:, 1:] = spread.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    rows = before[height_px:] - before[:-height_px]
    places = rows[:, width_px:] - rows[:, :-width_px]
    top, left = (int(place) for place in np.unravel_index(int(places.argmax()), places.shape))
    return Rect(left, top, left + width_px, top + height_px)


def directions_of(rain: npt.NDArray[np.float32]) -> tuple[float, ...]:
    """Shares of the streaks by direction; they add up to 1, or are all 0 without a streak.

    A streak's edges face across it, so each pixel's gradient tells a direction; it counts by the
    square of its strength, as the structure tensor has it.

    Args:
        rain: (H, W) float32, luma of the rain, in levels of 255.

    Returns:
        One share for each of 18 directions, 10° apart: upright first, then leaning to the right
        at the top by 10°, 20°, … 170°; the last ones lean to the left by 80°, … 10°.
    """
    across, along = _sobel(rain), _sobel(rain.T).T
    strength = across**2 + along**2
    strength[strength < FAINT**2] = 0
    degrees = np.degrees(np.arctan2(along, across))
    places = np.rint(degrees / BIN_DEGREES).astype(np.int64) % BINS
    sums = np.bincount(places.ravel(), strength.ravel().astype(np.float64), BINS)
    total = sums.sum()
    return tuple(float(part / total) if total > 0 else 0.0 for part in sums)


def _sobel(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The rise from left to right by Sobel's kernel; beyond the border it is mirrored."""
    wide = np.pad(values, 1, mode="reflect" if min(values.shape) > 1 else "edge")
    rise = wide[:, 2:] - wide[:, :-2]
    return np.asarray(rise[:-2] + 2 * rise[1:-1] + rise[2:], np.float32)


def main_direction(directions: tuple[float, ...]) -> int | None:
    """The commonest direction, in degrees from upright, right positive, -80 to 90; None without."""
    if not any(directions):
        return None
    degrees = int(np.argmax(directions)) * BIN_DEGREES
    return degrees if degrees <= 90 else degrees - 180


def psnr_word(psnr: float) -> str:
    """`31.24 dB`, or that the two are equal."""
    return f"{psnr:.2f} dB" if math.isfinite(psnr) else "equal (∞ dB)"


def removal_words(found: Removal) -> str:
    """Say how much was taken, where, which way, and whether the photo got darker."""
    parts = [f"{found.taken:.1f} levels on {found.share:.0%} of pixels"]
    if lean := _lean(found.directions):
        parts.append(f"streaks {lean}")
    if abs(found.brightness) >= 1:
        parts.append(f"brightness {found.brightness:+.0f}")
    return " · ".join(parts)


def cells_of(figures: Figures) -> dict[str, str]:
    """Write figures for a table, by their names; empty if missing."""
    names = ("psnr_y", "ssim_y", "psnr_rgb", "taken", "share", "brightness", "direction")
    cells, accuracy, removal = dict.fromkeys(names, ""), figures.accuracy, figures.removal
    if accuracy is not None:
        cells["psnr_y"] = decibels(accuracy.psnr_y)
        cells["ssim_y"] = f"{accuracy.ssim_y:.4f}"
        cells["psnr_rgb"] = decibels(accuracy.psnr_rgb)
    if removal is not None:
        is_shifted = abs(removal.brightness) >= 0.05  # a value that rounds to 0 has no sign
        cells["taken"] = f"{removal.taken:.2f}"
        cells["share"] = f"{removal.share:.1%}"
        cells["brightness"] = f"{removal.brightness:+.1f}" if is_shifted else "0.0"
        cells["direction"] = _lean(removal.directions)
    return cells


def decibels(psnr: float) -> str:
    """`31.24`, or a sign for equal pictures."""
    return f"{psnr:.2f}" if math.isfinite(psnr) else "∞"


def _lean(directions: tuple[float, ...]) -> str:
    """`upright`, or by how much the streaks lean; empty without streaks."""
    degrees = main_direction(directions)
    if degrees is None:
        return ""
    if degrees in (0, 90):
        return "level" if degrees else "upright"
    return f"{abs(degrees)}° {'right' if degrees > 0 else 'left'}"
