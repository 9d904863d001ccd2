"""The words that the panes of a comparison show."""

from PySide6.QtCore import Qt

from app.main_window import MainWindow
from app.views.compare_canvas import CompareCanvas

Key = Qt.Key


def names(window: MainWindow) -> list[str]:
    return [one.label for one in window.compare.grid.shown]


def names_of(canvas: CompareCanvas) -> str:
    return canvas.shown[0].label


def figures(window: MainWindow) -> list[str]:
    rows = window.compare.panel.rows
    return [rows[one.key].figures.text() for one in window.compare.grid.shown]
