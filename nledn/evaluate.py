"""Scores of a checkpoint on rainy and clean pairs, by the protocol of the paper's authors."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nledn.cancel import CancelToken
from nledn.engine import Derainer
from nledn.errors import DerainError, PairTooSmall
from nledn.metrics import WINDOW_PX, Scores, agreement, to_uint8_cut
from nledn.pairs import Pair
from nledn.pixels import as_floats, to_8_bits

log = logging.getLogger(__name__)

PROTOCOL = "authors: result cut to uint8; 8-bit Y of Pillow's YCbCr; PSNR range 255; SSIM 7×7"


@dataclass(frozen=True)
class PairScores:
    """One pair's scores, by the rainy photo's file name."""

    file: str
    scores: Scores


@dataclass(frozen=True)
class Failure:
    """A pair that could not be scored."""

    file: str
    error: DerainError


@dataclass(frozen=True)
class Evaluation:
    """A checkpoint's scores, in the order of the pairs; pairs that failed are in no mean."""

    rows: tuple[PairScores, ...]
    failures: tuple[Failure, ...]
    checkpoint_sha256: str
    precision: str

    @property
    def mean(self) -> Scores:
        """Means over the images; infinite where one is. NaN without any image."""
        columns = zip(*(asdict(row.scores).values() for row in self.rows), strict=True)
        means = [sum(column) / len(column) for column in columns]
        return Scores(*means) if means else Scores(*[math.nan] * 4)

    def as_json(self) -> dict[str, Any]:
        """Values for `json.dumps`. JSON has no infinity: the PSNR of equal images is null."""
        return {
            "mean": _plain(self.mean),
            "images": [{"file": row.file, **_plain(row.scores)} for row in self.rows],
            "checkpoint_sha256": self.checkpoint_sha256,
            "precision": self.precision,
            "protocol": PROTOCOL,
        }


def evaluate(
    derainer: Derainer,
    pairs: Sequence[Pair],
    *,
    limit: int | None = None,
    on_image: Callable[[PairScores | Failure], None] | None = None,
    cancel: CancelToken | None = None,
) -> Evaluation:
    """Derain the rainy photos and compare them with the clean ones.

    For figures like the paper's, load the derainer with fp32 and whole photos. A pair that cannot
    be read or derained is a failure and stops nothing.

    Args:
        derainer: the checkpoint, on its device; its strength is applied.
        pairs: see `nledn.pairs.find_pairs`.
        limit: stop after so many pairs.
        on_image: called on this thread after each pair.
        cancel: read before each tile.

    Raises:
        Cancelled: `cancel` was set.
    """
    results: list[PairScores | Failure] = []
    for pair in pairs[:limit]:
        try:
            results.append(PairScores(pair.name, score(derainer, pair, cancel)))
        except DerainError as error:
            log.debug("%s failed", pair.rainy, exc_info=True)
            results.append(Failure(pair.name, error))
        if on_image is not None:
            on_image(results[-1])
    return Evaluation(
        rows=tuple(result for result in results if isinstance(result, PairScores)),
        failures=tuple(result for result in results if isinstance(result, Failure)),
        checkpoint_sha256=derainer.card.sha256,
        precision=derainer.choice.precision,
    )


def score(derainer: Derainer, pair: Pair, cancel: CancelToken | None = None) -> Scores:
    """The scores of one pair.

    Raises:
        PhotoError: a photo cannot be read.
        PairsError: the photos do not belong together, or are too small for SSIM.
        OutOfMemory: not even the smallest tile fits.
        Cancelled: `cancel` was set.
    """
    pixels = pair.read()
    height, width = pixels.rainy.shape[:2]
    if min(height, width) < WINDOW_PX:
        raise PairTooSmall(pair.rainy, (width, height), WINDOW_PX)
    layer = derainer.derain(pixels.rainy, cancel=cancel)
    # Not `layer.apply`, which rounds, as photos for users need.
    rain = layer.rain() * np.float32(derainer.options.strength)
    derained = agreement(to_uint8_cut(as_floats(pixels.rainy) - rain), to_8_bits(pixels.clean))
    rainy = agreement(to_8_bits(pixels.rainy), to_8_bits(pixels.clean))
    return Scores(derained.psnr_y, derained.ssim_y, rainy.psnr_y, rainy.ssim_y)


def _plain(scores: Scores) -> dict[str, float | None]:
    values: dict[str, float] = asdict(scores)
    return {name: value if math.isfinite(value) else None for name, value in values.items()}
