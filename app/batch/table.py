"""The table of a batch: its rows and their drawing."""

from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.batch.jobs import Entry
from app.shell.names import as_tip
from app.shell.theme import icon
from app.shell.thumbnails import PictureCache
from app.shell.translation import explain, mark, tr
from nledn.messages import printable

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
Part = QPalette.ColorRole

ENTRY_ROLE = Role.UserRole + 1
"""The `jobs.Entry` of a row, in each of its columns."""

PICTURES_KEPT = 600  # of 120 × 80 px at most: 23 MB, some 40 screens of rows
ROW_PX = 52
PICTURE = QSize(60, 40)
MARGIN_PX = 12
ICON_PX = 16
BAR_PX = 4
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


HEADERS = (mark("Photo"), mark("State"), mark("Time"), mark("Note"))


class BatchModel(QAbstractTableModel):
    """The photos, one per row; `picture_wanted` (Path) where a visible one lacks its picture."""

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
            picture = self._pictures.get(entry.source)
            if entry.state == "done" and picture is not None and picture.isNull():
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
            return tr(HEADERS[section])
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
    """Cells with room around them, with a picture or an icon, and the bar of a running photo."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802  # Qt's name
        """Say how a cell looks."""
        super().initStyleOption(option, index)
        entry: Entry = index.data(ENTRY_ROLE)
        colours, is_failed = option.palette, entry.state == "failed"
        is_faded = index.column() != Column.PHOTO and entry.state in ("planned", "skipped")
        option.text = option.text.replace("→ ", "→\u00a0")  # the arrow stays with its name
        if index.column() == Column.PHOTO:
            self._show_photo(option, entry)
        elif index.column() == Column.STATE and entry.state in ICONS:
            option.icon = icon(ICONS[entry.state])
            option.decorationSize = QSize(ICON_PX, ICON_PX)
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        if index.column() == Column.STATE and is_failed:
            colours.setColor(Part.Text, colours.color(Part.BrightText))
        elif is_faded or (index.column() == Column.NOTE and not is_failed):
            colours.setColor(Part.Text, _muted(colours.color(Part.Text), colours.color(Part.Base)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        entry: Entry = index.data(ENTRY_ROLE)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_selected:
            painter.fillRect(option.rect, option.palette.highlight())
        inside = QStyleOptionViewItem(option)
        inside.rect = option.rect.adjusted(MARGIN_PX, 0, -MARGIN_PX, -1)
        inside.state &= ~QStyle.StateFlag.State_HasFocus
        super().paint(painter, inside, index)
        if index.column() == Column.STATE and entry.state == "running":
            bar = QRect(inside.rect.left(), inside.rect.bottom() - 10, inside.rect.width(), BAR_PX)
            painter.fillRect(bar, option.palette.mid())
            bar.setWidth(round(bar.width() * entry.share))
            colours = option.palette
            painter.fillRect(bar, colours.highlightedText() if is_selected else colours.highlight())
        painter.setPen(option.palette.color(Part.Mid))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  # Qt's name
        """Return one height for all rows, without measuring."""
        return QSize(0, ROW_PX)

    @staticmethod
    def _show_photo(option: QStyleOptionViewItem, entry: Entry) -> None:
        """Show its name above its folder, beside the picture, for which there is always room."""
        folder, _, name = printable(entry.name).rpartition("/")
        option.text = f"{name}\u2028{folder}/" if folder else name
        has_picture = QStyleOptionViewItem.ViewItemFeature.HasDecoration
        if has_picture in option.features and option.icon.isNull():  # none can be made
            option.icon = QIcon(icon("picture").pixmap(ICON_PX, ICON_PX))
        option.features |= has_picture
        option.decorationSize = PICTURE


def _muted(text: QColor, ground: QColor) -> QColor:
    """Two thirds of the way to the text's colour: still 4.5:1 on the background."""
    parts = ((2 * a + b) // 3 for a, b in zip(text.getRgb()[:3], ground.getRgb()[:3], strict=True))  # type: ignore[index]
    return QColor(*parts)
