"""A window's world: photos, an engine that is quick to tell what it did, and Qt's own folder."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.jobs import Engines
from app.main_window import MainWindow
from app.runner import Runner
from app.session import Session
from app.settings import Preferences, store
from app.stage import Stage, Status
from nledn import Derainer, Options, photo
from nledn.card import Card
from nledn.device import NO_DRIVER, Choice, Machine, choose
from nledn.photo import Photo
from tests.app.window import Answers

Floats = npt.NDArray[np.float32]
MACHINE = Machine("CPU", 2, 8 * 2**30, cpu_bf16=True, no_gpu_reason=NO_DRIVER)
OPTIONS = Options(tile=64, overlap_px=16)


class StandIn:
    """A backend that takes a fifth of each pixel for rain, and can be held before each tile."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.is_held = False
        self.threads: set[str] = set()
        self.tiles = 0

    def rain(self, rainy: Floats) -> Floats:
        self.threads.add(threading.current_thread().name)
        if self.is_held:
            assert self.gate.acquire(timeout=20)
        self.tiles += 1
        return rainy * np.float32(0.2)

    def hold(self) -> None:
        """From now on each tile waits for `let`."""
        self.is_held = True

    def let(self, tiles: int) -> None:
        """Let so many tiles pass."""
        self.gate.release(tiles)

    def free(self) -> None:
        """Hold nothing any more."""
        self.is_held = False
        self.gate.release(1000)


class FakeEngines(Engines):
    """Engines of any checkpoint around one stand-in."""

    def __init__(self, backend: StandIn) -> None:
        super().__init__(self._made)
        self.backend = backend
        self.machine = MACHINE
        self.loaded: list[Options] = []

    def _made(self, options: Options) -> Derainer:
        self.loaded.append(options)
        id = "afterrain" if options.weights == "auto" else options.weights
        sha256 = hashlib.sha256(id.encode()).hexdigest()
        card = Card(id=id, title=id, sha256=sha256, regions="fixed", path=Path("x.safetensors"))
        choice: Choice = choose(replace(options, device="cpu"), self.machine)
        return Derainer(options, card, choice, MACHINE, self.backend)


@pytest.fixture(scope="session", autouse=True)
def empty_clipboard() -> Iterator[None]:
    """Qt's own clipboard (offscreen) outlives Python: what Python put there must be gone."""
    yield
    if QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().clear()


@pytest.fixture
def backend() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.free()


@pytest.fixture
def engines(backend: StandIn) -> FakeEngines:
    return FakeEngines(backend)


@pytest.fixture
def runner(qapp: object, backend: StandIn) -> Iterator[Runner]:
    made = Runner()
    yield made
    backend.free()
    assert made.close(), "a lane did not end"


def connect(runner: Runner, session: Session) -> Session:
    runner.finished.connect(session.finished)
    runner.reported.connect(session.reported)
    runner.failed.connect(session.job_failed)
    runner.cancelled.connect(session.stopped)
    return session


@pytest.fixture
def session(runner: Runner, engines: FakeEngines) -> Iterator[Session]:
    made = connect(runner, Session(runner, engines, OPTIONS))
    yield made
    made.close()


@pytest.fixture
def pixels() -> npt.NDArray[np.uint8]:
    """(120, 160, 3): nine tiles of 64 px."""
    return np.random.default_rng(5).integers(0, 255, (120, 160, 3), np.uint8, endpoint=True)


@pytest.fixture
def picture_file(tmp_path: Path, pixels: npt.NDArray[np.uint8]) -> Path:
    """A PNG of `pixels`."""
    path = tmp_path / "photos" / "street.png"
    path.parent.mkdir()
    photo.write(Photo(pixels), path)
    return path


@pytest.fixture
def derained(qtbot: QtBot, session: Session, picture_file: Path) -> Callable[[], Session]:
    """Open the photo and derain it."""

    def go() -> Session:
        with qtbot.waitSignal(session.photo_opened):
            session.open(picture_file)
        with qtbot.waitSignal(session.status_changed, check_params_cb=is_done):
            session.derain()
        return session

    return go


def is_done(status: Status) -> bool:
    return status.stage is Stage.DONE


@pytest.fixture
def dialogs() -> Answers:
    return Answers()


class FakeAttempt:
    """A trial's process that is over when a test says so."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.is_held = False
        self.is_ended = False
        self.is_closed = False
        self._is_over = False

    def finish(self) -> None:
        """It came to its end by itself."""
        self._is_over = self.is_held = True

    def is_over(self) -> bool:
        return self._is_over

    def end(self) -> None:
        self.is_ended = self._is_over = True

    def close(self) -> None:
        self.is_closed = True


class Attempts:
    """The trials that were begun, each with what the window knew of the machine."""

    def __init__(self) -> None:
        self.begun: list[FakeAttempt] = []

    def begin(self, machine: Machine) -> FakeAttempt:
        self.begun.append(FakeAttempt(machine))
        return self.begun[-1]


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> Attempts:
    """No test tries OpenVINO behind somebody's back."""
    made = Attempts()
    monkeypatch.setattr("nledn.backends.backend_benchmark.Attempt", made.begin)
    return made


@pytest.fixture
def window(
    qtbot: QtBot, runner: Runner, engines: FakeEngines, dialogs: Answers, attempts: Attempts
) -> Iterator[MainWindow]:
    preferences = Preferences(store())
    preferences.change(tile="64")
    session = Session(runner, engines, replace(preferences.settings.options, overlap_px=16))
    made = MainWindow(session, runner, preferences, dialogs)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.trying.close()
    made.batch_desk.watch.end()
    session.close()
    made.hide()
    made.deleteLater()
