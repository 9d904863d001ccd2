"""Choosing a model for the photo by a comparison."""

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.compare.panes import keep, votes_path
from app.main_window import MainWindow
from app.photo.state import PhotoState
from nledn import catalog, photo
from nledn.photo import Photo
from tests.app.compare.conftest import Begin, is_settled
from tests.app.compare.shown import figures, names, names_of
from tests.app.conftest import StandIn
from tests.app.window import Answers, Pixels, open_photo, said, state

Key = Qt.Key


def test_names_stay_hidden_until_a_person_has_chosen(
    qtbot: QtBot, window: MainWindow, begin: Begin, picture_file: Path
) -> None:
    begin()
    panel = window.compare.panel
    panel.blind.click()
    assert names(window) == ["Rainy", "A", "B"]
    assert not any(figures(window))
    assert not any(row.strength.isVisible() for row in panel.rows.values())
    assert set(panel.vote_buttons) == {"A", "B", ""}
    order = [one.key for one in window.compare.grid.shown]
    QTest.mouseClick(panel.vote_buttons["A"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "You chose" in said(window))
    assert window.focusWidget() is window.compare.grid, "the button that was clicked is gone"
    chosen = next(pane for pane in window.compare.controller.model.panes if pane.key == order[1])
    assert f"You chose {chosen.title}" in said(window)
    assert "A is " in said(window)
    assert "; B is " in said(window)
    assert f"In this folder: {chosen.title} 1" in said(window)
    assert sorted(names(window)) == ["All-round", "Rainy", "second"]
    assert f"{picture_file},{chosen.title},All-round | second" in votes_path().read_text("utf-8")
    # The next photo of the folder is blind again.
    other = picture_file.with_name("tower.png")
    shutil.copy(picture_file, other)
    open_photo(qtbot, window, other)
    assert names(window)[1:] == ["A", "B"]
    panel.vote_buttons[""].click()
    qtbot.waitUntil(lambda: "no difference 1" in said(window))


def test_an_export_does_not_tell_the_names(
    qtbot: QtBot, window: MainWindow, begin: Begin, dialogs: Answers, tmp_path: Path
) -> None:
    begin()
    dialogs.path = tmp_path / "page.html"
    for is_hidden in (True, False):
        window.compare.panel.blind.setChecked(is_hidden)
        window.shell.banner.clear()
        window.compare.panel.export.click()
        qtbot.waitUntil(lambda: "Saved page" in said(window))
        assert ("second" in dialogs.path.read_text("utf-8")) is not is_hidden


def test_full_size_does_not_tell_the_names(
    qtbot: QtBot, window: MainWindow, begin: Begin, picture_file: Path
) -> None:
    begin()
    panel, grid = window.compare.panel, window.compare.grid

    def at_full_size() -> list[int]:
        return [one.key for place, one in enumerate(grid.shown) if place == grid.single]

    grid.show_single(1)
    panel.blind.click()
    assert not at_full_size(), "or the pane would be known"
    grid.show_single(1)
    unknown = at_full_size()
    panel.vote_buttons["A"].click()
    assert at_full_size() == unknown, "now it has its name"
    other = picture_file.with_name("tower.png")
    shutil.copy(picture_file, other)
    open_photo(qtbot, window, other)
    assert not at_full_size()


def test_a_comparison_begins_with_the_models_that_ship(
    qtbot: QtBot, window: MainWindow, begin: Begin, only_afterrain_ships: Path
) -> None:
    card = catalog.find("afterrain")
    for id, purpose in (("afterrain-dense", "Dense rain and mist"), ("afterrain-light", "Light")):
        path = only_afterrain_ships / f"{id}.safetensors"
        path.symlink_to(card.path)
        catalog.write_card(replace(card, id=id, purpose=purpose, path=path))
    begin()
    assert names(window) == ["Rainy", "All-round", "Dense rain and mist", "Light"]
    assert [action.text() for action in window.compare.panel.add_menu.actions()][3] == "second"


def test_the_model_in_use_comes_first_where_it_does_not_ship(
    qtbot: QtBot, window: MainWindow, begin: Begin
) -> None:
    window.document.history.choose_checkpoint("second")
    begin()
    assert names(window) == ["Rainy", "second", "All-round"]


def test_a_pane_is_used_for_the_photo(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn
) -> None:
    begin()
    tiles, canvas = backend.tiles, window.compare.grid.canvases[2]
    window.compare.panel.rows[canvas.shown[0].key].strength.setValue(70)
    assert not window.compare.grid.canvases[0].button.isVisible(), "the rainy photo is no result"
    canvas.button.setFocus()
    QTest.keyClick(canvas.button, Key.Key_Space)
    assert window.shell.page == "photo"
    assert window.document.options.weights == "second"
    assert window.document.strength == 0.7
    assert state(window) is PhotoState.DONE, "the comparison has computed it"
    assert backend.tiles == tiles
    assert window.focusWidget() is window.view
    for _ in range(2):
        window.named_actions["undo"].trigger()
    assert (window.document.options.weights, window.document.strength) == ("auto", 1.0)


def test_the_winner_of_a_blind_test_can_be_used(
    qtbot: QtBot, window: MainWindow, begin: Begin
) -> None:
    begin()
    panel, grid = window.compare.panel, window.compare.grid
    assert not panel.question.isVisible()
    panel.blind.click()
    assert panel.question.isVisible()
    assert panel.question.text() == "Which looks best?"
    key = grid.shown[1].key
    assert grid.canvases[1].button.text() == "This is best"
    grid.canvases[1].button.click()
    qtbot.waitUntil(lambda: "You chose" in said(window))
    chosen = next(pane for pane in window.compare.controller.model.panes if pane.key == key)
    use = window.shell.banner.buttons["use"]
    assert use.text() == f"Use {chosen.name}"
    assert not window.shell.banner.is_leaving
    use.click()
    assert window.shell.page == "photo"
    assert window.document.options.weights == chosen.weights


def test_the_winner_is_used_as_it_was_while_names_are_hidden_again(
    qtbot: QtBot, window: MainWindow, begin: Begin
) -> None:
    model = begin()
    for pane in model.panes[1:]:
        model.set_strength(pane.key, 0.7)
    panel = window.compare.panel
    panel.blind.click()
    key = window.compare.grid.shown[1].key
    panel.vote_buttons["A"].click()
    qtbot.waitUntil(lambda: "You chose" in said(window))
    votes = votes_path().read_bytes()
    chosen = next(pane for pane in model.panes if pane.key == key)
    model.set_strength(key, 1.0)
    panel.blind.click()
    window.shell.banner.buttons["use"].click()
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert window.shell.page == "photo"
    assert window.document.options.weights == chosen.weights
    assert window.document.strength == 0.7
    assert votes_path().read_bytes() == votes


def test_a_vote_is_kept_but_not_told_on_another_photo(
    qtbot: QtBot,
    window: MainWindow,
    begin: Begin,
    picture_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin()
    gate = threading.Event()
    monkeypatch.setattr("app.compare.controller.keep", lambda *vote: gate.wait(20) and keep(*vote))
    window.compare.panel.blind.click()
    window.compare.panel.vote_buttons["A"].click()
    window.named_actions["compare"].trigger()
    other = picture_file.with_name("tower.png")
    shutil.copy(picture_file, other)
    open_photo(qtbot, window, other)
    gate.set()
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert votes_path().exists()
    assert said(window) == ""


def test_other_programs_results_can_win_but_not_be_used(
    qtbot: QtBot, window: MainWindow, begin: Begin, dialogs: Answers, tmp_path: Path, pixels: Pixels
) -> None:
    begin()
    photo.write(Photo(pixels // 2), tmp_path / "theirs.png")
    dialogs.path = tmp_path / "theirs.png"
    window.compare.controller.ask_picture("result")
    qtbot.waitUntil(lambda: is_settled(window))
    (theirs,) = [canvas for canvas in window.compare.grid.canvases if "theirs" in names_of(canvas)]
    assert not theirs.button.isVisible()
    window.compare.panel.blind.click()
    theirs.button.click()
    qtbot.waitUntil(lambda: "You chose theirs" in said(window))
    assert "use" not in window.shell.banner.buttons


def test_the_strength_of_one_photo_is_not_compared_on_the_next(
    qtbot: QtBot, window: MainWindow, begin: Begin, picture_file: Path
) -> None:
    other = picture_file.with_name("tower.png")
    shutil.copy(picture_file, other)
    open_photo(qtbot, window, picture_file)
    window.document.history.strength_settled(1.5)
    model = begin()
    first, second = (pane for pane in model.panes if pane.kind == "checkpoint")
    assert (first.strength, second.strength) == (1.5, 1.5)
    model.set_strength(second.key, 0.7)
    open_photo(qtbot, window, other)
    strengths = [pane.strength for pane in model.panes if pane.kind == "checkpoint"]
    assert strengths == [1.0, 0.7], "only what was set here stays"
