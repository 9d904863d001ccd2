"""Figures as they are read under a picture, in two short lines."""

import math

from nledn.compare.board import Pane
from nledn.compare.directions import main_direction
from nledn.compare.figures import Accuracy, Figures, Removal


def words_of(pane: Pane, place: int = 0) -> tuple[str, ...]:
    """What is written under a pane.

    Args:
        pane: measured.
        place: 0 for the whole, n for the n-th crop.
    """
    if pane.error is not None:
        return (str(pane.error),)
    if pane.kind == "truth":
        return ("the truth",)
    figures = pane.figures[place] if pane.figures else Figures()
    lines = []
    if figures.accuracy is not None:
        lines.append(accuracy_words(figures.accuracy))
    if figures.removal is not None:
        lines.append(removal_words(figures.removal))
    return tuple(lines) or ("as it was",)


def accuracy_words(found: Accuracy) -> str:
    """`31.24 dB, SSIM 0.9120`."""
    return f"{psnr_word(found.psnr_y)} · SSIM {found.ssim_y:.4f}"


def psnr_word(psnr: float) -> str:
    """`31.24 dB`, or that the two are equal."""
    return f"{psnr:.2f} dB" if math.isfinite(psnr) else "equal (∞ dB)"


def removal_words(found: Removal) -> str:
    """How much, where, which way, and whether the photo got darker."""
    parts = [f"{found.taken:.1f} levels on {found.share:.0%} of pixels"]
    degrees = main_direction(found.directions)
    if degrees is not None:
        parts.append(direction_words(degrees))
    if abs(found.brightness) >= 1:
        parts.append(f"brightness {found.brightness:+.0f}")
    return " · ".join(parts)


def brightness_word(levels: float) -> str:
    """`+1.2`; what rounds to nothing has no sign."""
    return "0.0" if abs(levels) < 0.05 else f"{levels:+.1f}"


def direction_words(degrees: int) -> str:
    """`streaks upright`, or by how much they lean."""
    if degrees == 0:
        return "streaks upright"
    if degrees == 90:
        return "streaks level"
    return f"streaks {abs(degrees)}° {'right' if degrees > 0 else 'left'}"
