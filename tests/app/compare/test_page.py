"""The Compare page in the window, by what a person does and sees."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from nledn import catalog, photo
from nledn.photo import Photo
from nledn.tiling import Rect
from tests.app.compare.conftest import Begin, is_settled
from tests.app.compare.shown import figures, names
from tests.app.conftest import StandIn
from tests.app.window import Answers, Pixels, open_photo, said

Key = Qt.Key


def details(window: MainWindow) -> list[str]:
    rows = window.compare.panel.rows
    return [rows[one.key].figures.toolTip() for one in window.compare.grid.shown]


@pytest.fixture
def pair(tmp_path: Path, pixels: Pixels) -> Path:
    """A rainy photo whose clean one lies where data sets have it."""
    for kind, values in (("rainy", pixels), ("clean", np.rint(pixels * 0.78).astype(np.uint8))):
        (tmp_path / "set" / kind).mkdir(parents=True)
        photo.write(Photo(values), tmp_path / "set" / kind / "7.png")
    return tmp_path / "set" / "rainy" / "7.png"


def test_every_pane_shows_what_its_checkpoint_makes(
    window: MainWindow, begin: Begin, pixels: Pixels
) -> None:
    begin()
    assert window.shell.page == "compare"
    assert names(window) == ["Rainy", "All-round", "second"]
    rainy, one, other = window.compare.grid.shown
    whole = Rect(0, 0, 160, 120)
    np.testing.assert_array_equal(rainy.picture.pixels(rainy.kind, 0, whole), pixels)
    for pane in (one, other):
        found = pane.picture.pixels(pane.kind, 0, whole)
        assert np.abs(found - pixels * 0.8).max() <= 0.51  # the stand-in takes a fifth
    assert "SSIM" not in figures(window)[1]
    assert figures(window)[1] == "Strong removal · darker"
    assert "levels on" in details(window)[1]
    assert "whole photo" in window.compare.panel.measured.text()


def test_tiles_come_in_turn(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn
) -> None:
    backend.hold()
    model = begin(wait=False)
    backend.let(2)

    def done() -> list[int]:
        layers = [model.pictures[pane.key].layer for pane in model.panes[1:]]
        return [0 if layer is None else int(layer.done.sum()) for layer in layers]

    qtbot.waitUntil(lambda: done() == [1, 1])
    backend.let(2)
    qtbot.waitUntil(lambda: done() == [2, 2])
    assert backend.tiles == 4


def test_only_what_is_looked_at_until_the_whole_is_asked_for(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn
) -> None:
    backend.hold()
    model = begin(wait=False)
    grid, panel = window.compare.grid, window.compare.panel
    grid.link.leader.set_zoom(30.0)
    backend.free()
    qtbot.waitUntil(lambda: "visible part" in panel.measured.text() and is_settled(window))
    assert backend.tiles < 18
    assert not model.is_whole
    tiles = backend.tiles
    panel.whole.click()
    qtbot.waitUntil(lambda: model.is_whole and is_settled(window))
    assert backend.tiles == 18  # nine tiles each, none of them twice
    assert tiles < 18
    assert not panel.whole.isVisible()


def test_another_order_confuses_nobody(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn
) -> None:
    backend.hold()
    model = begin(wait=False)
    window.compare.grid.link.leader.set_zoom(30.0)
    backend.free()
    qtbot.waitUntil(lambda: is_settled(window) and model.is_computed(model.visible))
    layers = {pane.key: model.pictures[pane.key].layer for pane in model.panes}
    window.compare.grid.moved.emit(1, 2)
    assert names(window) == ["Rainy", "second", "All-round"]
    window.compare.panel.whole.click()
    qtbot.waitUntil(lambda: model.is_whole and is_settled(window))
    for pane in model.panes:
        layer = model.pictures[pane.key].layer
        assert layer is layers[pane.key]
        if layer is not None:
            assert layer.record.checkpoint == pane.weights


def test_another_strength_and_going_back_compute_nothing(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn, pixels: Pixels
) -> None:
    model = begin()
    tiles = backend.tiles
    panel, pane = window.compare.panel, window.compare.grid.shown[1]
    panel.rows[pane.key].strength.setValue(50)
    found = pane.picture.pixels("after", 0, Rect(0, 0, 160, 120))
    assert np.abs(found - pixels * 0.9).max() <= 0.51
    assert names(window)[1] == "All-round (50 %)"
    row = window.compare.panel.rows[window.compare.grid.shown[1].key]
    assert (row.name.text(), row.strength.value()) == ("All-round", 50)
    key = model.panes[2].key
    panel.rows[key].remove.click()
    assert names(window) == ["Rainy", "All-round (50 %)"]
    panel.add_menu.actions()[-4].trigger()  # the last checkpoint, above a line and two pictures
    qtbot.waitUntil(lambda: model.is_whole and is_settled(window))
    assert len(names(window)) == 3
    assert backend.tiles == tiles


def test_the_first_comparison_takes_the_strength_along(
    qtbot: QtBot, window: MainWindow, begin: Begin, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    window.document.history.strength_settled(0.5)
    begin(wait=False)
    assert names(window) == ["Rainy", "All-round (50 %)", "second (50 %)"]


def test_who_hears_first_of_a_photo_does_not_matter(
    qtbot: QtBot, window: MainWindow, begin: Begin, picture_file: Path, pixels: Pixels
) -> None:
    model = begin()
    opened = window.document.photo_opened
    opened.disconnect(window.show_photo)
    opened.connect(window.show_photo)  # now after the Compare page
    other = picture_file.with_name("tower.png")
    photo.write(Photo(pixels[::-1].copy()), other)
    open_photo(qtbot, window, other)
    qtbot.waitUntil(lambda: model.is_whole and is_settled(window))
    assert model.photo is window.document.photo
    assert names(window) == ["Rainy", "All-round", "second"]
    assert "whole photo" in window.compare.panel.measured.text()


def test_one_that_was_removed_says_so_and_the_others_go_on(
    qtbot: QtBot, window: MainWindow, begin: Begin
) -> None:
    begin()
    catalog.remove("second")
    other = window.document.photo
    assert other is not None
    path = Path(str(other.path)).with_name("next.png")
    photo.write(Photo(other.pixels[::-1].copy()), path)
    open_photo(qtbot, window, path)
    model = window.compare.controller.model
    qtbot.waitUntil(lambda: model.is_whole and is_settled(window))
    rainy, one, gone = window.compare.grid.shown
    assert "There is no model named second" in gone.failure
    assert (rainy.failure, one.failure) == ("", "")
    assert figures(window)[1]
    assert not figures(window)[2]


def test_the_truth_is_found_by_name_and_measured(
    qtbot: QtBot, window: MainWindow, begin: Begin, pair: Path
) -> None:
    model = begin(pair)
    qtbot.waitUntil(lambda: model.truth is not None and is_settled(window))
    qtbot.waitUntil(lambda: "SSIM" in figures(window)[1])
    assert names(window)[-1] == "Without rain"
    psnr = [float(text.split()[0]) for text in figures(window)[:3] if text[0].isdigit()]
    assert psnr[0] < 30 < psnr[1]
    panel = window.compare.panel
    panel.errors.click()
    qtbot.waitUntil(lambda: bool(model.metrics.error_maps))
    rainy, one, *_ = window.compare.grid.shown
    whole = Rect(0, 0, 160, 120)
    maps = [pane.picture.pixels(pane.kind, 0, whole).mean() for pane in (rainy, one)]
    assert maps[1] * 3 < maps[0]  # dark where little is wrong


def test_nothing_is_measured_against_a_truth_that_was_replaced(
    qtbot: QtBot, window: MainWindow, begin: Begin, pair: Path, dialogs: Answers, tmp_path: Path
) -> None:
    model = begin(pair)
    qtbot.waitUntil(lambda: "SSIM" in figures(window)[1])
    dialogs.path = tmp_path / "damaged.png"
    dialogs.path.write_bytes(b"no photo")
    window.compare.controller.ask_picture("truth")
    qtbot.waitUntil(lambda: len(model.failures) == 1 and is_settled(window))
    assert figures(window)[1] == "Strong removal · darker"


def test_a_rectangle_is_measured_by_itself(
    qtbot: QtBot, window: MainWindow, begin: Begin, pair: Path
) -> None:
    begin(pair)
    whole = figures(window)
    panel, grid = window.compare.panel, window.compare.grid
    panel.select.click()
    grid.selected.emit(Rect(10, 10, 60, 50))
    qtbot.waitUntil(lambda: "rectangle" in panel.measured.text())
    assert "50 × 40" in panel.measured.text()
    assert figures(window) != whole
    panel.select.click()
    qtbot.waitUntil(lambda: "whole photo" in panel.measured.text())


def test_other_programs_results_and_files_that_do_not_fit(
    qtbot: QtBot, window: MainWindow, begin: Begin, dialogs: Answers, tmp_path: Path, pixels: Pixels
) -> None:
    model = begin()
    for name, values in (("theirs", pixels // 2), ("small", pixels[:50])):
        photo.write(Photo(np.ascontiguousarray(values)), tmp_path / f"{name}.png")
        dialogs.path = tmp_path / f"{name}.png"
        window.compare.controller.ask_picture("result")
    qtbot.waitUntil(lambda: len(model.failures) == 1 and is_settled(window))
    assert names(window) == ["Rainy", "All-round", "second", "theirs", "small"]
    small = window.compare.grid.shown[4]
    assert "160×120" in small.failure
    qtbot.waitUntil(lambda: "levels on" in details(window)[3])


@pytest.mark.parametrize("suffix", [".png", ".html", ".csv"])
def test_what_is_compared_is_exported(
    qtbot: QtBot,
    window: MainWindow,
    begin: Begin,
    dialogs: Answers,
    tmp_path: Path,
    suffix: str,
) -> None:
    begin()
    dialogs.path = tmp_path / f"out{suffix}"
    window.compare.panel.export.click()
    assert dialogs.asked[-1] == "export street-compared.html"
    qtbot.waitUntil(lambda: "Saved out" in said(window))
    content = dialogs.path.read_bytes()
    assert b"All-round" in content or suffix == ".png"
    assert len(content) > 300


def test_each_page_has_a_zoom_of_its_own(qtbot: QtBot, window: MainWindow, begin: Begin) -> None:
    begin()
    shown, before = window.shell.top_bar.zoom, window.viewport.zoom
    window.named_actions["double"].trigger()
    assert (window.compare.grid.link.leader.zoom, shown.text()) == (2.0, "200 %")
    assert window.viewport.zoom == before, "what is not in sight stays"
    window.named_actions["compare"].trigger()
    assert shown.text() == f"{before * 100:.0f} %"
    window.named_actions["actual"].trigger()
    assert (window.viewport.zoom, shown.text()) == (1.0, "100 %")
    assert window.compare.grid.link.leader.zoom == 2.0


def test_a_comparison_that_failed_can_be_asked_for_again(
    qtbot: QtBot, window: MainWindow, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = window.compare.controller.model
    with monkeypatch.context() as broken:
        broken.setattr(model.engines, "models", lambda: 1 / 0)
        begin(wait=False)
        qtbot.waitUntil(lambda: "failed unexpectedly" in said(window))
    model.compute_whole()
    qtbot.waitUntil(lambda: model.is_whole and is_settled(window))


def test_an_export_never_replaces_the_photo(
    qtbot: QtBot, window: MainWindow, begin: Begin, dialogs: Answers, picture_file: Path
) -> None:
    before = picture_file.read_bytes()
    begin()
    dialogs.path = picture_file
    window.compare.panel.export.click()
    qtbot.waitUntil(lambda: "is the source photo, which" in said(window))
    assert picture_file.read_bytes() == before


def test_an_export_is_of_what_was_compared_when_it_was_asked(
    qtbot: QtBot,
    window: MainWindow,
    begin: Begin,
    dialogs: Answers,
    picture_file: Path,
    tmp_path: Path,
) -> None:
    begin()
    other = picture_file.with_name("small.png")
    photo.write(Photo(np.zeros((20, 30, 3), np.uint8)), other)
    dialogs.path = tmp_path / "sheet.csv"
    dialogs.meanwhile = lambda: open_photo(qtbot, window, other)
    window.compare.panel.export.click()
    qtbot.waitUntil(lambda: "Saved sheet.csv" in said(window))
    rows = dialogs.path.read_text("utf-8").splitlines()
    assert {row.split(",")[0] for row in rows[1:]} == {"street.png"}


def test_tiles_are_checked_where_one_looks(qtbot: QtBot, window: MainWindow, begin: Begin) -> None:
    begin()
    window.compare.panel.tiling.click()
    qtbot.waitUntil(lambda: "differ by" in said(window))
    assert "160 × 120" in said(window)
    assert names(window)[-1] == "Whole against tiles"


def test_a_check_of_a_photo_that_is_no_longer_open_is_dropped(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn, picture_file: Path
) -> None:
    begin()
    other = picture_file.with_name("small.png")
    photo.write(Photo(np.zeros((20, 30, 3), np.uint8)), other)
    backend.hold()
    window.compare.panel.tiling.click()
    open_photo(qtbot, window, other)
    with qtbot.captureExceptions() as caught:
        backend.free()
        qtbot.waitUntil(lambda: is_settled(window))
    assert caught == []
    assert "Whole against tiles" not in names(window)
    assert "differ by" not in said(window)


def test_keys_are_the_pages_and_the_views_lead_back(
    qtbot: QtBot, window: MainWindow, begin: Begin
) -> None:
    begin()
    grid = window.compare.grid
    assert grid.hasFocus()
    grid.canvases[1].setFocus()
    for key, single in ((Key.Key_Return, 1), (Key.Key_Escape, None)):
        QTest.keyClick(window.focusWidget(), key)
        assert grid.single == single
        assert window.shell.page == "compare"
    grid.link.leader.set_zoom(8.0)
    window.named_actions["fit"].trigger()
    assert grid.canvases[0].viewport.is_fitted
    # The view's own action leads there; Compare again leads back to where one was.
    for actions in (("single",), ("compare", "compare")):
        for name in actions:
            window.named_actions[name].trigger()
        assert window.shell.page == "photo"
        assert window.view.arrangement.mode == "single"
        assert window.named_actions["single"].isChecked()


@pytest.mark.parametrize(("key", "mode"), [(Key.Key_2, "side_by_side"), (Key.Key_4, "rain")])
def test_digits_mean_the_same_as_everywhere(
    window: MainWindow, begin: Begin, key: Qt.Key, mode: str
) -> None:
    begin()
    QTest.keyClick(window.compare.grid, key)
    assert (window.shell.page, window.view.arrangement.mode) == ("photo", mode)


def test_checks_are_folded_away_and_say_what_they_lack(
    qtbot: QtBot, window: MainWindow, begin: Begin, pair: Path
) -> None:
    window.shell.show_page("compare")
    panel = window.compare.panel
    assert not panel.tiling.isVisible()
    panel.advanced.setFocus()
    QTest.keyClick(panel.advanced, Key.Key_Space)
    assert panel.tiling.isVisible()
    assert not panel.tiling.isEnabled()
    assert "needs a photo and a model" in panel.reasons.text()
    window.shell.show_page("photo")
    begin()
    assert panel.tiling.isEnabled()
    assert not panel.errors.isEnabled()
    assert panel.reasons.text().startswith("Error maps need the photo without rain")
    open_photo(qtbot, window, pair)
    qtbot.waitUntil(panel.errors.isEnabled)
    assert not panel.reasons.isVisible()


def test_nothing_is_computed_out_of_sight(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn
) -> None:
    backend.hold()
    begin(wait=False)
    backend.let(1)
    qtbot.waitUntil(lambda: backend.tiles == 1)
    window.named_actions["single"].trigger()
    backend.free()
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert backend.tiles <= 2  # the one that was being computed
