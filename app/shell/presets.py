"""Export presets: named settings for saving, kept between starts."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from app.shell.save_dialog import FORMATS
from app.shell.translation import mark

SHORTEST_PX, LONGEST_PX = 16, 65_535  # of the longest side; JPEG ends there
NAME_BYTES = 255  # of a file's name on ext4, APFS and NTFS
PHOTO_BYTES = 100  # left to the photo's own name


@dataclass(frozen=True)
class Preset:
    """A way to save.

    Attributes:
        name: of the preset.
        suffix: of the format, as `.jpg`; empty for the photo's own.
        quality: of JPEG, WebP and JPEG XL, 1 to 100.
        longest_side_px: larger photos are reduced to it; None keeps their size.
        folder: empty for the photo's own.
        ending: stands after the photo's own name.
    """

    name: str
    suffix: str = ".jpg"
    quality: int = 95
    longest_side_px: int | None = None
    folder: str = ""
    ending: str = "_derained"

    @property
    def is_valid(self) -> bool:
        """True if it has a name and every photo can be saved with it."""
        name = f"photo{self.ending}"
        return (
            bool(self.name.strip())
            and self.suffix in ("", *FORMATS)
            and 1 <= self.quality <= 100
            and (self.longest_side_px or SHORTEST_PX) in range(SHORTEST_PX, LONGEST_PX + 1)
            and Path(name).name == name
            and not {"{", "}"} & set(name)
            and len(os.fsencode(name)) <= NAME_BYTES - PHOTO_BYTES
        )

    @property
    def template(self) -> str:
        """The name of its files, as `nledn.naming` fills it."""
        return f"{{stem}}{self.ending}{{ext}}"


FIRST = (
    Preset(mark("For the web, 2048 px"), quality=85, longest_side_px=2048, ending="_web"),
    Preset(mark("TIFF, full size"), ".tif"),
)
"""Those of a first start; their names are translated where they are shown."""


def texts_of(presets: Sequence[Preset]) -> tuple[str, ...]:
    """Return presets as texts for the settings."""
    return tuple(json.dumps(asdict(preset)) for preset in presets)


def presets_in(texts: Sequence[str]) -> tuple[Preset, ...]:
    """Return the valid presets of the settings."""
    return tuple(preset for preset in _read(texts) if preset.is_valid)


def _read(texts: Sequence[str]) -> Iterator[Preset]:
    for text in texts:
        try:
            found = json.loads(text)
            side = found["longest_side_px"]
            yield Preset(
                name=str(found["name"]),
                suffix=str(found["suffix"]),
                quality=int(found["quality"]),
                longest_side_px=None if side is None else int(side),
                folder=str(found["folder"]),
                ending=str(found["ending"]),
            )
        except (KeyError, TypeError, ValueError):
            continue
