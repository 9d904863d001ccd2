"""Names of results: one template, the same in the window, on the command line and in a batch."""

import itertools
import os
import re
import string
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

from nledn.errors import OptionInvalid

DEFAULT_TEMPLATE = "{stem}_derained{ext}"
SUFFIXES = {"jpg": ".jpg", "png": ".png", "tiff": ".tif", "webp": ".webp", "jxl": ".jxl"}
"""Endings of results by the formats that can be asked for."""
RAIN_TEMPLATE = "{stem}_rain{ext}"
_RESULT = re.compile(r"(.+)_derained(?:-\d+)?")  # as the template has it, and `numbered`
_PADDED = re.compile("0[1-9]")  # `{n:03}` gives 007, and a folder sorts in the order of the shots
_LONGEST_BYTES = 255 - 8  # ext4, APFS and NTFS take 255; a number may still be added
_ENDING_LETTERS = 16  # of a shortened stem, where the names of a series differ


@dataclass(frozen=True)
class Naming:
    """The fields of a name."""

    stem: str
    ext: str
    checkpoint: str
    strength: float
    n: int


FIELDS = tuple(field.name for field in fields(Naming))


def name_of(naming: Naming, template: str = DEFAULT_TEMPLATE) -> str:
    """Fill a template such as `{stem}_{checkpoint}{ext}` or `{n:03}{ext}`.

    A name that would be too long for a disk loses letters from the middle of its stem.

    Raises:
        OptionInvalid: an unknown field, or a name that would leave its folder.
    """
    is_known = False
    with suppress(ValueError):  # of a template that cannot be parsed
        is_known = all(_known(template))
    if not is_known:
        allowed = "text with " + ", ".join(f"{{{field}}}" for field in FIELDS)
        raise OptionInvalid("name", template, allowed)
    name = _filled(naming, template)
    while len(os.fsencode(name)) > _LONGEST_BYTES and len(naming.stem) > _ENDING_LETTERS:
        kept = len(naming.stem) - _ENDING_LETTERS
        naming = replace(naming, stem=naming.stem[: kept - 1] + naming.stem[kept:])
        name = _filled(naming, template)
    if Path(name).name != name or name in ("", ".."):
        raise OptionInvalid("name", template, "a file's name, without folders")
    return name


def check_template(template: str) -> str:
    """Check before the first photo that a template can be filled, and name a PNG by it.

    Raises:
        OptionInvalid: as `name_of` says.
    """
    return name_of(Naming("photo", ".png", "checkpoint", 1.0, 1), template)


def fields_in(template: str) -> frozenset[str]:
    """Return the fields that a template names."""
    return frozenset(field for _, field, _, _ in string.Formatter().parse(template) if field)


def source_stem(stem: str) -> str | None:
    """Return the stem of the photo whose result is named `stem` by default; None for others."""
    found = _RESULT.fullmatch(stem)
    return None if found is None else found[1]


def numbered(path: Path, ext: str | None = None) -> Iterator[Path]:
    """Yield `a.jpg`, `a-2.jpg`, and so on; the number goes before `ext`, if that is given."""
    yield path
    ext = path.suffix if ext is None else ext
    stem = path.name.removesuffix(ext)
    for number in itertools.count(2):
        yield path.with_name(f"{stem}-{number}{ext}")


def free_name(
    path: Path, is_taken: Callable[[Path], bool] = os.path.lexists, ext: str | None = None
) -> Path:
    """Return the first of `numbered(path, ext)` that is not taken; by default, by no file."""
    return next(each for each in numbered(path, ext) if not is_taken(each))


def _known(template: str) -> Iterator[bool]:
    """Yield for each field whether it can be filled in."""
    for _, field, layout, conversion in string.Formatter().parse(template):
        if field is not None:
            is_number = field in ("strength", "n")
            is_plain = not layout or (is_number and _PADDED.fullmatch(layout) is not None)
            yield field in FIELDS and is_plain and conversion is None


def _filled(naming: Naming, template: str) -> str:
    return template.format(**vars(naming) | {"strength": round(naming.strength * 100)})
