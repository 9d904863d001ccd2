"""The small building blocks that all panels share: headings, lines, sliders with a name."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from app.shell.icons import icon

FIELD_PX = 30  # the height of a field with one line


PANEL_WIDTH_PX = 304  # beside each page


def heading(text: str) -> QLabel:
    """The name of a section."""
    label = QLabel(text)
    label.setProperty("heading", "true")
    return label


def muted(text: str = "") -> QLabel:
    """Words that stand back."""
    label = QLabel(text)
    label.setProperty("muted", "true")
    label.setTextFormat(Qt.TextFormat.PlainText)  # names of files may stand in them
    label.setWordWrap(True)
    return label


def form_label(text: str) -> QLabel:
    """The name of a field, in the middle of its height."""
    label = QLabel(text)
    label.setMinimumHeight(FIELD_PX)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return label


def line() -> QFrame:
    """A line between sections."""
    frame = QFrame()
    frame.setProperty("line", "true")
    frame.setFixedHeight(1)
    return frame


def scrolling(controls: QWidget) -> QScrollArea:
    """A column of controls that scrolls where the window is low."""
    area = QScrollArea()
    area.setWidget(controls)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def slider(name: str, lowest: int, highest: int, value: int) -> QSlider:
    """A horizontal slider that assistive programs know by name."""
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(lowest, highest)
    made.setValue(value)
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


def icon_button(name: str, words: str) -> QToolButton:
    """A button that shows an icon and says its words to those who ask."""
    button = QToolButton()
    button.setIcon(icon(name))
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def quality_field(quality: int) -> QSpinBox:
    """A field for the quality of JPEG and WebP."""
    field = QSpinBox()
    field.setRange(1, 100)
    field.setFixedWidth(72)
    field.setAlignment(Qt.AlignmentFlag.AlignCenter)
    field.setValue(quality)
    return field


def dialog_buttons(
    dialog: QDialog, words: Mapping[QDialogButtonBox.StandardButton, str]
) -> QDialogButtonBox:
    """The buttons below a dialog, which accept or reject it."""
    box = QDialogButtonBox()
    for kind, text in words.items():
        box.addButton(kind).setText(text)
    box.accepted.connect(dialog.accept)
    box.rejected.connect(dialog.reject)
    return box


def is_accepted(dialog: QDialog) -> bool:
    """Show a dialog, wait for the answer, and let the dialog go."""
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return accepted
