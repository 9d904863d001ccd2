"""The panel of a batch: the folder, names and format of its results."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from nledn.card import Card
from tests.app.batch import batches
from tests.app.window import Answers, said
from tests.batch.batches import results


def test_the_panel_names_the_model_as_the_menu_does(window: MainWindow) -> None:
    light = Card("light", "L", "0" * 64, "fixed", Path("l"), origin="shipped", purpose="Light rain")
    window.models.shelf_read.emit((light, replace(light, id="dense", purpose="Dense rain")))
    made_with = window.batch.panel.made_with
    assert made_with.text().startswith("Model: Automatic; strength 100 %")
    window.document.history.choose_checkpoint("dense")
    assert made_with.text().startswith("Model: Dense rain; strength 100 %")


@pytest.mark.parametrize(
    ("typed", "meant"), [("", "derained"), ("dry/new", "dry/new"), ("~no-user", "~no-user")]
)
def test_a_folder_of_results_that_is_not_whole_lies_beside_the_photos(
    qtbot: QtBot, window: MainWindow, wet: Path, typed: str, meant: str
) -> None:
    batches.add(qtbot, window, wet)
    folder = window.batch.panel.folder
    folder.setText(typed)
    folder.editingFinished.emit()
    assert folder.text() == str(wet / meant)
    batches.start(window)
    batches.wait_end(qtbot, window)
    assert len(results(wet / meant)) == 3


def test_a_folder_of_results_may_be_typed_before_there_are_photos(
    qtbot: QtBot, window: MainWindow, wet: Path
) -> None:
    folder = window.batch.panel.folder
    folder.setText("dry")
    folder.editingFinished.emit()
    batches.add(qtbot, window, wet)
    assert folder.text() == str(wet / "dry")


def test_a_folder_whose_name_is_not_text_stays_the_one_of_the_results(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"wet\xff")
    batches.add(qtbot, window, batches.make_photo(folder / "1.png"))
    panel = window.batch.panel
    panel.conflict.activated.emit(0)
    assert window.batch_controller.batch.choices.out == str(folder / "derained")
    assert panel.folder.text().endswith(r"wet\xff/derained")


def test_names_format_and_conflict(
    qtbot: QtBot, window: MainWindow, wet: Path, tmp_path: Path, dialogs: Answers
) -> None:
    dry = tmp_path / "dry"
    batches.make_photo(dry / "2-dry.jpg")
    batches.add(qtbot, window, wet)
    panel = window.batch.panel
    dialogs.path = dry
    panel.browse.click()
    panel.format.setCurrentIndex(panel.format.findData("jpg"))
    panel.format.activated.emit(0)
    panel.name.advanced.click()
    panel.template.clear()
    QTest.keyClicks(panel.template, "{stem}-dry")
    assert panel.example.text() == "A name ends in {ext}."
    assert not panel.steps.go.isEnabled()
    QTest.keyClicks(panel.template, "{ext}")
    assert panel.example.text() == "1.png becomes 1-dry.jpg"
    batches.until(qtbot, lambda: batches.rows(window)["1.png"][1] == "→ 1-dry.jpg")
    assert batches.rows(window)["2.png"][1].startswith("2-dry.jpg already exists.")
    panel.conflict.setCurrentIndex(panel.conflict.findData("rename"))
    panel.conflict.activated.emit(0)
    batches.until(qtbot, lambda: batches.rows(window)["2.png"][1] == "→ 2-dry-2.jpg")
    batches.start(window)
    batches.wait_end(qtbot, window)
    assert results(dry) == {"1-dry.jpg", "2-dry.jpg", "2-dry-2.jpg", "3-dry.jpg"}


def test_the_example_has_the_ending_of_the_result(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    photo = batches.make_photo(tmp_path / "1.png")
    batches.add(qtbot, window, photo.rename(tmp_path / "1.heic"))
    assert batches.rows(window)["1.heic"][1] == "→ 1_derained.png"
    assert window.batch.panel.example.text() == "1.heic becomes 1_derained.png"


def test_one_name_for_several_photos_is_refused(
    qtbot: QtBot, window: MainWindow, wet: Path
) -> None:
    batches.add(qtbot, window, wet / "1.png")
    panel = window.batch.panel
    panel.name.advanced.click()
    panel.template.clear()
    QTest.keyClicks(panel.template, "photo{ext}")
    assert panel.example.text() == "1.png becomes photo.png"
    batches.add(qtbot, window, wet)
    assert panel.example.text() == "Several photos need {stem} or {n}."
    assert not panel.steps.go.isEnabled()
    refusal = "photo{ext} gives several photos the same name. Add one of these to it: {stem}, {n}."
    batches.until(qtbot, lambda: said(window) == refusal)
    panel.template.setCursorPosition(0)
    QTest.keyClicks(panel.template, "{n}")
    assert panel.example.text() == "1.png becomes 1photo.png"
    batches.until(qtbot, panel.steps.go.isEnabled)
    for _ in range(3):
        QTest.keyClick(panel.template, Qt.Key.Key_Backspace)
    assert panel.example.text() == "Several photos need {stem} or {n}.", "at once"
