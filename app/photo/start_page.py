"""The page without a photo: it asks for one, and shows the recent ones."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.shell.names import as_tip
from app.shell.parts import Drawing, muted, row
from app.shell.theme import icon
from app.shell.thumbnails import Thumbnails
from app.shell.translation import tr
from app.tasks import Tasks
from nledn.messages import printable

ICON_PX = 72
PICTURE = QSize(168, 126)
CELL = QSize(192, 172)  # the picture, and a line for the name
PATH_ROLE = Qt.ItemDataRole.UserRole


class StartPage(QStackedWidget):
    """Asks for a photo; the recent ones are there from the second start on."""

    open_asked = Signal()
    sample_asked = Signal()
    photo_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails: Thumbnails | None = None
        self.recent = QListWidget()
        self.recent.setObjectName("recent")
        self.recent.setStyleSheet("QListWidget { activate-on-singleclick: 1; }")  # on every desktop
        self.recent.setAccessibleName(tr("Recent photos"))
        self.recent.setViewMode(QListWidget.ViewMode.IconMode)
        self.recent.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.recent.setMovement(QListWidget.Movement.Static)
        self.recent.setIconSize(PICTURE)
        self.recent.setGridSize(CELL)
        self.recent.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.recent.itemActivated.connect(lambda item: self.photo_chosen.emit(item.data(PATH_ROLE)))
        self._first = self._first_page()
        self.addWidget(self._first)
        self.addWidget(self._later_page())

    def show_recent(self, paths: Sequence[Path], tasks: Tasks) -> None:
        """Show photos as a grid, as soon as they are found."""
        ratio = self.devicePixelRatio()
        self._thumbnails = Thumbnails(tasks, PICTURE * ratio, self)
        self._thumbnails.made.connect(self._take)
        for path in reversed(paths):  # the last request is made first
            self.recent.insertItem(0, _item_of(path))
            self._thumbnails.want(path)
        self._show()

    def _take(self, path: Path, image: QImage) -> None:
        """Show a picture; a photo without one is missing, or no longer a photo."""
        items = (self.recent.item(row) for row in range(self.recent.count()))
        item = next(item for item in items if item.data(PATH_ROLE) == path)
        if image.isNull():
            self.recent.takeItem(self.recent.row(item))
            self._show()
        else:
            item.setIcon(QIcon(_framed(image, PICTURE * self.devicePixelRatio())))

    def _show(self) -> None:
        has_recent = self.recent.count() > 0
        self.setCurrentIndex(1 if has_recent else 0)
        self.setFocusProxy(self.recent if has_recent else self._first)

    def _first_page(self) -> QWidget:
        page, layout = _page()
        picture = Drawing("picture", ICON_PX)
        title = QLabel(tr("Drop a rainy photo here"))
        title.setProperty("title", "true")
        open_button, sample_button = self._buttons()
        open_button.setMinimumWidth(200)
        layout.addStretch(2)
        for label in (picture, title, _promise()):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addSpacing(8)
        for button in (open_button, sample_button):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        return page

    def _later_page(self) -> QWidget:
        page, layout = _page()
        title = QLabel(tr("Recent photos"))
        title.setProperty("title", "true")
        open_button, sample_button = self._buttons()
        layout.setContentsMargins(32, 24, 32, 24)
        layout.addLayout(row(title, sample_button, open_button))
        layout.addWidget(self.recent, 1)
        layout.addWidget(_promise())
        return page

    def _buttons(self) -> tuple[QPushButton, QPushButton]:
        open_button = QPushButton(tr("Open photo…"))
        sample_button = QPushButton(tr("Try the sample photo"))
        open_button.setProperty("primary", "true")
        open_button.setProperty("large", "true")
        open_button.clicked.connect(self.open_asked)
        sample_button.setProperty("flat", "true")
        sample_button.clicked.connect(self.sample_asked)
        return open_button, sample_button


def _page() -> tuple[QFrame, QVBoxLayout]:
    page = QFrame()
    page.setObjectName("emptyState")
    layout = QVBoxLayout(page)
    layout.setSpacing(16)
    return page, layout


def _promise() -> QLabel:
    return muted(tr("It stays on this computer. Your file is never changed."))


def _framed(image: QImage, size: QSize) -> QPixmap:
    """Centre a picture on a transparent one, so that those of all shapes form rows."""
    frame = QPixmap(size)
    frame.fill(Qt.GlobalColor.transparent)
    painter = QPainter(frame)
    painter.drawImage(QRect(QPoint(), size).center() - image.rect().center(), image)
    painter.end()
    return frame


def _item_of(path: Path) -> QListWidgetItem:
    item = QListWidgetItem(icon("picture"), printable(path.name))
    item.setToolTip(as_tip(printable(path)))
    item.setData(PATH_ROLE, path)
    item.setSizeHint(CELL)
    return item
