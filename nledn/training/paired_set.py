"""A paired set on a disk: clean patches of photos, and the same with a recipe's rain on them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from nledn.pixels import Bytes
from nledn.training.camera import Camera
from nledn.training.config import HELD_OUT_PHOTOS, Recipe
from nledn.training.data import PatchBatch, Patches, find_photos, load
from nledn.training.synthesis import KINDS, RainMix

RECORDED_SEED = 20261130
RECORDED_PX = 320
RECORDED_BY = Camera(scaled=0.6, sharpened=0.6, compressed=0.6, lowest_quality=45)


def synthesise(  # each is an option of the command
    photos: Path, folder: Path, recipe: Recipe, count: int, side_px: int, seed: int
) -> None:
    """Write `rainy/<n>.png` and `clean/<n>.png`; equal arguments give equal pixels.

    The last pairs, as many as the recipe holds out, are of photos that no other pair is of. Photos
    that the recipe keeps out are left out.

    Raises:
        FileNotFoundError: the photos are missing.
        FileExistsError: the folder holds a set already.
        ValueError: the other pairs already use all photos.
    """
    training, _ = find_photos(photos, recipe.held_out)
    parts = _parts(load(training), recipe, count, seed)
    _write(folder, (patches.batch(i, 1, side_px) for i, patches in enumerate(parts)))


def recorded(photos: Path, folder: Path) -> None:
    """Write the 60 pairs that stages of the shipped models are chosen by.

    Each of the 30 held-out photos appears twice, in two kinds of rain seen through a camera; each
    of the ten kinds of rain appears six times. No recipe has this seed.

    Raises:
        FileNotFoundError: some photos are missing.
        FileExistsError: the folder holds a set already.
    """
    names = HELD_OUT_PHOTOS.read_text("utf-8").splitlines()
    kept = load(find_photos(photos, names)[1])
    _write(folder, (recorded_pair(index, kept) for index in range(2 * len(kept))))


def recorded_pair(index: int, photos: Sequence[Bytes]) -> PatchBatch:
    """Draw one of the pairs, counted from 0: two (1, 3, 320, 320) in [0, 1], always the same.

    Args:
        index: 0 to 59.
        photos: the 30 held-out ones, in the order of their list, (H, W, 3) sRGB.
    """
    turn, photo = divmod(index, len(photos))
    kind = KINDS[1:][(photo + turn) % len(KINDS[1:])]
    shares = {name: float(name == kind) for name in KINDS}
    mix = RainMix(**shares, variety=0.35, linear=0.25, veiled=0.1, screen=0.25, opaque=0.25)
    patches = Patches([photos[photo]], mix, RECORDED_SEED, RECORDED_BY)
    return patches.batch(index, 1, RECORDED_PX)


def _write(folder: Path, pairs: Iterable[PatchBatch]) -> None:
    for name in ("rainy", "clean"):
        (folder / name).mkdir(parents=True)
    for number, pair in enumerate(pairs, 1):
        for name, picture in (("rainy", pair.rainy), ("clean", pair.clean)):
            Image.fromarray(as_pixels(picture)).save(folder / name / f"{number}.png")


def as_pixels(pictures: Tensor) -> Bytes:
    """The first of (B, 3, H, W) float32 in [0, 1], as (H, W, 3) uint8, rounded."""
    pixels = (pictures[0].permute(1, 2, 0).numpy() * 255 + 0.5).astype(np.uint8)
    return np.ascontiguousarray(pixels)


def _parts(photos: list[Bytes], recipe: Recipe, count: int, seed: int) -> list[Patches]:
    """The photo of each pair: any, or for held-out pairs one that no training pair uses."""
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
