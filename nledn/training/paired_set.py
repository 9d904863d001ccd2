"""A paired set on a disk: clean patches of photos, and the same with a recipe's rain on them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from nledn.training.config import Recipe
from nledn.training.data import Bytes, Patches, find_photos, load

RAINY_FOLDER = "rainy"
CLEAN_FOLDER = "clean"


@dataclass(frozen=True)
class SetSize:
    """How much is written: `count` pairs of `side_px` squares."""

    count: int
    side_px: int


def synthesise(photos: Path, folder: Path, recipe: Recipe, size: SetSize, seed: int) -> None:
    """Write `rainy/<n>.png` and `clean/<n>.png`; equal arguments give equal pixels.

    The last pairs, as many as the recipe holds out, are of photos that no other pair is of.

    Args:
        photos: a folder of clean photos; those that the recipe keeps out are left out.
        folder: for the set; made if missing.
        recipe: whose weather it is.
        size: of the set.
        seed: of all that is left to chance.

    Raises:
        FileNotFoundError: there are no photos.
        FileExistsError: the folder holds a set already.
        ValueError: the other pairs are of all photos that there are.
    """
    training, _ = find_photos(photos, recipe.held_out)
    parts = _parts(load(training), recipe, size.count, seed)
    for name in (RAINY_FOLDER, CLEAN_FOLDER):
        (folder / name).mkdir(parents=True)
    for index, patches in enumerate(parts):
        pair = patches.batch(index, 1, size.side_px)
        for name, picture in ((RAINY_FOLDER, pair.rainy), (CLEAN_FOLDER, pair.clean)):
            Image.fromarray(_bytes(picture)).save(folder / name / f"{index + 1}.png")


def _parts(photos: list[Bytes], recipe: Recipe, count: int, seed: int) -> list[Patches]:
    """What each pair is cut from: the photos, or those that the pairs to train on have left."""
    held_out = min(recipe.data.held_out_pairs, count)
    seen = Patches(photos, recipe.mix, seed)
    shown = {seen.photo_of(index) for index in range(count - held_out)}
    unseen = [photo for number, photo in enumerate(photos) if number not in shown]
    if not held_out:
        return [seen] * count
    if not unseen:
        wanted = f"{count - held_out} pairs are of all {len(photos)} photos"
        raise ValueError(f"{wanted}: none is left for the {held_out} that are held out")
    return [seen] * (count - held_out) + [Patches(unseen, recipe.mix, seed)] * held_out


def _bytes(picture: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rounded = picture[0].permute(1, 2, 0).numpy() * 255 + 0.5
    return np.ascontiguousarray(rounded.astype(np.uint8))
