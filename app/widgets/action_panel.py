"""The one thing to do next: Derain, then Save."""

from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.translation import tr
from app.widgets.thumbnail import Thumbnail

StageName = Literal["empty", "ready", "deraining", "stopping", "partial", "done"]


class ActionPanel(QWidget):
    """Two buttons, of which the next step is the coloured one.

    Attributes:
        derain_asked: begin, or go on.
        cancel_asked: stop.
        save_asked: save the result.
        save_as_asked: save it elsewhere.
        drag_asked: make a file of it, to be dragged out.
    """

    derain_asked = Signal()
    cancel_asked = Signal()
    save_asked = Signal()
    save_as_asked = Signal()
    drag_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stage: StageName = "empty"
        self.derain = QPushButton()
        self.save = QPushButton(tr("Save"))
        self.save.setToolTip(tr("Save the result beside the photo (Ctrl+S)"))
        self.save_as = QPushButton(tr("Save as…"))
        self.save_as.setToolTip(tr("Choose folder, name and format (Ctrl+Shift+S)"))
        self.thumbnail = Thumbnail()
        for button in (self.derain, self.save, self.save_as):
            button.setProperty("large", "true")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.thumbnail)
        row.addWidget(self.save, 1)
        row.addWidget(self.save_as)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.derain)
        layout.addLayout(row)
        self.derain.clicked.connect(self._derain_clicked)
        self.save.clicked.connect(self.save_asked)
        self.save_as.clicked.connect(self.save_as_asked)
        self.thumbnail.drag_begun.connect(self.drag_asked)
        self.set_stage("empty")

    def set_stage(self, stage: StageName) -> None:
        """Show what can be done at this stage."""
        self._stage = stage
        words, tip = {
            "empty": (tr("Derain"), tr("Open a photo first")),
            "ready": (tr("Derain"), tr("Take the rain out of the photo (Ctrl+D)")),
            "deraining": (tr("Cancel"), tr("Stop after this tile; what is done is kept (Esc)")),
            "stopping": (tr("Stopping…"), tr("The tile that was begun is being finished")),
            "partial": (tr("Go on"), tr("Compute the missing tiles (Ctrl+D)")),
            "done": (tr("Derained"), tr("All tiles are done")),
        }[stage]
        self.derain.setText(words)
        self.derain.setToolTip(tip)
        self.derain.setEnabled(stage in ("ready", "deraining", "partial"))
        self.save.setEnabled(stage in ("partial", "done"))
        self.save_as.setEnabled(stage in ("partial", "done"))
        self.thumbnail.setVisible(stage in ("partial", "done"))
        _set_primary(self.derain, stage not in ("deraining", "stopping", "done"))
        _set_primary(self.save, stage == "done")

    def _derain_clicked(self) -> None:
        if self._stage == "deraining":
            self.cancel_asked.emit()
        else:
            self.derain_asked.emit()


def _set_primary(button: QPushButton, primary: bool) -> None:
    button.setProperty("primary", "true" if primary else "false")
    button.style().unpolish(button)
    button.style().polish(button)
