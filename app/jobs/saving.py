"""What comes of it: a file, a picture for the clipboard."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from app.qimage import ScreenColour
from app.runner import Job, Work
from nledn.naming import free_name

if TYPE_CHECKING:
    from nledn.photo import Photo, WriteSettings
    from nledn.pipeline import Result


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

    result: "Result"
    path: Path
    settings: "WriteSettings"
    record: bool
    revision: int
    find_free_name: bool = False

    def run(self, work: Work) -> Saved:
        """Write it whole, or not at all."""
        from nledn import pipeline

        path = free_name(self.path) if self.find_free_name else self.path
        clean = pipeline.write(self.result, path, self.settings, record=self.record)
        return Saved(path, clean, self.settings, self.revision)


@dataclass(frozen=True, eq=False)
class CopyJob(Job):
    """The derained photo as a picture for the clipboard."""

    result: "Result"

    def run(self, work: Work) -> QImage:
        """Take the rain away; the clipboard knows no profiles, so it is given sRGB."""
        photo = self.result.clean(record=False)
        return ScreenColour(photo.icc).image(photo.pixels, photo.alpha)
