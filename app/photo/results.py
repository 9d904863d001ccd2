"""Work for results: written, exported, copied, dragged out of the window."""

import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from app.imaging.qimage import ScreenColour
from app.photo.state import tiles_of
from app.tasks import Job, Work
from nledn import temporary_files
from nledn.naming import free_name

if TYPE_CHECKING:
    from nledn.photo import Photo, WriteSettings
    from nledn.pipeline import Result


@dataclass(frozen=True, eq=False)
class Saved:
    """A result that was written.

    Attributes:
        photo: what, as it was handed to the writer, but without XMP that is only our record; its
            notes tell what is not kept.
        tiles: computed and all, of a partial result; None for a complete one.
    """

    path: Path
    photo: "Photo"
    settings: "WriteSettings"
    tiles: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class SaveJob(Job[Saved]):
    """Write a result."""

    result: "Result"
    path: Path
    settings: "WriteSettings"
    record: bool
    find_free_name: bool = False

    def run(self, work: Work) -> Saved:
        """Write it whole, or not at all."""
        from nledn import pipeline

        path = free_name(self.path) if self.find_free_name else self.path
        layer = self.result.layer
        tiles = None if layer.is_complete else tiles_of(layer)
        clean = pipeline.write(self.result, path, self.settings, record=self.record)
        if self.result.photo.xmp is None:
            clean = replace(clean, xmp=None)
        return Saved(path, clean, self.settings, tiles)


def image_of(result: "Result") -> QImage:
    """Return a result for the clipboard: sRGB, because that has no profiles."""
    photo = result.clean(record=False)
    return ScreenColour(photo.icc).image(photo.pixels, photo.alpha)


class DragFolders:
    """Private folders of files that were dragged out; any thread may use them.

    The other program may read its file long after the drop, so they stay until the window is
    closed; those of a process that was killed go at the next start, as unfinished files do. All
    lie in one, which is noted once: a note holds a file handle.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: tuple[Path, temporary_files.Noted] | None = None
        self._count = 0

    def make(self) -> Path:
        """Make one more, for its owner alone."""
        with self._lock:
            if self._all is None:
                self._all = temporary_files.private_folder()
            self._count += 1
            folder = self._all[0] / str(self._count)
        folder.mkdir(mode=0o700, parents=True)  # systems clean their temporary folders
        return folder

    def write(
        self, result: "Result", name: str, settings: "WriteSettings", *, record: bool
    ) -> Path:
        """Write a result into one more of them, so that it can be dragged to another program."""
        from nledn import pipeline

        path = self.make() / name
        pipeline.write(result, path, settings, record=record)
        return path

    def remove(self) -> None:
        """Remove all of them at the program's end."""
        with self._lock:
            made, self._all = self._all, None
        if made is not None:
            folder, note = made
            with suppress(OSError):  # then a later start removes it
                temporary_files.discard(folder)
                note.take_back()
