"""How strongly the rain layer is shown; the photo itself is not touched by it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.translation import tr
from app.widgets.parts import heading

GAINS = (1.0, 2.0, 4.0, 8.0)


class RainGain(QWidget):
    """Chooses a gain.

    Attributes:
        gain_changed: (float).
    """

    gain_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = heading(tr("Rain shown"))
        self.combo = QComboBox()
        self.combo.setAccessibleName(tr("Rain shown"))
        self.combo.setToolTip(tr("Grey is no rain; brighter is rain that is taken away"))
        for gain in GAINS:
            self.combo.addItem(f"× {gain:g}", gain)
        title.setBuddy(self.combo)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(title, 1)
        layout.addWidget(self.combo)
        self.combo.activated.connect(self._activated)

    def set_gain(self, gain: float) -> None:
        """Show a gain."""
        self.combo.setCurrentIndex(self.combo.findData(gain))

    def _activated(self, place: int) -> None:
        self.gain_changed.emit(GAINS[place])
