"""A finished comparison: the panes and their figures. Exports are made from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from nledn.compare.figures import Figures, accuracy_of, psnr_word, removal_of, removal_words
from nledn.errors import DerainError
from nledn.metrics import WINDOW_PX, LumaName
from nledn.photo import Photo
from nledn.pixels import Pixels
from nledn.rain import Record
from nledn.tiling import Rect

Kind = Literal["rainy", "checkpoint", "result", "truth"]


@dataclass(frozen=True, eq=False)
class Pane:
    """One of the pictures that are compared.

    Attributes:
        title: its name, wherever it is shown.
        kind: the rainy photo, a checkpoint's result, another program's, or the truth.
        pixels: (H, W, 3) uint8 or uint16, RGB; None if missing.
        error: why they are missing.
        record: how a checkpoint's result was made.
        strength: of a checkpoint.
        path: the file it came from.
        figures: of the whole picture, then of each crop.
    """

    title: str
    kind: Kind
    pixels: Pixels | None = None
    error: DerainError | None = None
    record: Record | None = None
    strength: float | None = None
    path: Path | None = None
    figures: tuple[Figures, ...] = ()


@dataclass(frozen=True, eq=False)
class Board:
    """All panes of one photo.

    Attributes:
        photo: the rainy one, for its name, depth and colours.
        name: as shown.
        panes: in the order of their display.
        crops: rectangles that are looked at more closely.
        y: the luma that PSNR-Y and SSIM-Y are measured on.
        crops_found: the crops were chosen where the results differ, not by the user.
        region: the part of the photo that all panes are cut to; None for the whole.
    """

    photo: Photo
    name: str
    panes: tuple[Pane, ...]
    crops: tuple[Rect, ...] = ()
    y: LumaName = "pillow"
    crops_found: bool = False
    region: Rect | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of every picture, px."""
        height, width = self.rainy.shape[:2]
        return width, height

    @property
    def rainy(self) -> Pixels:
        """The rainy photo's pixels, cut like all others."""
        pixels = self.photo.pixels
        return pixels if self.region is None else pixels[self.region.slices]

    @property
    def truth(self) -> Pixels | None:
        """The photo without rain, if there is one."""
        return next((pane.pixels for pane in self.panes if pane.kind == "truth"), None)

    @property
    def results(self) -> tuple[Pane, ...]:
        """Panes with rain removed."""
        of_results = (pane for pane in self.panes if pane.kind in ("checkpoint", "result"))
        return tuple(pane for pane in of_results if pane.pixels is not None)


def measured(board: Board) -> Board:
    """The board with the figures of every pane, whole and in each crop."""
    panes = tuple(replace(pane, figures=_figures(board, pane)) for pane in board.panes)
    return replace(board, panes=panes)


def best_of(board: Board, place: int = 0) -> Pane | None:
    """The result of the highest PSNR-Y, if there are several and one is best.

    `place` is 0 for the whole, n for the n-th crop.
    """
    marks = [
        (pane.figures[place].accuracy, pane) for pane in board.results if len(pane.figures) > place
    ]
    known = [(accuracy.psnr_y, pane) for accuracy, pane in marks if accuracy is not None]
    highest = max((psnr for psnr, _ in known), default=0.0)
    best = [pane for psnr, pane in known if psnr == highest]
    return best[0] if len(best) == 1 and len(known) > 1 else None


def words_of(pane: Pane) -> tuple[str, ...]:
    """Return the lines under a measured pane."""
    if pane.error is not None:
        return (str(pane.error),)
    if pane.kind == "truth":
        return ("the truth",)
    figures = pane.figures[0] if pane.figures else Figures()
    lines = []
    if figures.accuracy is not None:
        psnr, ssim = psnr_word(figures.accuracy.psnr_y), figures.accuracy.ssim_y
        lines.append(f"{psnr} · SSIM {ssim:.4f}")
    if figures.removal is not None:
        lines.append(removal_words(figures.removal))
    return tuple(lines) or ("original",)


def distinct(titles: Sequence[str]) -> list[str]:
    """Unique titles: a second one of a name gets a number."""
    counts = [titles[: place + 1].count(title) for place, title in enumerate(titles)]
    return [f"{t} ({n})" if n > 1 else t for t, n in zip(titles, counts, strict=True)]


def _figures(board: Board, pane: Pane) -> tuple[Figures, ...]:
    if pane.pixels is None or pane.kind == "truth":
        return ()
    width, height = board.size
    truth, found = board.truth, []
    for area in (Rect(0, 0, width, height), *board.crops):
        inside, accuracy, removal = pane.pixels[area.slices], None, None
        if truth is not None and min(area.width, area.height) >= WINDOW_PX:
            accuracy = accuracy_of(inside, truth[area.slices], board.y)
        if pane.kind != "rainy":
            removal = removal_of(board.rainy[area.slices], inside)
        found.append(Figures(accuracy, removal))
    return tuple(found)
