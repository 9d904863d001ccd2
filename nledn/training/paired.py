"""Batches of pairs with their own rain, read from a disk."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from nledn.pairs import Pair
from nledn.pixels import as_floats
from nledn.training.camera import FloatImage
from nledn.training.data import PatchBatch, batch_of
from nledn.training.processes import ALONE, Share

FloatPair = tuple[FloatImage, FloatImage]


class PairBatches:
    """An endless, repeatable stream: pass after pass over the pairs, each in a new order.

    Passes are counted by a step's pairs; a phase of another batch begins in the middle of one.

    Args:
        pairs: for training; read when their turn comes.
        long_side_px: larger ones are scaled down to this; 0 leaves them unchanged.
        seed: of the orders, of the places of patches and of the flips.
    """

    def __init__(self, pairs: Sequence[Pair], long_side_px: int, seed: int) -> None:
        self._pairs = pairs
        self._long_side_px = long_side_px
        self._seed = seed
        self._order = lru_cache(maxsize=2)(self._shuffled)

    def batch(self, step: int, size: int, patch_px: int, share: Share = ALONE) -> PatchBatch:
        """This process's share of a step's pairs, whole where `patch_px` is 0.

        Raises:
            DerainError: a pair cannot be read.
            ValueError: a pair is smaller than a patch.
        """
        mine = range(step * size + share.rank, (step + 1) * size, share.processes)
        return batch_of([self._pair(turn, patch_px) for turn in mine])

    def _pair(self, turn: int, patch_px: int) -> FloatPair:
        round_, place = divmod(turn, len(self._pairs))
        pair = self._pairs[self._order(round_)[place]]
        images = fitted(pair, self._long_side_px)
        rng = np.random.default_rng((self._seed, turn))
        if patch_px:
            images = _patch(images, patch_px, rng, pair)
        if rng.random() < 0.5:
            images = (images[0][:, ::-1], images[1][:, ::-1])
        return images

    def _shuffled(self, round_: int) -> npt.NDArray[np.int64]:
        # The third number sets these generators apart from those of the patches.
        return np.random.default_rng((self._seed, round_, 1)).permutation(len(self._pairs))


def fitted(pair: Pair, long_side_px: int) -> FloatPair:
    """Read a pair, (H, W, 3) float32 in [0, 1] each, with its long side at most `long_side_px`."""
    pixels = pair.read()
    return _within(as_floats(pixels.rainy), long_side_px), _within(
        as_floats(pixels.clean), long_side_px
    )


def _within(image: FloatImage, long_side_px: int) -> FloatImage:
    height, width = image.shape[:2]
    if not long_side_px or max(height, width) <= long_side_px:
        return image
    scale = long_side_px / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)


def _patch(images: FloatPair, side_px: int, rng: np.random.Generator, pair: Pair) -> FloatPair:
    height, width = images[0].shape[:2]
    if min(height, width) < side_px:
        raise ValueError(f"{pair.rainy} is {width}×{height}, smaller than a patch of {side_px} px")
    top = int(rng.integers(0, height - side_px + 1))
    left = int(rng.integers(0, width - side_px + 1))
    area = np.s_[top : top + side_px, left : left + side_px]
    return images[0][area], images[1][area]


def middle_of(images: FloatPair, side_px: int) -> FloatPair:
    """The middle square of a pair; all of a side that is shorter."""
    height, width = images[0].shape[:2]
    top, left = max(height - side_px, 0) // 2, max(width - side_px, 0) // 2
    area = np.s_[top : top + side_px, left : left + side_px]
    return images[0][area], images[1][area]
