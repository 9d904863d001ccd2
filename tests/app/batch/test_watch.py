"""A watched folder: what arrives is derained once it is whole, and never before."""

import logging
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from watchdog.observers.api import BaseObserver

from app.batch.state import BatchState
from app.batch.watch import Watch, unwatch
from app.main_window import MainWindow
from app.photo.document import Document
from app.shell.settings import Preferences, store
from app.tasks import Job, Tasks, Work
from tests.app.batch import batches
from tests.app.conftest import FakeEngines, StandIn
from tests.app.window import Answers, said
from tests.batch.batches import results


@pytest.fixture
def watched(qtbot: QtBot, window: MainWindow, dialogs: Answers, tmp_path: Path) -> Path:
    """A folder with a photo, watched."""
    folder = batches.make_folder(tmp_path / "camera", 1)
    dialogs.path = folder
    window.batch_controller.watch._timer.setInterval(20)
    window.batch.panel.watch.click()
    wait_done(qtbot, window, "1.png")
    return folder


def wait_done(qtbot: QtBot, window: MainWindow, name: str) -> None:
    batches.until(qtbot, lambda: batches.states(window).get(name) == "Done")
    batches.wait_end(qtbot, window)


def test_what_is_there_and_what_arrives(qtbot: QtBot, window: MainWindow, watched: Path) -> None:
    words = window.batch.panel.watched.text()
    assert words.startswith("Photos that arrive in camera are derained as chosen at the last click")
    batches.make_photo(watched / "2.png", 2)
    wait_done(qtbot, window, "2.png")
    batches.make_photo(watched / "day two" / "3.png", 3)
    wait_done(qtbot, window, "day two/3.png")
    out = watched / "derained"
    assert results(out) == {"1_derained.png", "2_derained.png", "day two/3_derained.png"}
    # Results are no arrivals, though they lie below the folder.
    batches.until(qtbot, lambda: not window.batch_controller.watch.waits)
    assert len(batches.rows(window)) == 3


def test_folders_within_new_folders_are_watched_too(
    qtbot: QtBot, window: MainWindow, watched: Path
) -> None:
    for day in range(20):
        (watched / f"day {day}" / "morning" / "raw").mkdir(parents=True)
    batches.make_photo(watched / "day 19" / "morning" / "raw" / "2.png", 2)
    wait_done(qtbot, window, "day 19/morning/raw/2.png")


def test_a_photo_that_still_grows_is_waited_for(
    qtbot: QtBot, window: MainWindow, watched: Path, tmp_path: Path
) -> None:
    content = batches.make_photo(tmp_path / "2.png", 2).read_bytes()
    watch = window.batch_controller.watch
    watch._timer.setInterval(1_000_000)  # the test looks when it wants
    with (watched / "2.png").open("wb") as file:
        for part in (content[:100], content[100:400], content[400:]):
            file.write(part)
            file.flush()
            batches.until(qtbot, lambda: watch.waits)
            look(qtbot, window)
            assert "2.png" not in batches.rows(window)
    look(qtbot, window)
    wait_done(qtbot, window, "2.png")


def look(qtbot: QtBot, window: MainWindow) -> None:
    watch = window.batch_controller.watch
    watch._look()
    looking = watch._looking
    assert looking is not None
    batches.until(qtbot, lambda: looking.is_done)


def test_other_files_and_unfinished_ones_are_no_photos(
    qtbot: QtBot, window: MainWindow, watched: Path
) -> None:
    (watched / "notes.txt").write_text("no photo")
    batches.make_photo(watched / ".hidden.png")
    gone = batches.make_photo(watched / "gone.png")
    gone.unlink()
    batches.make_photo(watched / "2.part.png").rename(watched / "2.png")
    wait_done(qtbot, window, "2.png")
    assert set(batches.rows(window)) == {"1.png", "2.png"}


def test_watching_ends_and_goes_on_at_the_next_start(
    qtbot: QtBot, window: MainWindow, watched: Path
) -> None:
    window.batch_controller.watch.end()  # as at the end of the program
    batches.make_photo(watched / "2.png", 2)
    window.batch_controller.restore()
    batch = window.batch_controller.batch
    batch.clear()
    batch.set_watched(watched)
    window.batch_controller.restore()
    wait_done(qtbot, window, "2.png")
    assert window.batch.panel.watch.isChecked()
    window.batch.panel.watch.click()
    assert batch.watched is None
    batches.until(qtbot, lambda: window.tasks.is_idle)
    batches.make_photo(watched / "3.png", 3)
    with pytest.raises(Exception, match="timed out"):
        qtbot.waitUntil(lambda: window.batch_controller.watch.waits, timeout=200)


def test_what_arrives_has_the_choices_of_the_click(
    qtbot: QtBot, window: MainWindow, backend: StandIn, watched: Path
) -> None:
    window.document.set_strength(0.5)
    batches.make_photo(watched / "2.png", 2)
    wait_done(qtbot, window, "2.png")
    assert backend.tiles == 2 * 9, "the first photo is not done again"


def test_the_next_start_goes_on_with_the_choices_of_the_click(
    qtbot: QtBot,
    window: MainWindow,
    engines: FakeEngines,
    backend: StandIn,
    dialogs: Answers,
    watched: Path,
) -> None:
    window.preferences.change(quality=50)
    window.close()
    batches.until(qtbot, lambda: not window.isVisible())
    batches.make_photo(watched / "2.png", 2)
    tasks = Tasks()
    document = Document(replace(window.document.options, weights="afterrain-light"))
    again = MainWindow(document, engines, tasks, Preferences(store()), dialogs)
    again.batch_controller.restore()
    wait_done(qtbot, again, "2.png")
    assert backend.tiles == 2 * 9, "the first photo is not done again"
    again.batch_controller.watch.end()
    batches.until(qtbot, lambda: tasks.is_idle)
    assert tasks.close()
    again.deleteLater()


def test_what_comes_while_watching_ends_is_left_alone(
    qtbot: QtBot, window: MainWindow, watched: Path
) -> None:
    watch = window.batch_controller.watch
    busy = [_Busy(), _Busy()]  # both threads for files: the watching itself cannot end yet
    for job in busy:
        window.tasks.submit(job)
    window.batch.panel.watch.click()
    with qtbot.waitSignal(watch._seen):
        os.mkfifo(watched / "2.png")
    assert not watch.waits
    for job in busy:
        job.may_end.set()
    batches.until(qtbot, lambda: window.tasks.is_idle)


def test_no_run_begins_once_watching_has_ended(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, tmp_path: Path
) -> None:
    dialogs.path = batches.make_folder(tmp_path / "camera", 2)
    window.batch.panel.watch.click()
    window.batch.panel.watch.click()
    batches.until(qtbot, lambda: batches.is_ready(window) and window.tasks.is_idle)
    assert batches.states(window) == {"1.png": "Planned", "2.png": "Planned"}


def test_a_folder_that_was_given_up_is_not_watched_for_ever(
    qtbot: QtBot, tasks: Tasks, tmp_path: Path
) -> None:
    watch = Watch(tasks)
    watch.begin(tmp_path)
    with qtbot.waitSignal(tasks.submitted, check_params_cb=lambda job: job.act.func is unwatch):
        watch.end()  # before the observer is there
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert not watch.is_watching
    assert not [each for each in threading.enumerate() if isinstance(each, BaseObserver)]


@dataclass(frozen=True, eq=False)
class _Busy(Job[None]):
    may_end: threading.Event = field(default_factory=threading.Event)

    def run(self, work: Work) -> None:
        self.may_end.wait()


def test_a_folder_that_is_gone_is_a_sentence(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    controller, panel = window.batch_controller, window.batch.panel
    controller.batch.set_watched(tmp_path / "gone")
    controller.watched_changed.emit(tmp_path / "gone")
    controller.watch.begin(tmp_path / "gone")
    batches.until(qtbot, lambda: "Folder not found" in said(window))
    assert batches.state(window) is BatchState.EMPTY
    assert not panel.watch.isChecked(), "nothing is watched"
    assert controller.batch.watched == tmp_path / "gone", "its disk may be there at the next start"


@pytest.mark.parametrize("remove", [shutil.rmtree, lambda folder: folder.rename(f"{folder}2")])
def test_a_folder_that_goes_away_is_watched_no_longer(
    qtbot: QtBot, window: MainWindow, watched: Path, remove: Callable[[Path], object]
) -> None:
    remove(watched)
    batches.until(qtbot, lambda: said(window).startswith(f"Folder not found: {watched}."))
    assert not window.batch.panel.watch.isChecked()


def test_results_beside_the_photos_are_no_arrivals(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, tmp_path: Path
) -> None:
    folder = batches.make_folder(tmp_path / "camera", 1)
    dialogs.path = folder
    window.batch_controller.watch._timer.setInterval(20)
    window.batch_controller.ask_output()
    window.batch.panel.watch.click()
    wait_done(qtbot, window, "1.png")
    batches.until(qtbot, lambda: not window.batch_controller.watch.waits)
    batches.wait_end(qtbot, window)
    assert sorted(path.name for path in folder.iterdir()) == [
        ".afterrain",
        "1.png",
        "1_derained.png",
    ]
    assert set(batches.rows(window)) == {"1.png"}


def test_photos_arrive_below_the_folder_of_the_results_too(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, tmp_path: Path
) -> None:
    dialogs.path = tmp_path
    window.batch_controller.ask_output()
    dialogs.path = folder = batches.make_folder(tmp_path / "camera", 1)
    window.batch_controller.watch._timer.setInterval(20)
    window.batch.panel.watch.click()
    wait_done(qtbot, window, "1.png")
    batches.make_photo(folder / "2.png", 2)
    wait_done(qtbot, window, "2.png")
    assert (tmp_path / "2_derained.png").exists()


def test_an_empty_folder_waits_for_its_first_photo(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, tmp_path: Path
) -> None:
    dialogs.path = folder = tmp_path / "camera"
    (folder / "day one").mkdir(parents=True)
    window.batch_controller.watch._timer.setInterval(20)
    window.batch.panel.watch.click()
    batches.until(qtbot, lambda: window.tasks.is_idle)
    assert not said(window)
    batches.make_photo(folder / "day one" / "1.png")
    wait_done(qtbot, window, "day one/1.png")
    assert results(folder / "derained") == {"day one/1_derained.png"}


def test_what_watchdog_says_while_it_is_stopped_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    emitter = logging.getLogger("watchdog.observers.inotify")
    emitter.error("InotifyEmitter.queue_events() called when the thread is inactive")
    emitter.error("something else")
    assert [record.getMessage() for record in caplog.records] == ["something else"]


def test_what_arrives_after_clear_goes_to_the_same_results(
    qtbot: QtBot, window: MainWindow, watched: Path
) -> None:
    window.batch.panel.clear.click()
    batches.make_photo(watched / "day two" / "2.png", 2)
    wait_done(qtbot, window, "day two/2.png")
    assert results(watched / "derained") == {"1_derained.png", "day two/2_derained.png"}
    assert len(batches.rows(window)) == 1


def test_the_results_of_other_photos_lie_beside_them_after_watching(
    qtbot: QtBot, window: MainWindow, watched: Path, wet: Path
) -> None:
    batches.until(qtbot, lambda: not window.batch_controller.watch.waits)
    window.batch.panel.clear.click()
    window.batch.panel.watch.click()
    batches.add(qtbot, window, wet)
    assert window.batch.panel.folder.text() == str(wet / "derained")
    assert "1.png" in batches.rows(window)
