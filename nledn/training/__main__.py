"""`python -m nledn.training …`: the commands for training checkpoints; users never see them."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from nledn.errors import DerainError
from nledn.training.config import Recipe, read_recipe
from nledn.training.export import About, Blend
from nledn.training.export import export as export_mean
from nledn.training.loop import STATE_FILE
from nledn.training.session import (
    Precision,
    TrainingSettings,
    recipe_path,
    take_threads,
    take_up,
    takes_bf16,
)
from nledn.training.session import start as start_training

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

RecipeName = Annotated[str, typer.Argument(help="A shipped recipe's name, or a TOML file.")]
Folder = Annotated[Path, typer.Option(help="Where the state and the log are kept.")]
UntilStep = Annotated[int | None, typer.Option(help="Stop early, at this step.")]


@app.callback()
def main() -> None:
    """Train NLEDN checkpoints and export them."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")


@app.command()
def train(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    recipe: RecipeName,
    photos: Annotated[
        Path,
        typer.Option("--photos", "--data", help="Clean photos, or the pairs of the recipe's set."),
    ],
    folder: Folder,
    threads: Annotated[int, typer.Option(help="Processor threads; 0 takes all.")] = 0,
    start: Annotated[
        Path | None, typer.Option(help="Checkpoint to begin with, if the recipe needs one.")
    ] = None,
    until_step: UntilStep = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    precision: Annotated[
        Precision, typer.Option(help="auto is bf16 where the device has it.")
    ] = "auto",
    tensorboard: Annotated[bool, typer.Option("--tensorboard", help="Log to TensorBoard.")] = False,
) -> None:
    """Train a recipe; continue if its folder has a state.

    Under torchrun, several processes train one network together.
    """
    if not (folder / STATE_FILE).exists():
        known = find_recipe(recipe)
        begins = f"begins with {known.starts_from}" if known.starts_from else "begins at random"
        if bool(known.starts_from) != (start is not None):
            raise typer.BadParameter(f"the recipe {known.id} {begins}", param_hint="--start")
    settings = TrainingSettings(
        data=str(photos.absolute()),
        start=str(start.absolute()) if start else "",
        threads=threads,
        device=device,
        precision=precision,
        tensorboard=tensorboard,
    )
    start_training(recipe_path(recipe), folder, settings, until_step)


@app.command()
def resume(folder: Folder, until_step: UntilStep = None) -> None:
    """Continue the training of a folder with its recipe and options."""
    take_up(folder, until_step)


@app.command()
def export(  # noqa: PLR0913, PLR0917  # as above
    recipe: RecipeName,
    folder: Folder,
    training_data: Annotated[str, typer.Option(help="For the card: the training data.")],
    into: Annotated[Path, typer.Option(help="Folder for weights and card.")] = Path("weights"),
    licence: Annotated[str, typer.Option(help="For the card: licence of the weights.")] = "MIT",
    purpose: Annotated[
        str, typer.Option(help="For the card: what it is for, in two to five words.")
    ] = "",
    description: Annotated[str, typer.Option(help="For the card: a sentence.")] = "",
    scores: Annotated[
        list[str] | None,
        typer.Option(help="NAME=FILE: a data set and its scores from `nledn evaluate --json`."),
    ] = None,
    best: Annotated[
        bool, typer.Option("--best", help="Export the weights that validated best, not the last.")
    ] = False,
    blend: Annotated[
        str, typer.Option(help="FILE=SHARE: a checkpoint and its share in the mix.")
    ] = "",
) -> None:
    """Write a training's running mean as a checkpoint with its card."""
    named = (item.partition("=") for item in scores or [])
    evaluations = {name: Path(file) for name, _, file in named}
    about = About(training_data, licence, purpose, description, evaluations, best, _blend(blend))
    card = export_mean(folder, find_recipe(recipe), about, into)
    typer.echo(f"{card.path} (sha256 {card.sha256})")


def _blend(text: str) -> Blend | None:
    if not text:
        return None
    file, _, share = text.rpartition("=")
    try:
        return Blend(Path(file), float(share))
    except ValueError as error:
        wanted = f"{text} is not FILE=SHARE with a share between 0 and 1"
        raise typer.BadParameter(wanted, param_hint="--blend") from error


@app.command()
def ablate(  # noqa: PLR0913, PLR0917  # as above
    pairs: Annotated[Path, typer.Option(help="Pairs to train on; the last ones are held out.")],
    folder: Folder,
    recipe: RecipeName = "ablation",
    variants: Annotated[str, typer.Option(help="Names, with commas.")] = "ra,rb,rc,rd,re,rf",
    seeds: Annotated[str, typer.Option(help="Whole numbers, with commas.")] = "1",
    also: Annotated[
        list[str] | None, typer.Option(help="NAME=FOLDER: more pairs to score on.")
    ] = None,
    threads: Annotated[int, typer.Option(help="Processor threads; 0 takes all.")] = 0,
    precision: Annotated[Precision, typer.Option(help="Of the trunk in training.")] = "auto",
) -> None:
    """Compare variants of the network as in table 2: equal steps, held-out pairs."""
    from nledn.training.ablation import AblationPlan, ablate, table

    take_threads(threads)
    named = (item.partition("=") for item in also or [])
    plan = AblationPlan(
        variants=[name.strip() for name in variants.split(",")],
        seeds=[int(seed) for seed in seeds.split(",")],
        pairs=pairs,
        also={name: Path(path) for name, _, path in named},
        bf16=takes_bf16(precision),
    )
    typer.echo(table(ablate(find_recipe(recipe), plan, folder)))


@app.command()
def synthesise(
    recipe: RecipeName,
    photos: Annotated[Path, typer.Option(help="A folder of clean photos.")],
    folder: Annotated[Path, typer.Option(help="Gets rainy/ and clean/.")],
    count: Annotated[int, typer.Option(help="Pairs.")] = 220,
    side_px: Annotated[int, typer.Option(help="Of the squares.")] = 320,
    seed: Annotated[int, typer.Option(help="Another one gives another set.")] = 1,
) -> None:
    """Write a set of pairs: a recipe's rain on patches of clean photos."""
    from nledn.training.paired_set import synthesise

    synthesise(photos, folder, find_recipe(recipe), count, side_px, seed)
    typer.echo(f"{count} pairs are in {folder}")


@app.command()
def recorded(
    photos: Annotated[Path, typer.Option(help="The folder of clean photos.")],
    folder: Annotated[Path, typer.Option(help="Gets rainy/ and clean/.")],
) -> None:
    """Write the 60 pairs, rain through a camera on photos kept out, that stages are chosen by."""
    from nledn.training.paired_set import recorded

    recorded(photos, folder)
    typer.echo(f"The pairs are in {folder}")


@app.command()
def photos(
    folder: Annotated[Path, typer.Option(help="Gets the photos, and packages/.")],
) -> None:
    """Fetch the packages that the training photos come from, and make the photos."""
    from nledn.training.photos import build, read_table

    built = build(read_table(), folder)
    typer.echo(f"{len(built.photos)} photos are in {folder}")
    if built.differing:
        typer.echo(f"{len(built.differing)} differ from the table's bytes, as by another Pillow")


def find_recipe(name: str) -> Recipe:
    """A recipe by the name of a shipped one, or by its path."""
    return read_recipe(recipe_path(name))


def run(arguments: list[str] | None = None) -> None:
    """The program: what others did wrong ends it with a sentence, not with a traceback."""
    try:
        app(args=arguments)
    except (DerainError, ValueError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    run()
