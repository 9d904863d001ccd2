"""The brush of the kept area, in the panel."""

from functools import partial
from math import exp, log

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from app.imaging.mask import Brush
from app.shell.parts import button, clear_button, column, heading, muted, row, slider
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
        tip = tr("Paint where the photo stays unchanged (B)")
        self.brush_button = button(tr("Brush"), tip, "brush")
        self.eraser_button = button(tr("Eraser"), tr("Erase the kept area (E)"), "eraser")
        self.diameter = slider(tr("Brush size"), 0, 100, _to_step(START_PX))
        self.feather = slider(tr("Soft edge"), 0, 100, 50)
        self.protection = slider(tr("Protection"), 5, 100, 100)
        self.clear = clear_button(tr("Remove all kept areas"))
        self.hint = muted()
        self._details = QWidget()
        self._lay_out()
        self.show_kept(0)
        self._details.hide()
        for tool in (self.brush_button, self.eraser_button):
            tool.setCheckable(True)
            tool.toggled.connect(partial(self._toggled, tool))
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
        grid = QGridLayout(self._details)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        rows = {
            tr("Size"): self.diameter,
            tr("Soft edge"): self.feather,
            tr("Protection"): self.protection,
        }
        for place, (words, control) in enumerate(rows.items()):
            label = QLabel(words)
            label.setBuddy(control)
            grid.addWidget(label, place, 0)
            grid.addWidget(control, place, 1)
        title = row(heading(tr("Keep area")), self.clear)
        tools = row(self.brush_button, self.eraser_button, equal=True)
        column(title, tools, self.hint, self._details, into=self)

    def _toggled(self, tool: QPushButton, checked: bool) -> None:
        if checked:
            for other in {self.brush_button, self.eraser_button} - {tool}:
                other.setChecked(False)
        self._details.setVisible(self.brush is not None)
        self._tell()

    def _tell(self) -> None:
        self.brush_changed.emit(self.brush)


def _to_px(step: int) -> int:
    """Sizes grow by ratios: the small ones need finer steps."""
    lowest, highest = SIZES_PX
    return round(lowest * exp(log(highest / lowest) * step / 100))


def _to_step(px: int) -> int:
    lowest, highest = SIZES_PX
    return round(100.0 * log(px / lowest) / log(highest / lowest))
