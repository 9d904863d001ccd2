"""The sheet that `?` opens: every key, by menu."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from app.shell.parts import dialog_buttons, heading, muted
from app.shell.translation import tr

COLUMNS = 2


@dataclass(frozen=True)
class Group:
    """Actions of one menu, with their keys, for the sheet of shortcuts."""

    title: str
    rows: tuple[tuple[str, str], ...]


class ShortcutSheet(QDialog):
    """Lists keys; stands beside the window and stops nothing."""

    def __init__(self, groups: Sequence[Group], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        columns = [QVBoxLayout() for _ in range(COLUMNS)]
        filled = [0] * COLUMNS
        for group in groups:
            shortest = filled.index(min(filled))
            columns[shortest].addLayout(_block(group))
            filled[shortest] += len(group.rows) + 2
        row = QHBoxLayout()
        row.setSpacing(48)
        for column in columns:
            column.setSpacing(24)
            column.addStretch()
            row.addLayout(column)
        buttons = dialog_buttons(self, {QDialogButtonBox.StandardButton.Close: tr("Close")})
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 16)
        layout.setSpacing(24)
        layout.addLayout(row)
        layout.addWidget(buttons)


def show_sheet(groups: Sequence[Group], window: QWidget) -> None:
    """Show the sheet of a window, or the one that is there already."""
    shown = window.findChild(ShortcutSheet) or ShortcutSheet(groups, window)
    shown.show()
    shown.activateWindow()


def _block(group: Group) -> QVBoxLayout:
    layout = QVBoxLayout()
    layout.setSpacing(8)
    layout.addWidget(heading(group.title))
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(4)
    for place, (words, keys) in enumerate(group.rows):
        grid.addWidget(QLabel(words), place, 0)
        shown = muted(keys)
        shown.setWordWrap(False)
        shown.setAlignment(Qt.AlignmentFlag.AlignRight)
        grid.addWidget(shown, place, 1)
    layout.addLayout(grid)
    return layout
