"""A batch and what is around it: closing, other runs, the report, the desktop."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from app.batch.state import BatchState
from app.main_window import MainWindow
from app.photo.document import Document
from app.shell.settings import Preferences, store
from app.tasks import Tasks, TaskSignal
from tests.app.batch import batches
from tests.app.conftest import FakeEngines, StandIn
from tests.app.window import Answers, said
from tests.batch.batches import results


def test_closing_asks_and_the_batch_is_there_at_the_next_start(
    qtbot: QtBot,
    window: MainWindow,
    engines: FakeEngines,
    backend: StandIn,
    dialogs: Answers,
    wet: Path,
) -> None:
    batches.add(qtbot, window, wet)
    window.batch.panel.template.setText("{stem}!{ext}")
    window.batch.panel.template.textEdited.emit("")
    batches.until(qtbot, lambda: batches.rows(window)["1.png"][1] == "→ 1!.png")
    backend.hold()
    batches.start(window)
    backend.let(10)
    batches.wait_done(qtbot, window, 1)
    refused = QCloseEvent()
    window.closeEvent(refused)
    assert dialogs.asked[-1] == "stop 1 of 3"
    assert not refused.isAccepted()
    assert batches.state(window) is BatchState.RUNNING
    dialogs.stops = True
    window.close()
    backend.free()
    batches.until(qtbot, lambda: not window.isVisible())
    assert window.tasks.is_idle
    tasks = Tasks()
    document = Document(window.document.options)
    again = MainWindow(document, engines, tasks, Preferences(store()), dialogs)
    again.batch_controller.restore()
    batches.until(qtbot, lambda: batches.is_ready(again) and "of the last batch" in said(again))
    assert sorted(batches.states(again).values()) == ["Done", "Planned", "Planned"]
    assert again.batch.panel.template.text() == "{stem}!{ext}"
    assert said(again) == "2 of 3 photos of the last batch remain."
    again.shell.banner.buttons["batch_page"].click()
    assert again.batch.is_shown
    again.batch.panel.steps.go.click()
    batches.wait_end(qtbot, again)
    assert set(batches.states(again).values()) == {"Done"}
    assert tasks.close()
    again.deleteLater()


def test_photos_that_are_added_are_not_of_the_last_batch(
    qtbot: QtBot, window: MainWindow, wet: Path
) -> None:
    batches.add(qtbot, window, wet / "1.png")
    batches.start(window)
    batches.wait_end(qtbot, window)
    window.batch.panel.clear.click()
    batches.until(qtbot, lambda: window.tasks.is_idle)
    window.batch_controller.restore()
    batches.until(qtbot, lambda: window.tasks.is_idle)
    window.shell.banner.clear()
    batches.add(qtbot, window, wet)
    assert sorted(batches.states(window).values()) == ["Done", "Planned", "Planned"]
    assert said(window) == ""


def test_what_is_looked_up_anew_is_not_looked_up_to_its_end(
    qtbot: QtBot, window: MainWindow, wet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches.add(qtbot, window, wet)
    gate, looked = threading.Event(), list[Path]()
    preview = sys.modules["nledn.batch.plan"]
    look = preview.skipped_as_no_file

    def look_late(source: Path) -> object:
        looked.append(source)
        assert gate.wait(20)
        return look(source)

    monkeypatch.setattr(preview, "skipped_as_no_file", look_late)
    window.batch_controller.batch.foresee()
    qtbot.waitUntil(lambda: len(looked) == 1)
    window.batch_controller.batch.foresee()
    gate.set()
    batches.until(qtbot, lambda: batches.is_ready(window) and window.tasks.is_idle)
    assert len(looked) == 1 + 3
    assert set(batches.states(window).values()) == {"Planned"}


def test_output_and_report_are_shown(
    qtbot: QtBot, window: MainWindow, wet: Path, out: Path
) -> None:
    shown: list[Path] = []
    window.batch_controller.show_file = shown.append
    (wet / "3.png").write_bytes(b"\0\0\0\x18ftypisom" + bytes(100))
    batches.add(qtbot, window, wet)
    batches.start(window)
    batches.wait_end(qtbot, window)
    private = out.parent / "private.txt"
    private.write_text("private")
    (out / "AfterRain report.html").symlink_to(private)  # as a stranger's folder may have it
    window.shell.banner.buttons["batch_report"].click()
    batches.until(qtbot, lambda: len(shown) == 1)
    assert private.read_text() == "private"
    assert (out / "AfterRain report.html").is_symlink()
    assert shown[0] == out / "AfterRain report-2.html"
    report = shown[0].read_text("utf-8")
    assert report.count("<img") == 4  # before and after of two photos
    assert "3.png" in report
    assert "Export its frames as photos, then open those." in report
    assert "ffmpeg" not in report, "the window does not speak of commands"
    window.batch.panel.steps.output.click()
    assert shown[1] == out
    link, page = "AfterRain report.html", "AfterRain report-2.html"
    assert results(out) == {"1_derained.png", "2_derained.png", link, page}


def test_window_and_command_line_take_up_each_others_batch(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path, out: Path
) -> None:
    """The journal is one: what the window has planned and done, `nledn batch` knows."""
    batches.add(qtbot, window, wet)
    backend.hold()
    batches.start(window)
    backend.let(9)
    batches.wait_done(qtbot, window, 1)
    busy = command_line(wet, out)
    assert busy.returncode == 1
    assert "Another batch is running in" in busy.stderr
    window.batch.panel.steps.cancel.click()
    backend.free()
    batches.wait_end(qtbot, window)
    journal = out / ".afterrain" / "queue.sqlite"
    assert journal.exists()
    # The engine of this test is none that a checkpoint's file stands behind; for both sides to
    # agree that photo 1 is done, settings and sha256 have to be equal: so a dry run says.
    planned = command_line(wet, out, "--dry-run")
    assert "2 of 3 photos would be derained" in planned.stderr, planned.stderr


def command_line(wet: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nledn", "batch", str(wet), str(out), *options]
    config = wet.parent / "batch.toml"
    config.write_text("tile = 64\noverlap = 16\n", "utf-8")
    return subprocess.run(
        [*command, "--config", str(config)], capture_output=True, text=True, check=False
    )


def test_another_run_on_the_folder_is_a_sentence(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path
) -> None:
    from nledn.batch import Queue

    batches.add(qtbot, window, wet)
    asked = window.batch_controller.batch.asked()
    with Queue.opened(asked.request()):
        window.batch.panel.steps.go.click()
        batches.until(qtbot, lambda: "Another batch is running in" in said(window))
    batches.wait_end(qtbot, window)
    batches.start(window)
    batches.wait_end(qtbot, window)
    assert set(batches.states(window).values()) == {"Done"}


def test_a_checkpoint_that_is_not_there_stops_the_batch_at_once(
    qtbot: QtBot, window: MainWindow, wet: Path
) -> None:
    batches.add(qtbot, window, wet)
    window.document.set_options(replace(window.document.options, weights="no-such-checkpoint"))
    window.batch.panel.steps.go.click()
    batches.until(qtbot, lambda: "no-such-checkpoint" in said(window))
    assert not batches.state(window).is_run
    assert "Failed" not in batches.states(window).values()


@pytest.mark.parametrize(
    "content", ["no json", "[]", json.dumps({"version": 9}), json.dumps({"choices": {"out": 1}})]
)
def test_a_damaged_file_of_the_batch_is_an_empty_batch(
    qtbot: QtBot, window: MainWindow, content: str
) -> None:
    path = window.batch_controller.batch._file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    window.batch_controller.restore()
    batches.until(qtbot, lambda: window.tasks.is_idle)
    assert batches.state(window) is BatchState.EMPTY


@pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)  # offscreen there is no tray
@pytest.mark.parametrize("looks", [False, True])
def test_the_desktop_is_told_when_the_person_is_elsewhere(
    qtbot: QtBot, window: MainWindow, wet: Path, monkeypatch: pytest.MonkeyPatch, looks: bool
) -> None:
    told: list[str] = []
    for name in ("isSystemTrayAvailable", "supportsMessages"):
        monkeypatch.setattr(QSystemTrayIcon, name, staticmethod(lambda: True))
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda _self, title, text, _icon: told.append(text)
    )
    monkeypatch.setattr(window, "isActiveWindow", lambda: looks)
    batches.add(qtbot, window, wet)
    batches.start(window)
    batches.wait_end(qtbot, window)
    assert said(window) == "3 of 3 photos are done."
    assert told == ([] if looks else ["3 of 3 photos are done."])


def test_receivers_of_a_task_may_be_connected_in_another_order(
    qtbot: QtBot, window: MainWindow, wet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect_first(self: TaskSignal[...], receiver: Callable[..., object]) -> None:
        self._receivers.insert(0, receiver)

    monkeypatch.setattr(TaskSignal, "connect", connect_first)
    shown: list[Path] = []
    window.batch_controller.show_file = shown.append
    batches.add(qtbot, window, wet)
    batches.start(window)
    batches.wait_end(qtbot, window)
    assert set(batches.states(window).values()) == {"Done"}
    window.batch.panel.steps.report.click()
    batches.until(qtbot, lambda: batches.is_ready(window))
    assert [path.name for path in shown] == ["AfterRain report.html"]
