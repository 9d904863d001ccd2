"""A form tells screen readers which name belongs to which field."""

from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.shell.parts import form


def test_the_name_of_a_field_is_that_of_its_control(qtbot: QtBot) -> None:
    page, alone, hinted, below = QWidget(), QComboBox(), QLineEdit(), QVBoxLayout()
    qtbot.addWidget(page)
    below.addWidget(hinted)
    below.addWidget(QLabel("A hint"))
    made = form((("Theme", alone), ("Quality", below)))
    page.setLayout(made)
    for row, control in enumerate((alone, hinted)):
        item = made.itemAt(row, QFormLayout.ItemRole.LabelRole)
        label = item and item.widget()
        assert isinstance(label, QLabel)
        assert label.buddy() is control
