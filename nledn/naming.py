"""Names of results: one template, the same in the window, on the command line and in a batch."""

import string
from dataclasses import dataclass
from pathlib import Path

from nledn.errors import OptionInvalid

DEFAULT_TEMPLATE = "{stem}_derained{ext}"
FIELDS = ("stem", "ext", "checkpoint", "strength", "n")


@dataclass(frozen=True)
class Naming:
    """What a name may be made of.

    Attributes:
        stem: name of the source without its ending.
        ext: ending of the result, with its dot.
        checkpoint: id.
        strength: as a percentage.
        n: place of the photo in its run, from 1.
    """

    stem: str
    ext: str
    checkpoint: str
    strength: float
    n: int


def name_of(naming: Naming, template: str = DEFAULT_TEMPLATE) -> str:
    """Fill a template such as `{stem}_{checkpoint}{ext}`.

    Raises:
        OptionInvalid: an unknown field, or a name that would leave its folder.
    """
    values = {
        "stem": naming.stem,
        "ext": naming.ext,
        "checkpoint": naming.checkpoint,
        "strength": f"{round(naming.strength * 100)}",
        "n": f"{naming.n}",
    }
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    except ValueError as error:
        raise OptionInvalid("name", template, _allowed()) from error
    if not used <= set(FIELDS):
        raise OptionInvalid("name", template, _allowed())
    name = template.format(**values)
    if Path(name).name != name or name in ("", ".."):
        raise OptionInvalid("name", template, "a file's name, without folders")
    return name


def _allowed() -> str:
    return "text with " + ", ".join(f"{{{field}}}" for field in FIELDS)
