"""Which way the streaks of a rain layer run."""

import numpy as np
import numpy.typing as npt

BIN_DEGREES = 10
BINS = 180 // BIN_DEGREES
FAINT = 8.0  # gradients of a Sobel kernel below this are rounding, in levels of 255


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
