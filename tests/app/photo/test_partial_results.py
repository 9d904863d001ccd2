"""A result that is not complete is saved only if the person wants that, and says what it is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.state import PhotoState
from app.shell.dialogs import PartialAnswer
from nledn import photo
from nledn.photo.provenance import Provenance, read_provenance
from tests.app.conftest import StandIn
from tests.app.window import Answers, derain, open_photo, said, save, state

Stop = Callable[[], None]


@pytest.fixture
def stop_at_three(qtbot: QtBot, window: MainWindow, picture_file: Path, backend: StandIn) -> Stop:
    """Open the photo, derain it, and cancel when three of its nine tiles are there."""

    def go() -> None:
        open_photo(qtbot, window, picture_file)
        backend.hold()
        window.controller.derain()
        backend.let(3)
        qtbot.waitUntil(lambda: window.document.status.done == 3)
        window.controller.cancel()
        backend.let(1)
        qtbot.waitUntil(lambda: state(window) is PhotoState.PARTIAL)

    return go


def recipe_of(path: Path) -> Provenance:
    found = read_provenance(photo.read(path).xmp)
    assert found is not None
    return found


def test_a_partial_result_is_not_saved_before_it_is_asked_about(
    window: MainWindow, dialogs: Answers, stop_at_three: Stop, picture_file: Path
) -> None:
    stop_at_three()
    dialogs.to_partial = "cancel"
    for name in ("save", "save_as", "export_rain"):
        dialogs.asked.clear()
        window.named_actions[name].trigger()
        done = window.document.status.done
        assert dialogs.asked == [f"partial {done} of 9"]
    assert window.tasks.is_idle
    assert window.document.is_unsaved
    assert [path.name for path in picture_file.parent.iterdir()] == ["street.png"]


def test_a_partial_result_that_is_saved_says_that_it_is(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, stop_at_three: Stop, picture_file: Path
) -> None:
    stop_at_three()
    dialogs.to_partial = "save"
    save(qtbot, window)
    done = window.document.status.done
    assert f"Partial: {done} of 9 tiles." in said(window)
    assert recipe_of(picture_file.with_name("street_derained.png")).partial


def test_a_partial_result_can_be_finished_first(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: Answers,
    stop_at_three: Stop,
    picture_file: Path,
    backend: StandIn,
) -> None:
    stop_at_three()
    backend.free()
    dialogs.to_partial = "finish"
    save(qtbot, window)
    assert state(window) is PhotoState.DONE
    assert "Partial" not in said(window)
    target = picture_file.with_name("street_derained.png")
    assert not recipe_of(target).partial
    assert not np.array_equal(photo.read(target).pixels, photo.read(picture_file).pixels)


def test_what_was_to_be_finished_first_and_is_cancelled_is_not_saved(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, stop_at_three: Stop, backend: StandIn
) -> None:
    stop_at_three()
    dialogs.to_partial = "finish"
    window.named_actions["save"].trigger()
    qtbot.waitUntil(lambda: state(window) is PhotoState.DERAINING)
    window.controller.cancel()
    backend.let(1)
    qtbot.waitUntil(lambda: state(window) is PhotoState.PARTIAL and window.tasks.is_idle)
    assert window.document.is_unsaved


@pytest.mark.parametrize("answer", ["finish", "save", "cancel"])
def test_closing_saves_a_partial_result_after_the_same_question(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: Answers,
    stop_at_three: Stop,
    backend: StandIn,
    answer: PartialAnswer,
) -> None:
    stop_at_three()
    backend.free()
    done = window.document.status.done
    dialogs.answer, dialogs.to_partial = "save", answer
    window.close()
    assert dialogs.asked == ["unsaved street.png", f"partial {done} of 9"]
    if answer == "cancel":
        assert window.tasks.is_idle
        assert window.document.is_unsaved
    else:
        qtbot.waitUntil(lambda: not window.isVisible())
        assert window.document.latest is not None
        assert window.document.latest.path is not None
        assert recipe_of(window.document.latest.path).partial == (answer == "save")


def test_closing_waits_no_more_for_a_partial_result_whose_rest_is_cancelled(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, stop_at_three: Stop, backend: StandIn
) -> None:
    stop_at_three()
    dialogs.answer, dialogs.to_partial = "save", "finish"
    window.close()
    qtbot.waitUntil(lambda: state(window) is PhotoState.DERAINING)
    window.controller.cancel()
    backend.free()
    qtbot.waitUntil(lambda: state(window) is PhotoState.PARTIAL and window.tasks.is_idle)
    derain(qtbot, window)
    save(qtbot, window)
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert window.isVisible()


def test_a_complete_result_is_saved_unasked(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    save(qtbot, window)
    assert not dialogs.asked
    assert said(window) == "Saved street_derained.png: 8 bits a channel.", "it had no XMP to keep"
