"""Training patches: clean photos with rain on them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import torch
from torch import Tensor

from nledn.pixels import Bytes
from nledn.training.camera import Camera, FloatImage, Pair
from nledn.training.facades import build_on
from nledn.training.processes import ALONE, Share
from nledn.training.synthesis import RainMix, rain_on

PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png"}
LARGEST_REDUCTION = 3.0  # a patch is cut up to three times as wide and scaled down: sharper texture


@dataclass(frozen=True)
class PatchBatch:
    """Pairs for one step.

    Attributes:
        rainy: (B, 3, H, W) float32 in [0, 1].
        clean: the same, without rain.
    """

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
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(_decode, paths))


def _decode(path: Path) -> Bytes:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise ValueError(f"{path} is not a photo that can be read")
    return np.asarray(pixels, np.uint8)


class Patches:
    """An endless, repeatable stream of batches: batch n depends on the seed and n alone."""

    def __init__(
        self,
        photos: Sequence[Bytes],
        mix: RainMix,
        seed: int,
        camera: Camera = Camera(),  # noqa: B008  # frozen
        built: float = 0.0,
    ) -> None:
        self._photos = photos
        self._mix = mix
        self._camera = camera
        self._built = built
        self._seed = seed
        areas = np.array([photo.shape[0] * photo.shape[1] for photo in photos], np.float64)
        self._chances = np.sqrt(areas) / np.sqrt(areas).sum()

    def batch(self, step: int, size: int, patch_px: int, share: Share = ALONE) -> PatchBatch:
        """This process's share of `size` pairs of `patch_px` squares for step `step`."""
        rng = self._rng(step)
        # One stream for all: each process draws the whole batch, and keeps its own part.
        pairs = [self._pair(patch_px, rng) for _ in range(size)]
        return batch_of(pairs[share.rank :: share.processes])

    def photo_of(self, step: int) -> int:
        """Return the photo of the first patch of a step."""
        return self._chosen(self._rng(step))

    def _rng(self, step: int) -> np.random.Generator:
        return np.random.default_rng((self._seed, step))

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


def batch_of(pairs: Sequence[Pair]) -> PatchBatch:
    """Stack (H, W, 3) float32 pairs, rainy first, all of one size."""
    return PatchBatch(*(_stacked(images) for images in zip(*pairs, strict=True)))


def _stacked(images: Sequence[FloatImage]) -> Tensor:
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
