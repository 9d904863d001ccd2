"""`nledn compare PHOTO --weights A --weights B`: checkpoints on the same photo, or on many."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nledn import atomic
from nledn.cli.compared import board_table, contest_table, say_failures
from nledn.cli.console import (
    Exit,
    cancelled_by_ctrl_c,
    check_kind,
    err,
    out,
    progress_bar,
    say_error,
    written,
)
from nledn.cli.options import OverwriteOption, require_model, takes_options
from nledn.errors import OptionInvalid, PhotoError
from nledn.messages import printable
from nledn.options import Options

if TYPE_CHECKING:
    from nledn.compare import Board, BoardRequest, Contest, Event, OtherResult
    from nledn.compare.contest import ContestRequest, ContestRow
    from nledn.pairs import PairSet
    from nledn.tiling import Rect


@dataclass(frozen=True)
class _Files:
    """The files of the results."""

    outputs: tuple[Path, ...]
    json: Path | None
    csv: Path | None
    overwrite: bool

    @property
    def _kinds(self) -> list[tuple[Path, str]]:
        """The requested files, each with the suffix that names its kind."""
        named = [(self.json, ".json"), (self.csv, ".csv")]
        pictures = [(path, path.suffix.lower()) for path in self.outputs]
        return pictures + [(path, kind) for path, kind in named if path is not None]

    def check(self, sources: Sequence[Path]) -> None:
        """Check the arguments before the work."""
        from nledn import report
        from nledn.compare.sheet import MARK

        for path in self.outputs:
            if path.suffix.lower() not in (".png", ".html"):
                raise OptionInvalid("output", str(path), "a file that ends in .png or .html")
        for path, _ in self._kinds:
            atomic.check(path, overwrite=True, sources=sources)
        check_kind(self.json, "json")
        check_kind(self.csv, "csv")
        for path, kind in self._kinds:
            mark = MARK if kind == ".png" else report.MARKS[kind].encode()
            atomic.check(path, overwrite=self.overwrite, sources=sources, mark=mark)

    def write(self, writers: Mapping[str, Callable[..., None]], sources: Sequence[Path]) -> bool:
        """Write each file by the writer of its kind; return whether all could be written."""
        done = [
            written(
                partial(writers[kind], path, sources, overwrite=self.overwrite),
                f"Written: {printable(path)}",
            )
            for path, kind in self._kinds
        ]
        return all(done)


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
    crop_only: Annotated[
        bool, typer.Option("--crop-only", help="Compute and show that crop alone.")
    ] = False,
    output: Annotated[
        list[Path] | None, typer.Option("-o", "--output", help="Sheet (.png) or page (.html).")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures here.")
    ] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write a table here.")] = None,
    overwrite: OverwriteOption = False,
    y: Annotated[
        Literal["pillow", "matlab"], typer.Option(help="The luma to measure on; papers differ.")
    ] = "pillow",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Of a folder, the first N pairs.")
    ] = None,
) -> None:
    """Compare checkpoints, and other programs' results, on one photo or on a folder of pairs."""
    asked = tuple(_options_of(text, options) for text in weights or ())
    for each in asked:
        require_model(each.weights)
    results = tuple(_result_of(text) for text in result or ())
    files = _Files(tuple(output or ()), json_file, csv_file, overwrite)
    if not asked and not results:
        raise OptionInvalid("weights", "nothing", "an id or a file")
    if photo.is_dir():
        from nledn.compare import ContestRequest

        _refuse_for_folder(truth, crop, crop_only, output)
        _compare_folder(photo, ContestRequest(asked, results, y), files, limit)
        return
    from nledn.compare import BoardRequest

    crops = tuple(_crop_of(text) for text in crop or ())
    if crop_only and len(crops) != 1:
        raise OptionInvalid("crop-only", f"{len(crops)} crops", "one --crop")
    if limit is not None:
        raise OptionInvalid("limit", str(limit), "a folder of pairs")
    _compare_photo(BoardRequest(photo, asked, truth, results, crops, crop_only, y), files)


def _compare_photo(request: "BoardRequest", files: _Files) -> None:
    from nledn import compare as comparing
    from nledn import report

    sources = (request.photo, *((request.truth,) if request.truth else ()))
    sources += tuple(_files_of(request.results, request.photo))
    files.check(sources)
    board = _with_progress(request)
    out.print(board_table(board))
    say_failures(board)
    writers: dict[str, Callable[..., None]] = {
        ".png": partial(comparing.write_sheet, board),
        ".html": partial(comparing.write_page, board),
        ".json": partial(report.write_json, comparing.board_json(board)),
        ".csv": partial(comparing.write_board_csv, board),
    }
    all_written = files.write(writers, sources)
    if not all_written or any(pane.error is not None for pane in board.panes):
        raise typer.Exit(Exit.SOME_FAILED if board.results else Exit.NONE_DONE)


def _files_of(results: Sequence["OtherResult"], photo: Path) -> Iterator[Path]:
    """Other programs' files, also those that are found in a folder by the photo's name."""
    for result in results:
        with suppress(PhotoError):  # its pane shows the error
            yield result.file_for(photo)


def _with_progress(request: "BoardRequest") -> "Board":
    from nledn.compare import TileDone, compare_photo
    from nledn.models import LoadedModels

    with cancelled_by_ctrl_c() as cancel, progress_bar() as bar:
        names = (printable(options.weights) for options in request.asked)
        tasks = [bar.add_task(name, total=None) for name in names]

        def show(event: "Event") -> None:
            if isinstance(event, TileDone):
                progress = event.progress
                bar.update(tasks[event.lane], completed=progress.done, total=progress.total)

        return compare_photo(request, LoadedModels(), on_event=show, cancel=cancel)


def _compare_folder(
    folder: Path, request: "ContestRequest", files: _Files, limit: int | None
) -> None:
    from nledn import compare as comparing
    from nledn import report
    from nledn.pairs import find_pairs

    found = find_pairs(folder)
    sources = tuple(
        path for pair in found.pairs for path in (pair.rainy, pair.clean) if path is not None
    )
    sources += tuple(
        path for pair in found.pairs[:limit] for path in _files_of(request.results, pair.rainy)
    )
    files.check(sources)
    contest = _contest(found, request, limit)
    out.print(contest_table(contest))
    err.print(f"Pairs found as {found.layout}.")
    writers: dict[str, Callable[..., None]] = {
        ".json": partial(report.write_json, comparing.contest_json(contest)),
        ".csv": partial(comparing.write_contest_csv, contest),
    }
    all_written = files.write(writers, sources)
    if not all_written or any(error is not None for row in contest.rows for error in row.errors):
        some = any(found is not None for row in contest.rows for found in row.accuracies[1:])
        raise typer.Exit(Exit.SOME_FAILED if some else Exit.NONE_DONE)


def _contest(found: "PairSet", request: "ContestRequest", limit: int | None) -> "Contest":
    from nledn.compare import compare_pairs

    said: set[str] = set()
    pairs = found.pairs[:limit]
    with cancelled_by_ctrl_c() as cancel, progress_bar() as bar:
        task = bar.add_task("Comparing", total=len(pairs))

        def show(row: "ContestRow") -> None:
            for error in row.errors:
                # A checkpoint that cannot be loaded fails on every photo.
                if error is not None and repr(error) not in said:
                    said.add(repr(error))
                    say_error(error)
            bar.update(task, advance=1, description=printable(row.file))

        return compare_pairs(pairs, request, on_row=show, cancel=cancel)


def _refuse_for_folder(
    truth: Path | None, crop: list[str] | None, crop_only: bool, output: list[Path] | None
) -> None:
    """Options for a single photo."""
    given = {"truth": truth, "crop": crop, "crop-only": crop_only, "output": output}
    for name, value in given.items():
        if value:
            raise OptionInvalid(name, "a folder", "one photo")


def _options_of(text: str, options: Options) -> Options:
    """`ID`, or `ID@STRENGTH` where what follows the sign is a number."""
    weights, _, strength = text.rpartition("@")
    try:
        return replace(options, weights=weights or text, strength=float(strength))
    except ValueError:
        return replace(options, weights=text)


def _result_of(text: str) -> "OtherResult":
    from nledn.compare import OtherResult

    title, sign, path = text.partition("=")
    if not (title and sign and path):
        raise OptionInvalid("result", text, "NAME=FILE or NAME=FOLDER")
    return OtherResult(printable(title), Path(path))


def _crop_of(text: str) -> "Rect":
    from nledn.tiling import Rect

    try:
        left, top, width, height = (int(part) for part in text.split(","))
    except ValueError as error:
        raise OptionInvalid("crop", text, "four whole numbers x,y,w,h") from error
    return Rect(left, top, left + width, top + height)
