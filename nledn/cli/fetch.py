"""`nledn weights fetch ID...`: download the authors' models from their repository."""

import sys
from typing import Annotated

import typer
from rich.progress import DownloadColumn, TransferSpeedColumn

from nledn.cli.console import (
    Exit,
    cancelled_by_ctrl_c,
    err,
    out,
    progress_bar,
    say_error,
)
from nledn.errors import Cancelled, DerainError, UnknownCheckpoint
from nledn.fetch import FETCHABLE, is_here
from nledn.fetch import fetch as fetch_one
from nledn.messages import FETCH_TERMS


def fetch(
    ids: Annotated[
        list[str], typer.Argument(help=f"Any of {', '.join(FETCHABLE)}.", show_default=False)
    ],
    yes: Annotated[
        bool, typer.Option("--yes", help="Fetch without asking about the unstated licence.")
    ] = False,
) -> None:
    """Fetch the paper's own checkpoints from their public repository."""
    for id in ids:
        if id not in FETCHABLE:
            raise UnknownCheckpoint(id, tuple(FETCHABLE))
    missing = [id for id in dict.fromkeys(ids) if not _is_here(id)]
    if not missing:
        return
    _ask(missing, yes)
    failed = _fetch_all(missing)
    if failed:
        raise typer.Exit(Exit.SOME_FAILED if failed < len(missing) else Exit.NONE_DONE)


def _is_here(id: str) -> bool:
    found = is_here(id)
    if found:
        out.print(f"{id} is here already; nledn weights verify {id} checks it.")
    return found


def _ask(ids: list[str], yes: bool) -> None:
    err.print(FETCH_TERMS)
    if yes:
        return
    if not sys.stdin.isatty():
        err.print("Nothing was fetched. Add --yes to fetch them anyway.")
        raise typer.Exit(Exit.USAGE)
    size_mb = sum(FETCHABLE[id].size_bytes for id in ids) / 1e6
    if not typer.confirm(f"Fetch {', '.join(ids)} ({size_mb:.1f} MB)?", err=True):
        err.print("Nothing was fetched.")
        raise typer.Exit(Exit.NONE_DONE)


def _fetch_all(ids: list[str]) -> int:
    """Fetch one after the other; returns how many failed."""
    failed = 0
    bytes_columns = (DownloadColumn(), TransferSpeedColumn())
    with cancelled_by_ctrl_c("Stopping …") as cancel, progress_bar(*bytes_columns) as bar:
        for id in ids:
            task = bar.add_task(id, total=FETCHABLE[id].size_bytes)
            try:
                card = fetch_one(
                    id,
                    on_progress=lambda received, _, task=task: bar.update(  # type: ignore[misc]
                        task, completed=received
                    ),
                    cancel=cancel,
                )
            except Cancelled as cancelled:
                err.print("Interrupted. The checkpoints listed above are kept.")
                raise typer.Exit(Exit.INTERRUPTED) from cancelled
            except DerainError as error:
                say_error(error)
                failed += 1
            else:
                out.print(f"Added {card.id} ({card.title}). Use it with --weights {card.id}.")
    return failed
