"""Names that files may have, and that programs stumble over."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.batch.batches import make_photo

HARD = {
    "Chinese": "雨.png",
    "Arabic": "مطر\u200f.png",
    "emoji": "🌧️👨‍👩‍👧.png",
    "combining marks": "e\u0301\u0301\u0301.png",
    "a space in front": " lead.png",
    "a newline": "new\nline.png",
    "a tab": "tab\t.png",
    "a leading dash": "-dash.png",
    "an option": "--help.png",
    "255 bytes": "x" * 251 + ".png",
    "255 bytes of Chinese": "雨" * 83 + "ab.png",
    "no UTF-8": "\udcff\udcfe.png",
    "an address": "a%20b#c?d.png",
    "rich text": "<b>bold<img src=x>&amp;.png",
    "a style of rich": "[red].png",
    "quotes": '"it\'s".png',
    "a formula": "=1+1|cmd.png",
    "a command to a terminal": "\x1b[31mred\x9b.png",
    "a direction": "\u202egpj.png",
    "a template": "{stem}{0}.png",
    "a mark of Qt": "a[*]&b.png",
    "a backslash": "a\\b.png",
    "a pattern": "*?.png",
    "a variable": "$HOME ~.png",
}
AT_THE_END = {"a trailing dot": "trail.png.", "a trailing space": "trail.png "}
"""Photos all the same, though no list of a folder has them: their endings are none."""


def photos(folder: Path, names: Sequence[str]) -> list[Path]:
    first = make_photo(folder.parent / "model.png")
    folder.mkdir()
    return [Path(shutil.copy(first, folder / name)) for name in names]
