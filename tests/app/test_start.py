"""Start-up in fresh interpreters: light, checkable, and honest after a kill."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.__main__ import main
from app.main_window import MainWindow
from app.photo.autosave import scan
from app.shell.banner import Notice
from app.start import Beginning
from nledn import Derainer, Options, photo, places
from nledn.backends.backend_benchmark import ARGUMENT
from nledn.errors import EngineFaulty
from nledn.photo import Photo
from tests.app.window import said

ROOT = Path(__file__).resolve().parents[2]

SLOW_WINDOW = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app.shell.engines import Engines
from app.main_window import MainWindow
from app.tasks import Tasks
from app.photo.document import Document
from app.shell.settings import Preferences, store
from tests.app.conftest import OPTIONS, FakeEngines, StandIn

app = QApplication([])
backend = StandIn()
backend.hold()
backend.let(4)
tasks = Tasks()
document = Document(OPTIONS)
window = MainWindow(document, FakeEngines(backend), tasks, Preferences(store()))
window.show()
document.photo_opened.connect(lambda _: document.history.strength_settled(0.65))
document.photo_opened.connect(lambda _: window.controller.derain())
document.status_changed.connect(lambda s: print("tiles", s.done, flush=True))
window.controller.open(Path(sys.argv[1]))
app.exec()
"""


def environment() -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env=environment(),
        cwd=ROOT,
    )


def test_the_window_loads_no_torch_and_no_decoder() -> None:
    heavy = "('torch', 'cv2', 'tifffile', 'skimage', 'nledn.backends.torch', 'nledn.training')"
    code = f"import app.start, sys; print([name for name in {heavy} if name in sys.modules])"
    done = run("-c", code)
    assert done.stdout.strip() == "[]", done.stderr


def test_version_needs_no_display() -> None:
    done = run("-m", "app", "--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "AfterRain")


@pytest.mark.slow
def test_self_check() -> None:
    done = run("-m", "app", "--self-check")
    assert done.returncode == 0, done.stderr
    assert "afterrain" in done.stdout


def test_a_self_check_that_fails_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(_options: Options) -> Derainer:
        raise EngineFaulty("it is off by 0.3")

    monkeypatch.setattr(Derainer, "load", load)
    assert main(["--self-check"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "off by 0.3" in told.err
    assert "Traceback" not in told.err


def test_in_a_bundle_the_program_holds_the_trial_of_openvino(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Mock()
    monkeypatch.setattr("nledn.backends.backend_benchmark.main", held)
    assert main([ARGUMENT]) == 0
    held.assert_called_once_with()


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_what_was_done_survives_a_kill(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8)
    path = tmp_path / "street.png"
    photo.write(Photo(pixels), path)
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_WINDOW, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=ROOT,
    )
    assert process.stdout is not None
    giving_up = threading.Timer(30, process.kill)
    giving_up.start()
    with process:
        seen = next((line for line in process.stdout if line.strip() == "tiles 4"), "")
        process.send_signal(signal.SIGKILL)
    giving_up.cancel()
    assert seen
    (offer,) = scan()
    assert offer.source == path
    # The next window offers it, and derains it again.
    done = run("-c", NEXT_WINDOW)
    assert done.stdout.split() == ["offered", "strength", "0.65", "tiles", "9"], done.stderr
    assert not list((places.user_state() / "recovery").iterdir())


NEXT_WINDOW = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.main_window import MainWindow
from app.tasks import Tasks
from app.photo.document import Document
from app.shell.settings import Preferences, store
from app.photo.state import PhotoState
from tests.app.conftest import OPTIONS, FakeEngines, StandIn

app = QApplication([])
backend = StandIn()
tasks = Tasks()
document = Document(OPTIONS)
window = MainWindow(document, FakeEngines(backend), tasks, Preferences(store()))
window.show()

def offered():
    print("offered")
    window.shell.banner.buttons["restore"].click()

def done(status):
    if status.state is PhotoState.DONE:
        print("strength", document.strength, "tiles", backend.tiles)
        tasks.idled.connect(lambda: app.exit(0))
        window.controller.let_go()

window.controller.noticed.connect(lambda notice: notice and QTimer.singleShot(0, offered))
document.status_changed.connect(done)
window.controller.look_for_recovery()
app.exec()
tasks.close()
"""


@pytest.mark.parametrize("path", [None, places.sample_photo()], ids=["nothing", "the sample"])
def test_the_greeting_goes_when_derain_is_clicked(
    qtbot: QtBot, window: MainWindow, path: Path | None
) -> None:
    beginning = Beginning(window, path)
    with qtbot.waitSignal(window.document.photo_opened):
        beginning.first()
    assert "Click Derain" in said(window)
    window.controller.derain()
    assert said(window) == ""
    assert not window.shell.banner.isVisible()


def test_what_else_is_said_stays_when_derain_is_clicked(qtbot: QtBot, window: MainWindow) -> None:
    beginning = Beginning(window, None)
    with qtbot.waitSignal(window.document.photo_opened):
        beginning.first()
    window.show_notice(Notice("The disk is nearly full."))
    window.controller.derain()
    assert "nearly full" in said(window)


def test_only_a_first_start_greets(qtbot: QtBot, window: MainWindow) -> None:
    window.preferences.change(started=True)
    beginning = Beginning(window, places.sample_photo())
    with qtbot.waitSignal(window.document.photo_opened):
        beginning.first()
    assert said(window) == ""
