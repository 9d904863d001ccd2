"""The small parts, each alone: what they show, what they tell, by mouse and by keyboard."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.imaging.mask import Brush
from app.photo.checkpoint_picker import CheckpointPicker
from app.photo.keep_area import KeepAreaControl
from app.photo.panel import ActionPanel, StrengthControl
from app.photo.state import PhotoState
from app.shell.banner import Action, Banner, Notice
from nledn.card import Card, Score

CARDS = (
    Card(
        id="afterrain",
        title="AfterRain",
        sha256="0" * 64,
        regions="fixed",
        path=Path("a"),
        training_data="drawn rain",
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


def test_the_picker_tells_what_was_chosen_and_what_it_has_seen(
    shown: Callable[[QWidget], None],
) -> None:
    picker = CheckpointPicker()
    shown(picker)
    picker.set_cards(CARDS, "auto")
    assert picker.combo.currentText() == "AfterRain"
    assert "drawn rain" in picker.details.text()
    assert "Rain100L: 32.0 dB" in picker.details.text()
    chosen: list[str] = []
    picker.checkpoint_chosen.connect(chosen.append)
    picker.combo.setFocus()
    QTest.keyClick(picker.combo, Qt.Key.Key_Down)
    assert chosen == ["other"]
    picker.set_chosen("afterrain")
    assert chosen == ["other"]


def test_the_picker_says_nothing_is_in_use_that_is_gone(shown: Callable[[QWidget], None]) -> None:
    picker = CheckpointPicker()
    shown(picker)
    picker.set_cards(CARDS, "removed")
    assert (picker.combo.currentIndex(), picker.details.text()) == (-1, "")
    chosen: list[str] = []
    picker.checkpoint_chosen.connect(chosen.append)
    picker.combo.setFocus()
    QTest.keyClick(picker.combo, Qt.Key.Key_Down)
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
        ("partial", "Go on", True, True, "derain"),
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
    panel = ActionPanel()
    shown(panel)
    panel.set_state(PhotoState(state))
    assert panel.derain.text() == words
    assert (panel.derain.isEnabled(), panel.save.isEnabled()) == (derain, save)
    buttons = {"derain": panel.derain, "save": panel.save}
    coloured = [name for name, each in buttons.items() if each.property("primary") == "true"]
    assert coloured == ([primary] if primary else [])
