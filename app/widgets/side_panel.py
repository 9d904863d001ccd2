"""The panel beside the photo: what is taken away, where not, and the next step."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.widgets.action_panel import ActionPanel
from app.widgets.checkpoint_picker import CheckpointPicker
from app.widgets.keep_area import KeepAreaControl
from app.widgets.parts import line, scrolling
from app.widgets.rain_gain import RainGain
from app.widgets.strength import StrengthControl

WIDTH_PX = 304


class SidePanel(QFrame):
    """Holds the controls; each of them tells for itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.setFixedWidth(WIDTH_PX)
        self.checkpoint = CheckpointPicker()
        self.strength = StrengthControl()
        self.keep_area = KeepAreaControl()
        self.rain_gain = RainGain()
        self.next_step = ActionPanel()
        controls = QWidget()
        column = QVBoxLayout(controls)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        for section in (self.checkpoint, self.strength, self.keep_area):
            column.addWidget(section)
            column.addWidget(line())
        column.addWidget(self.rain_gain)
        column.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scrolling(controls), 1)
        layout.addWidget(line())
        bottom = QVBoxLayout()
        bottom.setContentsMargins(16, 16, 16, 16)
        bottom.addWidget(self.next_step)
        layout.addLayout(bottom)
