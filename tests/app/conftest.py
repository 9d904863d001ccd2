"""A window's world: photos, an engine that is quick to tell what it did, and Qt's own folder."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.controller import PhotoController
from app.photo.document import Document
from app.photo.state import PhotoState, Status
from app.shell import models as shelf
from app.shell.engines import Engines
from app.shell.settings import Preferences, store
from app.tasks import Tasks
from nledn import Derainer, Options, photo
from nledn.auto import Chosen, Rain
from nledn.card import Card
from nledn.device import NO_DRIVER, Choice, choose
from nledn.machine import Machine
from nledn.models import LoadedModels, settings_of
from nledn.photo import Photo
from nledn.rain import RainLayer, Record
from nledn.tiling import balanced
from tests.app.window import Answers

Floats = npt.NDArray[np.float32]
MACHINE = Machine("CPU", 2, 8 * 2**30, cpu_bf16=True, no_gpu_reason=NO_DRIVER)
OPTIONS = Options(tile=64, overlap_px=16)
RECORD = Record("some", "0" * 64, "cpu", "torch", "fp32", "96×96", 16, "1")
MakePhoto: TypeAlias = Callable[..., Photo]
MakeLayer: TypeAlias = Callable[..., RainLayer]


class StandIn:
    """A backend that takes a fifth of each pixel for rain, and can be held before each tile."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.is_held = False
        self.threads: set[str] = set()
        self.begun = 0
        self.tiles = 0

    def rain(self, rainy: Floats) -> Floats:
        self.threads.add(threading.current_thread().name)
        self.begun += 1
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


INVENTED = ("other", "authors-ddn")
"""Checkpoints without a file that tests choose."""


def invented_card(options: Options) -> Card:
    id = "afterrain" if options.weights == "auto" else options.weights
    sha256 = hashlib.sha256(id.encode()).hexdigest()
    return Card(id=id, title=id, sha256=sha256, regions="fixed", path=Path("x.safetensors"))


class FakeModels(LoadedModels):
    """Models of checkpoints that are there, and of invented ones; `auto` is the all-round one."""

    @staticmethod
    def _choose(options: Options, look: Callable[[], Rain]) -> Chosen:
        # Without a look, whose tile would be among those that are counted.
        return Chosen(options, Rain.UNKNOWN if options.weights == "auto" else "")

    def _place(self, options: Options) -> tuple[str, Options]:
        if options.weights in INVENTED:
            return invented_card(options).sha256, settings_of(options)
        return super()._place(options)


class FakeEngines(Engines):
    """Engines of any checkpoint around one stand-in."""

    def __init__(self, backend: StandIn) -> None:
        super().__init__(self._made)
        self._models = FakeModels(self._made)
        self.backend = backend
        self.machine = MACHINE
        self.loaded: list[Options] = []

    def automatic(self, options: Options) -> Derainer:
        return self.get(options)

    def _made(self, options: Options) -> Derainer:
        self.loaded.append(options)
        choice: Choice = choose(replace(options, device="cpu"), self.machine)
        return Derainer(options, invented_card(options), choice, MACHINE, self.backend)


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
def tasks(qapp: object, backend: StandIn) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    backend.free()
    assert made.close(), "a lane did not end"


def controller_of(
    tasks: Tasks,
    engines: Engines,
    options: Options = OPTIONS,
    preferences: Preferences | None = None,
) -> PhotoController:
    """The verbs of a Photo page without a window, which asks nothing."""
    document, dialogs = Document(options, tasks), Answers()
    kept = preferences or Preferences(store())
    models = shelf.Models(tasks, dialogs, tasks)
    return PhotoController(document, engines, tasks, kept, dialogs, models)


@pytest.fixture
def preferences() -> Preferences:
    return Preferences(store())


@pytest.fixture
def controller(
    tasks: Tasks, engines: FakeEngines, preferences: Preferences
) -> Iterator[PhotoController]:
    made = controller_of(tasks, engines, preferences=preferences)
    yield made
    made.let_go()


@pytest.fixture
def document(controller: PhotoController) -> Document:
    return controller.document


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
def derained(
    qtbot: QtBot, controller: PhotoController, picture_file: Path
) -> Callable[[], Document]:
    """Open the photo and derain it."""

    def go() -> Document:
        document = controller.document
        with qtbot.waitSignal(document.photo_opened):
            controller.open(picture_file)
        with qtbot.waitSignal(document.status_changed, check_params_cb=is_done):
            controller.derain()
        return document

    return go


def is_done(status: Status) -> bool:
    return status.state is PhotoState.DONE


@pytest.fixture
def make_photo() -> MakePhoto:
    """Photos of noise."""

    def make(width: int, height: int, depth: str = "uint8", **more: object) -> Photo:
        rng = np.random.default_rng(width * height)
        pixels = rng.integers(0, np.iinfo(depth).max, (height, width, 3), depth, endpoint=True)
        return Photo(pixels, **more)  # type: ignore[arg-type]  # whatever fields a test needs

    return make


@pytest.fixture
def make_layer() -> MakeLayer:
    """Rain for a photo, in tiles; complete unless said otherwise."""

    def make(photo: Photo, *, tiles: int | None = None, linear: bool = False) -> RainLayer:
        width, height = photo.size
        layer = RainLayer(balanced(height, width, 96, 16), RECORD, linear=linear)
        for tile in layer.tiling.tiles[:tiles]:
            rng = np.random.default_rng(tile.index)
            size = (tile.rect.height, tile.rect.width, 3)
            layer.add(tile, rng.uniform(-0.2, 0.4, size).astype(np.float32))
        return layer

    return make


@pytest.fixture
def pixels_of() -> Callable[[QImage], npt.NDArray[np.uint8]]:
    """The (H, W, 3) RGB pixels of an image, whatever its format."""

    def pixels(image: QImage) -> npt.NDArray[np.uint8]:
        plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
        values = np.frombuffer(plain.constBits(), np.uint8)
        return values.reshape(plain.height(), plain.width(), 4)[:, :, :3].copy()

    return pixels


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
        """It ended normally."""
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
    """No test runs the benchmark of OpenVINO unasked."""
    made = Attempts()
    monkeypatch.setattr("nledn.backends.backend_benchmark.Attempt", made.begin)
    return made


@pytest.fixture
def window(
    qtbot: QtBot, tasks: Tasks, engines: FakeEngines, dialogs: Answers, attempts: Attempts
) -> Iterator[MainWindow]:
    preferences = Preferences(store())
    preferences.change(tile="64")
    document = Document(replace(preferences.settings.options, overlap_px=16))
    made = MainWindow(document, engines, tasks, preferences, dialogs)
    made.resize(1280, 800)  # the test platform's screen is narrower
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.backend_benchmark.close()
    made.batch_controller.watch.end()
    made.controller.let_go()
    made.hide()
    made.deleteLater()
