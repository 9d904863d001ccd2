"""Between the Batch page and the batch: questions, words, folders to show."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QDesktopServices

from app.batch.jobs import Ended, Entry
from app.batch.model import Batch
from app.batch.state import BatchState
from app.batch.watch import Watch
from app.shell.banner import Action, Notice
from app.shell.dialogs import Dialogs
from app.shell.engines import Engines
from app.shell.names import paths_in, url_of
from app.shell.settings import Preferences
from app.shell.translation import explain, tr
from app.tasks import Tasks
from nledn import Options

if TYPE_CHECKING:
    from nledn.batch import Row


@dataclass(frozen=True)
class FromPhotoPage:
    """Answers of the Photo page, up to date when asked for.

    Attributes:
        model: name of the chosen one, as its menu has it.
        path: of the open photo; None without one.
        review: opens a photo of the batch (source, result, row of the journal) beside its result,
            unless the person keeps the one that is open.
    """

    options: Callable[[], Options]
    model: Callable[[], str]
    path: Callable[[], Path | None]
    review: "Callable[[Path, Path | None, Row | None], None]"


class BatchController(QObject):
    """The verbs of the Batch page; `over` tells in a sentence that a run is over."""

    noticed = Signal(object)
    over = Signal(str)
    page_asked = Signal()
    watched_changed = Signal(object)
    ready_to_close = Signal()

    def __init__(
        self,
        tasks: Tasks,
        preferences: Preferences,
        dialogs: Dialogs,
        engines: Engines,
        photo: FromPhotoPage,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._dialogs = dialogs
        self._photo = photo
        self.model_name = photo.model
        self.batch = Batch(tasks, preferences, engines, photo.options, self)
        self.watch = Watch(tasks, self)
        self.show_file: Callable[[Path], object] = lambda path: QDesktopServices.openUrl(
            url_of(path)
        )
        self._is_restoring = False
        self.batch.restored.connect(self._resume_watch)
        self.batch.foreseen.connect(self._offer_rest)
        self.batch.ended.connect(self._ended)
        self.batch.failed.connect(self._failed)
        self.watch.arrived.connect(self._arrived)
        self.watch.failed.connect(self._watch_failed)
        self.watched_changed.connect(self.batch.expect)

    # Photos

    def ask_photos(self) -> None:
        """Let the user choose photos."""
        from nledn.photo.formats import readable_suffixes

        self.add(self._dialogs.photos(self._folder(), readable_suffixes()))

    def ask_folder(self) -> None:
        """Let the user choose a folder of photos."""
        path = self._dialogs.folder(self._folder())
        self.add([] if path is None else [path])

    def add(self, paths: Iterable[Path]) -> None:
        """Add files and folders, and show the page."""
        paths = tuple(paths)
        if paths:
            self.page_asked.emit()
            self.batch.add(paths)

    def drop(self, data: QMimeData, *, is_shown: bool) -> bool:
        """Take dropped files if the page is shown or they are many."""
        paths = paths_in(data)
        is_ours = len(paths) > 1 or (is_shown and bool(paths))
        if is_ours:
            self.add(paths)
        return is_ours

    def set_watching(self, watches: bool) -> None:
        """Let the user choose a folder to watch, or stop watching."""
        folder = self._dialogs.folder(self._folder()) if watches else None
        if folder is None:
            self.watch.end()
            self.batch.start_none()
        else:
            self.watch.begin(folder)
            self.batch.add([folder], starts=True)
        self.batch.set_watched(folder)
        self.watched_changed.emit(folder)

    def _arrived(self, paths: tuple[Path, ...]) -> None:
        """Add photos that arrived in the watched folder."""
        results = {entry.output for entry in self.batch.entries}
        out = Path(self.batch.choices.out).expanduser()
        is_inside = self.batch.watched in out.parents
        new = [
            path
            for path in paths
            if path not in results and not (is_inside and path.is_relative_to(out))
        ]
        if new:
            self.batch.add(new, starts=True)

    def open_row(self, entry: Entry) -> None:
        """Show a photo and its result of the batch."""
        output = entry.output if entry.state == "done" else None
        self._photo.review(entry.source, output, entry.row)

    # Choices and results of a run

    def ask_output(self) -> None:
        """Let the user choose the folder of the results."""
        out = self.batch.choices.out
        path = self._dialogs.folder(Path(out) if out else self._folder())
        if path is not None:
            self.batch.set_choices(replace(self.batch.choices, out=str(path)))

    def open_output(self) -> None:
        """Show the folder of the results."""
        self.show_file(Path(self.batch.choices.out).expanduser())

    def show_report(self) -> None:
        """Make the report, then show it."""
        self.batch.make_report(self.show_file)

    def _ended(self, ended: Ended) -> None:
        """Report the end of a run."""
        status = self.batch.status
        words = [tr("{done} of {total} photos are done.", done=status.done, total=status.total)]
        if status.failed:
            words.append(tr("{count} failed; their rows say why.", count=status.failed))
        if status.skipped:
            words.append(tr("{count} were skipped.", count=status.skipped))
        if ended.error is not None:
            words.insert(0, explain(ended.error))
        elif status.planned:
            remaining = tr("{count} remaining. Click Start.")
            if status.is_begun:
                remaining = tr("{count} remaining. Click Continue.")
            words.append(remaining.format(count=status.planned))
        actions: tuple[Action, ...] = (
            Action("batch_output", tr("Open results"), self.open_output),
            Action("batch_report", tr("Show report"), self.show_report),
        )
        if ended.error is not None or ended.cancelled:
            actions = ()
        is_bad = ended.error is not None or status.failed > 0
        self.noticed.emit(Notice(" ".join(words), "error" if is_bad else "done", actions))
        self.over.emit(" ".join(words))

    def _watch_failed(self, error: Exception) -> None:
        """Show in the panel that watching has stopped, and the reason in the banner."""
        if not self.watch.is_watching:
            self.watched_changed.emit(None)
        self._failed(error)

    def _failed(self, error: Exception) -> None:
        """Show an error, in a sentence."""
        self.noticed.emit(Notice.of(error))

    # Between starts

    def restore(self) -> None:
        """Restore the batch of the last start."""
        self.batch.restore()

    def close(self) -> None:
        """Ask before stopping a run; `ready_to_close` follows unless it continues."""
        status = self.batch.status
        if status.state.is_run and not self._dialogs.stop_batch(status.finished, status.total):
            return
        self.watch.end()
        self.batch.cancel()
        self.ready_to_close.emit()

    # Inside

    def _resume_watch(self) -> None:
        folder = self.batch.watched
        self._is_restoring = folder is None and bool(self.batch.entries)
        self.watched_changed.emit(folder)
        if folder is not None:
            self.watch.begin(folder)
            self.batch.add([folder], starts=True)

    def _offer_rest(self) -> None:
        is_restored, self._is_restoring = self._is_restoring, False
        status = self.batch.status
        is_ready = status.state is BatchState.READY
        if is_restored and is_ready and status.is_begun:
            words = tr(
                "{count} of {total} photos of the last batch remain.",
                count=status.planned,
                total=status.total,
            )
            show = Action("batch_page", tr("Show the batch"), self.page_asked.emit)
            self.noticed.emit(Notice(words, "info", (show,)))

    def _folder(self) -> Path | None:
        if self.batch.entries:
            return self.batch.entries[0].source.parent
        path = self._photo.path()
        return None if path is None else path.parent
