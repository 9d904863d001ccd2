"""Icons of the window: line drawings of ours, painted in the colour of the text beside them."""

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from nledn import places

INK = "#000"  # the colour in the files that is replaced by the text's


def icon(name: str) -> QIcon:
    """The icon of resources/icons/<name>.svg; it follows the theme and the screen's density."""
    return QIcon(_Engine(name))


def program_icon() -> QIcon:
    """The program's own, in its own colours."""
    return QIcon(str(places.resources() / "icons" / "afterrain.svg"))


class _Engine(QIconEngine):
    """Draws the file for each size and colour."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        palette = QApplication.palette()
        group = QPalette.ColorGroup.Active
        if mode == QIcon.Mode.Disabled:
            group = QPalette.ColorGroup.Disabled
        role = QPalette.ColorRole.WindowText
        if mode == QIcon.Mode.Selected:
            role = QPalette.ColorRole.HighlightedText
        colour = palette.color(group, role)
        painter.save()
        painter.setOpacity(colour.alphaF())
        _renderer(self._name, colour.name()).render(painter, QRectF(rect))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        if pixmap.isNull():  # an empty size draws nothing
            return pixmap
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Engine(self._name)


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    text = (places.resources() / "icons" / f"{name}.svg").read_text("utf-8")
    return QSvgRenderer(QByteArray(text.replace(INK, colour).encode()))
