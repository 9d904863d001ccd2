"""The result in small: drag it out, and the other program gets a file."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QMouseEvent, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from app.names import url_of
from app.translation import tr

SIDE_PX = 36


class Thumbnail(QLabel):
    """A picture that can be dragged out of the window.

    Attributes:
        drag_begun: the pointer left with it; a file is wanted while the button is held.
    """

    drag_begun = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed_at: QPoint | None = None
        self.setFixedSize(SIDE_PX, SIDE_PX)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(tr("Drag the result to another program"))
        self.setAccessibleName(tr("Result"))

    def set_image(self, image: QImage) -> None:
        """Show a picture, cut to a square."""
        side = round(SIDE_PX * self.devicePixelRatio())
        filled = image.scaled(
            side,
            side,
            Qt.AspectRatioMode.KeepAspectRatioByExpanding,
            Qt.TransformationMode.SmoothTransformation,
        )
        left, top = (filled.width() - side) // 2, (filled.height() - side) // 2
        square = filled.copy(left, top, side, side)
        square.setDevicePixelRatio(self.devicePixelRatio())
        self.setPixmap(QPixmap.fromImage(square))

    def hand_out(self, path: Path) -> None:
        """The file is there: drag it, if the button is still held."""
        if not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            return  # it took longer than the person held the button
        data = QMimeData()
        data.setUrls([url_of(path)])
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(self.pixmap())
        drag.exec(Qt.DropAction.CopyAction)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The drag may begin here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Far enough, and it has begun."""
        if self._pressed_at is None:
            return
        moved = event.position().toPoint() - self._pressed_at
        if moved.manhattanLength() >= QGuiApplication.styleHints().startDragDistance():
            self._pressed_at = None
            self.drag_begun.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """It was only a click."""
        self._pressed_at = None
