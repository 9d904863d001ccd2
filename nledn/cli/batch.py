"""`nledn batch IN OUT`: a folder in, a folder out."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Literal

import typer

from nledn import atomic, decoder
from nledn.cancel import CancelToken
from nledn.cli import batch_cluster
from nledn.cli.batch_cluster import Where
from nledn.cli.batch_config import read_config
from nledn.cli.batch_progress import LOG_MARK, Shown
from nledn.cli.console import (
    Exit,
    cancelled_by_ctrl_c,
    err,
    out,
    results_skipped,
    say_error,
    written,
)
from nledn.cli.fastest import tried
from nledn.cli.options import (
    ConflictOption,
    FormatOption,
    NameOption,
    OverwriteOption,
    QualityOption,
    taking,
)
from nledn.errors import EarlierResult, InputNotFound, PhotoIsVideo
from nledn.messages import printable
from nledn.naming import DEFAULT_TEMPLATE
from nledn.options import Options

MANY = 50  # photos, enough to gain from a benchmark of ten seconds
VIDEOS_LISTED = 5

if TYPE_CHECKING:
    from nledn.batch import BatchRequest, Ending, Found, Queue
    from nledn.report import Report

FAILURES_LISTED = 100  # at the end; the journal and the report have all of them


@taking("weights", "strength", "keep_brightness", "device")
def batch(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN",
            help="Folder of photos, or a list of them, one a line; - reads the list from stdin.",
            show_default=False,
            readable=False,  # checked for each photo, not for all before the first
        ),
    ],
    output: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder for the results.", show_default=False)
    ],
    options: Options,
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Include subfolders and keep their tree.")
    ] = False,
    name: NameOption = DEFAULT_TEMPLATE,
    on_conflict: ConflictOption = "skip",
    format: FormatOption = "keep",
    quality: QualityOption = 95,
    report: Annotated[
        list[Path] | None,
        typer.Option(help="Write a report: .html, .csv or .json; may be repeated."),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Retry photos that failed before.")
    ] = False,
    # Not in the list of options but below it, and in docs/batch.md.
    damaged: Annotated[bool, typer.Option("--damaged", hidden=True)] = False,
    include_results: Annotated[bool, typer.Option("--include-results", hidden=True)] = False,
    strip: Annotated[Literal["none", "location", "all"], typer.Option(hidden=True)] = "none",
    keep_times: Annotated[bool, typer.Option("--keep-times", hidden=True)] = False,
    record: Annotated[bool, typer.Option("--record/--no-record", hidden=True)] = True,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and write nothing.")
    ] = False,
    overwrite: OverwriteOption = False,
    scheduler: Annotated[
        str | None, typer.Option(help="Compute on a dask cluster: tcp://HOST:8786.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="TOML file with rarely used settings; see docs/batch.md.")
    ] = None,
) -> None:
    """Derain many photos into a folder. Run the same command again to continue."""
    from nledn import catalog
    from nledn.batch import BatchRequest, BatchSettings
    from nledn.report import check_suffix

    reports = report or []
    rest = read_config(config, options)
    settings = BatchSettings(
        options=rest.options,
        name=name,
        conflict=on_conflict,
        format=format,
        quality=quality,
        record=record,
        damaged=damaged,
        include_results=include_results,
        strip=strip,
        keep_times=keep_times,
        limit_megapixels=rest.max_megapixels,
        truth=None if rest.truth is None else rest.truth.absolute(),
        thumbnails=any(path.suffix.lower() in (".html", ".htm") for path in reports),
    )
    where = Where(scheduler, rest.local_workers, rest.tls)
    for path in reports:
        check_suffix(path)
    if rest.truth is not None and not rest.truth.is_dir():
        raise InputNotFound(rest.truth)
    found = _found(source, output, recursive, list(rest.pattern))
    photos = (found.root / file for file in found.files)
    sources = (source, *photos, *_files_in(rest.truth))
    files = _Files(tuple(reports), rest.log_json, overwrite, sources)
    files.check(output)
    request = BatchRequest(
        found=found,
        out=output,
        settings=settings,
        card=catalog.card_of(options.weights),
        retry_failed=retry_failed,
    )
    if dry_run:
        _say_plan(request)
    else:
        _run(request, where, files)


@dataclass(frozen=True)
class _Files:
    """The files beside the results: reports and a log."""

    reports: tuple[Path, ...]
    log: Path | None
    overwrite: bool
    sources: tuple[Path, ...]

    def check(self, output: Path) -> None:
        """Raise before the work what writing would raise after it."""
        from nledn.report import MARKS

        # The folder of the results may be missing: it is made before a report or a log.
        made = None if output.exists() else output.absolute()
        for path in self.reports:
            if path.absolute().parent != made:
                mark = MARKS[path.suffix.lower()].encode()
                atomic.check(path, overwrite=self.overwrite, sources=self.sources, mark=mark)
        if self.log is not None and self.log.absolute().parent != made:
            atomic.check_appending(self.log, sources=self.sources, mark=LOG_MARK)

    def write(self, report: "Report") -> bool:
        """Write the reports; return whether all could be written."""
        from nledn import report as reporting

        write = partial(reporting.write, report, overwrite=self.overwrite, sources=self.sources)
        told = [
            written(partial(write, path), f"The report is in {printable(path)}.")
            for path in self.reports
        ]
        return all(told)


def _files_in(folder: Path | None) -> Iterator[Path]:
    """The photos without rain, which are never replaced either."""
    if folder is not None:
        yield from (path for path in folder.rglob("*") if path.is_file())


def _found(source: Path, output: Path, recursive: bool, patterns: list[str]) -> "Found":
    from nledn.batch import in_folder, in_list, read_list

    if str(source) == "-":
        return in_list(sys.stdin.buffer.read().splitlines(), Path("stdin"), patterns=patterns)
    if not source.is_dir():
        return in_list(read_list(source), source, patterns=patterns)
    found = in_folder(source, recursive=recursive, patterns=patterns, out=output)
    for folder in found.unlisted:
        err.print(f"Permission denied: {printable(folder)}. It is left out.")
    for video in found.videos[:VIDEOS_LISTED]:
        err.print(str(PhotoIsVideo(found.root / video)))
    if len(found.videos) > VIDEOS_LISTED:
        err.print(f"So are {len(found.videos) - VIDEOS_LISTED} more files there.")
    return found


def _say_plan(request: "BatchRequest") -> None:
    from nledn.batch import State, preview

    foreseen = preview(request)
    left = [item for item in foreseen if item.row.state is not State.DONE]
    for item in left:
        what = item.error if item.target is None else f"-> {printable(item.target)}"
        out.print(f"{printable(item.row.source)} {what}")
    todo = sum(item.target is not None for item in left)
    if todo:
        err.print(f"{todo} of {len(foreseen)} photos would be derained. Nothing was written.")
    else:
        done = len(foreseen) - len(left)
        err.print(f"Nothing to do: {done} of {len(foreseen)} are done.")


def _run(request: "BatchRequest", where: Where, files: _Files) -> None:
    from nledn.batch import Queue, report_of

    with ExitStack() as stack:
        queue = stack.enter_context(Queue.opened(request))
        if queue.workspace.elsewhere:
            err.print(
                f"Others can write to {printable(request.out)}, or its disk cannot lock files. "
                f"The journal is in {printable(queue.workspace.journal.parent)}."
            )
        log = None
        if files.log is not None:
            opened = atomic.appending(files.log, sources=files.sources, mark=LOG_MARK)
            log = stack.enter_context(opened)
        cancel = stack.enter_context(cancelled_by_ctrl_c())
        ending = _computed(queue, where, log, cancel)
        _say_ending(queue, ending)
        code = _code(ending)
        if files.reports and ending.error is None and not ending.cancelled:
            are_written = files.write(report_of(queue, cancel))
            code = code or (Exit.DONE if are_written else Exit.SOME_FAILED)
    if code:
        raise typer.Exit(code)


def _computed(queue: "Queue", where: Where, log: IO[str] | None, cancel: CancelToken) -> "Ending":
    from nledn.batch import Ending, run

    counts = queue.counts()
    if counts.planned == 0:
        return Ending(counts)
    if not where.is_here:
        with Shown(log) as shown:
            return batch_cluster.computed(queue, where, shown.update, cancel)
    decoder.warm_up()  # while the engine is loaded
    from nledn import auto, backends

    options = queue.request.settings.options
    if counts.planned >= MANY:
        tried(options, backends.read_machine())
    engine = auto.load(options)
    choice = engine.choice
    err.print(
        f"{counts.planned} of {counts.total} photos to do with {engine.card.id}, "
        f"on {choice.device} in {choice.precision} ({choice.reasons[0]})."
    )
    with Shown(log) as shown:
        return run(queue, engine, shown.update, cancel)


def _say_ending(queue: "Queue", ending: "Ending") -> None:
    from nledn.batch import State
    from nledn.batch.targets import skipped_as_no_file

    counts = ending.counts
    rows = queue.rows() if counts.skipped else ()
    skipped = [row for row in rows if row.state is State.SKIPPED]
    for row in skipped:
        if skipped_as_no_file(row.source) is not None:
            err.print(row.sentence)
    if counts.failed:
        failed = [row for row in queue.rows() if row.state is State.FAILED]
        err.print(f"{counts.failed} of {counts.total} photos failed:")
        for row in failed[:FAILURES_LISTED]:
            err.print(f"  {row.sentence}", style="red")
        if len(failed) > FAILURES_LISTED:
            err.print(f"  … and {len(failed) - FAILURES_LISTED} more, which a report lists.")
        err.print("To retry them, run the same command with --retry-failed.")
    if ending.error is not None:
        say_error(ending.error)
    left = counts.planned + counts.running
    said = [f"{counts.done} of {counts.total} photos are done"]
    results = sum(isinstance(row.error, EarlierResult) for row in skipped)
    said += [results_skipped(results)] if results else []
    said += [f"{counts.skipped - results} skipped"] if counts.skipped > results else []
    said += [f"{left} left; run the same command to continue"] if left else []
    err.print(f"{', '.join(said)}.")


def _code(ending: "Ending") -> Exit:
    counts = ending.counts
    if ending.cancelled:
        return Exit.INTERRUPTED
    if ending.error is not None or counts.failed:
        return Exit.SOME_FAILED if counts.done + counts.skipped else Exit.NONE_DONE
    return Exit.DONE
