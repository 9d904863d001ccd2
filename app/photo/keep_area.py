"""The brush of the kept area, in the panel."""

from functools import partial
from math import exp, log

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.imaging.mask import Brush
from app.shell.parts import clear_button, heading, muted, slider
from app.shell.theme import icon
from app.shell.translation import tr

SIZES_PX = (4, 600)
START_PX = 80


class KeepAreaControl(QWidget):
    """Chooses the brush.

    Attributes:
        brush_changed: (Brush or None); None while nothing is painted.
        clear: the button to keep nothing; shown only if something is kept.
    """

    brush_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.brush_button = _tool(
            tr("Brush"), "brush", tr("Paint where the photo stays unchanged (B)")
        )
        self.eraser_button = _tool(tr("Eraser"), "eraser", tr("Erase the kept area (E)"))
        self.diameter = slider(tr("Brush size"), 0, 100, _to_step(START_PX))
        self.feather = slider(tr("Soft edge"), 0, 100, 50)
        self.protection = slider(tr("Protection"), 5, 100, 100)
        self.clear = clear_button(tr("Remove all kept areas"))
        self.hint = muted()
        self._details = QWidget()
        self._lay_out()
        self.show_kept(0)
        self._details.hide()
        for button in (self.brush_button, self.eraser_button):
            button.toggled.connect(partial(self._toggled, button))
        for control in (self.diameter, self.feather, self.protection):
            control.valueChanged.connect(self._tell)

    @property
    def brush(self) -> Brush | None:
        """The brush or eraser in use."""
        if not (self.brush_button.isChecked() or self.eraser_button.isChecked()):
            return None
        value = self.protection.value() / 100 if self.brush_button.isChecked() else 0.0
        return Brush(_to_px(self.diameter.value()) / 2, self.feather.value() / 100, value)

    def show_kept(self, count: int) -> None:
        """Show the number of kept areas, and offer to clear them."""
        self.clear.setVisible(count > 0)
        if count == 0:
            self.hint.setText(tr("Paint over what should stay unchanged."))
        else:
            many = tr("{count} areas kept", count=count)
            self.hint.setText(tr("1 area kept") if count == 1 else many)

    def grow(self, steps: int) -> None:
        """Make the brush larger (+) or smaller (-)."""
        self.diameter.setValue(self.diameter.value() + steps * 4)

    def put_down(self) -> None:
        """Stop painting."""
        self.brush_button.setChecked(False)
        self.eraser_button.setChecked(False)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self.brush_button)
        tools.addWidget(self.eraser_button)
        grid = QGridLayout(self._details)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        rows = {
            tr("Size"): self.diameter,
            tr("Soft edge"): self.feather,
            tr("Protection"): self.protection,
        }
        for row, (words, control) in enumerate(rows.items()):
            label = QLabel(words)
            label.setBuddy(control)
            grid.addWidget(label, row, 0)
            grid.addWidget(control, row, 1)
        row_of_title = QHBoxLayout()
        row_of_title.addWidget(heading(tr("Keep area")), 1)
        row_of_title.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row_of_title)
        layout.addLayout(tools)
        layout.addWidget(self.hint)
        layout.addWidget(self._details)

    def _toggled(self, button: QPushButton, checked: bool) -> None:
        if checked:
            for other in {self.brush_button, self.eraser_button} - {button}:
                other.setChecked(False)
        self._details.setVisible(self.brush is not None)
        self._tell()

    def _tell(self) -> None:
        self.brush_changed.emit(self.brush)


def _tool(words: str, name: str, tip: str) -> QPushButton:
    button = QPushButton(icon(name), words)
    button.setCheckable(True)
    button.setToolTip(tip)
    return button


def _to_px(step: int) -> int:
    """Sizes grow by ratios: the small ones need finer steps."""
    lowest, highest = SIZES_PX
    return round(lowest * exp(log(highest / lowest) * step / 100))


def _to_step(px: int) -> int:
    lowest, highest = SIZES_PX
    return round(100.0 * log(px / lowest) / log(highest / lowest))
