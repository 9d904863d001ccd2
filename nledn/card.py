"""A checkpoint's card: the TOML file beside its weights that describes them.

```toml
id = "afterrain"
title = "AfterRain"
sha256 = "…"                # of <id>.safetensors
architecture = "nledn"
regions = "fixed"
purpose = "All-round"
training_data = "…"
licence = "MIT"
description = "…"
url = "…"
measured_by = "…"

[scores.Rain100L]
psnr_y = 36.57
ssim_y = 0.9747
```
"""

import math
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NoReturn

import tomli_w

from nledn.architecture import REGION_LAYOUTS, Regions
from nledn.errors import CardInvalid

ARCHITECTURE = "nledn"
LIMIT_BYTES = 65_536  # a card is a screenful
ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
SHA256_PATTERN = re.compile(r"[0-9a-f]{64}")
OPTIONAL_TEXTS = ("purpose", "training_data", "licence", "description", "url", "measured_by")

Origin = Literal["shipped", "imported", "file"]


@dataclass(frozen=True)
class Score:
    """Means over a data set by the authors' protocol: PSNR of Y in dB, SSIM of Y."""

    psnr_y: float
    ssim_y: float


@dataclass(frozen=True)
class Card:
    """The facts about a checkpoint.

    Attributes:
        id: lower-case letters, digits, `.`, `_`, `-`; names its files.
        title: the name that users see.
        sha256: of the file of weights.
        regions: region layout that it was trained with, and runs with.
        path: the file of weights; it follows from the card's place, so the card leaves it out.
        origin: shipped with the program, imported, or any other file.
        purpose: what it is for, in two to five words; empty for models of research.
        training_data: the photos it was trained on.
        licence: of the weights.
        description: a sentence or two.
        url: where it comes from.
        scores: by name of the data set.
        measured_by: who measured the scores.
    """

    id: str
    title: str
    sha256: str
    regions: Regions
    path: Path
    origin: Origin = "file"
    purpose: str = ""
    training_data: str = ""
    licence: str = ""
    description: str = ""
    url: str = ""
    scores: Mapping[str, Score] = field(default_factory=dict)
    measured_by: str = ""


def read_card(path: Path, origin: Origin) -> Card:
    """Read the card at `path`, a `.toml` beside the `.safetensors` of the same name.

    Raises:
        CardInvalid: no such card, no TOML, or a field missing or senseless.
    """
    values = _toml(path)
    regions = values.get("regions")
    if values.get("architecture") != ARCHITECTURE:
        _refuse(path, f"the architecture is not {ARCHITECTURE}")
    if regions not in REGION_LAYOUTS:
        _refuse(path, f"regions is none of {', '.join(REGION_LAYOUTS)}")
    return Card(
        id=_matching(ID_PATTERN, values, "id", path),
        title=_text(values, "title", path),
        sha256=_matching(SHA256_PATTERN, values, "sha256", path),
        regions=regions,
        path=path.with_suffix(".safetensors"),
        origin=origin,
        scores=_scores(values.get("scores", {}), path),
        **{name: _text({name: "", **values}, name, path) for name in OPTIONAL_TEXTS},
    )


def card_text(card: Card) -> str:
    """The card as TOML; `read_card` gives it back."""
    values: dict[str, Any] = {
        "id": card.id,
        "title": card.title,
        "sha256": card.sha256,
        "architecture": ARCHITECTURE,
        "regions": card.regions,
    }
    values |= {name: getattr(card, name) for name in OPTIONAL_TEXTS if getattr(card, name)}
    if card.scores:
        values["scores"] = {
            name: {"psnr_y": score.psnr_y, "ssim_y": score.ssim_y}
            for name, score in card.scores.items()
        }
    return tomli_w.dumps(values)


def is_id(text: str) -> bool:
    """Return whether `text` may be a checkpoint's id: it becomes a file's name."""
    return ID_PATTERN.fullmatch(text) is not None


def _toml(path: Path) -> dict[str, Any]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            _refuse(path, "it is no file")  # reading a pipe could wait for ever
        with path.open("rb") as file:
            data = file.read(LIMIT_BYTES + 1)
        if len(data) > LIMIT_BYTES:
            _refuse(path, f"it is larger than {LIMIT_BYTES} bytes")
        return tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        _refuse(path, error.strerror or str(error))
    except (ValueError, RecursionError) as error:  # tomllib's and UTF-8's are ValueErrors
        _refuse(path, str(error))


def _text(values: Mapping[str, Any], name: str, path: Path) -> str:
    """One line; without control characters, which a terminal could obey."""
    value = values.get(name)
    if not isinstance(value, str) or not (value == "" or value.isprintable()):
        _refuse(path, f"{name} is missing, or no single line of text")
    return value


def _matching(pattern: re.Pattern[str], values: Mapping[str, Any], name: str, path: Path) -> str:
    value = _text(values, name, path)
    if pattern.fullmatch(value) is None:
        _refuse(path, f"{name} has characters or a length that it may not have")
    return value


def _scores(values: Any, path: Path) -> Mapping[str, Score]:
    if not isinstance(values, dict):
        _refuse(path, "scores is not a table")
    scores = {}
    for name, value in values.items():
        match value:
            case {"psnr_y": float() | int() as psnr_y, "ssim_y": float() | int() as ssim_y}:
                if not (name.isprintable() and math.isfinite(psnr_y) and math.isfinite(ssim_y)):
                    _refuse(path, f"the score for {name!r} makes no sense")
                scores[name] = Score(float(psnr_y), float(ssim_y))
            case _:
                _refuse(path, f"the score for {name!r} lacks psnr_y or ssim_y")
    return MappingProxyType(scores)


def _refuse(path: Path, detail: str) -> NoReturn:
    raise CardInvalid(path, detail)
