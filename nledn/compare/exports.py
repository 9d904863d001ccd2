"""Comparisons as files: sheet, page with a slider and linked zoom, table, JSON."""

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image

from nledn.atomic import replacing, replacing_text
from nledn.compare.comparison import Board, Pane, best_of, words_of
from nledn.compare.contest import Contest, Difference
from nledn.compare.figures import Accuracy, Figures, cells_of, main_direction
from nledn.compare.pictures import ERROR_SHOWN_LEVELS, error_map, in_srgb, scaled
from nledn.compare.sheet import MARK, save_sheet
from nledn.messages import printable
from nledn.metrics import finite
from nledn.pixels import Bytes
from nledn.report import MARKS, dump_csv, dump_json, rendered
from nledn.tiling import Rect

COLUMNS = (
    "photo", "pane", "kind", "x", "y", "width", "height", "psnr_y", "ssim_y", "psnr_rgb",
    "taken", "share", "brightness", "direction", "error",
)  # fmt: skip
LARGEST_PX = 16_000_000  # a picture in the page; larger ones are reduced, and the page says so
LONGEST_SIDE_PX = 16_383  # WebP's
QUALITY = 92  # of WebP; the figures are measured before it
PROTOCOL = "as saved, 8 bits; PSNR range 255; SSIM 7×7; Y of {y}"


def write_board(
    board: Board, path: Path, sources: Sequence[Path] = (), *, overwrite: bool = False
) -> None:
    """Write a comparison as its suffix says: .html, .csv, .json, or else a sheet as PNG.

    An earlier one is replaced, another file by `overwrite`, a source never.

    Raises:
        WriteError: it cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in MARKS:
        with replacing(path, overwrite=overwrite, sources=sources, mark=MARK) as sheet:
            save_sheet(board, sheet)
        return
    with replacing_text(path, overwrite=overwrite, sources=sources, mark=MARKS[kind]) as file:
        if kind == ".json":
            dump_json(board_json(board), file)
        elif kind == ".csv":
            dump_csv(COLUMNS, _rows(board), file)
        else:
            file.writelines(page_of(board))


def page_of(board: Board) -> Iterator[str]:
    """Yield the parts of the page, which needs no other file."""
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


def board_json(board: Board) -> dict[str, Any]:
    """Everything except the pixels; null for a figure that is not finite."""
    return {
        "photo": board.name,
        "size": list(board.size),
        "region": None if board.region is None else _corner_and_size(board, 0),
        "protocol": PROTOCOL.format(y=board.y),
        "panes": [_pane_json(board, pane) for pane in board.panes],
    }


def contest_json(contest: Contest) -> dict[str, Any]:
    """Means, differences, wins and every row; null for a figure that is not finite."""
    return {
        "protocol": PROTOCOL.format(y=contest.y),
        "contenders": [
            {
                "name": name,
                "mean": _finite(mean),
                "difference_to_first": _finite(difference),
                "wins": wins,
            }
            for name, mean, difference, wins in zip(
                contest.names, contest.means(), contest.differences(), contest.wins(), strict=True
            )
        ],
        "images": [
            {
                "file": row.file,
                "scores": [_finite(found) for found in row.accuracies],
                "errors": [None if error is None else str(error) for error in row.errors],
                "winner": None if row.winner is None else contest.names[row.winner],
            }
            for row in contest.rows
        ],
    }


def _rows(board: Board) -> Iterator[dict[str, Any]]:
    """A row for each pane and each part of the photo that was measured."""
    for pane in board.panes:
        for place, figures in enumerate(pane.figures or (Figures(),)):
            yield {
                "photo": board.name,
                "pane": pane.title,
                "kind": pane.kind,
                **_corner_and_size(board, place),
                **_figures(figures),
                "error": _error(pane),
            }


def _pane_json(board: Board, pane: Pane) -> dict[str, Any]:
    return {
        "title": pane.title,
        "kind": pane.kind,
        "file": None if pane.path is None else printable(pane.path),
        "strength": pane.strength,
        "record": None if pane.record is None else asdict(pane.record),
        "error": _error(pane) or None,
        "figures": [
            {"area": _corner_and_size(board, place), **_figures(figures)}
            | {"directions": None if figures.removal is None else figures.removal.directions}
            for place, figures in enumerate(pane.figures)
        ],
    }


def _figures(figures: Figures) -> dict[str, Any]:
    removal = figures.removal
    return {
        **(_finite(figures.accuracy) or {"psnr_y": None, "ssim_y": None, "psnr_rgb": None}),
        "taken": None if removal is None else finite(removal.taken),
        "share": None if removal is None else finite(removal.share),
        "brightness": None if removal is None else finite(removal.brightness),
        "direction": None if removal is None else main_direction(removal.directions),
    }


def _corner_and_size(board: Board, place: int) -> dict[str, int]:
    """Of the whole (0) or of a crop, in pixels of the photo."""
    width, height = board.size
    left, top = (0, 0) if board.region is None else (board.region.left, board.region.top)
    if place == 0:
        return {"x": left, "y": top, "width": width, "height": height}
    crop = board.crops[place - 1]
    return {"x": left + crop.left, "y": top + crop.top, "width": crop.width, "height": crop.height}


def _finite(figures: Accuracy | Difference | None) -> dict[str, float | None] | None:
    if figures is None:
        return None
    return {name: finite(value) for name, value in asdict(figures).items()}


def _error(pane: Pane) -> str:
    return "" if pane.error is None else str(pane.error)
