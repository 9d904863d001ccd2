"""The photos of the open folder: what is remembered of each when another one is opened."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.photo import jobs
from app.photo.autosave import FileJob
from app.photo.document import Document
from app.photo.edits import EditsStore
from app.photo.saving import Saving
from app.photo.state import PhotoState
from app.shell.engines import Engines
from app.tasks import Tasks


class Series(QObject):
    """Remembers what is chosen for a photo, and finds again what was computed.

    Attributes:
        edits: of all photos.
    """

    def __init__(self, document: Document, engines: Engines, tasks: Tasks, saving: Saving) -> None:
        super().__init__(document)
        self._document = document
        self._engines = engines
        self._tasks = tasks
        self.edits = EditsStore()
        saving.saved.connect(self._saved)

    def take(self, found: jobs.Found) -> None:
        """A photo was opened: name it, and show the rain that was found when it was open before."""
        task = self._tasks.submit(jobs.KeyJob(found.opened.photo))
        task.succeeded.connect(partial(self._find_rain, found))

    def remember(self) -> None:
        """Keep what was chosen for the open photo, if anything was since it was opened."""
        document = self._document
        if document.history.stack.canUndo() or document.is_unsaved:
            self._keep()

    def _find_rain(self, found: jobs.Found, _key: None) -> None:
        document, photo, edits = self._document, found.opened.photo, found.edits
        if document.photo is not photo or document.status.state is not PhotoState.READY:
            return
        layer = self._engines.kept(photo, document.options)
        if layer is not None:
            document.take_rain(layer, document.options)
            if edits is not None and edits.result is not None and document.latest is not None:
                work = document.latest.work if edits.is_saved else None
                document.set_saved(document.latest, edits.result, work)

    def _saved(self, saved: jobs.Saved) -> None:
        """A result was written, perhaps of a photo that is no longer open."""
        latest = self._document.latest
        if latest is not None and latest.path == saved.path:
            self._keep()

    def _keep(self) -> None:
        path = self._path
        if path is not None:
            self.edits.put(path, self._document.edits)
            self._tasks.submit(FileJob(self.edits.flush))

    @property
    def _path(self) -> Path | None:
        photo = self._document.photo
        return None if photo is None else photo.path
