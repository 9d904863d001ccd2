"""`nledn compare PHOTO --weights A --weights B`: checkpoints on the same photo, or on many."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from nledn import compare as comparing
from nledn import report
from nledn.cli.console import Exit, cancelled_by_ctrl_c, err, out, progress_bar, say_error
from nledn.cli.options import OverwriteOption, require_model, takes_options
from nledn.cli.side_files import SideFiles
from nledn.compare import (
    Board,
    BoardRequest,
    Contest,
    ContestRequest,
    Event,
    Figures,
    OtherResult,
    compare_pairs,
    compare_photo,
)
from nledn.compare.contest import ContestRow, Difference
from nledn.compare.figures import Accuracy, cells_of
from nledn.errors import OptionInvalid, PhotoError
from nledn.messages import printable
from nledn.models import LoadedModels
from nledn.options import Options
from nledn.pairs import PairSet, find_pairs
from nledn.tiling import Rect

OUTPUTS = (".png", ".html", ".csv")


@takes_options
def compare(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    photo: Annotated[
        Path,
        typer.Argument(help="A photo, or a folder of pairs.", show_default=False, readable=False),
    ],
    options: Options,
    weights: Annotated[
        list[str] | None,
        typer.Option(help="Checkpoint: an id or a file, ID@0.7 for its own strength; repeat it."),
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="The photo without rain.", readable=False)
    ] = None,
    result: Annotated[
        list[str] | None,
        typer.Option(help="Another program's result: NAME=FILE or NAME=FOLDER; repeat it."),
    ] = None,
    crop: Annotated[
        list[str] | None, typer.Option(help="Look closer at x,y,w,h in pixels; repeat it.")
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option("-o", "--output", help="Sheet (.png), page (.html) or table (.csv)."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures here.")
    ] = None,
    overwrite: OverwriteOption = False,
    y: Annotated[
        Literal["pillow", "matlab"], typer.Option(help="The luma to measure on; papers differ.")
    ] = "pillow",
) -> None:
    """Compare checkpoints, and other programs' results, on one photo or on a folder of pairs."""
    asked = tuple(_options_of(text, options) for text in weights or ())
    for each in asked:
        require_model(each.weights)
    results = tuple(_result_of(text) for text in result or ())
    files = {path: path.suffix.lower() for path in output or ()}
    for path, kind in files.items():
        if kind not in OUTPUTS:
            raise OptionInvalid("output", str(path), "a file that ends in .png, .html or .csv")
    files |= {json_file: ".json"} if json_file else {}
    if not asked and not results:
        raise OptionInvalid("weights", "nothing", "an id or a file")
    if photo.is_dir():
        for name, value in {"truth": truth, "crop": crop, "output": output}.items():
            if value:
                raise OptionInvalid(name, "a folder", "one photo")
        _compare_folder(photo, ContestRequest(asked, results, y), files, overwrite)
        return
    crops = tuple(_crop_of(text) for text in crop or ())
    _compare_photo(BoardRequest(photo, asked, truth, results, crops, y), files, overwrite)


def _compare_photo(request: BoardRequest, kinds: dict[Path, str], overwrite: bool) -> None:
    sources = (request.photo, *((request.truth,) if request.truth else ()))
    sources += tuple(_files_of(request.results, request.photo))
    files = SideFiles(kinds, overwrite, sources)
    files.check()
    board = _with_progress(request)
    out.print(_board_table(board))
    _say_failures(board)
    are_written = files.write(partial(comparing.write_board, board))
    if not are_written or any(pane.error is not None for pane in board.panes):
        raise typer.Exit(Exit.SOME_FAILED if board.results else Exit.NONE_DONE)


def _files_of(results: Sequence[OtherResult], photo: Path) -> Iterator[Path]:
    """Other programs' files, also those that are found in a folder by the photo's name."""
    for result in results:
        with suppress(PhotoError):  # its pane shows the error
            yield result.file_for(photo)


def _with_progress(request: BoardRequest) -> Board:
    with cancelled_by_ctrl_c() as cancel, progress_bar() as bar:
        names = (printable(options.weights) for options in request.asked)
        tasks = [bar.add_task(name, total=None) for name in names]

        def show(event: Event) -> None:
            if event.progress is not None:
                done, total = event.progress.done, event.progress.total
                bar.update(tasks[event.lane], completed=done, total=total)

        return compare_photo(request, LoadedModels(), on_event=show, cancel=cancel)


def _compare_folder(
    folder: Path, request: ContestRequest, kinds: dict[Path, str], overwrite: bool
) -> None:
    found = find_pairs(folder)
    others = (_files_of(request.results, pair.rainy) for pair in found.pairs)
    files = SideFiles(kinds, overwrite, (*found.files, *chain.from_iterable(others)))
    files.check()
    contest = _contest(found, request)
    out.print(_contest_table(contest))
    err.print(f"Pairs found as {found.layout}.")
    are_written = files.write(partial(report.write_json, comparing.contest_json(contest)))
    if not are_written or any(error is not None for row in contest.rows for error in row.errors):
        some = any(found is not None for row in contest.rows for found in row.accuracies[1:])
        raise typer.Exit(Exit.SOME_FAILED if some else Exit.NONE_DONE)


def _contest(found: PairSet, request: ContestRequest) -> Contest:
    said: set[str] = set()
    with cancelled_by_ctrl_c() as cancel, progress_bar() as bar:
        task = bar.add_task("Comparing", total=len(found.pairs))

        def show(row: ContestRow) -> None:
            for error in row.errors:
                # A checkpoint that cannot be loaded fails on every photo.
                if error is not None and repr(error) not in said:
                    said.add(repr(error))
                    say_error(error)
            bar.update(task, advance=1, description=printable(row.file))

        return compare_pairs(found.pairs, request, on_row=show, cancel=cancel)


def _options_of(text: str, options: Options) -> Options:
    """`ID`, or `ID@STRENGTH` where what follows the sign is a number."""
    weights, _, strength = text.rpartition("@")
    try:
        return replace(options, weights=weights or text, strength=float(strength))
    except ValueError:
        return replace(options, weights=text)


def _result_of(text: str) -> OtherResult:
    title, sign, path = text.partition("=")
    if not (title and sign and path):
        raise OptionInvalid("result", text, "NAME=FILE or NAME=FOLDER")
    return OtherResult(printable(title), Path(path))


def _crop_of(text: str) -> Rect:
    try:
        left, top, width, height = (int(part) for part in text.split(","))
    except ValueError as error:
        raise OptionInvalid("crop", text, "four whole numbers x,y,w,h") from error
    return Rect(left, top, left + width, top + height)


def _board_table(board: Board) -> Table:
    """A row for each pane; figures of the whole, then of each crop."""
    scored = board.truth is not None
    table = Table(box=None, pad_edge=False)
    table.add_column("Pane", overflow="fold", min_width=16)
    table.add_column("Part")
    headings = ("PSNR-Y", "SSIM-Y", "PSNR-RGB") if scored else ()
    for heading in (*headings, "Taken", "Pixels", "Light", "Streaks"):
        table.add_column(heading, justify="right")
    for place in range(1 + len(board.crops)):
        for pane in board.panes:
            # The rainy photo has figures only where there is a truth.
            if len(pane.figures) > place and pane.figures[place] != Figures():
                cells = list(cells_of(pane.figures[place]).values())
                marks = [cell or "–" for cell in cells[:3]] if scored else []
                part = "whole" if place == 0 else f"crop {place}"
                table.add_row(pane.title, part, *marks, *cells[3:])
        table.add_section()
    return table


def _contest_table(contest: Contest) -> Table:
    """PSNR-Y of each contender on each photo, the best one starred, and what follows from it."""
    table = Table(box=None, pad_edge=False)
    table.add_column("File", overflow="fold")
    for name in contest.names:
        table.add_column(name, justify="right", overflow="fold")
    for row in contest.rows:
        cells = [
            _figure(found, "psnr_y") + ("*" if row.winner == place else " ")
            for place, found in enumerate(row.accuracies)
        ]
        table.add_row(row.file, *cells)
    table.add_section()
    complete = sum(None not in row.accuracies for row in contest.rows)
    headings = (f"Mean PSNR-Y of {complete}", "Mean SSIM-Y", "Mean PSNR-RGB")
    for heading, name in zip(headings, ("psnr_y", "ssim_y", "psnr_rgb"), strict=True):
        table.add_row(heading, *(_figure(mean, name) + " " for mean in contest.means()))
    table.add_row(
        f"PSNR-Y minus {contest.names[1]}'s, 95 %", *(map(_interval, contest.differences()))
    )
    table.add_row("Best on", "", *(f"{wins} " for wins in contest.wins()[1:]))
    return table


def _say_failures(board: Board) -> None:
    """One sentence for each pane that shows nothing."""
    for pane in board.panes:
        if pane.error is not None:
            err.print(f"{pane.title}:", style="red", end=" ")
            say_error(pane.error)
    if board.crops_found:
        crop = board.crops[0]
        err.print(
            f"Crop 1 is {crop.left},{crop.top},{crop.width},{crop.height}, "
            "where the results differ most; --crop chooses another."
        )


def _figure(found: Accuracy | None, name: str) -> str:
    return cells_of(Figures(found))[name] or "–"


def _interval(difference: Difference | None) -> str:
    if difference is None:
        return ""
    return f"{difference.mean:+.2f} [{difference.low:+.2f}, {difference.high:+.2f}] "
