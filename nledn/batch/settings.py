"""The settings of a batch, checked once."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from nledn.batch.sources import Found
from nledn.card import Card
from nledn.errors import OptionInvalid
from nledn.naming import DEFAULT_TEMPLATE, SUFFIXES, check_template
from nledn.options import LIMIT_MEGAPIXELS, Options, require_one
from nledn.photo.model import Strip

DEFAULTS = Options()


@dataclass(frozen=True)
class BatchSettings:
    """The settings for each photo of a batch; pickles, so that it can travel to workers.

    Attributes:
        name: template of the results' names.
        conflict: where something is at the result's place already: `skip` the photo,
            `overwrite` it, or `rename` the result. Earlier results of the same photo are always
            replaced when they are made again, sources never.
        format: of the results; `keep` that of the photo.
        quality: 1 to 100, of JPEG, WebP and JPEG XL.
        truth: folder of the same photos without rain, for scores; None for no scores.
        record: the XMP of each result notes how it was made.
        damaged: photos are opened as far as they can be read.

    Raises:
        OptionInvalid: a value outside its range.
    """

    options: Options = DEFAULTS
    name: str = DEFAULT_TEMPLATE
    conflict: str = "skip"
    format: str = "keep"
    quality: int = 95
    limit_megapixels: float = LIMIT_MEGAPIXELS
    record: bool = True
    truth: Path | None = None
    damaged: bool = False
    strip: Strip = "none"
    keep_times: bool = False

    def __post_init__(self) -> None:
        require_one("on-conflict", self.conflict, ("skip", "overwrite", "rename"))
        require_one("format", self.format, ("keep", *SUFFIXES))
        require_one("strip", self.strip, get_args(Strip))
        if Path(check_template(self.name)).suffix != ".png":
            raise OptionInvalid("name", self.name, "a name that ends in {ext}; see --format")

    @property
    def suffix(self) -> str | None:
        """The ending of results; None if it depends on the photo."""
        return SUFFIXES.get(self.format)

    def fingerprint(self) -> str:
        """All that decides on a result's bytes and name, as text; a change redoes the photos.

        The device is left out: results of two devices differ by rounding alone. So is the model's
        name: the journal has the sha256 of its file instead.
        """
        options = ("strength", "keep_brightness", "precision", "backend", "tile", "overlap_px")
        own = ("name", "format", "quality", "record", "strip", "damaged")
        deciding = {name: getattr(self.options, name) for name in options}
        return json.dumps(deciding | {name: getattr(self, name) for name in own})


@dataclass(frozen=True)
class BatchRequest:
    """The request for a batch; `retry_failed` tries failed photos again, though unchanged."""

    found: Found
    out: Path
    settings: BatchSettings
    card: Card
    retry_failed: bool = False
