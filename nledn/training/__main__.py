"""`python -m nledn.training …`: for those who train checkpoints; users never meet it."""

import logging
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import torch
import typer

from nledn.training.config import Recipe, read_recipe
from nledn.training.data import find_photos, load
from nledn.training.export import About
from nledn.training.export import export as export_mean
from nledn.training.loop import Run, Trainer

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

RecipeName = Annotated[str, typer.Argument(help="A shipped recipe's name, or a TOML file.")]
Folder = Annotated[Path, typer.Option(help="Where the state and the log are kept.")]


@app.callback()
def main() -> None:
    """Train NLEDN checkpoints and export them."""


@app.command()
def train(
    recipe: RecipeName,
    photos: Annotated[Path, typer.Option(help="A folder of clean photos.")],
    folder: Folder,
    threads: Annotated[int, typer.Option(help="Processor threads; 0 takes all.")] = 0,
    until_step: Annotated[int | None, typer.Option(help="Stop early, at this step.")] = None,
) -> None:
    """Train a recipe, from where its folder left off."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if threads:
        torch.set_num_threads(threads)
    settings = find_recipe(recipe)
    training, held_out = find_photos(photos, settings.held_out)
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(folder, bf16=torch.ops.mkldnn._is_mkldnn_bf16_supported())
    trainer = Trainer(settings, run, load(training), load(held_out))
    trainer.resume()
    trainer.train(until_step)


@app.command()
def export(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    recipe: RecipeName,
    folder: Folder,
    training_data: Annotated[str, typer.Option(help="For the card: what it has seen.")],
    into: Annotated[Path, typer.Option(help="Where weights and card go.")] = Path("weights"),
    licence: Annotated[str, typer.Option(help="For the card: of the weights.")] = "MIT",
    description: Annotated[str, typer.Option(help="For the card: a sentence.")] = "",
    scores: Annotated[
        list[str] | None,
        typer.Option(help="NAME=FILE: a data set, and what `nledn evaluate --json` wrote of it."),
    ] = None,
) -> None:
    """Write a training's running mean as a checkpoint with its card."""
    named = (item.partition("=") for item in scores or [])
    evaluations = {name: Path(file) for name, _, file in named}
    about = About(training_data, licence, description, evaluations)
    card = export_mean(folder, find_recipe(recipe), about, into)
    typer.echo(f"{card.path} (sha256 {card.sha256})")


def find_recipe(name: str) -> Recipe:
    """A recipe by the name of a shipped one, or by its path."""
    path = Path(name)
    if path.suffix != ".toml":
        path = Path(str(files("nledn.training") / "recipes" / f"{name}.toml"))
    return read_recipe(path)


if __name__ == "__main__":
    app()
