"""The place of the window on the present screens."""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMargins, QRect, QSize
from PySide6.QtGui import QGuiApplication, QRegion
from PySide6.QtWidgets import QStyle, QWidget

START_SIZE = QSize(1280, 800)
BORDER_PX = 4  # of the frame that window managers draw; known only once the window is shown


def place(window: QWidget, kept: bytes) -> None:
    """Give a window its kept geometry or the size of a first start, as far as it fits.

    Args:
        window: not shown yet.
        kept: its geometry as Qt packs it; empty at a first start.
    """
    title_px = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    frame = QMargins(BORDER_PX, title_px, BORDER_PX, BORDER_PX)
    free = [screen.marginsRemoved(frame) for screen in screens]
    if not kept or not window.restoreGeometry(QByteArray(kept)):
        first = QRect(free[0].topLeft(), START_SIZE.boundedTo(free[0].size()))
        first.moveCenter(free[0].center())
        window.setGeometry(first)
    elif not window.isMaximized() and not window.isFullScreen():
        window.setGeometry(fitted(window.geometry(), free))


def fitted(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """Return a rectangle unchanged if the screens show all of it, else cut to one of them."""
    seen = QRegion()
    for screen in screens:
        seen += QRegion(screen)
    if (QRegion(wanted) - seen).isEmpty():
        return wanted
    screen = max(screens, key=lambda each: _area(each & wanted))
    size = wanted.size().boundedTo(screen.size())
    left = min(max(wanted.left(), screen.left()), screen.left() + screen.width() - size.width())
    top = min(max(wanted.top(), screen.top()), screen.top() + screen.height() - size.height())
    return QRect(left, top, size.width(), size.height())


def _area(rect: QRect) -> int:
    return rect.width() * rect.height() if rect.isValid() else 0
