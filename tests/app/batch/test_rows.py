"""A row of a batch, opened: its photo and its result, with the choices of the run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.batch.table import Column
from app.main_window import MainWindow
from app.photo.edits import Choices
from app.photo.state import PhotoState
from nledn import photo
from tests.app.batch import batches
from tests.app.conftest import StandIn
from tests.app.window import Answers, derain, open_photo, whole


def test_a_row_opens_before_and_after(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path, out: Path
) -> None:
    window.document.set_strength(0.5)
    batches.add(qtbot, window, wet)
    batches.start(window)
    batches.wait_end(qtbot, window)
    window.document.set_strength(1.0)
    tiles = backend.tiles
    table = window.batch.list.table
    table.setCurrentIndex(window.batch.list.model.index(1, Column.PHOTO))
    with qtbot.waitSignal(window.document.photo_opened):
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert not window.batch.is_shown
    assert window.document.status.state is PhotoState.DONE
    assert window.document.strength == 0.5
    saved = photo.read(out / "2_derained.png").pixels
    rect = whole(np.zeros((*batches.SIZE, 3), np.uint8))
    assert np.array_equal(window.picture.pixels("after", 0, rect), saved)
    assert not window.document.is_unsaved
    assert not window.named_actions["undo"].isEnabled()
    assert backend.tiles == tiles  # nothing was computed again
    window.document.set_strength(0.0)
    before = photo.read(wet / "2.png").pixels
    assert np.array_equal(window.picture.pixels("after", 0, rect), before)
    window.named_actions["batch"].trigger()
    assert window.batch.is_shown


@pytest.mark.parametrize(("reason", "weights"), [("", "afterrain-light"), ("no rain", "auto")])
def test_a_look_at_a_row_has_the_choices_of_its_run(
    qtbot: QtBot, window: MainWindow, wet: Path, reason: str, weights: str
) -> None:
    window.document.history.choose_checkpoint("afterrain-light")
    window.document.set_keep_brightness(True)
    batches.add(qtbot, window, wet)
    batches.start(window)
    batches.wait_end(qtbot, window)
    done = window.batch_controller.batch.entries[0]
    assert done.row is not None
    assert done.row.figures is not None
    figures = replace(done.row.figures, reason=reason)
    window.document.take_wanted(replace(window.document.options, weights="afterrain"))
    batches.until(qtbot, lambda: set(batches.states(window).values()) == {"Planned"})
    with qtbot.waitSignal(window.document.photo_opened):
        window.batch_controller.open_row(replace(done, row=replace(done.row, figures=figures)))
    assert window.document.choices == Choices(weights, keep_brightness=True)
    assert window.document.status.state is PhotoState.READY, "the files do not tell the rain"
    assert not window.document.is_unsaved
    if not reason:
        batches.until(qtbot, lambda: set(batches.states(window).values()) == {"Done"})


def test_a_row_of_a_run_that_removed_nothing_can_be_derained(
    qtbot: QtBot, window: MainWindow, wet: Path
) -> None:
    window.document.set_strength(0.0)
    batches.add(qtbot, window, wet)
    batches.start(window)
    batches.wait_end(qtbot, window)
    with qtbot.waitSignal(window.document.photo_opened):
        window.batch_controller.open_row(window.batch_controller.batch.entries[0])
    assert window.document.status.state is PhotoState.READY
    assert window.document.strength == 0.0


def test_a_result_is_noted_with_the_choices_of_its_run(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path
) -> None:
    window.document.set_strength(0.5)
    batches.add(qtbot, window, wet)
    backend.hold()
    batches.start(window)
    window.document.set_strength(1.0)
    backend.free()
    batches.wait_end(qtbot, window)
    batches.until(qtbot, lambda: window.tasks.is_idle)
    edits = window.controller.series.edits.find(wet / "1.png")
    assert edits is not None
    assert edits.choices == Choices(strength=0.5)


def test_an_unsaved_result_is_found_again_after_a_row_was_opened(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, wet: Path, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    batches.add(qtbot, window, wet)
    window.document.history.strength_settled(0.5)
    with qtbot.waitSignal(window.document.photo_opened):
        window.batch_controller.open_row(window.batch_controller.batch.entries[0])
    assert window.document.status.state is PhotoState.READY
    window.document.set_strength(1.0)
    open_photo(qtbot, window, picture_file)
    assert window.document.strength == 0.5
    qtbot.waitUntil(lambda: window.document.status.state is PhotoState.DONE)
    assert window.document.is_unsaved
    assert dialogs.asked == []
