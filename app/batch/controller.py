"""Between the Batch page and the batch: questions to the person, words, folders that are shown."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QDesktopServices

from app.batch.autosave import Choices, ReadQueueJob
from app.batch.jobs import Ended, Entry, ForeseeJob, ReportJob
from app.batch.model import Batch
from app.batch.state import BatchState
from app.batch.watch import Watch
from app.photo.document import Document
from app.shell.banner import Notice
from app.shell.dialogs import Dialogs
from app.shell.messages import explain
from app.shell.names import path_of, url_of
from app.shell.settings import Preferences
from app.shell.translation import tr
from app.tasks import AnyJob, Tasks


class BatchController(QObject):
    """What the Batch page is asked for.

    Args:
        document: has the open photo.
        tasks: does the work.
        preferences: the settings.
        dialogs: asks questions.
        when_saved: goes on once nothing of the open photo would be lost.

    Attributes:
        noticed: (Notice) something to say in the banner.
        over: (str) a run is over, in a sentence.
        page_asked: the page is to be shown.
        watched_changed: (Path or None).
        ready_to_close: nothing would be lost.
        show_file: opens a file or folder with what the system has for it.
    """

    noticed = Signal(object)
    over = Signal(str)
    page_asked = Signal()
    watched_changed = Signal(object)
    ready_to_close = Signal()

    def __init__(
        self,
        document: Document,
        tasks: Tasks,
        preferences: Preferences,
        dialogs: Dialogs,
        when_saved: Callable[[Callable[[], None]], None],
    ) -> None:
        super().__init__(document)
        self._when_saved = when_saved
        self._document = document
        self._dialogs = dialogs
        self.batch = Batch(document, tasks, preferences)
        self.watch = Watch(tasks, self)
        self.show_file: Callable[[Path], object] = _show_file
        self._restored = False
        self._actions: dict[str, Callable[[], None]] = {
            "batch_page": self.page_asked.emit,
            "batch_folder": self._take_folder,
            "batch_output": self.open_output,
            "batch_report": self.show_report,
            "batch_retry": self.retry,
        }

    # Photos

    def ask_photos(self) -> None:
        """Let the person choose photos."""
        from nledn.photo.formats import readable_suffixes

        self.add(self._dialogs.photos(self._folder(), readable_suffixes()))

    def ask_folder(self) -> None:
        """Let the person choose a folder of photos."""
        path = self._dialogs.folder(self._folder())
        self.add([] if path is None else [path])

    def add(self, paths: Iterable[Path]) -> None:
        """Add files and folders, and show the page."""
        paths = tuple(paths)
        if paths:
            self.page_asked.emit()
            self.batch.add(paths)

    def drop(self, data: QMimeData, *, is_shown: bool) -> bool:
        """Take files that were dropped, if they are for the batch: the page is shown, or many."""
        paths = [path_of(url) for url in data.urls() if url.isLocalFile()]
        is_ours = len(paths) > 1 or (is_shown and bool(paths))
        if is_ours:
            self.add(paths)
        return is_ours

    def set_watching(self, watches: bool) -> None:
        """Let the person choose a folder to be watched, or watch none any more."""
        folder = self._dialogs.folder(self._folder()) if watches else None
        if folder is None:
            self.watch.end()
            self.batch.start_none()
        else:
            self.watch.begin(folder)
            self.batch.add([folder], starts=True)
        self.batch.set_watched(folder)
        self.watched_changed.emit(folder)

    def arrived(self, paths: tuple[Path, ...]) -> None:
        """Photos came into the folder that is watched."""
        results = {entry.output for entry in self.batch.entries}
        out = Path(self.batch.choices.out).expanduser()
        apart = out != self.batch.watched
        new = [
            path
            for path in paths
            if path not in results and not (apart and path.is_relative_to(out))
        ]
        if new:
            self.batch.add(new, starts=True)

    def open_row(self, entry: Entry) -> None:
        """Show a photo, and what the batch made of it."""
        output = entry.output if entry.state == "done" else None
        about = (entry.source, output, entry.row, entry.strength, self.batch.checkpoint)
        self._when_saved(lambda: self._document.review(*about))

    # Choices and what comes of a run

    def ask_output(self) -> None:
        """Let the person choose the folder of the results."""
        path = self._dialogs.folder(self.batch.choices.out or self._folder())
        if path is not None:
            choices = replace(self.batch.choices, out=str(path))
            self.batch.set_choices(choices)
            self.batch.choices_changed.emit(choices)

    def choose(self, choices: Choices) -> None:
        """The person chose how results are written."""
        self.batch.set_choices(choices)

    def retry(self) -> None:
        """Try failed photos again."""
        self.batch.start(retry_failed=True)

    def open_output(self) -> None:
        """Show the folder of the results."""
        self.show_file(Path(self.batch.choices.out).expanduser())

    def show_report(self) -> None:
        """Make the report, and show it when it is there."""
        self.batch.make_report()

    def finished(self, job: AnyJob, result: Any) -> None:
        """A job is done."""
        if isinstance(job, ReportJob):
            self.show_file(result)
        elif isinstance(job, ReadQueueJob):
            self._resume_watch()
        elif isinstance(job, ForeseeJob) and self._restored:
            self._restored = False
            self._offer_rest()

    def ended(self, ended: Ended) -> None:
        """A run is over: say how it went."""
        status = self.batch.status
        words = [tr("{done} of {total} photos are done.", done=status.done, total=status.total)]
        if status.failed:
            words.append(tr("{count} failed; their rows say why.", count=status.failed))
        if status.skipped:
            words.append(tr("{count} were skipped.", count=status.skipped))
        if ended.error is not None:
            words.insert(0, str(explain(ended.error)))
        elif status.planned:
            words.append(tr("{count} are left; Go on does them.", count=status.planned))
        actions = {"batch_output": tr("Open output"), "batch_report": tr("Show report")}
        if ended.error is not None or ended.cancelled:
            actions = {}
        is_bad = ended.error is not None or status.failed > 0
        self.noticed.emit(Notice(" ".join(words), "error" if is_bad else "done", actions))
        self.over.emit(" ".join(words))

    def watch_failed(self, error: BaseException) -> None:
        """Nothing is watched: the panel does not say otherwise, and the banner says why."""
        if not self.watch.is_watching:
            self.watched_changed.emit(None)
        self.failed(error)

    def failed(self, error: BaseException) -> None:
        """Say what went wrong, in a sentence."""
        self.noticed.emit(Notice(str(explain(error)), "error"))

    def act(self, name: str) -> None:
        """Do what a button of the banner says, if it is about the batch."""
        action = self._actions.get(name)
        if action is not None:
            action()

    # Between starts

    def restore(self) -> None:
        """Take up the batch of the last start."""
        self._restored = True
        self.batch.restore()

    def close(self) -> None:
        """Ask where a run would be stopped; `ready_to_close` follows unless it goes on."""
        status = self.batch.status
        if status.state.is_run and not self._dialogs.stop_batch(status.finished, status.total):
            return
        self.watch.end()
        self.batch.cancel()
        self.ready_to_close.emit()

    # Inside

    def _resume_watch(self) -> None:
        folder = self.batch.watched
        self.watched_changed.emit(folder)
        if folder is not None:
            self._restored = False
            self.watch.begin(folder)
            self.batch.add([folder], starts=True)

    def _offer_rest(self) -> None:
        status = self.batch.status
        if status.state is BatchState.READY and status.planned and status.finished:
            words = tr(
                "Of the last batch {count} of {total} photos are still to be done.",
                count=status.planned,
                total=status.total,
            )
            self.noticed.emit(Notice(words, "info", {"batch_page": tr("Show the batch")}))

    def _take_folder(self) -> None:
        self.add(self._document.folder)

    def _folder(self) -> str:
        photo = self._document.photo
        if self.batch.entries:
            return str(self.batch.entries[0].source.parent)
        if photo is not None and photo.path is not None:
            return str(photo.path.parent)
        return str(Path.home())


def _show_file(path: Path) -> None:
    QDesktopServices.openUrl(url_of(path))
