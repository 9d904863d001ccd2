"""Comparisons as tables on a terminal."""

from collections import Counter
from dataclasses import astuple
from typing import TYPE_CHECKING

from rich.table import Table

from nledn.cli.console import err, say_error
from nledn.messages import printable

if TYPE_CHECKING:
    from nledn.compare import Board, Contest, Figures, Pane
    from nledn.compare.contest import Difference
    from nledn.compare.figures import Accuracy


def board_table(board: "Board") -> Table:
    """A row for each pane; figures of the whole, then of each crop."""
    scored = board.truth is not None
    table = Table(box=None, pad_edge=False)
    table.add_column("Pane", overflow="fold", min_width=16)
    table.add_column("Part")
    headings = ("PSNR-Y", "SSIM-Y", "PSNR-RGB") if scored else ()
    for heading in (*headings, "Taken", "Pixels", "Light", "Streaks"):
        table.add_column(heading, justify="right")
    names = _names(board)
    for place in range(1 + len(board.crops)):
        for name, pane in zip(names, board.panes, strict=True):
            if len(pane.figures) > place and _says_something(pane.figures[place]):
                part = "whole" if place == 0 else f"crop {place}"
                table.add_row(name, part, *_words(pane.figures[place], scored=scored))
        table.add_section()
    return table


def contest_table(contest: "Contest") -> Table:
    """PSNR-Y of each contender on each photo, the best one starred, and what follows from it."""
    table = Table(box=None, pad_edge=False)
    table.add_column("File", overflow="fold")
    for name in contest.names:
        table.add_column(name, justify="right", overflow="fold")
    for row in contest.rows:
        cells = [
            _decibels(found) + ("*" if row.winner == place else " ")
            for place, found in enumerate(row.accuracies)
        ]
        table.add_row(row.file, *cells)
    table.add_section()
    means = contest.means()
    complete = sum(None not in row.accuracies for row in contest.rows)
    table.add_row(f"Mean PSNR-Y of {complete}", *(_decibels(mean) + " " for mean in means))
    table.add_row("Mean SSIM-Y", *(_ssim(mean) for mean in means))
    table.add_row("Mean PSNR-RGB", *(_decibels(mean, rgb=True) + " " for mean in means))
    table.add_row(
        f"PSNR-Y minus {contest.names[1]}'s, 95 %", *(map(_interval, contest.differences()))
    )
    table.add_row("Best on", "", *(f"{wins} " for wins in contest.wins()[1:]))
    return table


def say_failures(board: "Board") -> None:
    """One sentence for each pane that shows nothing."""
    for name, pane in zip(_names(board), board.panes, strict=True):
        if pane.error is not None:
            err.print(f"{name}:", style="red", end=" ")
            say_error(pane.error)
    if board.crops_found:
        crop = board.crops[0]
        err.print(
            f"Crop 1 is {crop.left},{crop.top},{crop.width},{crop.height}, "
            "where the results differ most; --crop chooses another."
        )


def _names(board: "Board") -> list[str]:
    """Short ones, but titles where panes share one, as run1/best.pth and run2/best.pth do."""
    short = [_name(pane) for pane in board.panes]
    shared = Counter(short)
    return [
        printable(pane.title) if shared[name] > 1 else name
        for name, pane in zip(short, board.panes, strict=True)
    ]


def _name(pane: "Pane") -> str:
    """Short: a checkpoint's id, and its strength where it is not all."""
    if pane.record is None:
        return printable(pane.title)
    strength = "" if pane.strength in (None, 1.0) else f"@{pane.strength:g}"
    return f"{pane.record.checkpoint}{strength}"


def _says_something(figures: "Figures") -> bool:
    """The rainy photo has figures only where there is a truth."""
    return figures.accuracy is not None or figures.removal is not None


def _words(figures: "Figures", *, scored: bool) -> tuple[str, ...]:
    from nledn.compare.figures import cells_of

    psnr_y, ssim_y, psnr_rgb, *removal = astuple(cells_of(figures))
    marks = (psnr_y or "–", ssim_y or "–", psnr_rgb or "–") if scored else ()
    return (*marks, *removal)


def _decibels(found: "Accuracy | None", *, rgb: bool = False) -> str:
    from nledn.compare.figures import decibels

    return "–" if found is None else decibels(found.psnr_rgb if rgb else found.psnr_y)


def _ssim(found: "Accuracy | None") -> str:
    return "– " if found is None else f"{found.ssim_y:.4f} "


def _interval(difference: "Difference | None") -> str:
    if difference is None:
        return ""
    return f"{difference.mean:+.2f} [{difference.low:+.2f}, {difference.high:+.2f}] "
