"""Work from before a crash is done again with its undo, and outlives the next crash as well."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.imaging.mask import Brush, Stroke
from app.main_window import MainWindow
from app.photo.autosave import Recovered, RecoveryFile, recover
from app.photo.edits import Choices
from app.photo.history import ChoiceStep
from app.photo.state import PhotoState
from app.start import Beginning
from nledn import places
from nledn.locking import lock
from tests.app.conftest import OPTIONS, StandIn
from tests.app.window import Pixels, said, state


@pytest.fixture
def offer(picture_file: Path, pixels: Pixels) -> Iterator[Recovered]:
    """A derained photo with a kept area at half strength, left by a process that is gone."""
    kept = RecoveryFile(picture_file, OPTIONS)
    stroke = Stroke(np.zeros(pixels.shape[:2], np.float32), Brush(30, 1.0))
    stroke.paint([(20.0, 20.0), (140.0, 100.0)])
    whole, half, other_half = Choices(), Choices(strength=0.5), Choices("other", 0.5)
    steps = ChoiceStep(whole, half), stroke.patch(), ChoiceStep(half, other_half)
    for deed in (*steps, "undo", "derain"):
        kept.note(deed)
    kept.flush()
    (path,) = (places.user_state() / "recovery").iterdir()
    found = recover(path)
    assert found is not None
    yield found
    kept.discard()


def test_undo_outlives_a_crash_and_the_next_one(
    qtbot: QtBot, window: MainWindow, offer: Recovered
) -> None:
    document, stack = window.document, window.document.history.stack
    window.controller.restore(offer)
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE and not offer.file.exists())
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert document.options == OPTIONS
    assert document.strength == 0.5
    assert document.is_unsaved
    assert window.picture.mask is not None
    painted = window.picture.mask.copy()
    assert painted.any()
    (path,) = (places.user_state() / "recovery").iterdir()
    assert path != offer.file
    again = recover(path)
    assert again is not None
    assert len(again.deeds) == 5
    window.named_actions["redo"].trigger()
    assert document.options == replace(OPTIONS, weights="other")
    for _ in range(3):
        window.named_actions["undo"].trigger()
    assert not stack.canUndo()
    assert document.strength == 1.0
    assert not window.picture.mask.any()
    for _ in range(2):
        window.named_actions["redo"].trigger()
    np.testing.assert_array_equal(window.picture.mask, painted)


def test_work_is_restored_with_the_present_device_and_tile(
    qtbot: QtBot, window: MainWindow, offer: Recovered
) -> None:
    window.preferences.change(device="cpu", tile="96")
    window.controller.restore(offer)
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE and not offer.file.exists())
    assert window.document.options == replace(OPTIONS, device="cpu", tile=96)
    assert window.document.strength == 0.5


@pytest.mark.parametrize("is_asked", [True, False])
def test_closing_leaves_what_is_being_restored_for_the_next_start(
    qtbot: QtBot, window: MainWindow, offer: Recovered, backend: StandIn, is_asked: bool
) -> None:
    window.controller.restore(offer)
    if is_asked:
        window.close()
    else:  # it began after the question, while a result was being saved
        window.batch_controller.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert offer.file.exists()
    assert backend.tiles == 0


@pytest.fixture
def crashed(offer: Recovered) -> Path:
    """The private file of a program that was killed."""
    path = offer.file.with_name("1-2.recovery")
    shutil.copy(offer.file, path)
    return path


@pytest.mark.usefixtures("crashed")
@pytest.mark.parametrize("is_first_start", [False, True])
@pytest.mark.parametrize("path", [None, "street.png", "sample"])
def test_recovery_is_offered_beside_whatever_is_opened(
    qtbot: QtBot,
    window: MainWindow,
    picture_file: Path,
    path: str | None,
    is_first_start: bool,
) -> None:
    window.preferences.change(started=not is_first_start)
    opened = {"street.png": picture_file, "sample": places.sample_photo(), None: None}[path]
    Beginning(window, opened).first()
    qtbot.waitUntil(lambda: "did not close properly" in said(window))
    qtbot.waitUntil(lambda: window.tasks.is_idle, timeout=30_000)
    assert "did not close properly" in said(window), "what is opened afterwards covers it not"
    assert "restore" in window.shell.banner.buttons


def test_recovery_is_offered_once_the_killed_program_is_gone(
    qtbot: QtBot, window: MainWindow, crashed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.photo.controller.RESCAN_MS", 10)
    with crashed.open("r+b") as held:
        lock(held.fileno())  # the system takes a moment to end a large process
        with qtbot.waitSignal(window.tasks.idled):
            window.controller.look_for_recovery()
        assert said(window) == ""
    qtbot.waitUntil(lambda: "did not close properly" in said(window))
