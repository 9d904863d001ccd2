"""What is done with a batch next: start, pause, go on, cancel; then look at what came of it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.batch_stage import BatchStage, BatchStatus
from app.translation import tr


class BatchSteps(QWidget):
    """Buttons, of which the next step is the coloured one.

    Attributes:
        start_asked: begin, or go on with what is left.
        pause_asked: stand still.
        resume_asked: go on.
        cancel_asked: end the run.
        retry_asked: try failed photos again.
        output_asked: show the results' folder.
        report_asked: show the report.
    """

    start_asked = Signal()
    pause_asked = Signal()
    resume_asked = Signal()
    cancel_asked = Signal()
    retry_asked = Signal()
    output_asked = Signal()
    report_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = BatchStatus()
        self._is_named = True
        self.go = QPushButton()
        self.go.setProperty("large", "true")
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setProperty("large", "true")
        self.cancel.setToolTip(tr("End the run after this tile; what is done stays done"))
        self.retry = QPushButton()
        self.retry.setToolTip(tr("Try the photos again that failed"))
        self.output = QPushButton(tr("Open output"))
        self.output.setToolTip(tr("Show the folder of the results"))
        self.report = QPushButton(tr("Show report"))
        self.report.setToolTip(tr("Every photo before and after, with what was done to it"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for buttons in ((self.go, self.cancel), (self.retry,), (self.output, self.report)):
            row = QHBoxLayout()
            row.setSpacing(8)
            for button in buttons:
                row.addWidget(button, 0 if button is self.cancel else 1)
            layout.addLayout(row)
        self.go.clicked.connect(self._go)
        self.cancel.clicked.connect(self.cancel_asked)
        self.retry.clicked.connect(self.retry_asked)
        self.output.clicked.connect(self.output_asked)
        self.report.clicked.connect(self.report_asked)
        self.show_status(self._status, is_named=True)

    def show_status(self, status: BatchStatus, *, is_named: bool) -> None:
        """Show what can be done now.

        Args:
            status: of the batch.
            is_named: results can be named.
        """
        self._status, self._is_named = status, is_named
        stage = status.stage
        words, tip = {
            BatchStage.RUNNING: (tr("Pause"), tr("Stand still after this tile")),
            BatchStage.PAUSING: (tr("Resume"), tr("Go on at once")),
            BatchStage.PAUSED: (tr("Resume"), tr("Go on with the tile that comes next")),
            BatchStage.STOPPING: (tr("Stopping…"), tr("The tile that was begun is being finished")),
        }.get(stage, (tr("Start"), tr("Derain the photos that are planned")))
        if stage is BatchStage.READY and status.finished > 0 and status.planned > 0:
            words = tr("Go on")
        self.go.setText(words)
        self.go.setToolTip(tip)
        can_start = stage is BatchStage.READY and status.planned > 0 and is_named
        self.go.setEnabled(can_start or stage in _PAUSABLE)
        self.go.setProperty("primary", "false" if stage is BatchStage.RUNNING else "true")
        self.go.style().unpolish(self.go)
        self.go.style().polish(self.go)
        self.cancel.setVisible(stage.is_run)
        self.cancel.setEnabled(stage is not BatchStage.STOPPING)
        self.retry.setText(tr("Retry {count} failed", count=status.failed))
        self.retry.setVisible(status.failed > 0)
        self.retry.setEnabled(not stage.is_run)
        self.output.setEnabled(status.total > 0)
        self.report.setEnabled(not stage.is_run and status.finished > 0)

    def set_named(self, is_named: bool) -> None:
        """Whether results can be named."""
        self.show_status(self._status, is_named=is_named)

    def _go(self) -> None:
        match self._status.stage:
            case BatchStage.READY:
                self.start_asked.emit()
            case BatchStage.RUNNING:
                self.pause_asked.emit()
            case BatchStage.PAUSING | BatchStage.PAUSED:
                self.resume_asked.emit()


_PAUSABLE = (BatchStage.RUNNING, BatchStage.PAUSING, BatchStage.PAUSED)
