"""What comes of it: a file, a picture for the clipboard."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from app.qimage import ScreenColour
from app.runner import Job, Work
from nledn.pixels import Mask

if TYPE_CHECKING:
    from nledn import RainLayer
    from nledn.photo import Photo, WriteSettings


@dataclass(frozen=True, eq=False)
class Result:
    """A photo and what is taken from it: what is saved, copied and dragged out."""

    photo: "Photo"
    layer: "RainLayer"
    strength: float
    mask: Mask | None = None

    def applied(self, *, record: bool) -> "Photo":
        """The derained photo; with its recipe in the XMP, or without any."""
        from nledn.photo.recipe import Recipe, stamped, unstamped

        photo, made = self.photo, self.layer.record
        pixels = self.layer.apply(photo.pixels, self.strength, self.mask)
        if not record:
            xmp = None if photo.xmp is None else unstamped(photo.xmp, photo.size)
            return replace(photo, pixels=pixels, xmp=xmp)
        recipe = Recipe(
            checkpoint=made.checkpoint,
            checkpoint_sha256=made.checkpoint_sha256,
            strength=self.strength,
            tile=made.tile,
            backend=made.backend,
            precision=made.precision,
            version=made.version,
            masked=self.mask is not None,
            partial=not self.layer.is_complete,
        )
        return replace(photo, pixels=pixels, xmp=stamped(photo.xmp, recipe, photo.size))


@dataclass(frozen=True, eq=False)
class Saved:
    """A result that was written.

    Attributes:
        path: where.
        photo: what, as it was handed to the writer.
        settings: how.
        revision: of the work that was saved.
    """

    path: Path
    photo: "Photo"
    settings: "WriteSettings"
    revision: int


@dataclass(frozen=True, eq=False)
class SaveJob(Job):
    """Write a result."""

    result: Result
    path: Path
    settings: "WriteSettings"
    record: bool
    revision: int
    find_free_name: bool = False

    def run(self, work: Work) -> Saved:
        """Write it whole, or not at all."""
        from nledn import photo as photos

        path = free_name(self.path) if self.find_free_name else self.path
        clean = self.result.applied(record=self.record)
        photos.write(clean, path, self.settings)
        return Saved(path, clean, self.settings, self.revision)


def free_name(path: Path) -> Path:
    """`path`, or the first of `name-2`, `name-3` … that no file has."""
    tried, number = path, 1
    while tried.exists():
        number += 1
        tried = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return tried


@dataclass(frozen=True, eq=False)
class CopyJob(Job):
    """The derained photo as a picture for the clipboard."""

    result: Result

    def run(self, work: Work) -> QImage:
        """Take the rain away; the clipboard knows no profiles, so it is given sRGB."""
        photo = self.result.applied(record=False)
        return ScreenColour(photo.icc).image(photo.pixels, photo.alpha)
