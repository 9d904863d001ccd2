"""The comparison as one HTML file that needs nothing else: a slider of many panes, linked zoom."""

import io
import math
from collections.abc import Iterator

from PIL import Image

from nledn.compare.comparison import Board, Pane, best_of, words_of
from nledn.compare.figures import Figures, cells_of
from nledn.compare.pictures import ERROR_SHOWN_LEVELS, error_map, in_srgb, scaled
from nledn.messages import printable
from nledn.pixels import Bytes
from nledn.report import rendered
from nledn.tiling import Rect

LARGEST_PX = 16_000_000  # a picture in the page; larger ones are reduced, and the page says so
LONGEST_SIDE_PX = 16_383  # WebP's
QUALITY = 92  # of WebP; the figures are measured before it


def page_of(board: Board) -> Iterator[str]:
    """Yield the parts of the page."""
    width, height = board.size
    scale = min(1.0, math.sqrt(LARGEST_PX / (width * height)), LONGEST_SIDE_PX / max(width, height))
    width, height = max(1, int(width * scale)), max(1, int(height * scale))
    scale = width / board.size[0]
    crops = [[c.left, c.top, c.right, c.bottom] for c in board.crops]
    return rendered(
        "compare.html",
        {},
        board=board,
        width=width,
        height=height,
        panes=[_shown(board, pane, (width, height)) for pane in board.panes],
        crops=[Rect(*(round(side * scale) for side in sides)) for sides in crops],
        tables=[_table(board, place) for place in range(1 + len(board.crops))],
        quality=QUALITY,
        error_levels=ERROR_SHOWN_LEVELS,
    )


def _shown(board: Board, pane: Pane, size: tuple[int, int]) -> dict[str, object]:
    """A pane for the template: its picture and error map as WebP, or its failure."""
    truth, picture, error = board.truth, None, None
    if pane.pixels is not None:
        picture = _webp(in_srgb(board.photo, pane.pixels), size)
        if truth is not None and pane.kind != "truth":
            error = _webp(error_map(pane.pixels, truth), size)
    failure = " ".join(words_of(pane)) if pane.pixels is None else ""
    return {
        "title": pane.title,
        "picture": picture,
        "error": error,
        "failure": failure,
        "made": _made(pane),
    }


def _made(pane: Pane) -> str:
    if pane.record is None:
        return "" if pane.path is None else printable(pane.path.name)
    record = pane.record
    made = f"{record.checkpoint}, {record.device}, {record.precision}, tiles: {record.tile}"
    return " ".join((made, *record.notes))


def _webp(pixels: Bytes, size: tuple[int, int]) -> bytes:
    height, width = pixels.shape[:2]
    image = Image.fromarray(pixels) if (width, height) == size else scaled(pixels, *size)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=2)
    return file.getvalue()


def _table(board: Board, place: int) -> list[dict[str, object]]:
    """Rows of one table: the whole (0) or a crop."""
    best = best_of(board, place)
    return [
        {"title": pane.title, "cells": cells_of(pane.figures[place]), "best": pane is best}
        for pane in board.panes
        if pane.figures and pane.figures[place] != Figures()
    ]
