"""Figures, labels and votes as people read them, in their language."""

import math
from collections import Counter
from typing import TYPE_CHECKING

from app.compare.blind_test import NONE
from app.compare.panes import Slot
from app.shell.translation import tr

if TYPE_CHECKING:
    from nledn.compare import Figures, Removal, TilingCheck

NOT_SHIFTED = 1.0  # a median below this is no change that anyone sees


def name_of(slot: Slot) -> str:
    """What a pane is called."""
    if slot.kind == "rainy":
        return tr("Rainy")
    if slot.kind == "truth":
        return tr("Without rain")
    return slot.name


def figures_of(found: "Figures") -> str:
    """One or two lines under a name; empty when there is nothing to say."""
    lines = []
    if found.accuracy is not None:
        psnr = decibels(found.accuracy.psnr_y)
        lines.append(tr("{psnr} · SSIM {ssim}", psnr=psnr, ssim=f"{found.accuracy.ssim_y:.4f}"))
    if found.removal is not None:
        lines.append(_removal_of(found.removal))
    return "\n".join(lines)


def decibels(psnr: float) -> str:
    """`31.24 dB`."""
    return f"{psnr:.2f} dB" if math.isfinite(psnr) else "∞ dB"


def tiling_of(check: "TilingCheck") -> str:
    """What tiles change, in a sentence or two."""
    rect = check.rect
    if check.tiles == 1:
        return tr(
            "The visible {width} × {height} px are one tile; there is nothing to differ.",
            width=rect.width,
            height=rect.height,
        )
    return tr(
        "Whole and in {tiles} tiles, the visible {width} × {height} px differ by {largest} levels "
        "at most: {psnr} between the two.",
        tiles=check.tiles,
        width=rect.width,
        height=rect.height,
        largest=f"{check.largest:.0f}",
        psnr=decibels(check.psnr_y),
    )


def vote_of(chosen: str, letters: dict[str, str], counted: Counter[str]) -> str:
    """Who is who, and how often each was chosen in this folder."""
    who = ", ".join(f"{letter}: {name}" for letter, name in sorted(letters.items()))
    said = tr("You chose {name}.", name=chosen) if chosen else tr("You saw no difference.")
    counts = ", ".join(
        f"{name if name != NONE else tr('no difference')} {count}"
        for name, count in counted.most_common()
    )
    return f"{said} {who}. " + tr("In this folder: {counts}.", counts=counts)


def _removal_of(found: "Removal") -> str:
    from nledn.compare.figures import main_direction

    parts = [
        tr(
            "{taken} levels on {share} of pixels",
            taken=f"{found.taken:.1f}",
            share=f"{found.share:.0%}",
        )
    ]
    degrees = main_direction(found.directions)
    if degrees is not None:
        parts.append(_direction_of(degrees))
    if abs(found.brightness) >= NOT_SHIFTED:
        parts.append(tr("brightness {levels}", levels=f"{found.brightness:+.0f}"))
    return " · ".join(parts)


def _direction_of(degrees: int) -> str:
    if degrees == 0:
        return tr("streaks upright")
    if degrees == 90:
        return tr("streaks level")
    if degrees > 0:
        return tr("streaks {degrees}° right", degrees=degrees)
    return tr("streaks {degrees}° left", degrees=-degrees)
