"""Batches for training: patches of clean photos with drawn rain, or pairs with their own."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from nledn import pairs
from nledn.pixels import Bytes, as_floats
from nledn.training.camera import Camera, FloatImage, Pair
from nledn.training.facades import build_on
from nledn.training.processes import ALONE, Share
from nledn.training.synthesis import RainMix, rain_on

PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png"}
LARGEST_REDUCTION = 3.0  # a patch is cut up to three times as wide and scaled down: sharper texture


@dataclass(frozen=True)
class PatchBatch:
    """Pairs for one step, (B, 3, H, W) float32 in [0, 1] each."""

    rainy: Tensor
    clean: Tensor

    def to(self, device: str) -> "PatchBatch":
        """The same on a device."""
        return PatchBatch(self.rainy.to(device), self.clean.to(device))


class Batches(Protocol):
    """An endless, repeatable stream of batches: batch n depends on the seed and n alone."""

    def batch(self, step: int, size: int, patch_px: int, share: Share = ALONE) -> PatchBatch:
        """This process's share of the `size` pairs of a step; `patch_px` 0 for whole photos."""
        ...


def find_photos(folder: Path, held_out: Sequence[str]) -> tuple[list[Path], list[Path]]:
    """The photos of a folder, in name order: those to train on, and those kept out.

    Raises:
        FileNotFoundError: the folder is missing or has no photo, or one kept out is missing.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: folder not found")
    photos = sorted(path for path in folder.iterdir() if path.suffix.lower() in PHOTO_SUFFIXES)
    missing = set(held_out) - {path.name for path in photos}
    if not photos or missing:
        found = f"{len(photos)} photos found, {len(missing)} of the held-out ones missing"
        wanted = "`python -m nledn.training photos` makes them all"
        raise FileNotFoundError(f"{folder}: {found}; {wanted}")
    kept_out = set(held_out)
    return (
        [path for path in photos if path.name not in kept_out],
        [path for path in photos if path.name in kept_out],
    )


def load(paths: Sequence[Path]) -> list[Bytes]:
    """Decode photos to (H, W, 3) uint8 RGB, all in memory."""

    def decode(path: Path) -> Bytes:
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        if pixels is None:
            raise ValueError(f"{path} is not a photo that can be read")
        return np.asarray(pixels, np.uint8)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(decode, paths))


class Patches:
    """Patches of clean photos with rain on them, as `Batches`.

    Args:
        photos: (H, W, 3) uint8 RGB; a large one is chosen more often, by the root of its area.
        mix: the weather.
        seed: of all random choices.
        camera: what comes after the rain.
        built: share of the patches with a drawn structure.
    """

    def __init__(
        self,
        photos: Sequence[Bytes],
        mix: RainMix,
        seed: int,
        camera: Camera = Camera(),  # noqa: B008  # frozen
        built: float = 0.0,
    ) -> None:
        self._photos, self._mix, self._seed = photos, mix, seed
        self._camera, self._built = camera, built
        areas = np.array([photo.shape[0] * photo.shape[1] for photo in photos], np.float64)
        self._chances = np.sqrt(areas) / np.sqrt(areas).sum()

    def batch(self, step: int, size: int, patch_px: int, share: Share = ALONE) -> PatchBatch:
        """See `Batches.batch`."""
        rng = np.random.default_rng((self._seed, step))
        # One stream for all: each process draws the whole batch, and keeps its own part.
        pairs = [self._pair(patch_px, rng) for _ in range(size)]
        return batch_of(pairs[share.rank :: share.processes])

    def photo_of(self, step: int) -> int:
        """Return the photo of the first patch of a step."""
        return self._chosen(np.random.default_rng((self._seed, step)))

    def _chosen(self, rng: np.random.Generator) -> int:
        return int(rng.choice(len(self._photos), p=self._chances))

    def _pair(self, patch_px: int, rng: np.random.Generator) -> Pair:
        photo = self._photos[self._chosen(rng)]
        side_px = self._camera.side(patch_px, rng)
        clean = _toned(_patch(photo, side_px, rng), rng)
        if self._built and rng.random() < self._built:
            clean = build_on(clean, rng)
        rainy = rain_on(clean, self._mix, rng)
        return self._camera.record((rainy, clean), patch_px, rng)


def _patch(photo: Bytes, patch_px: int, rng: np.random.Generator) -> FloatImage:
    height, width = photo.shape[:2]
    largest = min(height, width, int(patch_px * LARGEST_REDUCTION))
    side = int(rng.integers(min(patch_px, largest), largest + 1))
    top, left = rng.integers(0, height - side + 1), rng.integers(0, width - side + 1)
    patch = photo[top : top + side, left : left + side]
    if rng.random() < 0.5:
        patch = patch[:, ::-1]
    scaled = cv2.resize(patch, (patch_px, patch_px), interpolation=cv2.INTER_AREA)
    return np.asarray(scaled, np.float32) / np.float32(255)


def _toned(clean: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Vary the exposure: rain falls at dusk as well."""
    if rng.random() < 0.5:
        return clean
    return np.asarray(clean ** rng.uniform(0.7, 1.6) * rng.uniform(0.7, 1.0), np.float32)


def batch_of(images: Sequence[Pair]) -> PatchBatch:
    """Stack (H, W, 3) float32 pairs, rainy first, all of one size."""
    rainy, clean = (
        torch.from_numpy(np.stack(each)).permute(0, 3, 1, 2) for each in zip(*images, strict=True)
    )
    return PatchBatch(rainy, clean)


class PairBatches:
    """Pairs with their own rain, read from a disk when their turn comes, as `Batches`.

    Pass after pass over the pairs, each in a new order. Passes are counted by a step's pairs; a
    phase of another batch begins in the middle of one.

    Args:
        found: the pairs for training.
        long_side_px: larger ones are scaled down to this; 0 leaves them unchanged.
        seed: of the orders, of the places of patches and of the flips.
    """

    def __init__(self, found: Sequence[pairs.Pair], long_side_px: int, seed: int) -> None:
        self._pairs, self._long_side_px, self._seed = found, long_side_px, seed
        self._order = lru_cache(maxsize=2)(self._shuffled)

    def batch(self, step: int, size: int, patch_px: int, share: Share = ALONE) -> PatchBatch:
        """See `Batches.batch`.

        Raises:
            DerainError: a pair cannot be read.
            ValueError: a pair is smaller than a patch.
        """
        mine = range(step * size + share.rank, (step + 1) * size, share.processes)
        return batch_of([self._pair(turn, patch_px) for turn in mine])

    def _pair(self, turn: int, patch_px: int) -> Pair:
        round_, place = divmod(turn, len(self._pairs))
        pair = self._pairs[self._order(round_)[place]]
        images = fitted(pair, self._long_side_px)
        rng = np.random.default_rng((self._seed, turn))
        if patch_px:
            height, width = images[0].shape[:2]
            if min(height, width) < patch_px:
                wanted = f"smaller than a patch of {patch_px} px"
                raise ValueError(f"{pair.rainy} is {width}×{height}, {wanted}")
            top = int(rng.integers(0, height - patch_px + 1))
            left = int(rng.integers(0, width - patch_px + 1))
            images = _square(images, top, left, patch_px)
        if rng.random() < 0.5:
            images = (images[0][:, ::-1], images[1][:, ::-1])
        return images

    def _shuffled(self, round_: int) -> npt.NDArray[np.int64]:
        # The third number sets these generators apart from those of the patches.
        return np.random.default_rng((self._seed, round_, 1)).permutation(len(self._pairs))


def fitted(pair: pairs.Pair, long_side_px: int) -> Pair:
    """Read a pair, (H, W, 3) float32 in [0, 1] each, with its long side at most `long_side_px`."""
    pixels = pair.read()
    rainy, clean = as_floats(pixels.rainy), as_floats(pixels.clean)
    height, width = rainy.shape[:2]
    if not long_side_px or max(height, width) <= long_side_px:
        return rainy, clean
    scale = long_side_px / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    smaller = [cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (rainy, clean)]
    return np.asarray(smaller[0], np.float32), np.asarray(smaller[1], np.float32)


def middle_of(images: Pair, side_px: int) -> Pair:
    """The middle square of a pair; all of a side that is shorter."""
    height, width = images[0].shape[:2]
    return _square(images, max(height - side_px, 0) // 2, max(width - side_px, 0) // 2, side_px)


def _square(images: Pair, top: int, left: int, side_px: int) -> Pair:
    area = np.s_[top : top + side_px, left : left + side_px]
    return images[0][area], images[1][area]
