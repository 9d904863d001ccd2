"""Where the results of `nledn derain` go, and writing them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nledn import atomic
from nledn.errors import OptionInvalid, OutputExists, OutputFormatUnknown, OutputNotPermitted
from nledn.naming import Naming, name_of

if TYPE_CHECKING:
    from nledn.photo import Photo
    from nledn.rain import RainLayer

RAIN_NAME = "{stem}_rain{ext}"
SIDE_BY_SIDE_NAME = "{stem}_before_after{ext}"


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line; see `nledn derain --help`."""

    output: Path | None
    rain_layer: Path | None
    side_by_side: Path | None
    name: str
    overwrite: bool
    quality: int


@dataclass(frozen=True)
class Targets:
    """The files that one photo gives."""

    output: Path
    rain_layer: Path | None
    side_by_side: Path | None

    @property
    def all(self) -> tuple[Path, ...]:
        """Those that are wanted."""
        asked = (self.output, self.rain_layer, self.side_by_side)
        return tuple(path for path in asked if path is not None)


class Outputs:
    """Knows every source of the run, so that none is ever replaced.

    Raises:
        OptionInvalid: one file for the results of several photos, or a wrong template.
    """

    def __init__(self, wanted: Wanted, sources: tuple[Path, ...]) -> None:
        self._wanted = wanted
        self._sources = sources
        self._written: set[Path] = set()
        # A template that cannot be filled is told before the first photo, not by each of them.
        name_of(Naming("photo", ".png", "checkpoint", 1.0, 1), wanted.name)
        for option in ("output", "rain_layer", "side_by_side"):
            path: Path | None = getattr(wanted, option)
            if path is not None and len(sources) > 1 and not _is_folder(path):
                flag = option.replace("_", "-")
                raise OptionInvalid(flag, str(path), "an existing folder")

    def targets(
        self, photo: "Photo", source: Path, checkpoint: str, strength: float, number: int
    ) -> Targets:
        """Names for one photo's results."""
        from nledn import photo as photos

        naming = Naming(
            stem=source.stem,
            ext=photos.output_suffix(photo),
            checkpoint=checkpoint,
            strength=strength,
            n=number,
        )
        wanted = self._wanted
        beside = source.parent
        own = name_of(naming, wanted.name)
        rain = name_of(replace(naming, ext=".tif"), RAIN_NAME)
        both = name_of(replace(naming, ext=".jpg"), SIDE_BY_SIDE_NAME)
        return Targets(
            output=_in(wanted.output or beside, own),
            rain_layer=None if wanted.rain_layer is None else _in(wanted.rain_layer, rain),
            side_by_side=None if wanted.side_by_side is None else _in(wanted.side_by_side, both),
        )

    def check(self, targets: Targets) -> None:
        """Refuse before computing what would be refused after it.

        Raises:
            OutputFormatUnknown: a name ends in what is not written.
            OutputExists: a result is there already and `--overwrite` was not given, or this run
                wrote it: two photos of one name in one folder must not replace each other.
            WriteError: any other reason that is known before.
        """
        from nledn.photo.formats import DEEP, written_format

        rain_layer = targets.rain_layer
        if rain_layer is not None and written_format(rain_layer.suffix) not in DEEP:
            raise OutputFormatUnknown(rain_layer, rain_layer.suffix)
        for path in targets.all:
            if written_format(path.suffix) is None:
                raise OutputFormatUnknown(path, path.suffix)
        if len(set(targets.all)) < len(targets.all):
            raise OutputExists(targets.output)
        for path in targets.all:
            if path in self._written:
                raise OutputExists(path)
            atomic.check(path, overwrite=self._wanted.overwrite, sources=self._sources)

    def write(self, targets: Targets, photo: "Photo", layer: "RainLayer", strength: float) -> None:
        """Write every target; each appears whole or not at all."""
        from nledn import photo as photos

        wanted = self._wanted
        self._written.update(targets.all)
        settings = photos.WriteSettings(quality=wanted.quality, overwrite=wanted.overwrite)
        clean = replace(photo, pixels=layer.apply(photo.pixels, strength))
        photos.write(clean, targets.output, settings, sources=self._sources)
        if targets.rain_layer is not None:
            photos.write_rain(
                layer.rain(), targets.rain_layer, overwrite=wanted.overwrite, sources=self._sources
            )
        if targets.side_by_side is not None:
            both = side_by_side(photo, clean)
            photos.write(both, targets.side_by_side, settings, sources=self._sources)


def side_by_side(before: "Photo", after: "Photo") -> "Photo":
    """Before and after in one picture, along the shorter side, a white line between."""
    import numpy as np

    height, width = before.pixels.shape[:2]
    axis = 1 if height >= width else 0
    gap_px = max(min(height, width) // 100, 2)
    shape = (height, gap_px, 3) if axis == 1 else (gap_px, width, 3)
    gap = np.full(shape, np.iinfo(before.pixels.dtype).max, before.pixels.dtype)
    pixels = np.concatenate((before.pixels, gap, after.pixels), axis=axis)
    # Metadata belongs to the photo; the picture of both keeps only its colours.
    bare = replace(before, alpha=None, exif=None, xmp=None, texts=(), notes=(), path=None)
    return replace(bare, pixels=pixels)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except PermissionError as error:
        raise OutputNotPermitted(path) from error


def _in(place: Path, name: str) -> Path:
    return place / name if _is_folder(place) else place
