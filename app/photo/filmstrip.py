"""The photos of the open folder in a row below it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.shell.names import as_tip
from app.shell.parts import muted
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
STATE_ROLE = Role.UserRole + 1
"""`derained`, `edited` or empty."""
CURRENT_ROLE = Role.UserRole + 2
"""True for the open photo."""


class FilmstripModel(QAbstractListModel):
    """The photos, one per item, without their results.

    Attributes:
        picture_wanted: (Path) a visible photo lacks its small picture.
    """

    picture_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.photos: tuple[Path, ...] = ()
        self.current: Path | None = None
        self._results: Mapping[Path, Path] = {}
        self._marks: Mapping[Path, Path | None] = {}
        self._pictures = PictureCache(PICTURES_KEPT)

    def set_photos(self, photos: Sequence[Path], results: Mapping[Path, Path]) -> None:
        """Show the photos of a folder, or the same ones with other results."""
        self._results = results
        if tuple(photos) != self.photos:
            self.beginResetModel()
            self.photos = tuple(photos)
            self.endResetModel()
        self._tell()

    def set_current(self, path: Path | None) -> None:
        """Frame the open photo."""
        self.current = path
        self._tell()

    def set_marks(self, marks: Mapping[Path, Path | None]) -> None:
        """Show which photos have edits, and which of these a result."""
        self._marks = marks
        self._tell()

    def set_picture(self, path: Path, image: QImage) -> None:
        """Show a small picture; null if none can be made."""
        self._pictures.keep(path, image, _ratio())
        if path in self.photos:
            at = self.index(self.photos.index(path))
            self.dataChanged.emit(at, at, [Role.DecorationRole])

    def state(self, path: Path) -> str:
        """The state of a photo: `derained`, else `edited`, else empty."""
        if path in self._results or self._marks.get(path) is not None:
            return "derained"
        return "edited" if path in self._marks else ""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008  # Qt's
        """Photos."""
        return 0 if parent.isValid() else len(self.photos)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """The picture, name or state of a photo."""
        path = self.photos[index.row()]
        match role:
            case Role.DecorationRole:
                return self._picture(path)
            case Role.DisplayRole:
                return printable(path.name)
            case Role.ToolTipRole | Role.AccessibleTextRole:
                states = {"derained": tr("derained"), "edited": tr("edited, not saved")}
                words = [printable(path.name), states.get(self.state(path), "")]
                text = ", ".join(word for word in words if word)
                return as_tip(text) if role == Role.ToolTipRole else text
            case _ if role == STATE_ROLE:
                return self.state(path)
            case _ if role == CURRENT_ROLE:
                return path == self.current
        return None

    def _picture(self, path: Path) -> QPixmap | None:
        picture = self._pictures.shown(path)
        if picture is None:
            self.picture_wanted.emit(path)
        return picture

    def _tell(self) -> None:
        if self.photos:
            self.dataChanged.emit(self.index(0), self.index(len(self.photos) - 1))


class _Frames(QStyledItemDelegate):
    """Paints small pictures, a frame around the open one, and a badge on those derained."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette = option.palette
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, palette.color(QPalette.ColorRole.Light))
        place = QRect(0, 0, PICTURE.width(), PICTURE.height())
        place.moveCenter(option.rect.center())
        picture = index.data(Role.DecorationRole)
        if picture is None or picture.isNull():
            painter.fillRect(place, palette.mid())
        else:
            shown = QRect(0, 0, *picture.deviceIndependentSize().toSize().toTuple())
            shown.moveCenter(place.center())
            painter.drawPixmap(shown, picture)
            place = shown
        if index.data(CURRENT_ROLE):
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
    """Shows the folder's photos, if it has several."""

    photo_chosen = Signal(object)

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filmstrip")
        self.model = FilmstripModel()
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Frames(self.view))
        self.view.setAccessibleName(tr("Photos of the folder"))
        self.view.setFlow(QListView.Flow.LeftToRight)
        self.view.setWrapping(False)
        self.view.setUniformItemSizes(True)
        self.view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.view.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setFixedHeight(ITEM.height() + 12)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.count = muted()
        self.count.setFixedWidth(COUNT_PX)
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 0)
        row.setSpacing(4)
        row.addWidget(self.count)
        row.addWidget(self.view, 1)
        self._thumbnails = Thumbnails(tasks, PICTURE * _ratio(), self)
        self.model.picture_wanted.connect(self._thumbnails.want)
        self._thumbnails.made.connect(self.model.set_picture)
        self.view.clicked.connect(self._clicked)
        self.view.activated.connect(self._open)
        self.view.selectionModel().selectionChanged.connect(self._show_count)
        self.hide()

    @property
    def selected(self) -> tuple[Path, ...]:
        """The selected photos, in order."""
        rows = sorted(index.row() for index in self.view.selectedIndexes())
        return tuple(self.model.photos[row] for row in rows)

    def show_folder(
        self, photos: Sequence[Path], results: Mapping[Path, Path], current: Path | None
    ) -> None:
        """Show the photos of a folder, of which one is open."""
        self.model.set_photos(photos, results)
        self.model.set_current(current)
        if current in photos:
            index = self.model.index(photos.index(current))
            flag = QItemSelectionModel.SelectionFlag
            kept = flag.NoUpdate if current in self.selected else flag.ClearAndSelect
            self.view.selectionModel().setCurrentIndex(index, kept)
            self.view.scrollTo(index)
        self._show_count()
        self.setVisible(len(photos) > 1)

    def _clicked(self, index: QModelIndex) -> None:
        """Open a clicked photo; with Ctrl or Shift only select it."""
        if QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier:
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        path = self.model.photos[index.row()]
        if path != self.model.current:
            self.photo_chosen.emit(path)

    def _show_count(self) -> None:
        photos, current = self.model.photos, self.model.current
        if current not in photos:
            return
        words = tr("{place} of {total}", place=photos.index(current) + 1, total=len(photos))
        several = len(self.selected)
        if several > 1:
            words += "\n" + tr("{count} selected", count=several)
        self.count.setText(words)


def _ratio() -> float:
    return QGuiApplication.primaryScreen().devicePixelRatio()
