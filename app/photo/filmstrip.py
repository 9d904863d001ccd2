"""The photos of the open folder in a row below it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.shell.names import as_tip
from app.shell.parts import muted, row
from app.shell.theme import icon
from app.shell.thumbnails import PictureCache, Thumbnails
from app.shell.translation import tr
from app.tasks import Tasks
from nledn.messages import printable

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

PICTURE = QSize(90, 60)
ITEM = QSize(102, 72)
BADGE_PX = 18
COUNT_PX = 88
PICTURES_KEPT = 400  # of 180 × 120 px at most: 35 MB
BADGES = {"derained": "done", "edited": "brush"}
PATH_ROLE = Role.UserRole
STATE_ROLE = Role.UserRole + 1
"""`derained`, `edited` or empty."""


class Frames(QStyledItemDelegate):
    """Paints small pictures, a frame around the open one, and a badge on those derained.

    Attributes:
        pictures: those that are there.
        current: the open photo.
        picture_wanted: (Path) a visible photo lacks its small picture.
    """

    picture_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pictures = PictureCache(PICTURES_KEPT)
        self.current: Path | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one photo."""
        palette, path = option.palette, index.data(PATH_ROLE)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, palette.color(QPalette.ColorRole.Light))
        place = QRect(0, 0, PICTURE.width(), PICTURE.height())
        place.moveCenter(option.rect.center())
        picture = self.pictures.shown(path)
        if picture is None:
            self.picture_wanted.emit(path)
        if picture is None or picture.isNull():
            painter.fillRect(place, palette.mid())
        else:
            shown = QRect(0, 0, *picture.deviceIndependentSize().toSize().toTuple())
            shown.moveCenter(place.center())
            painter.drawPixmap(shown, picture)
            place = shown
        if path == self.current:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(place.adjusted(-2, -2, 2, 2))
        self._paint_badge(painter, place, index.data(STATE_ROLE))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 1, Qt.PenStyle.DotLine))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  # Qt's
        """Return one size for all, without measuring."""
        return ITEM

    def _paint_badge(self, painter: QPainter, place: QRect, state: str) -> None:
        if not state:
            return
        badge = QRect(0, 0, BADGE_PX, BADGE_PX)
        badge.moveBottomRight(place.bottomRight() - QPoint(2, 2))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QGuiApplication.palette().highlight())
        painter.drawEllipse(badge)
        inside = badge if state == "derained" else badge.adjusted(4, 4, -4, -4)
        icon(BADGES[state]).paint(painter, inside, mode=QIcon.Mode.Selected)


class Filmstrip(QFrame):
    """Shows the folder's photos, without their results, if it has several.

    Attributes:
        photos: in order, an item each.
    """

    photo_chosen = Signal(object)

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filmstrip")
        self.photos: tuple[Path, ...] = ()
        self._results: Mapping[Path, Path] = {}
        self._marks: Mapping[Path, Path | None] = {}
        self.view = QListWidget()
        self.frames = Frames(self.view)
        self.view.setItemDelegate(self.frames)
        self.view.setAccessibleName(tr("Photos of the folder"))
        self.view.setFlow(QListWidget.Flow.LeftToRight)
        self.view.setWrapping(False)
        self.view.setUniformItemSizes(True)
        self.view.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.view.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setFixedHeight(ITEM.height() + 12)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.count = muted()
        self.count.setFixedWidth(COUNT_PX)
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = row(self.count, self.view, spacing=4)
        layout.setContentsMargins(4, 4, 4, 0)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._thumbnails = Thumbnails(tasks, PICTURE * _ratio(), self)
        self.frames.picture_wanted.connect(self._thumbnails.want)
        self._thumbnails.made.connect(self._take_picture)
        self.view.itemClicked.connect(self._clicked)
        self.view.itemActivated.connect(self._open)
        self.view.itemSelectionChanged.connect(self._show_count)
        self.hide()

    @property
    def selected(self) -> tuple[Path, ...]:
        """The selected photos, in order."""
        places = sorted(index.row() for index in self.view.selectedIndexes())
        return tuple(self.photos[place] for place in places)

    def state(self, path: Path) -> str:
        """The state of a photo: `derained`, else `edited`, else empty."""
        if path in self._results or self._marks.get(path) is not None:
            return "derained"
        return "edited" if path in self._marks else ""

    def show_folder(
        self, photos: Sequence[Path], results: Mapping[Path, Path], current: Path | None
    ) -> None:
        """Show the photos of a folder, of which one is open."""
        self._results, self.frames.current = results, current
        if tuple(photos) != self.photos:
            self.photos = ()
            self.view.clear()
            self.photos = tuple(photos)
            for path in photos:
                item = QListWidgetItem(printable(path.name), self.view)
                item.setData(PATH_ROLE, path)
        self._show_states()
        if current in photos:
            flag = QItemSelectionModel.SelectionFlag
            kept = flag.NoUpdate if current in self.selected else flag.ClearAndSelect
            self.view.setCurrentRow(photos.index(current), kept)
            self.view.scrollToItem(self.view.currentItem())
        self._show_count()
        self.setVisible(len(photos) > 1)

    def set_marks(self, marks: Mapping[Path, Path | None]) -> None:
        """Show which photos have edits, and which of these a result."""
        self._marks = marks
        self._show_states()

    def _show_states(self) -> None:
        states = {"derained": tr("derained"), "edited": tr("edited, not saved")}
        for place, path in enumerate(self.photos):
            item, state = self.view.item(place), self.state(path)
            if item.data(STATE_ROLE) != state:
                text = ", ".join(filter(None, (item.text(), states.get(state))))
                item.setData(STATE_ROLE, state)
                item.setToolTip(as_tip(text))
                item.setData(Role.AccessibleTextRole, text)
        self.view.viewport().update()  # the frame may have moved

    def _take_picture(self, path: Path, image: QImage) -> None:
        """Show a small picture; null if none can be made."""
        self.frames.pictures.keep(path, image, _ratio())
        self.view.viewport().update()

    def _clicked(self, item: QListWidgetItem) -> None:
        """Open a clicked photo; with Ctrl or Shift only select it."""
        if QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier:
            self._open(item)

    def _open(self, item: QListWidgetItem) -> None:
        path = item.data(PATH_ROLE)
        if path != self.frames.current:
            self.photo_chosen.emit(path)

    def _show_count(self) -> None:
        photos, current = self.photos, self.frames.current
        if current not in photos:
            return
        words = tr("{place} of {total}", place=photos.index(current) + 1, total=len(photos))
        several = len(self.selected)
        if several > 1:
            words += "\n" + tr("{count} selected", count=several)
        self.count.setText(words)


def _ratio() -> float:
    return QGuiApplication.primaryScreen().devicePixelRatio()
