"""`nledn batch IN OUT`: a folder in, a folder out."""

import importlib
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from nledn import atomic, auto, backends, catalog, decoder
from nledn import report as reporting
from nledn.batch import (
    BatchRequest,
    BatchSettings,
    Ending,
    Found,
    Queue,
    State,
    Update,
    in_folder,
    in_list,
    preview,
    read_list,
    report_of,
    run,
)
from nledn.cancel import CancelToken
from nledn.cli.batch_config import Config, read_config
from nledn.cli.batch_progress import LOG_MARK, Log, Shown
from nledn.cli.console import Exit, cancelled_by_ctrl_c, err, out, results_skipped, say_error
from nledn.cli.info import tried
from nledn.cli.options import ConflictOption, OverwriteOption, ResultOptions, taking
from nledn.cli.side_files import SideFiles
from nledn.errors import ClusterNotInstalled, EarlierResult, InputNotFound, NotAFile, PhotoIsVideo
from nledn.messages import printable
from nledn.options import Options

MANY = 50  # photos, enough to gain from a benchmark of ten seconds
VIDEOS_LISTED = 5

FAILURES_LISTED = 100  # at the end; the journal and the report have all of them


@taking(
    *("weights", "strength", "keep_brightness", "device", "name", "format", "quality"),
    # Not in the list of options but below it, and in docs/batch.md.
    hidden=("damaged", "strip", "keep_times", "record"),
)
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
    results: ResultOptions,
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Include subfolders and keep their tree.")
    ] = False,
    on_conflict: ConflictOption = "skip",
    report: Annotated[
        list[Path] | None,
        typer.Option(help="Write a report: .html, .csv or .json; may be repeated."),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Retry photos that failed before.")
    ] = False,
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
    reports = {path: reporting.kind_of(path) for path in report or ()}
    rest = read_config(config, options)
    settings = BatchSettings(
        options=rest.options,
        conflict=on_conflict,
        **vars(results),
        limit_megapixels=rest.max_megapixels,
        truth=None if rest.truth is None else rest.truth.absolute(),
    )
    rest.check_cluster(scheduler)
    if rest.truth is not None and not rest.truth.is_dir():
        raise InputNotFound(rest.truth)
    found = _found(source, output, recursive, list(rest.pattern))
    photos = (found.root / file for file in found.files)
    truths = () if rest.truth is None else filter(Path.is_file, rest.truth.rglob("*"))
    sources = (source, *photos, *truths)
    # The folder of the results may be missing: it is made before a report or a log.
    made = None if output.exists() else output.absolute()
    files = SideFiles(reports, overwrite, sources, made)
    files.check()
    if rest.log_json is not None and rest.log_json.absolute().parent != made:
        atomic.check_appending(rest.log_json, sources=sources, mark=LOG_MARK)
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
        _run(request, scheduler, rest, files)


def _found(source: Path, output: Path, recursive: bool, patterns: list[str]) -> Found:
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


def _say_plan(request: BatchRequest) -> None:
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


def _run(request: BatchRequest, scheduler: str | None, rest: Config, files: SideFiles) -> None:
    with ExitStack() as stack:
        queue = stack.enter_context(Queue.opened(request))
        if queue.workspace.elsewhere:
            err.print(
                f"Others can write to {printable(request.out)}, or its disk cannot lock files. "
                f"The journal is in {printable(queue.workspace.journal.parent)}."
            )
        log = None
        if rest.log_json is not None:
            opened = atomic.appending(rest.log_json, sources=files.sources, mark=LOG_MARK)
            log = Log(rest.log_json, stack.enter_context(opened))
        cancel = stack.enter_context(cancelled_by_ctrl_c())
        ending = Ending(queue.counts())
        if ending.counts.planned:
            with Shown(log) as shown:
                if scheduler is None and not rest.local_workers:
                    ending = _computed_here(queue, shown.show, cancel)
                else:
                    ending = _computed_by_workers(queue, scheduler, rest, shown.show, cancel)
        _say_ending(queue, ending)
        code = _code(ending)
        if files.kinds and ending.error is None and not ending.cancelled:
            writer = partial(reporting.write, report_of(queue, cancel))
            are_written = files.write(writer, "The report is in {}.")
            code = code or (Exit.DONE if are_written else Exit.SOME_FAILED)
    if code:
        raise typer.Exit(code)


def _computed_here(
    queue: Queue, on_update: Callable[[Update], None], cancel: CancelToken
) -> Ending:
    decoder.warm_up()  # while the engine is loaded
    counts, options = queue.counts(), queue.request.settings.options
    if counts.planned >= MANY:
        tried(options, backends.read_machine())
    engine = auto.load(options)
    choice = engine.choice
    err.print(
        f"{counts.planned} of {counts.total} photos to do with {engine.card.id}, "
        f"on {choice.device} in {choice.precision} ({choice.reasons[0]})."
    )
    return run(queue, engine, on_update, cancel)


def _computed_by_workers(
    queue: Queue,
    scheduler: str | None,
    rest: Config,
    on_update: Callable[[Update], None],
    cancel: CancelToken,
) -> Ending:
    try:
        cluster = importlib.import_module("nledn.cluster")
    except ModuleNotFoundError as error:
        if error.name in ("dask", "distributed"):
            raise ClusterNotInstalled from error
        raise
    if scheduler is not None and not scheduler.startswith("tls://"):
        err.print(
            f"{scheduler} is not encrypted: anyone who reaches it can run programs "
            "as you. Use tls:// in a network that you share; docs/cluster.md says how."
        )
    opened = (
        cluster.started_here(rest.local_workers)
        if scheduler is None
        else cluster.connected(scheduler, rest.tls)
    )
    with opened as connected:
        workers, counts = connected.threads_by_worker(), queue.counts()
        err.print(
            f"{counts.planned} of {counts.total} photos to do with {queue.request.card.id}, "
            f"on {len(workers)} workers of {connected.address}."
        )
        ending: Ending = cluster.run(queue, connected, on_update, cancel)
        return ending


def _say_ending(queue: Queue, ending: Ending) -> None:
    counts = ending.counts
    rows = queue.rows() if counts.skipped else ()
    skipped = [row for row in rows if row.state is State.SKIPPED]
    for row in skipped:
        if isinstance(row.error, NotAFile):
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


def _code(ending: Ending) -> Exit:
    counts = ending.counts
    if ending.cancelled:
        return Exit.INTERRUPTED
    if ending.error is not None or counts.failed:
        return Exit.SOME_FAILED if counts.done + counts.skipped else Exit.NONE_DONE
    return Exit.DONE
