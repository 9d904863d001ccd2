"""The window's benchmark of OpenVINO: once, while idle. The benchmark is a fake."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.state import PhotoState
from app.tasks import Job, QueueName, Work
from nledn import backends
from nledn.backends import backend_benchmark
from nledn.machine import Machine, Trial
from tests.app.conftest import MACHINE, Attempts, FakeAttempt, FakeEngines, StandIn
from tests.app.window import derain, open_photo, state

UNTRIED = replace(MACHINE, openvino="2026.4")
FASTER = Trial(agrees=True, times_as_fast=1.5)
REST_MS = 30


class Known:
    """A machine, and the number of requests for its verdict."""

    def __init__(self) -> None:
        self.machine = UNTRIED
        self.rests = 0

    def read(self) -> Machine:
        return self.machine

    def buttons(self) -> Qt.MouseButton:
        self.rests += 1
        return self.held

    held = Qt.MouseButton.NoButton


@dataclass(frozen=True, eq=False)
class BatchStep(Job[Any]):
    """Something of a batch."""

    queue: ClassVar[QueueName] = "batch"

    def run(self, work: Work) -> Any:
        return None


@dataclass(frozen=True, eq=False)
class FileStep(Job[Any]):
    """Something that computes nothing."""

    def run(self, work: Work) -> Any:
        return None


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, engines: FakeEngines) -> Known:
    made = Known()
    monkeypatch.setattr(backends, "read_machine", made.read)
    monkeypatch.setattr("nledn.machine.read_memory_bytes", lambda: 8 * 2**30)
    monkeypatch.setattr("app.shell.engines.REST_MS", 30)
    monkeypatch.setattr("app.shell.engines.LOOK_MS", 5)
    monkeypatch.setattr(QGuiApplication, "mouseButtons", made.buttons)
    return made


@pytest.fixture
def started(qtbot: QtBot, known: Known, window: MainWindow) -> MainWindow:
    """The engine is loaded, and the machine is known."""
    window.controller.warm_up()
    with qtbot.waitSignal(window.backend_benchmark.machine_found):
        window.backend_benchmark.look_at_machine()
    return window


def begun(qtbot: QtBot, attempts: Attempts) -> FakeAttempt:
    """The one that runs, or will soon."""
    qtbot.waitUntil(lambda: bool(attempts.begun) and not attempts.begun[-1].is_ended)
    return attempts.begun[-1]


def hold(qtbot: QtBot, window: MainWindow, attempts: Attempts) -> None:
    """Let the trial come to its end, and the machine be looked at again."""
    attempt = begun(qtbot, attempts)
    with qtbot.waitSignal(window.backend_benchmark.machine_found):
        attempt.finish()


def test_at_rest_it_is_tried_once(
    qtbot: QtBot, started: MainWindow, known: Known, attempts: Attempts
) -> None:
    hold(qtbot, started, attempts)
    assert attempts.begun[0].machine == UNTRIED
    with qtbot.waitSignal(started.tasks.idled):
        started.tasks.submit(FileStep())
    assert not started.backend_benchmark.is_waiting
    assert len(attempts.begun) == 1


@pytest.mark.parametrize(
    "machine",
    [
        MACHINE,
        replace(UNTRIED, openvino_trial=FASTER),
        replace(UNTRIED, openvino_trial=backend_benchmark.BEGAN_AGAIN),
        replace(UNTRIED, torch=False),
    ],
)
def test_where_nothing_is_to_be_found_out_it_is_not_tried(
    qtbot: QtBot, known: Known, window: MainWindow, attempts: Attempts, machine: Machine
) -> None:
    known.machine = machine
    window.backend_benchmark.look_at_machine()
    qtbot.waitUntil(lambda: known.rests > 0 and not window.backend_benchmark.is_waiting)
    assert not attempts.begun


@pytest.fixture
def button_held(known: Known) -> None:
    """Before anything could begin."""
    known.held = Qt.MouseButton.LeftButton


@pytest.mark.usefixtures("button_held")
def test_not_while_a_button_is_held(
    qtbot: QtBot, known: Known, started: MainWindow, attempts: Attempts
) -> None:
    before = known.rests
    qtbot.waitUntil(lambda: known.rests > before + 1)
    assert not attempts.begun
    known.held = Qt.MouseButton.NoButton
    begun(qtbot, attempts)


def test_a_derain_goes_first_and_it_is_tried_again_afterwards(
    qtbot: QtBot,
    started: MainWindow,
    attempts: Attempts,
    backend: StandIn,
    picture_file: Path,
) -> None:
    open_photo(qtbot, started, picture_file)
    first = begun(qtbot, attempts)
    backend.hold()
    started.controller.derain()
    assert first.is_ended, "before the first tile"
    backend.let(3)
    qtbot.waitUntil(lambda: started.document.status.done == 3)
    assert attempts.begun[-1] is first
    assert not started.backend_benchmark.is_waiting
    backend.free()
    qtbot.waitUntil(lambda: state(started) is PhotoState.DONE)
    assert begun(qtbot, attempts) is not first


def test_a_batch_goes_first_and_a_file_does_not(
    qtbot: QtBot, started: MainWindow, attempts: Attempts
) -> None:
    first = begun(qtbot, attempts)
    with qtbot.waitSignal(started.tasks.idled):
        started.tasks.submit(FileStep())
    assert not first.is_ended
    started.tasks.submit(BatchStep())
    assert first.is_ended


def test_what_is_shown_stays_and_the_next_photo_is_computed_as_the_verdict_says(
    qtbot: QtBot,
    started: MainWindow,
    known: Known,
    attempts: Attempts,
    engines: FakeEngines,
    picture_file: Path,
) -> None:
    open_photo(qtbot, started, picture_file)
    derain(qtbot, started)
    shown, told = started.document.layer, started.shell.status_line.work.toolTip()
    known.machine = engines.machine = replace(UNTRIED, openvino_trial=FASTER)
    hold(qtbot, started, attempts)
    qtbot.waitUntil(lambda: len(engines.loaded) == 2)
    qtbot.waitUntil(lambda: started.tasks.is_idle)
    assert started.backend_benchmark.machine is not None
    assert started.backend_benchmark.machine.openvino_trial == FASTER
    assert started.document.layer is shown, "what was computed stays"
    assert "PyTorch" in told
    assert started.shell.status_line.work.toolTip() == told, "and so does what computed it"
    with qtbot.waitSignal(started.document.photo_opened):
        started.controller.read(picture_file)
    assert "OpenVINO" in started.shell.status_line.work.toolTip()
    derain(qtbot, started)
    assert "OpenVINO" in started.shell.status_line.work.toolTip()
    assert started.document.layer is not None
    assert started.document.layer.record.backend == "openvino"


@pytest.mark.parametrize(
    "verdict", [Trial(agrees=True, times_as_fast=1.05), backend_benchmark.BEGAN]
)
def test_a_verdict_for_what_computes_already_changes_nothing(
    qtbot: QtBot,
    started: MainWindow,
    known: Known,
    attempts: Attempts,
    engines: FakeEngines,
    verdict: Trial,
) -> None:
    known.machine = replace(UNTRIED, openvino_trial=verdict)
    hold(qtbot, started, attempts)
    qtbot.waitUntil(lambda: started.tasks.is_idle)
    assert len(engines.loaded) == 1
    assert not started.backend_benchmark.is_waiting


@pytest.fixture
def tries(attempts: Attempts, monkeypatch: pytest.MonkeyPatch) -> list[Machine]:
    """The processes that were to be started, in vain."""
    made = []

    def fail(machine: Machine) -> None:
        made.append(machine)
        raise OSError("no more processes")

    monkeypatch.setattr("nledn.backends.backend_benchmark.Attempt", fail)
    return made


def test_one_that_does_not_start_is_not_begun_again(
    qtbot: QtBot, tries: list[Machine], started: MainWindow
) -> None:
    qtbot.waitUntil(lambda: bool(tries))
    with qtbot.waitSignal(started.tasks.idled):
        started.tasks.submit(FileStep())
    assert not started.backend_benchmark.is_waiting


def test_the_end_of_the_program_ends_it(
    qtbot: QtBot, started: MainWindow, attempts: Attempts
) -> None:
    attempt = begun(qtbot, attempts)
    started.backend_benchmark.close()
    assert attempt.is_closed
