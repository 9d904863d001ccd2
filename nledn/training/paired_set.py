"""A paired set on a disk: clean patches of photos, and the same with a recipe's rain on them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from nledn.training.data import Patches, find_photos, load
from nledn.training.synthesis import RainMix

RAINY_FOLDER = "rainy"
CLEAN_FOLDER = "clean"


@dataclass(frozen=True)
class SetSize:
    """How much is written: `count` pairs of `side_px` squares."""

    count: int
    side_px: int


def synthesise(photos: Path, folder: Path, mix: RainMix, size: SetSize, seed: int) -> None:
    """Write `rainy/<n>.png` and `clean/<n>.png`; equal arguments give equal pixels.

    Args:
        photos: a folder of clean photos.
        folder: for the set; made if missing.
        mix: the weather.
        size: of the set.
        seed: of all that is left to chance.

    Raises:
        FileNotFoundError: there are no photos.
        FileExistsError: the folder holds a set already.
    """
    training, _ = find_photos(photos, ())
    patches = Patches(load(training), mix, seed)
    for name in (RAINY_FOLDER, CLEAN_FOLDER):
        (folder / name).mkdir(parents=True)
    for index in range(size.count):
        pair = patches.batch(index, 1, size.side_px)
        for name, picture in ((RAINY_FOLDER, pair.rainy), (CLEAN_FOLDER, pair.clean)):
            Image.fromarray(_bytes(picture)).save(folder / name / f"{index + 1}.png")


def _bytes(picture: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rounded = picture[0].permute(1, 2, 0).numpy() * 255 + 0.5
    return np.ascontiguousarray(rounded.astype(np.uint8))
