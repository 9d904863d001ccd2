"""The wheel scrolls a panel; it changes no control that does not have the focus."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QSlider, QSpinBox

from app.main_window import MainWindow
from app.shell.shell import PageName
from tests.app.compare.conftest import Begin, begin, only_afterrain_ships

__all__ = ["begin", "only_afterrain_ships"]

Control = QComboBox | QSpinBox | QSlider


def turn(control: Control, by: int) -> None:
    """Turn the wheel over a control."""
    at = QPointF(control.rect().center())
    none = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
    phase, delta = Qt.ScrollPhase.NoScrollPhase, QPoint(0, by)
    event = QWheelEvent(at, control.mapToGlobal(at), QPoint(), delta, *none, phase, False)
    QApplication.sendEvent(control, event)


def value(control: Control) -> int:
    return control.currentIndex() if isinstance(control, QComboBox) else control.value()


@pytest.mark.parametrize("page", ["photo", "batch", "compare"])
def test_the_wheel_over_a_panel_changes_nothing(
    window: MainWindow, begin: Begin, page: PageName
) -> None:
    begin()
    window.shell.show_page(page)
    window.photo.panel.keep_area.brush_button.setChecked(True)
    found: list[Control] = []
    for kind in (QComboBox, QSpinBox, QSlider):
        found += window.shell.findChildren(kind)
    controls = [each for each in found if each.isVisible()]
    assert controls
    for control in controls:
        before = value(control)
        for by in (120, -240):
            turn(control, by)
        assert value(control) == before, control.accessibleName()
        assert control.focusPolicy() is Qt.FocusPolicy.StrongFocus, "the wheel gives no focus"


def test_the_wheel_turns_what_has_the_focus(window: MainWindow) -> None:
    strength = window.photo.panel.strength.slider
    strength.setFocus()
    before = strength.value()
    turn(strength, -120)
    assert strength.value() < before
