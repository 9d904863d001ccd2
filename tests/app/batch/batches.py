"""Actions on the Batch page: add a folder, run it, read its rows."""

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.batch.state import BatchState
from app.batch.table import Column
from app.main_window import MainWindow
from tests.batch import batches

SIZE = (120, 160)  # nine tiles of 64 px


def until(qtbot: QtBot, holds: Callable[[], bool]) -> None:
    """Wait, longer than Qt's tests usually do: each photo is flushed to a disk that may be busy."""
    qtbot.waitUntil(holds, timeout=30_000)


def make_photo(path: Path, seed: int = 0) -> Path:
    """A photo of noise, of nine tiles."""
    return batches.make_photo(path, seed, SIZE)


def make_folder(folder: Path, count: int) -> Path:
    for number in range(1, count + 1):
        make_photo(folder / f"{number}.png", number)
    return folder


def add(qtbot: QtBot, window: MainWindow, *paths: Path) -> None:
    """Add files and folders, and wait until it is known what a run would do."""
    window.batch_controller.add(paths)
    until(qtbot, lambda: is_ready(window))


def is_ready(window: MainWindow) -> bool:
    status = window.batch_controller.batch.status
    return status.state is BatchState.READY and not status.is_looking


def state(window: MainWindow) -> BatchState:
    return window.batch_controller.batch.status.state


def start(window: MainWindow) -> None:
    steps = window.batch.panel.steps
    assert steps.go.isEnabled()
    steps.go.click()
    assert state(window) is BatchState.RUNNING


def wait_end(qtbot: QtBot, window: MainWindow) -> None:
    until(qtbot, lambda: is_ready(window))


def wait_done(qtbot: QtBot, window: MainWindow, count: int) -> None:
    """Until so many photos are done; which, depends on the readers."""
    until(qtbot, lambda: window.batch_controller.batch.status.done == count)


def rows(window: MainWindow) -> dict[str, tuple[str, str]]:
    """State and note of each photo, as the table shows them."""
    model = window.batch.list.model
    found = {}
    for row in range(model.rowCount()):
        texts = [str(model.index(row, column).data()) for column in Column]
        found[texts[Column.PHOTO]] = (texts[Column.STATE], texts[Column.NOTE])
    return found


def states(window: MainWindow) -> dict[str, str]:
    return {name: state for name, (state, _) in rows(window).items()}
