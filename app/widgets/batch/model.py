"""The photos of a batch as a table; small pictures are asked for when a row is looked at."""

from collections import OrderedDict
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QImage, QPixmap

from app.jobs import Entry
from app.messages import explain
from app.names import as_tip
from app.translation import mark, tr
from nledn.messages import printable

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

ENTRY_ROLE = Role.UserRole + 1
"""The `jobs.Entry` of a row, in each of its columns."""

PICTURES_KEPT = 600  # of 120 × 80 px at most: 23 MB, some 40 screens of rows
STATES = {
    "planned": mark("Planned"),
    "running": mark("Running"),
    "done": mark("Done"),
    "failed": mark("Failed"),
    "skipped": mark("Skipped"),
}


class Column(IntEnum):
    """What a row shows."""

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
    """A row a photo.

    Attributes:
        picture_wanted: (Path) a row is looked at whose small picture is not there.
        pixel_ratio: of the screen, that small pictures are made for.
    """

    picture_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._places: dict[Path, int] = {}
        self.pixel_ratio = 1.0
        self._pictures: OrderedDict[Path, QPixmap] = OrderedDict()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show other photos, or all of them anew; who scrolled stays where they are."""
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

    def change_entry(self, entry: Entry) -> None:
        """Show what became of one photo."""
        row = self._places.get(entry.source)
        if row is not None:
            self._entries[row] = entry
            if entry.state == "done" and self._is_without_picture(entry.source):
                del self._pictures[entry.source]  # it can be read after all
            self.dataChanged.emit(self.index(row, 0), self.index(row, Column.NOTE))

    def set_picture(self, path: Path, image: QImage) -> None:
        """A small picture is there; null where none can be made."""
        picture = QPixmap.fromImage(image)
        picture.setDevicePixelRatio(self.pixel_ratio)
        self._pictures[path] = picture
        while len(self._pictures) > PICTURES_KEPT:
            self._pictures.popitem(last=False)
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
        """What a cell shows."""
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == Role.DecorationRole and index.column() == Column.PHOTO:
            return self._picture(entry.source)
        if role == Role.DisplayRole:
            return _text(entry, Column(index.column()))
        if role == Role.ToolTipRole:
            at_photo = index.column() == Column.PHOTO
            text = printable(entry.source) if at_photo else _text(entry, Column(index.column()))
            return as_tip(text)
        if role == Role.AccessibleTextRole:
            return f"{printable(entry.name)}, {tr(STATES[entry.state])}"
        return QSize(0, 0) if role == Role.SizeHintRole else None

    def _is_without_picture(self, path: Path) -> bool:
        picture = self._pictures.get(path)
        return picture is not None and picture.isNull()

    def _picture(self, path: Path) -> QPixmap | None:
        picture = self._pictures.get(path)
        if picture is None:
            self.picture_wanted.emit(path)
        else:
            self._pictures.move_to_end(path)
        return picture


def _text(entry: Entry, column: Column) -> str:
    match column:
        case Column.PHOTO:
            return printable(entry.name)
        case Column.STATE:
            return tr(STATES[entry.state])
        case Column.TIME:
            return tr("{seconds} s", seconds=f"{entry.seconds:.1f}") if entry.seconds else ""
        case Column.NOTE:
            return note_of(entry)


def note_of(entry: Entry) -> str:
    """What there is to say of a photo: why not, what to look at, or its result's name."""
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
