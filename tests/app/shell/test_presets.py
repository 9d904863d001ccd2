"""Export presets: kept as texts, edited in their dialog, listed in the menu."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.shell.actions import ExportMenu
from app.shell.save_dialogs import FIRST, Preset, PresetsDialog, presets_in, texts_of
from app.shell.settings import Preferences, store

MAIL = Preset("Mail & chat", ".webp", 70, 1280, "/tmp", "_small")


def test_presets_come_back_and_none_that_cannot_be_saved_with() -> None:
    good = (*FIRST, MAIL)
    bad = (
        Preset(" "),
        Preset("a", suffix=".heic"),
        Preset("a", quality=0),
        Preset("a", longest_side_px=3),
        Preset("a", ending="/x"),
        Preset("a", ending="{n}"),
        Preset("a", ending="x" * 300),
    )
    assert presets_in(texts_of((*bad, *good))) == good
    assert presets_in(("[]", "{", "3", '{"name": "a"}', "")) == ()


def test_a_first_start_has_presets_and_who_deletes_all_has_none() -> None:
    first = Preferences(store())
    assert first.settings.export_presets == FIRST
    first.change(presets=())
    first.sync()
    assert Preferences(store()).settings.export_presets == ()
    first.change(presets=texts_of((MAIL,)))
    first.sync()
    assert Preferences(store()).settings.export_presets == (MAIL,)


@pytest.fixture
def dialog(qtbot: QtBot) -> PresetsDialog:
    made = PresetsDialog(FIRST)
    qtbot.addWidget(made)
    return made


def is_ok(dialog: PresetsDialog) -> bool:
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_what_is_not_touched_stays(dialog: PresetsDialog) -> None:
    for row in (1, 0):
        dialog.list.setCurrentRow(row)
    assert tuple(dialog.presets) == FIRST
    assert "street_web.jpg" in dialog.example.text()


def test_a_preset_is_added_named_and_changed(dialog: PresetsDialog) -> None:
    dialog.add.click()
    dialog.name.clear()
    assert not is_ok(dialog)
    QTest.keyClicks(dialog.name, MAIL.name)
    assert dialog.list.item(2).text() == MAIL.name
    dialog.format.setCurrentIndex(dialog.format.findData(MAIL.suffix))
    dialog.quality.setValue(MAIL.quality)
    dialog.longest_side.setValue(1280)
    for edit, words in ((dialog.folder, MAIL.folder), (dialog.ending, MAIL.ending)):
        edit.clear()
        QTest.keyClicks(edit, words)
    assert is_ok(dialog)
    assert dialog.presets == [*FIRST, MAIL]
    dialog.longest_side.setValue(dialog.longest_side.minimum())
    assert dialog.longest_side.text() == "Full size"
    assert dialog.presets[2].longest_side_px is None


def test_an_ending_that_no_file_can_have_is_refused(dialog: PresetsDialog) -> None:
    QTest.keyClicks(dialog.ending, "/x")
    assert not is_ok(dialog)
    assert "cannot" in dialog.example.text()


def test_presets_are_deleted_down_to_none(dialog: PresetsDialog) -> None:
    dialog.delete.click()
    assert dialog.presets == [FIRST[1]]
    assert dialog.name.text() == FIRST[1].name
    dialog.delete.click()
    assert dialog.presets == []
    assert not dialog.fields.isEnabled()
    assert not dialog.delete.isEnabled()
    assert is_ok(dialog)


def test_the_menu_lists_what_there_is_when_it_opens(qtbot: QtBot) -> None:
    presets, save = [MAIL], QAction("Save")
    menu = ExportMenu(lambda: tuple(presets), save)
    qtbot.addWidget(menu)
    menu.addAction("Edit presets…")
    chosen: list[Preset] = []
    menu.preset_chosen.connect(chosen.append)
    menu.aboutToShow.emit()
    assert [each.text() for each in menu.actions()] == ["Mail && chat", "", "Edit presets…"]
    menu.actions()[0].trigger()
    save.setEnabled(False)
    menu.aboutToShow.emit()
    assert not menu.actions()[0].isEnabled()
    menu.actions()[0].trigger()
    assert chosen == [MAIL]
    presets.clear()
    menu.aboutToShow.emit()
    assert [each.text() for each in menu.actions()] == ["Edit presets…"]
