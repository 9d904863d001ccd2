"""The choice of a model for each photo: `--weights auto`.

The all-round network looks at a sample of the photo: sixteen squares at full size, laid side by
side, so that a look takes as long as one tile. What decides is the share of the pixels with rain:

    less than 1.5 %   no rain found   afterrain-light, which takes next to nothing then
    less than 10 %    light rain      afterrain-light
    less than 45 %    moderate rain   afterrain
    more              dense rain      afterrain-dense

A pixel has rain where the mean of its channels' rain is over 8 of 255 levels. The measurement is in
docs/results.md. Where a model is missing, the all-round one takes its place.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt

from nledn import catalog
from nledn.cancel import CancelToken
from nledn.card import Card
from nledn.catalog import DENSE_ID, LIGHT_ID
from nledn.device import Choice
from nledn.engine import Derainer, OnTile
from nledn.options import AUTO, Options
from nledn.pixels import Pixels
from nledn.rain import RainLayer

SQUARES = 4  # along each side
SQUARE_PX = 112  # four make 448 px, a tile that OpenVINO has compiled for large photos
MARGIN_PX = 16  # of a square, where its neighbour in the sample shows: the overlap of tiles

STREAK = 8 / 255  # as in the published sets' figures for coverage
# Shares of the pixels; docs/results.md has the measurement that chose them.
LIGHT_FROM = 0.015
MODERATE_FROM = 0.1
DENSE_FROM = 0.45


class Rain(StrEnum):
    """The rain of a photo, in the words of a record."""

    NONE = "no rain found"
    LIGHT = "light rain"
    MODERATE = "moderate rain"
    DENSE = "dense rain"
    UNKNOWN = "no other model is installed"


MODELS = {Rain.NONE: LIGHT_ID, Rain.LIGHT: LIGHT_ID, Rain.DENSE: DENSE_ID}
"""The models for some kinds of rain; the all-round one handles all others."""


def coverage(
    pixels: Pixels, engine: Derainer, grey: bool, linear: bool, cancel: CancelToken | None = None
) -> float:
    """Estimate the share of a photo's pixels that have rain in them, by a sample of it.

    Args:
        pixels: (H, W, 3), as for `Derainer.derain`.
        engine: the all-round model.
        grey: the photo is greyscale.
        linear: the photo is in linear light.
        cancel: read before the sample is computed.

    Raises:
        Cancelled: `cancel` was set.
        OutOfMemory: not even the smallest tile fits.
    """
    rows, columns = (_sampled(length) for length in pixels.shape[:2])
    layer = engine.start((len(rows), len(columns)), grey=grey, linear=linear)
    engine.derain(pixels[np.ix_(rows, columns)], into=layer, cancel=cancel)
    inside = np.ix_(*(_inside(length) for length in pixels.shape[:2]))
    return float((layer.rain()[inside].mean(axis=2) > STREAK).mean())


def judged(covered: float) -> Rain:
    """Name the rain of a photo by the share of its pixels that have rain in them."""
    if covered < LIGHT_FROM:
        return Rain.NONE
    if covered < MODERATE_FROM:
        return Rain.LIGHT
    return Rain.MODERATE if covered < DENSE_FROM else Rain.DENSE


def _sampled(length: int) -> npt.NDArray[np.intp]:
    """Positions of the squares along a side: all of a short side, else spread evenly."""
    if length <= SQUARES * SQUARE_PX:
        return np.arange(length)
    starts = np.linspace(0, length - SQUARE_PX, SQUARES).round().astype(np.intp)
    return (starts[:, None] + np.arange(SQUARE_PX)).ravel()


def _inside(length: int) -> npt.NDArray[np.intp]:
    """Positions in the sample that no other square's pixels have touched."""
    seen = np.arange(min(length, SQUARES * SQUARE_PX))
    if length <= SQUARES * SQUARE_PX:
        return seen
    place = seen % SQUARE_PX
    return seen[(place >= MARGIN_PX) & (place < SQUARE_PX - MARGIN_PX)]


@dataclass(frozen=True)
class Chosen:
    """The model for a photo.

    Attributes:
        options: as asked for, with the model's id.
        reason: the rain that it was chosen for; empty where a person named the model.
    """

    options: Options
    reason: str = ""

    def noted(self, layer: RainLayer) -> RainLayer:
        """Return the same rain, not copied, with this reason in its record."""
        if layer.record.reason == self.reason:
            return layer
        noted = copy(layer)
        noted.record = replace(layer.record, reason=self.reason)
        return noted


def choose(options: Options, rain: Callable[[], Rain]) -> Chosen:
    """Choose a model by a photo's rain; the all-round one where the model for it is missing.

    `rain`, which looks at the photo, is called only where there is a choice.

    Raises:
        UnknownCheckpoint: no model is installed.
        CardInvalid: the card of one cannot be read.
    """
    allround, *others = (card.id for card in catalog.automatic_cards())
    found = rain() if others else Rain.UNKNOWN
    wanted = MODELS.get(found, allround)
    taken = wanted if wanted in others else allround
    return Chosen(replace(options, weights=taken), found.value)


def missing(checkpoint: str, reason: str) -> str:
    """Return the id of the model that a record's reason calls for, if another had to be taken."""
    wanted = {rain.value: id for rain, id in MODELS.items()}.get(reason, checkpoint)
    return "" if wanted == checkpoint else wanted


def explained(checkpoint: str, reason: str) -> str:
    """Put a record's reason into words, such as `light rain, but afterrain-light is missing`."""
    gone = missing(checkpoint, reason)
    return f"{reason}, but {gone} is missing" if gone else reason


def named(checkpoint: str, reason: str) -> str:
    """Name a model, and the reason for it where it was chosen."""
    return f"{checkpoint}: {explained(checkpoint, reason)}" if reason else checkpoint


class Automatic:
    """An engine that chooses the model for each photo: see `nledn.pipeline.Engine`.

    `find` returns the model that options name, loaded once.
    """

    def __init__(self, options: Options, find: Callable[[Options], Derainer]) -> None:
        self.options = options
        self.allround = replace(options, weights=catalog.find(AUTO).id)
        self._find = find

    @property
    def card(self) -> Card:
        """The card that stands for all models together."""
        return catalog.automatic()

    @property
    def choice(self) -> Choice:
        """Device, backend, precision, and why."""
        return self._find(self.allround).choice

    def start(
        self, size: tuple[int, int], *, grey: bool = False, linear: bool = False
    ) -> RainLayer:
        """See `nledn.Derainer.start`; the model is chosen by `derain`."""
        return self._find(self.allround).start(size, grey=grey, linear=linear)

    def derain(
        self,
        pixels: Pixels,
        *,
        into: RainLayer | None = None,
        on_tile: OnTile | None = None,
        cancel: CancelToken | None = None,
    ) -> RainLayer:
        """See `nledn.Derainer.derain`; an unfinished layer is continued with its model."""
        layer = into or self.start((pixels.shape[0], pixels.shape[1]))
        if not layer.record.reason:
            allround, form = self._find(self.allround), (layer.grey, layer.linear)
            chosen = choose(self.options, lambda: judged(coverage(pixels, allround, *form, cancel)))
            card, why = self._find(chosen.options).card, chosen.reason
            layer.record = replace(
                layer.record, checkpoint=card.id, checkpoint_sha256=card.sha256, reason=why
            )
        engine = self._find(replace(self.options, weights=layer.record.checkpoint))
        return engine.derain(pixels, into=layer, on_tile=on_tile, cancel=cancel)


def load(options: Options) -> Derainer | Automatic:
    """Load the model that options name; for `auto` the all-round one, and others when chosen.

    Raises:
        DerainError: see `Derainer.load`.
    """
    find = cache(Derainer.load)
    if options.weights != AUTO:
        return find(options)
    engine = Automatic(options, find)
    find(engine.allround)
    return engine
