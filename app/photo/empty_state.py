"""What a window without a photo shows: one sentence, one button, and room to drop."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from app.shell.icons import icon
from app.shell.parts import muted
from app.shell.translation import tr

ICON_PX = 72


class EmptyState(QFrame):
    """Asks for a photo.

    Attributes:
        open_asked: a photo is to be chosen.
        sample_asked: the sample photo is to be opened.
    """

    open_asked = Signal()
    sample_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyState")
        self._picture = QLabel()
        self._picture.setPixmap(icon("picture").pixmap(ICON_PX, ICON_PX))
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = QLabel(tr("Drop a rainy photo here"))
        title.setProperty("title", "true")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint = muted(tr("It stays on this computer. Your file is never changed."))
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.open_button = QPushButton(tr("Open photo…"))
        self.open_button.setProperty("primary", "true")
        self.open_button.setProperty("large", "true")
        self.open_button.setMinimumWidth(200)
        self.sample_button = QPushButton(tr("Try the sample photo"))
        self.sample_button.setProperty("flat", "true")
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addStretch(2)
        for widget in (self._picture, title, hint):
            layout.addWidget(widget)
        layout.addSpacing(8)
        for button in (self.open_button, self.sample_button):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.open_button.clicked.connect(self.open_asked)
        self.sample_button.clicked.connect(self.sample_asked)
