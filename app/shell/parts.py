"""Small building blocks that all panels share: headings, lines, sliders, the field for names."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.shell.theme import icon
from app.shell.translation import tr
from nledn.naming import FIELDS

Control = TypeVar("Control", bound=QWidget)
FIELD_PX = 30  # the height of a field with one line
PANEL_WIDTH_PX = 304  # beside each page


def heading(text: str) -> QLabel:
    """The name of a section."""
    label = QLabel(text)
    label.setProperty("heading", "true")
    return label


def muted(text: str = "") -> QLabel:
    """A muted text."""
    label = QLabel(text)
    label.setProperty("muted", "true")
    label.setTextFormat(Qt.TextFormat.PlainText)  # names of files may stand in them
    label.setWordWrap(True)
    return label


def form(fields: Iterable[tuple[str, QWidget | QLayout]]) -> QFormLayout:
    """Fields below each other, with their names before them; an empty one for none."""
    made = QFormLayout(horizontalSpacing=16, verticalSpacing=12)
    made.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for name, field in fields:
        label = QLabel(name)
        if name:
            label.setFixedHeight(FIELD_PX)
        first = field if isinstance(field, QWidget) else field.itemAt(0)
        control = first.widget() if isinstance(first, QLayoutItem) else first
        if control is not None:
            label.setBuddy(control)  # so screen readers know its name
        made.addRow(label, field)
    return made


Parts: TypeAlias = QWidget | QLayout | int
"""A part of a row or column; a number is so many pixels of room, and 0 all that remains."""
Margins: TypeAlias = tuple[int, int, int, int]
NO_MARGINS = (0, 0, 0, 0)


def row(
    *parts: Parts,
    grows: int = 0,
    equal: bool = False,
    margins: Margins = NO_MARGINS,
    spacing: int = 8,
    into: QWidget | None = None,
) -> QHBoxLayout:
    """Parts beside each other, perhaps as the inside of a widget.

    The part at the place `grows` has the remaining room, -1 for none; or each has `equal` room.
    """
    made = QHBoxLayout() if into is None else QHBoxLayout(into)
    _lay_out(made, parts, margins, spacing)
    for place in range(len(parts)):
        made.setStretch(place, int(equal or place == grows))
    return made


def column(
    *parts: Parts, margins: Margins = NO_MARGINS, spacing: int = 8, into: QWidget | None = None
) -> QVBoxLayout:
    """Parts below each other, perhaps as the inside of a widget."""
    made = QVBoxLayout() if into is None else QVBoxLayout(into)
    _lay_out(made, parts, margins, spacing)
    return made


def _lay_out(layout: QBoxLayout, parts: Iterable[Parts], margins: Margins, spacing: int) -> None:
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addSpacing(part) if part else layout.addStretch()


def fill(window: QWidget, *parts: Parts) -> None:
    """Lay out a dialog: the first part grows, and there is room around and between them."""
    column(*parts, margins=(24, 24, 24, 16), spacing=24, into=window).setStretch(0, 1)


def button(words: str, tip: str = "", drawing: str = "") -> QPushButton:
    """A button with words, perhaps with a tooltip and an icon."""
    made = QPushButton(words)
    made.setToolTip(tip)
    if drawing:
        made.setIcon(icon(drawing))
    return made


def value_of(field: QWidget) -> Any:
    """The value that a person has chosen in a field; of a choice, its data."""
    if isinstance(field, QComboBox):
        return field.currentData()
    value = field.metaObject().userProperty().read(field)
    return value.strip() if isinstance(value, str) else value


def set_value(field: QWidget, value: Any) -> None:
    """Show a value in a field; a choice that is not offered any more is offered again."""
    if not isinstance(field, QComboBox):
        field.metaObject().userProperty().write(field, value)
        return
    if field.findData(value) < 0:
        field.addItem(value, value)
    field.setCurrentIndex(field.findData(value))


def line() -> QFrame:
    """A line between sections."""
    frame = QFrame()
    frame.setProperty("line", "true")
    frame.setFixedHeight(1)
    return frame


def scrolling(controls: QWidget) -> QScrollArea:
    """A column of controls that scrolls in a low window."""
    area = QScrollArea()
    area.setWidget(controls)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def side_panel(panel: QWidget, controls: QWidget, below: QWidget | QLayout) -> QVBoxLayout:
    """Lay out a panel beside a page: controls that scroll, and what stays below them."""
    panel.setObjectName("sidePanel")
    panel.setFixedWidth(PANEL_WIDTH_PX)
    layout = column(scrolling(controls), line(), below, spacing=0, into=panel)
    layout.setStretch(0, 1)
    return layout


class _WheelGuard(QObject):
    """Passes the wheel to the panel below unless the control has the focus."""

    def eventFilter(self, control: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Leave a turn of the wheel to the parents."""
        is_stray = event.type() == QEvent.Type.Wheel
        is_stray = is_stray and isinstance(control, QWidget) and not control.hasFocus()
        if is_stray:
            event.ignore()
        return is_stray


def guarded(control: Control) -> Control:
    """Return a control of a panel that ignores the wheel unless it has the focus."""
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(_WheelGuard(control))
    return control


def choice(name: str, items: Mapping[str, str]) -> QComboBox:
    """A choice: the words of each value, which is the data of its item."""
    combo = guarded(QComboBox())
    combo.setAccessibleName(name)
    for value, words in items.items():
        combo.addItem(words, value)
    return combo


class _ClampedField(QSpinBox):
    """Takes any typed number, and changes it to the nearest allowed one."""

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        """Accept the typing of a number that is too large; Qt would drop its last digit."""
        digits = text.removesuffix(self.suffix()).strip()
        if digits.isdecimal():
            return QValidator.State.Acceptable, text, place
        return super().validate(text, place)

    def valueFromText(self, text: str) -> int:  # noqa: N802 - Qt's name
        """Return the number, or the nearest allowed one."""
        digits = text.removesuffix(self.suffix()).strip()
        number = int(digits) if digits.isdecimal() else self.value()
        return min(max(number, self.minimum()), self.maximum())


def percent_field(name: str, largest: int) -> QSpinBox:
    """A number in a panel, 0 to `largest` percent."""
    field = guarded(_ClampedField())
    field.setRange(0, largest)
    field.setSuffix(" %")
    field.setFixedWidth(72)
    field.setAlignment(Qt.AlignmentFlag.AlignCenter)
    field.setAccessibleName(name)
    return field


def slider(name: str, lowest: int, highest: int, value: int) -> QSlider:
    """A horizontal slider that assistive programs know by name."""
    made = guarded(QSlider(Qt.Orientation.Horizontal))
    made.setRange(lowest, highest)
    made.setValue(value)
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


def icon_button(name: str, words: str) -> QToolButton:
    """A button with an icon; its words are its tooltip and accessible name."""
    button = QToolButton()
    button.setIcon(icon(name))
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class Drawing(QLabel):
    """An icon beside or above words, which follows the theme."""

    def __init__(self, name: str, side_px: int) -> None:
        super().__init__()
        self._side_px = side_px
        self.draw(name)

    def draw(self, name: str) -> None:
        """Show another icon."""
        self._name = name
        self.setPixmap(icon(name).pixmap(self._side_px))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it in the colour of another theme's text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.draw(self._name)


class Fold(QToolButton):
    """A button with an arrow that shows what is below it, which is hidden at first."""

    def __init__(self, words: str, below: QWidget) -> None:
        super().__init__()
        self.setText(words)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._below = below
        self.toggled.connect(self._show_below)
        self._show_below(False)

    def _show_below(self, shows: bool) -> None:
        self.setArrowType(Qt.ArrowType.DownArrow if shows else Qt.ArrowType.RightArrow)
        self._below.setVisible(shows)


def hinted(field: QWidget | QLayout, hint: QLabel) -> QVBoxLayout:
    """A field of a form, with a hint close below it."""
    return column(field, hint, spacing=4)


def clear_button(tip: str) -> QPushButton:
    """Return a button beside a heading, to be shown only where there is something to clear."""
    made = button(tr("Clear"), tip)
    made.setProperty("flat", "true")
    policy = made.sizePolicy()
    policy.setRetainSizeWhenHidden(True)  # what is below does not jump
    made.setSizePolicy(policy)
    return made


def set_primary(button: QPushButton, is_primary: bool) -> None:
    """Colour the button of the next step, or stop colouring it."""
    button.setProperty("primary", "true" if is_primary else "false")
    button.style().unpolish(button)
    button.style().polish(button)


def quality_field(quality: int) -> QSpinBox:
    """A field for the quality of JPEG, WebP and JPEG XL."""
    field = QSpinBox()
    field.setRange(1, 100)
    field.setFixedWidth(72)
    field.setAlignment(Qt.AlignmentFlag.AlignCenter)
    field.setValue(quality)
    return field


def dialog_buttons(
    dialog: QDialog, words: Mapping[QDialogButtonBox.StandardButton, str]
) -> QDialogButtonBox:
    """The OK and Cancel buttons of a dialog."""
    box = QDialogButtonBox()
    for kind, text in words.items():
        box.addButton(kind).setText(text)
    box.accepted.connect(dialog.accept)
    box.rejected.connect(dialog.reject)
    return box


def is_accepted(dialog: QDialog) -> bool:
    """Show a dialog, wait for the answer, and delete the dialog."""
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return accepted


START, END = "{stem}", "{ext}"


class NameField(QWidget):
    """Asks for an ending; a template is there for those who want more.

    Attributes:
        ending: what stands after the photo's own name.
        template: the same as `nledn.naming` has it; whatever it is, it counts.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QLabel(tr("Original name +"))
        self.ending = QLineEdit()
        self.ending.setAccessibleName(tr("Original name +"))
        self.template = QLineEdit()
        self.template.setAccessibleName(tr("Name"))
        fields = " ".join(f"{{{field}}}" for field in FIELDS)
        self.template.setToolTip(tr("Text and these fields: {fields}", fields=fields))
        self.advanced = QToolButton()
        self.advanced.setText("{ }")
        self.advanced.setCheckable(True)
        self.advanced.setToolTip(tr("Advanced: a template for the name"))
        self.advanced.setAccessibleName(tr("Advanced: a template for the name"))
        row(self._words, self.ending, self.template, self.advanced, grows=1, into=self)
        self.setFocusProxy(self.ending)
        self.template.hide()
        self.template.textChanged.connect(self._show_ending)
        self.template.textEdited.connect(self.edited)
        self.ending.textEdited.connect(self._take_ending)
        self.advanced.toggled.connect(self._show_advanced)

    def _show_ending(self, template: str) -> None:
        """Show the ending; a template that says more can only be shown itself."""
        ending = template.removeprefix(START).removesuffix(END)
        is_plain = template == f"{START}{ending}{END}" and not {"{", "}"} & set(ending)
        self.advanced.setEnabled(is_plain)
        if is_plain and ending != self.ending.text():
            self.ending.setText(ending)
        elif not is_plain and template != f"{START}{self.ending.text()}{END}":
            self.advanced.setChecked(True)

    def _take_ending(self, ending: str) -> None:
        self.template.setText(f"{START}{ending}{END}")
        self.edited.emit()

    def _show_advanced(self, advanced: bool) -> None:
        for widget in (self._words, self.ending):
            widget.setVisible(not advanced)
        self.template.setVisible(advanced)
        self.setFocusProxy(self.template if advanced else self.ending)
