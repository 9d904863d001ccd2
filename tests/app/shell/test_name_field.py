"""Names of results: an ending for everybody, a template for those who ask for it."""

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.shell.parts import NameField


@pytest.fixture
def field(qtbot: QtBot) -> NameField:
    made = NameField()
    qtbot.addWidget(made)
    made.template.setText("{stem}_derained{ext}")
    made.show()
    return made


def test_an_ending_is_shown_and_typed_without_braces(qtbot: QtBot, field: NameField) -> None:
    assert field.ending.text() == "_derained"
    assert not field.template.isVisible()
    field.ending.clear()
    with qtbot.waitSignals([field.edited] * 4):
        QTest.keyClicks(field.ending, " dry")
    assert field.template.text() == "{stem} dry{ext}"


def test_a_template_that_says_more_is_shown_itself(field: NameField) -> None:
    field.template.setText("{n:03}_{stem}{ext}")
    assert field.template.isVisible()
    assert not field.ending.isVisible()
    assert not field.advanced.isEnabled(), "no ending says the same"
    field.template.setText("{stem}{ext}")
    field.advanced.click()
    assert field.ending.isVisible()
    assert field.ending.text() == ""


@pytest.mark.parametrize("ending", ["{n}", "}"])
def test_braces_in_an_ending_stay_to_be_mended(field: NameField, ending: str) -> None:
    field.ending.setFocus()
    field.ending.clear()
    QTest.keyClicks(field.ending, ending)
    assert field.ending.isVisible()
    assert field.ending.text() == ending
