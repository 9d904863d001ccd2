"""How much of the rain is taken: a slider, its number, and back to 100 %."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from app.translation import tr
from app.widgets.parts import heading, icon_button, slider

LARGEST = 150
NORMAL = 100


class StrengthControl(QWidget):
    """Strength from 0 to 150 %.

    Attributes:
        strength_changed: (float, 0 to 1.5) at every step of a drag.
        strength_settled: (float) when a drag, a key or a number has come to rest.
    """

    strength_changed = Signal(float)
    strength_settled = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = tr("Strength")
        self.slider = slider(name, 0, LARGEST, NORMAL)
        self.slider.setToolTip(tr("How much of the rain is taken away"))
        self.slider.setPageStep(10)
        self.number = QSpinBox()
        self.number.setRange(0, LARGEST)
        self.number.setValue(NORMAL)
        self.number.setSuffix(" %")
        self.number.setFixedWidth(72)
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.number.setAccessibleName(tr("Strength in percent"))
        self.number.setToolTip(tr("How much of the rain is taken away"))
        self.reset = icon_button("reset", tr("Back to 100 %"))
        title = heading(name)
        title.setBuddy(self.slider)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(title, 1)
        row.addWidget(self.reset)
        row.addWidget(self.number)
        layout.addLayout(row)
        layout.addWidget(self.slider)
        self._strength = NORMAL / 100  # not always a whole percentage
        self.slider.valueChanged.connect(self._from_slider)
        self.slider.sliderReleased.connect(self._settle)
        self.number.valueChanged.connect(self.slider.setValue)
        self.number.editingFinished.connect(self._settle)
        self.reset.clicked.connect(self._reset)

    def set_strength(self, strength: float) -> None:
        """Show a strength that was chosen elsewhere; tells nobody."""
        self._strength = strength
        for control in (self.slider, self.number):
            control.blockSignals(True)
            control.setValue(round(strength * 100))
            control.blockSignals(False)
        self.reset.setEnabled(round(strength * 100) != NORMAL)

    def step(self, by: float) -> None:
        """Take more (+) or less (-) rain, by so much."""
        self.slider.setValue(self.slider.value() + round(by * 100))

    def _from_slider(self, percent: int) -> None:
        self.set_strength(percent / 100)
        self.strength_changed.emit(percent / 100)
        if not self.slider.isSliderDown():
            self._settle()

    def _settle(self) -> None:
        self.strength_settled.emit(self._strength)

    def _reset(self) -> None:
        self.slider.setValue(NORMAL)
