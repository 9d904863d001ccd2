"""A watched folder in the window: each photo that arrives is reported when it is complete."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.tasks import Call, Task, Tasks
from nledn.errors import FolderNotFound
from nledn.watch import SETTLE_S, Settling, Stamp, observed, stamps_of

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver


def unwatch(observer: "BaseObserver") -> None:
    """Stop watching, and wait for the observer's thread."""
    observer.stop()
    observer.join()


class Watch(QObject):
    """Watches one folder at a time, with all below it; files that `arrived` are complete."""

    arrived = Signal(object)
    failed = Signal(object)
    _seen = Signal(int, object)  # Qt would drop bytes that are not UTF-8
    _gone = Signal(int, object)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._watching: Task[BaseObserver] | None = None
        self._turn = 0  # of watching: an observer continues for a moment after its turn
        self._settling = Settling()
        self._looking: Task[dict[Path, Stamp | None]] | None = None
        self._timer = QTimer(self, interval=round(SETTLE_S * 1000))
        self._timer.timeout.connect(self._look)
        self._seen.connect(self._note)  # from watchdog's thread to this one
        self._gone.connect(self._lose)

    @property
    def is_watching(self) -> bool:
        """True if a folder is watched, or soon will be."""
        return self._watching is not None

    @property
    def waits(self) -> bool:
        """True if some files are not complete yet."""
        return bool(self._settling.paths)

    def begin(self, folder: Path) -> None:
        """Watch a folder, and no other."""
        self.end()
        turn = self._turn
        seen, gone = partial(self._seen.emit, turn), partial(self._gone.emit, turn, folder)
        task = self._tasks.submit(Call(partial(observed, folder, seen, gone)))
        task.failed.connect(partial(self._not_begun, turn))
        self._watching = task

    def end(self) -> None:
        """Stop watching; an observer that is still starting is ended later."""
        self._turn += 1
        self._timer.stop()
        self._settling.clear()
        if self._looking is not None:
            self._looking.abandon()
        task, self._watching = self._watching, None
        if task is None:
            return
        if task.is_done:
            self._unwatch(task.result())
        else:
            task.succeeded.connect(self._unwatch)

    def _not_begun(self, turn: int, error: Exception) -> None:
        if turn == self._turn:
            self._watching = None
            self.failed.emit(error)

    def _lose(self, turn: int, folder: Path) -> None:
        """Watch no longer: another folder of this name would not be seen."""
        if turn == self._turn:
            self.end()
            self.failed.emit(FolderNotFound(folder))

    def _unwatch(self, observer: "BaseObserver") -> None:
        self._tasks.submit(Call(partial(unwatch, observer)))

    def _note(self, turn: int, path: Path) -> None:
        if turn != self._turn:
            return
        self._settling.note(path)
        if not self._timer.isActive():
            self._timer.start()

    def _look(self) -> None:
        if self._looking is None or self._looking.is_done:
            self._looking = self._tasks.submit(Call(partial(stamps_of, self._settling.paths)))
            self._looking.succeeded.connect(self._compare)
            self._looking.failed.connect(self.failed.emit)

    def _compare(self, now: dict[Path, Stamp | None]) -> None:
        whole = self._settling.compare(now)
        if not self.waits:
            self._timer.stop()
        if whole:
            self.arrived.emit(whole)
