"""`nledn weights …`: list, add, fetch, check and remove models."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import DownloadColumn, Progress, TaskID, TransferSpeedColumn
from rich.table import Table

from nledn import catalog
from nledn.card import Card
from nledn.cli.console import Exit, cancelled_by_ctrl_c, err, out, progress_bar, say_error
from nledn.cli.options import taking
from nledn.errors import Cancelled, DerainError, UnknownCheckpoint
from nledn.fetch import FETCHABLE, is_here
from nledn.fetch import fetch as fetch_one
from nledn.messages import FETCH_TERMS

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="List, add, check and remove models."
)

Id = Annotated[str, typer.Argument(help="Id of a model.", show_default=False)]


@app.command("list")
@taking()
def list_() -> None:
    """List the models, shipped ones first."""
    shelf = catalog.shelf()
    table = Table(box=None, pad_edge=False)
    for heading in ("Id", "Title", "Origin", "Trained on"):
        table.add_column(heading, overflow="fold")
    for card in shelf.cards:
        table.add_row(card.id, card.title, card.origin, card.training_data)
    if shelf.cards:
        out.print(table)
    else:
        err.print("There are no models yet. Add one with nledn weights add FILE.")
    _end(shelf.broken, done=len(shelf.cards))


@app.command()
@taking()
def show(
    checkpoint: Annotated[
        str, typer.Argument(help="Id of a model, or a file.", show_default=False)
    ],
) -> None:
    """Show the facts about a model."""
    lines = [(name, value) for name, value in _lines(catalog.find(checkpoint)) if value]
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        out.print(f"{name:{width}}  {value}")


@app.command()
@taking()
def add(
    file: Annotated[Path, typer.Argument(help="A .safetensors or .pth file.", show_default=False)],
    id: Annotated[str | None, typer.Option(help="Its name on the command line.")] = None,
    title: Annotated[str | None, typer.Option(help="Its name in lists.")] = None,
) -> None:
    """Check a model and keep a copy in your own folder."""
    card = catalog.add(file, id, title)
    _say_added(card)


@app.command()
@taking()
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
    missing = []
    for id in dict.fromkeys(ids):
        if is_here(id):
            out.print(f"{id} is here already; nledn weights verify {id} checks it.")
        else:
            missing.append(id)
    if not missing:
        return
    _ask(missing, yes)
    failed = _fetch_all(missing)
    if failed:
        raise typer.Exit(Exit.SOME_FAILED if failed < len(missing) else Exit.NONE_DONE)


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
                card = fetch_one(id, on_progress=partial(_show, bar, task), cancel=cancel)
            except Cancelled as cancelled:
                err.print("Interrupted. The checkpoints listed above are kept.")
                raise typer.Exit(Exit.INTERRUPTED) from cancelled
            except DerainError as error:
                say_error(error)
                failed += 1
            else:
                _say_added(card)
    return failed


def _show(bar: Progress, task: TaskID, received: int, _size: int) -> None:
    bar.update(task, completed=received)


def _say_added(card: Card) -> None:
    out.print(f"Added {card.id} ({card.title}). Use it with --weights {card.id}.")


@app.command()
@taking()
def remove(id: Id) -> None:
    """Remove a model that you added."""
    catalog.remove(id)
    out.print(f"Removed {id}.")


@app.command()
@taking()
def verify(
    id: Annotated[
        str | None, typer.Argument(help="Id of a model; all of them if left out.")
    ] = None,
) -> None:
    """Check that the files of models are sound and match their cards."""
    shelf = catalog.shelf() if id is None else catalog.Shelf((), ())
    errors: list[DerainError] = list(shelf.broken)
    sound = 0
    for name in [card.id for card in shelf.cards] if id is None else [id]:
        try:
            card = catalog.verify(name)
        except DerainError as error:
            errors.append(error)
        else:
            sound += 1
            out.print(f"{card.id} is sound (sha256 {card.sha256}).")
    _end(errors, done=sound)


def _lines(card: Card) -> list[tuple[str, str]]:
    scores = [
        (name, f"PSNR-Y {score.psnr_y:.2f} dB, SSIM-Y {score.ssim_y:.4f}")
        for name, score in card.scores.items()
    ]
    return [
        ("Id", card.id),
        ("Title", card.title),
        ("Origin", card.origin),
        ("Purpose", card.purpose),
        ("About", card.description),
        ("Trained on", card.training_data),
        ("Licence", card.licence),
        ("From", card.url),
        ("Regions", card.regions),
        *scores,
        ("Measured by", card.measured_by),
        ("File", str(card.path)),
        ("SHA-256", card.sha256),
    ]


def _end(errors: list[DerainError] | tuple[DerainError, ...], done: int) -> None:
    for error in errors:
        say_error(error)
    if errors:
        raise typer.Exit(Exit.SOME_FAILED if done else Exit.NONE_DONE)
