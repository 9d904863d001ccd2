"""The small parts, each alone: what they show, what they tell, by mouse and by keyboard."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.imaging.mask import Brush
from app.main_window import MainWindow
from app.photo.keep_area import KeepAreaControl
from app.photo.model_picker import ModelPicker
from app.photo.panel import DerainButton, SaveRow, SidePanel, StrengthControl
from app.photo.state import PhotoState, Status
from app.shell.banner import Action, Banner, Notice
from app.views.panes import Mode
from nledn.card import Card, Score

CARDS = (
    Card(
        id="afterrain",
        title="AfterRain",
        sha256="0" * 64,
        regions="fixed",
        path=Path("a"),
        origin="shipped",
        purpose="All-round",
        training_data="drawn <rain>",
        scores={"Rain100L": Score(32.05, 0.95), "Streaks": Score(24.0, 0.8)},
    ),
    Card(id="other", title="Other", sha256="1" * 64, regions="grid", path=Path("b")),
)


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget], None]:
    def show(widget: QWidget) -> None:
        qtbot.addWidget(widget)
        widget.show()
        qtbot.waitExposed(widget)

    return show


def test_the_panel_is_in_the_order_of_the_work(shown: Callable[[QWidget], None]) -> None:
    panel = SidePanel()
    shown(panel)
    sections = (panel.derain, panel.strength, panel.keep_area, panel.model, panel.results)
    heights = [section.mapTo(panel, QPoint()).y() for section in sections]
    assert heights == sorted(heights)
    order: list[QWidget] = [panel]
    following = panel.nextInFocusChain()
    while following is not None and following is not panel:
        order.append(following)
        following = following.nextInFocusChain()
    stops = (panel.derain, panel.strength.slider, panel.model.button, panel.results.save)
    places = [order.index(each) for each in stops]
    assert places == sorted(places), "the Tab key goes the same way"


@pytest.mark.parametrize("mode", ["before_after", "rain"])
def test_nothing_moves_when_the_brush_is_taken(
    window: MainWindow, mode: Mode, qtbot: QtBot
) -> None:
    window.view.arrange(mode=mode)
    panel = window.photo.panel
    sections = (panel.keep_area.brush_button, panel.rain_gain, panel.model, panel.results)

    def places() -> list[QPoint]:
        return [section.mapTo(panel, QPoint()) for section in sections]

    before = places()
    panel.keep_area.brush_button.click()
    qtbot.waitUntil(panel.keep_area.feather.isVisible)
    assert places() == before


def test_a_drag_of_the_strength_tells_each_step_and_settles_once(
    shown: Callable[[QWidget], None],
) -> None:
    control = StrengthControl()
    shown(control)
    told: list[float] = []
    settled: list[float] = []
    control.strength_changed.connect(told.append)
    control.strength_settled.connect(settled.append)
    control.slider.setSliderDown(True)
    for percent in (90, 80, 70):
        control.slider.setSliderPosition(percent)
    control.slider.setSliderDown(False)
    assert told == [0.9, 0.8, 0.7]
    assert settled == [0.7]
    assert control.number.value() == 70


def test_a_number_is_typed_and_reset(shown: Callable[[QWidget], None]) -> None:
    control = StrengthControl()
    shown(control)
    settled: list[float] = []
    control.strength_settled.connect(settled.append)
    control.number.selectAll()
    QTest.keyClicks(control.number, "125")
    QTest.keyClick(control.number, Qt.Key.Key_Return)
    assert settled[-1] == 1.25
    control.reset.click()
    assert settled[-1] == 1.0
    assert not control.reset.isEnabled()


@pytest.mark.parametrize(
    ("typed", "percent"), [("900", 150), ("151", 150), ("150", 150), ("99999999999", 150)]
)
def test_a_number_that_is_too_large_becomes_the_largest(
    shown: Callable[[QWidget], None], typed: str, percent: int
) -> None:
    control = StrengthControl()
    shown(control)
    told: list[float] = []
    control.strength_changed.connect(told.append)
    control.number.selectAll()
    QTest.keyClicks(control.number, typed)
    QTest.keyClick(control.number, Qt.Key.Key_Return)
    assert control.number.text() == f"{percent} %"
    assert control.slider.value() == percent
    assert told[-1] == percent / 100


def test_a_strength_from_elsewhere_is_shown_and_not_told(shown: Callable[[QWidget], None]) -> None:
    control = StrengthControl()
    shown(control)
    told: list[float] = []
    control.strength_changed.connect(told.append)
    control.set_strength(0.4)
    assert (control.slider.value(), control.number.value(), told) == (40, 40, [])


def test_brush_and_eraser_exclude_each_other(shown: Callable[[QWidget], None]) -> None:
    control = KeepAreaControl()
    shown(control)
    told: list[Brush | None] = []
    control.brush_changed.connect(told.append)
    control.brush_button.click()
    assert control.brush is not None
    assert control.brush.value == 1.0
    control.protection.setValue(50)
    assert control.brush.value == 0.5
    control.eraser_button.click()
    assert not control.brush_button.isChecked()
    assert control.brush.value == 0.0
    radius = control.brush.radius_px
    control.grow(1)
    assert control.brush.radius_px > radius
    control.put_down()
    assert told[-1] is None


@pytest.mark.parametrize("diameter", [4, 80, 600])
def test_sizes_reach_from_end_to_end(shown: Callable[[QWidget], None], diameter: int) -> None:
    control = KeepAreaControl()
    shown(control)
    control.brush_button.click()
    control.diameter.setValue({4: 0, 80: 60, 600: 100}[diameter])
    assert control.brush is not None
    assert control.brush.radius_px * 2 == pytest.approx(diameter, rel=0.05)


def entries(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def choose(menu: QMenu, *keys: Qt.Key) -> None:
    """Open a menu, and choose in it by keyboard."""
    menu.popup(QPoint())
    for key in keys:
        QTest.keyClick(menu, key)


@pytest.fixture
def picker(shown: Callable[[QWidget], None]) -> ModelPicker:
    made = ModelPicker()
    shown(made)
    return made


def test_the_picker_names_models_by_purpose_and_tells_what_was_chosen(picker: ModelPicker) -> None:
    picker.set_cards(CARDS, "auto")
    assert picker.button.text() == "Model: All-round"
    assert entries(picker.menu) == ["All-round", "Research", "Import…", "Get more…"]
    chosen: list[str] = []
    picker.model_chosen.connect(chosen.append)
    (research,) = picker.menu.findChildren(QMenu)
    choose(research, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert chosen == ["other"]
    assert picker.button.text() == "Model: Other"
    picker.set_chosen("afterrain")
    assert chosen == ["other"]
    assert [each.text() for each in picker.menu.actions() if each.isChecked()] == ["All-round"]


def test_automatic_stands_first_where_several_models_ship(picker: ModelPicker) -> None:
    dense = replace(CARDS[0], id="dense", purpose="Dense rain and mist")
    picker.set_cards((CARDS[0], dense, CARDS[1]), "auto")
    assert picker.button.text() == "Model: Automatic"
    assert entries(picker.menu)[:3] == ["Automatic", "All-round", "Dense rain and mist"]
    chosen: list[str] = []
    picker.model_chosen.connect(chosen.append)
    choose(picker.menu, *[Qt.Key.Key_Down] * 3, Qt.Key.Key_Return)
    choose(picker.menu, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert chosen == ["dense", "auto"]


def test_figures_are_shown_only_on_demand(picker: ModelPicker) -> None:
    picker.set_cards(CARDS, "auto")
    words = " ".join(label.text() for label in picker.findChildren(QLabel) if label.isVisible())
    assert "dB" not in words + picker.button.text()
    QTest.keyClick(picker.about_button, Qt.Key.Key_Space)
    assert picker.about.isVisible()
    told = picker.about.words.text()
    assert "drawn &lt;rain&gt;" in told
    assert told.index("drawn") < told.index("dB"), "the purpose comes first"
    assert "Rain100L: 32.0 dB" in told
    QTest.keyClick(picker.about, Qt.Key.Key_Escape)
    assert not picker.about.isVisible()


def test_a_model_without_figures_has_none_to_show(picker: ModelPicker) -> None:
    picker.set_cards([replace(CARDS[0], scores={})], CARDS[0].id)
    picker.about_button.click()
    assert picker.about.isVisible()
    assert "ratio" not in picker.about.words.text()
    picker.about.close()


def test_the_picker_says_nothing_is_in_use_that_is_gone(picker: ModelPicker) -> None:
    picker.set_cards(CARDS, "removed")
    assert picker.button.text() == "Model: not found"
    assert not any(action.isChecked() for action in picker.menu.actions())
    assert not picker.about_button.isEnabled()
    chosen: list[str] = []
    picker.model_chosen.connect(chosen.append)
    choose(picker.menu, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert chosen == ["afterrain"]


def test_a_banner_acts_and_goes(shown: Callable[[QWidget], None]) -> None:
    banner = Banner()
    shown(banner)
    chosen: list[str] = []
    first = Action("first", "Do it", lambda: chosen.append("first"))
    second = Action("second", "Do that", lambda: chosen.append("second"))
    banner.show_notice(Notice("One", "error", (first,)))
    banner.show_notice(Notice("Two", "info", (second,)))
    assert list(banner.buttons) == ["second"]
    banner.buttons["second"].click()
    assert chosen == ["second"]
    assert not banner.isVisible()


@pytest.mark.parametrize(
    ("state", "words", "derain", "save", "primary"),
    [
        ("empty", "Derain", False, False, "derain"),
        ("ready", "Derain", True, False, "derain"),
        ("deraining", "Cancel", True, False, None),
        ("stopping", "Stopping…", False, False, None),
        ("partial", "Continue", True, True, "derain"),
        ("done", "Derained", False, True, "save"),
    ],
)
def test_one_thing_to_do_next(
    shown: Callable[[QWidget], None],
    state: str,
    words: str,
    derain: bool,
    save: bool,
    primary: str | None,
) -> None:
    begin, row = DerainButton(), SaveRow()
    for widget in (begin, row):
        shown(widget)
    begin.show_status(Status(PhotoState(state)))
    row.set_state(PhotoState(state))
    assert begin.text() == words
    assert (begin.isEnabled(), row.save.isEnabled()) == (derain, save)
    buttons = {"derain": begin, "save": row.save}
    coloured = [name for name, each in buttons.items() if each.property("primary") == "true"]
    assert coloured == ([primary] if primary else [])


def test_the_button_that_cancels_says_how_far_it_is(shown: Callable[[QWidget], None]) -> None:
    button = DerainButton()
    shown(button)
    button.resize(272, 44)
    ground = button.grab().toImage().pixelColor(60, 6)
    button.show_status(Status(PhotoState.DERAINING))
    assert button.progress == "Loading the model…"
    button.show_status(Status(PhotoState.DERAINING, 12, 40, 62.0))
    assert button.text() == "Cancel"
    assert button.accessibleDescription() == "12 of 40 tiles · 1:02"
    image = button.grab().toImage()
    done, missing = image.pixelColor(60, 6), image.pixelColor(200, 6)
    assert done != missing
    assert ground != done
    button.show_status(Status(PhotoState.DONE, 40, 40))
    assert button.progress == ""
