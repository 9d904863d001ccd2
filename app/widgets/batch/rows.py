"""How a row of a batch is painted: picture and name, state, time, note."""

from collections.abc import Callable
from pathlib import PurePath

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.icons import icon
from app.jobs import Entry
from app.widgets.batch.model import ENTRY_ROLE, Column

ROW_PX = 52
PICTURE = QSize(60, 40)
MARGIN_PX = 12
ICON_PX = 16
BAR_PX = 4
LEADING_PX = 2  # fonts that stand in for missing letters are taller
ICONS = {"done": "done", "failed": "warning"}


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
        """All rows are of one height: none has to be measured."""
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
        lines = _two_lines(text, option, area.width())
        height = option.fontMetrics.lineSpacing() + LEADING_PX
        area.setTop(area.center().y() - height * len(lines) // 2)
        area.setHeight(height)
        for each in lines:
            _draw(painter, option, area, each, faded=entry.state != "failed")
            area.translate(0, height)


def _picture_place(rect: QRect) -> QRect:
    top = rect.top() + (rect.height() - PICTURE.height()) // 2
    return QRect(rect.left() + MARGIN_PX, top, PICTURE.width(), PICTURE.height())


def _two_lines(text: str, option: QStyleOptionViewItem, width: int) -> list[str]:
    """A text on one line, or on two where it is longer; what is longer still is cut when drawn."""
    if option.fontMetrics.horizontalAdvance(text) <= width:
        return [text]
    layout = QTextLayout(text, option.font)
    layout.beginLayout()
    first = layout.createLine()
    first.setLineWidth(width)
    layout.endLayout()
    end = first.textLength()
    return [text[:end].rstrip(), text[end:]]


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
    """Two thirds of the way to the text's colour: still 4.5:1 on the ground."""
    parts = ((2 * a + b) // 3 for a, b in zip(text.getRgb()[:3], ground.getRgb()[:3], strict=True))  # type: ignore[index]
    return QColor(*parts)
