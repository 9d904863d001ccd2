"""The button that begins, shows the progress, and cancels."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainterPath, QPaintEvent, QPalette
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter

from app.photo.state import PhotoState, Status
from app.shell.parts import set_primary
from app.shell.translation import clock, tr

MARGIN_PX = 14
RADIUS_PX = 6
OPACITY = 0.4  # of the finished part: the words read on it at 4.5:1 in both themes


class DerainButton(QPushButton):
    """Begins and continues; while tiles are computed it fills up, and a click cancels.

    Attributes:
        progress: tiles and time left, beside the word; empty while nothing is computed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.progress = ""
        self._share = 0.0
        self.setProperty("large", "true")
        self.show_status(Status(PhotoState.EMPTY))

    def show_status(self, status: Status) -> None:
        """Show the possible action and the progress."""
        state = status.state
        words, tip = {
            PhotoState.EMPTY: (tr("Derain"), tr("Open a photo first")),
            PhotoState.READY: (tr("Derain"), tr("Remove the rain from the photo (Ctrl+D)")),
            PhotoState.DERAINING: (
                tr("Cancel"),
                tr("Stop after this tile; finished tiles are kept (Esc)"),
            ),
            PhotoState.STOPPING: (tr("Stopping…"), tr("The current tile is being finished")),
            PhotoState.PARTIAL: (tr("Continue"), tr("Compute the missing tiles (Ctrl+D)")),
            PhotoState.DONE: (tr("Derained"), tr("All tiles are done")),
        }[state]
        self._share = status.done / max(status.total, 1)
        self.progress = _progress_of(status) if state is PhotoState.DERAINING else ""
        self.setText(words)
        self.setToolTip(tip)
        self.setAccessibleDescription(self.progress)
        can_begin = state in (PhotoState.READY, PhotoState.PARTIAL)
        self.setEnabled(can_begin or state is PhotoState.DERAINING)
        set_primary(self, can_begin or state is PhotoState.EMPTY)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the finished part, between the button's background and its words."""
        if not self.progress:
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        painter.setClipPath(shape)
        painter.setOpacity(OPACITY)
        done = self.rect()
        done.setWidth(round(self._share * self.width()))
        painter.fillRect(done, self.palette().highlight())
        painter.setOpacity(1)
        painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
        area = self.rect().adjusted(MARGIN_PX, 0, -MARGIN_PX, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignLeft), self.text())
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignRight), self.progress)


def _progress_of(status: Status) -> str:
    if status.total == 0:
        return tr("Loading the model…")
    tiles = tr("{done} of {total} tiles", done=status.done, total=status.total)
    return tiles if status.left_s is None else f"{tiles} · {clock(status.left_s)}"
