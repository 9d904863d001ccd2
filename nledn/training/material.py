"""Data for training and validation: clean photos with rain on the fly, or pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nledn.pairs import Pair, find_pairs
from nledn.pixels import Bytes
from nledn.training.config import Recipe
from nledn.training.data import (
    Batches,
    PairBatches,
    PatchBatch,
    Patches,
    batch_of,
    find_photos,
    fitted,
    load,
    middle_of,
)
from nledn.training.datasets import DATA_SETS, part_of

VALIDATION_PAIRS = 30
VALIDATION_PX = 256
VALIDATION_SEED = 20180801


@dataclass(frozen=True)
class Material:
    """The data of a training."""

    training: Batches
    held_out: tuple[PatchBatch, ...] = ()


def material_of(recipe: Recipe, folder: Path) -> Material:
    """Find a recipe's data.

    Raises:
        FileNotFoundError: the photos, or some of those kept out, are missing.
        PairsError: pairs are missing, or a published set is incomplete.
        ValueError: some of the rainy photos have no clean one.
    """
    if recipe.data.kind == "photos":
        training, held_out = find_photos(folder, recipe.held_out)
        return of_photos(recipe, load(training), load(held_out))
    if recipe.data.kind == "pairs":
        return of_pairs(recipe, all_pairs(folder))
    return of_pairs(recipe, part_of(DATA_SETS[recipe.data.kind], folder, "train"))


def all_pairs(folder: Path) -> tuple[Pair, ...]:
    """The pairs of a folder without other files.

    Raises:
        PairsError: pairs are missing.
        ValueError: some of the rainy photos have no clean one, as in half a set.
    """
    found = find_pairs(folder)
    if found.unmatched:
        names = f"{len(found.unmatched)} rainy photos, such as {found.unmatched[0].name},"
        raise ValueError(f"{folder}: {names} have no clean one: the set is not whole")
    return found.pairs


def of_photos(recipe: Recipe, photos: Sequence[Bytes], held_out: Sequence[Bytes]) -> Material:
    """Rain on clean photos, (H, W, 3) uint8 RGB; the same rain at every validation."""
    wet = replace(recipe.mix, dry=0.0, light=recipe.mix.light + recipe.mix.dry)
    validation = tuple(
        Patches([photo], wet, VALIDATION_SEED, built=recipe.built).batch(index, 1, VALIDATION_PX)
        for index, photo in enumerate(held_out[:VALIDATION_PAIRS])
    )
    patches = Patches(photos, recipe.mix, recipe.seed, recipe.camera, recipe.built)
    return Material(patches, validation)


def trained_on(recipe: Recipe, pairs: Sequence[Pair]) -> int:
    """Return the number of pairs, the first ones, that a recipe trains on.

    Raises:
        ValueError: too few pairs to hold so many out.
    """
    kept = len(pairs) - recipe.data.held_out_pairs
    if kept < 1:
        raise ValueError(f"{len(pairs)} pairs are too few to hold {len(pairs) - kept} out")
    return kept


def of_pairs(recipe: Recipe, pairs: Sequence[Pair]) -> Material:
    """Pairs with their own rain; the last ones are held out.

    Raises:
        ValueError: too few pairs to hold so many out.
    """
    kept = trained_on(recipe, pairs)
    long_side_px = recipe.data.long_side_px
    validation = tuple(
        batch_of([middle_of(fitted(pair, long_side_px), VALIDATION_PX)])
        for pair in pairs[kept:][:VALIDATION_PAIRS]
    )
    return Material(PairBatches(pairs[:kept], long_side_px, recipe.seed), validation)
