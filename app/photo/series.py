"""The photos of the open folder, and their kept edits."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Never

from PySide6.QtCore import QObject, Signal

from app.photo.document import Derained, Document
from app.photo.edits import Choices, EditsStore
from app.photo.opening import Found
from app.photo.results import Saved
from app.photo.saving import Saving
from app.photo.state import PhotoState
from app.shell.engines import Engines
from app.tasks import Call, Task, Tasks
from nledn import Options, places

if TYPE_CHECKING:
    from nledn.photo import Photo


def _compute_key(photo: "Photo") -> None:
    """Compute a photo's key ahead, so that neither a derain nor a comparison waits for it."""
    from nledn.models import photo_key

    photo_key(photo)


class Series(QObject):
    """Remembers the choices for a photo, and finds its computed rain again.

    Attributes:
        marks_changed: (mapping of Path to Path or None) photos of the folder that have edits, and
            their results.
    """

    marks_changed = Signal(object)

    def __init__(self, document: Document, engines: Engines, tasks: Tasks, saving: Saving) -> None:
        super().__init__(document)
        self._document = document
        self._engines = engines
        self._tasks = tasks
        self.edits = EditsStore()
        self.copied: Choices | None = None
        self._left: dict[Path, None] = {}
        self._kept: Path | None = None
        saving.saved.connect(self._saved)
        saving.settled.connect(self._settled)

    def take(self, found: Found) -> Task[None, Never]:
        """Name an opened photo, and then show its rain from an earlier opening."""
        task = self._tasks.submit(Call(partial(_compute_key, found.photo)))
        task.succeeded.connect(partial(self._find_rain, found))
        self._look()
        return task

    def remember(self) -> None:
        """Keep the choices for the open photo, if any were made since it was opened."""
        document, path = self._document, self._path
        is_kept = path is not None and path == self._kept  # perhaps undone since
        if document.history.stack.canUndo() or document.is_unsaved or is_kept:
            self._keep()
        if path is None or path == places.sample_photo():
            return
        if any(each.layer.is_complete for each in document.unsaved):
            self._left[path] = None
        elif document.latest is not None and not document.is_unsaved:
            self._left.pop(path, None)

    @property
    def left(self) -> tuple[Path, ...]:
        """The photos before the open one that have a result in no file, in order."""
        return tuple(path for path in self._left if path != self._path)

    def note_result(self, photo: Path, result: Path, options: Options) -> None:
        """Note a result of a batch, made with these options."""
        choices = Choices.of(options)
        task = self._tasks.submit(Call(partial(self.edits.put_result, photo, result, choices)))
        task.succeeded.connect(lambda _: self._look())

    def copy(self) -> None:
        """Copy the settings of the open photo."""
        self.copied = self._document.choices

    def paste(self, photos: Sequence[Path]) -> None:
        """Paste the copied settings to photos, by default the open one.

        For the open one this can be undone.
        """
        choices, opened = self.copied, self._path
        if choices is None:
            return
        if opened in photos or not photos:
            self._document.history.choose(choices)
        others = tuple(photo for photo in photos if photo != opened)
        task = self._tasks.submit(Call(partial(self.edits.put_choices, others, choices)))
        task.succeeded.connect(lambda _: self._look())

    def _find_rain(self, found: Found, _key: None) -> None:
        document, photo = self._document, found.photo
        if document.photo is not photo:
            return
        layer = self._engines.kept(photo, document.options)
        if layer is None:
            return
        shown = document.layer
        if shown is not None and not shown.record.device and layer.is_complete:
            # In place of the difference of the photo and its result.
            document.take_rain(layer, document.edits)
        elif document.status.state is PhotoState.READY:
            document.take_rain(layer, found.edits)

    def _saved(self, saved: Saved) -> None:
        """Note a written result, unless its photo is no longer open."""
        latest = self._document.latest
        if latest is not None and latest.path == saved.path:
            self._keep()

    def _settled(self, saved: Saved, derained: Derained) -> None:
        """Note a written result of a photo, perhaps of one that is no longer open."""
        photo, is_saved = saved.photo.path, not derained.is_unsaved
        if photo is None:
            return
        if is_saved:
            self._left.pop(photo, None)
        if photo != self._path:
            about = (photo, saved.path, derained.choices)
            note = Call(partial(self.edits.put_saved, *about, is_saved=is_saved))
            self._tasks.submit(note).succeeded.connect(lambda _: self._look())

    def _keep(self) -> None:
        path, edits = self._path, self._document.edits
        if path is not None and edits.result != path:  # `--edit` replaced it
            self._kept = path
            self.edits.put(path, edits)
            self._look()

    def _look(self) -> None:
        """Read the marks of the folder's photos."""
        path = self._path
        if path is not None:
            task = self._tasks.submit(Call(partial(self.edits.in_folder, path.parent)))
            task.succeeded.connect(self.marks_changed.emit)

    @property
    def _path(self) -> Path | None:
        photo = self._document.photo
        return None if photo is None else photo.path
