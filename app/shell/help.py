"""The Help menu: the sheet of shortcuts, the log's folder, version and licences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from app.shell.actions import GROUPS, SPECS
from app.shell.dialogs import Dialogs
from app.shell.names import url_of
from app.shell.parts import dialog_buttons, heading, muted, scrolling
from app.shell.translation import tr
from nledn import __version__, places
from nledn.messages import NO_LICENCES

COLUMNS = 3
TITLE_BAR_PX = 48  # of the sheet, with some space


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
        listed = QWidget()
        row = QHBoxLayout(listed)
        row.setContentsMargins(0, 0, 16, 0)  # beside a scroll bar
        row.setSpacing(48)
        for column in columns:
            column.setSpacing(24)
            column.addStretch()
            row.addLayout(column)
        buttons = dialog_buttons(self, {QDialogButtonBox.StandardButton.Close: tr("Close")})
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 16)
        layout.setSpacing(24)
        area = scrolling(listed)
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # arrow keys scroll
        area.setMinimumWidth(listed.sizeHint().width())
        layout.addWidget(area, 1)
        layout.addWidget(buttons)
        around = self.sizeHint().height() - area.sizeHint().height()
        room = self.screen().availableGeometry().height() - TITLE_BAR_PX
        self.resize(self.sizeHint().width(), min(listed.sizeHint().height() + around, room))


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


def sheet(actions: dict[str, QAction], extra: Sequence[tuple[str, str]]) -> tuple[Group, ...]:
    """List all shortcuts by menu; `extra` are keys that are no actions."""
    groups = []
    for name, title in GROUPS.items():
        rows = [
            (tr(spec.text), _all_keys(actions[spec.name]))
            for spec in SPECS
            if spec.group == name and actions[spec.name].shortcuts()
        ]
        groups.append(Group(tr(title), tuple(rows)))
    return (*groups, Group(tr("On the photo"), tuple(extra)))


def _all_keys(action: QAction) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(keys.toString(native) for keys in action.shortcuts())


class Help:
    """Answers the actions of the Help menu.

    Args:
        window: that the sheet of shortcuts lies over.
        dialogs: that the version is shown by.
        actions: of the window, whose shortcuts are listed.
        keys: shortcuts that belong to no action, with what they do.
    """

    def __init__(
        self,
        window: QWidget,
        dialogs: Dialogs,
        actions: dict[str, QAction],
        keys: Callable[[], Sequence[tuple[str, str]]],
    ) -> None:
        self._window = window
        self._dialogs = dialogs
        self._actions = actions
        self._keys = keys

    def show_shortcuts(self) -> None:
        """Show the sheet of shortcuts, or bring it to the front."""
        shown = self._window.findChild(ShortcutSheet)
        if shown is None:
            shown = ShortcutSheet(sheet(self._actions, self._keys()), self._window)
        shown.show()
        shown.activateWindow()

    def show_about(self) -> None:
        """Show the version, and the licences on request."""
        words = tr(
            "AfterRain {version} removes rain from photos, on your own computer.",
            version=__version__,
        )
        self._dialogs.about(words, places.licence_overview() or tr(NO_LICENCES))

    @staticmethod
    def show_log() -> None:
        """Open the folder of the log file."""
        QDesktopServices.openUrl(url_of(places.user_state()))
