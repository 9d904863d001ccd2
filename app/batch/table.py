"""The table of a batch: its rows and their drawing."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from pathlib import Path, PurePath
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPalette, QPixmap, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.batch.jobs import Entry
from app.shell.names import as_tip
from app.shell.theme import icon
from app.shell.thumbnails import PictureCache
from app.shell.translation import explain, mark, tr
from nledn.messages import printable

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

ENTRY_ROLE = Role.UserRole + 1
"""The `jobs.Entry` of a row, in each of its columns."""

PICTURES_KEPT = 600  # of 120 × 80 px at most: 23 MB, some 40 screens of rows
ROW_PX = 52
PICTURE = QSize(60, 40)
MARGIN_PX = 12
ICON_PX = 16
BAR_PX = 4
LEADING_PX = 2  # fallback fonts for missing letters are taller
ICONS = {"done": "done", "failed": "warning"}
STATES = {
    "planned": mark("Planned"),
    "running": mark("Running"),
    "done": mark("Done"),
    "failed": mark("Failed"),
    "skipped": mark("Skipped"),
}


class Column(IntEnum):
    """The columns of the table."""

    PHOTO = 0
    STATE = 1
    TIME = 2
    NOTE = 3


HEADERS = {
    Column.PHOTO: mark("Photo"),
    Column.STATE: mark("State"),
    Column.TIME: mark("Time"),
    Column.NOTE: mark("Note"),
}


class BatchModel(QAbstractTableModel):
    """The photos, one per row.

    Attributes:
        picture_wanted: (Path) a visible row lacks its small picture.
        pixel_ratio: of the screen, for small pictures.
    """

    picture_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._places: dict[Path, int] = {}
        self.pixel_ratio = 1.0
        self._is_paused = False
        self._pictures = PictureCache(PICTURES_KEPT)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show other photos, or changes of the same ones without scrolling."""
        sources = [entry.source for entry in entries]
        if sources == [entry.source for entry in self._entries]:
            self._entries = list(entries)
            if entries:
                self.dataChanged.emit(self.index(0, 0), self.index(len(entries) - 1, Column.NOTE))
            return
        self.beginResetModel()
        self._entries = list(entries)
        self._places = {source: row for row, source in enumerate(sources)}
        for path in self._pictures.keys() - self._places.keys():
            del self._pictures[path]
        self.endResetModel()

    def set_paused(self, is_paused: bool) -> None:
        """Show unfinished photos as paused, or as running."""
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            if self._entries:
                last = self.index(len(self._entries) - 1, Column.STATE)
                self.dataChanged.emit(self.index(0, Column.STATE), last)

    def change_entry(self, entry: Entry) -> None:
        """Show the new state of a photo."""
        row = self._places.get(entry.source)
        if row is not None:
            self._entries[row] = entry
            if entry.state == "done" and self._is_without_picture(entry.source):
                del self._pictures[entry.source]  # it can be read now
            self.dataChanged.emit(self.index(row, 0), self.index(row, Column.NOTE))

    def set_picture(self, path: Path, image: QImage) -> None:
        """Show a small picture; null if none can be made."""
        self._pictures.keep(path, image, self.pixel_ratio)
        row = self._places.get(path)
        if row is not None:
            at = self.index(row, Column.PHOTO)
            self.dataChanged.emit(at, at, [Role.DecorationRole])

    def entry(self, row: int) -> Entry:
        """The photo of a row."""
        return self._entries[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008  # Qt's
        """Photos."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008  # Qt's
        """Columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802  # Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Names of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole:
            return tr(HEADERS[Column(section)])
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """The text, picture or tip of a cell."""
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == Role.DecorationRole and index.column() == Column.PHOTO:
            return self._picture(entry.source)
        if role == Role.DisplayRole:
            return self._text(entry, Column(index.column()))
        if role == Role.ToolTipRole:
            at_photo = index.column() == Column.PHOTO
            return as_tip(printable(entry.source) if at_photo else note_of(entry))
        if role == Role.AccessibleTextRole:
            return f"{printable(entry.name)}, {self._text(entry, Column.STATE)}"
        return QSize(0, 0) if role == Role.SizeHintRole else None

    def _text(self, entry: Entry, column: Column) -> str:
        match column:
            case Column.PHOTO:
                return printable(entry.name)
            case Column.STATE:
                is_paused = self._is_paused and entry.state == "running"
                return tr("Paused") if is_paused else tr(STATES[entry.state])
            case Column.TIME:
                return tr("{seconds} s", seconds=f"{entry.seconds:.1f}") if entry.seconds else ""
            case Column.NOTE:
                return note_of(entry)

    def _is_without_picture(self, path: Path) -> bool:
        picture = self._pictures.get(path)
        return picture is not None and picture.isNull()

    def _picture(self, path: Path) -> QPixmap | None:
        picture = self._pictures.shown(path)
        if picture is None:
            self.picture_wanted.emit(path)
        return picture


def note_of(entry: Entry) -> str:
    """The note on a photo: why it has no result, what to check, or its result's name."""
    if entry.error is not None:
        return explain(entry.error, by_name=True)
    told = []
    if entry.little:
        told.append(tr("Nearly nothing changed."))
    if entry.moved > 0:
        told.append(tr("Brighter overall, by {levels} of 255.", levels=entry.moved))
    elif entry.moved < 0:
        told.append(tr("Darker overall, by {levels} of 255.", levels=-entry.moved))
    if told or entry.output is None:
        return " ".join(told)
    return f"→ {printable(entry.output.name)}"


class RowDelegate(QStyledItemDelegate):
    """Paints all columns."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one cell."""
        entry: Entry = index.data(ENTRY_ROLE)
        paint: Callable[[QPainter, QStyleOptionViewItem, Entry, str], None] = {
            Column.PHOTO: self._paint_photo,
            Column.STATE: self._paint_state,
        }.get(Column(index.column()), self._paint_text)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.highlight())
        if index.column() == Column.PHOTO:
            self._paint_picture(painter, option, index.data(Qt.ItemDataRole.DecorationRole))
        paint(painter, option, entry, str(index.data() or ""))
        painter.setPen(option.palette.color(QPalette.ColorRole.Mid))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.restore()

    def sizeHint(  # noqa: N802  # Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return one height for all rows, without measuring."""
        return QSize(0, ROW_PX)

    def _paint_picture(
        self, painter: QPainter, option: QStyleOptionViewItem, picture: QPixmap | None
    ) -> None:
        place = _picture_place(option.rect)
        if picture is None or picture.isNull():
            painter.fillRect(place, option.palette.mid())
            if picture is not None:
                square = QRect(0, 0, ICON_PX, ICON_PX)
                square.moveCenter(place.center())
                icon("picture").paint(painter, square)
            return
        size = picture.deviceIndependentSize()
        left = place.left() + (place.width() - size.width()) / 2
        top = place.top() + (place.height() - size.height()) / 2
        painter.drawPixmap(QPointF(left, top), picture)

    def _paint_photo(
        self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry, text: str
    ) -> None:
        path = PurePath(text)
        left = _picture_place(option.rect).right() + MARGIN_PX
        area = option.rect.adjusted(left - option.rect.left(), 0, -MARGIN_PX, 0)
        folder = str(path.parent)
        if folder == ".":
            _draw(painter, option, area, path.name)
            return
        middle = area.center().y()
        _draw(painter, option, area.adjusted(0, 6, 0, middle - area.bottom() + 1), path.name)
        below = area.adjusted(0, middle - area.top() + 1, 0, -6)
        _draw(painter, option, below, f"{folder}/", faded=True)

    def _paint_state(
        self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry, text: str
    ) -> None:
        area = option.rect.adjusted(MARGIN_PX, 0, -MARGIN_PX, 0)
        if entry.state == "running":
            bar = QRect(area.left(), area.center().y() + 9, area.width(), BAR_PX)
            _draw(painter, option, area.adjusted(0, 0, 0, -BAR_PX - 6), text)
            painter.fillRect(bar, option.palette.mid())
            bar.setWidth(round(bar.width() * entry.share))
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            palette = option.palette
            painter.fillRect(bar, palette.highlightedText() if selected else palette.highlight())
            return
        name = ICONS.get(entry.state)
        if name is not None:
            place = QRect(area.left(), area.center().y() - ICON_PX // 2 + 1, ICON_PX, ICON_PX)
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            mode = QIcon.Mode.Selected if selected else QIcon.Mode.Normal
            icon(name).paint(painter, place, mode=mode)
            area.adjust(ICON_PX + 8, 0, 0, 0)
        faded = entry.state in ("planned", "skipped")
        _draw(painter, option, area, text, faded=faded, warns=entry.state == "failed")

    def _paint_text(
        self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry, text: str
    ) -> None:
        area = option.rect.adjusted(MARGIN_PX, 0, -MARGIN_PX, 0)
        lines = two_lines(text, option, area.width())
        height = option.fontMetrics.lineSpacing() + LEADING_PX
        area.setTop(area.center().y() - height * len(lines) // 2)
        area.setHeight(height)
        for each in lines:
            _draw(painter, option, area, each, faded=entry.state != "failed")
            area.translate(0, height)


def _picture_place(rect: QRect) -> QRect:
    top = rect.top() + (rect.height() - PICTURE.height()) // 2
    return QRect(rect.left() + MARGIN_PX, top, PICTURE.width(), PICTURE.height())


def two_lines(text: str, option: QStyleOptionViewItem, width: int) -> list[str]:
    """Return a text on one line or two; a longer one is cut when drawn.

    The arrow stays on the line of its name: a cut name reads better.
    """
    if option.fontMetrics.horizontalAdvance(text) <= width:
        return [text]
    layout = QTextLayout(text.replace("→ ", "→\u00a0"), option.font)
    layout.beginLayout()
    first = layout.createLine()
    first.setLineWidth(width)
    layout.endLayout()
    end = first.textLength()
    return [line for line in (text[:end].rstrip(), text[end:]) if line]


def _draw(
    painter: QPainter,
    option: QStyleOptionViewItem,
    area: QRect,
    text: str,
    *,
    faded: bool = False,
    warns: bool = False,
) -> None:
    palette = option.palette
    if option.state & QStyle.StateFlag.State_Selected:
        colour = palette.color(QPalette.ColorRole.HighlightedText)
    elif warns:
        colour = palette.color(QPalette.ColorRole.BrightText)
    else:
        colour = palette.color(QPalette.ColorRole.Text)
        if faded:
            colour = _muted(colour, palette.color(QPalette.ColorRole.Base))
    painter.setPen(colour)
    shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _muted(text: QColor, ground: QColor) -> QColor:
    """Two thirds of the way to the text's colour: still 4.5:1 on the background."""
    parts = ((2 * a + b) // 3 for a, b in zip(text.getRgb()[:3], ground.getRgb()[:3], strict=True))  # type: ignore[index]
    return QColor(*parts)
