"""`nledn weights …`: list, add, check and remove models."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from nledn import catalog
from nledn.card import Card
from nledn.cli.console import Exit, err, out, say_error
from nledn.cli.fetch import fetch
from nledn.cli.options import taking
from nledn.errors import DerainError

app = typer.Typer(no_args_is_help=True)
app.command()(taking()(fetch))

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
    card = catalog.find(checkpoint)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in _lines(card):
        if value:
            table.add_row(name, value)
    out.print(table)


@app.command()
@taking()
def add(
    file: Annotated[Path, typer.Argument(help="A .safetensors or .pth file.", show_default=False)],
    id: Annotated[str | None, typer.Option(help="Its name on the command line.")] = None,
    title: Annotated[str | None, typer.Option(help="Its name in lists.")] = None,
) -> None:
    """Check a model and keep a copy in your own folder."""
    card = catalog.add(file, id, title)
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
