"""The last line of the window: the photo at the left, the computation at the right."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from app.shell.translation import tr


class StatusLine(QFrame):
    """Two texts and a thin bar that fills with the tiles; the batch, while it runs.

    Attributes:
        batch_asked: the batch is to be shown.
    """

    batch_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        self.photo = QLabel()
        self.photo.setAccessibleName(tr("Photo"))
        self.photo.setTextFormat(Qt.TextFormat.PlainText)
        self.work = QLabel()
        self.work.setAccessibleName(tr("Progress"))
        self.work.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.bar.setAccessibleName(tr("Progress"))
        self.bar.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 6, 16, 6)
        layout.setSpacing(16)
        self.batch = QPushButton()
        self.batch.setProperty("flat", "true")
        self.batch.setObjectName("statusBatch")
        self.batch.setToolTip(tr("Show the batch"))
        self.batch.setAccessibleName(tr("Show the batch"))
        self.batch.hide()
        self.batch.clicked.connect(self.batch_asked)
        layout.addWidget(self.photo, 1)
        layout.addWidget(self.batch)
        layout.addWidget(self.bar)
        layout.addWidget(self.work)

    def set_progress(self, done: int, total: int, *, running: bool) -> None:
        """Fill the bar; it is there only while something runs."""
        self.bar.setRange(0, total)  # 0 of 0: it moves to and fro until the first tile
        self.bar.setValue(done)
        self.bar.setVisible(running)

    def set_batch(self, words: str) -> None:
        """Say how far the batch is; empty where none runs."""
        self.batch.setText(words)
        self.batch.setVisible(bool(words))
