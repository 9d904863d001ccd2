"""Comparisons as JSON and CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nledn.atomic import replacing_text
from nledn.compare.comparison import Board, Pane
from nledn.compare.contest import Contest, Difference
from nledn.compare.figures import Accuracy, Figures, main_direction
from nledn.messages import printable
from nledn.metrics import finite
from nledn.report import TABLE_MARK, dump_csv

BOARD_COLUMNS = (
    "photo", "pane", "kind", "x", "y", "width", "height", "psnr_y", "ssim_y", "psnr_rgb",
    "taken", "share", "brightness", "direction", "error",
)  # fmt: skip
CONTEST_COLUMNS = ("file", "contender", "psnr_y", "ssim_y", "psnr_rgb", "wins", "error")
PROTOCOL = "as saved, 8 bits; PSNR range 255; SSIM 7×7; Y of {y}"


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


def write_board_csv(
    board: Board, path: Path, sources: Sequence[Path] = (), *, overwrite: bool = False
) -> None:
    """Write a row for each pane and each part of the photo that was measured.

    Raises:
        WriteError: it cannot be written.
    """
    with replacing_text(path, overwrite=overwrite, sources=sources, mark=TABLE_MARK) as file:
        dump_csv(BOARD_COLUMNS, _board_rows(board), file)


def write_contest_csv(
    contest: Contest, path: Path, sources: Sequence[Path] = (), *, overwrite: bool = False
) -> None:
    """Write a row for each photo and contender.

    Raises:
        WriteError: it cannot be written.
    """
    with replacing_text(path, overwrite=overwrite, sources=sources, mark=TABLE_MARK) as file:
        dump_csv(CONTEST_COLUMNS, _contest_rows(contest), file)


def _board_rows(board: Board) -> Iterator[dict[str, Any]]:
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


def _contest_rows(contest: Contest) -> Iterator[dict[str, Any]]:
    for row in contest.rows:
        for place, name in enumerate(contest.names):
            error = row.errors[place]
            yield {
                "file": row.file,
                "contender": name,
                **(_finite(row.accuracies[place]) or {}),
                "wins": int(row.winner == place),
                "error": "" if error is None else str(error),
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
