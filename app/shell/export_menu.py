"""The Export menu: the presets and other exports."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.shell.names import in_menu
from app.shell.presets import Preset
from app.shell.translation import tr


class ExportMenu(QMenu):
    """Lists the presets again whenever it opens, before its other actions.

    Args:
        presets: gives them.
        save: the window's action; while it can be done, so can the presets.
        parent: of the menu.

    Attributes:
        preset_chosen: (Preset).
    """

    preset_chosen = Signal(object)

    def __init__(
        self,
        presets: Callable[[], tuple[Preset, ...]],
        save: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Export"), parent)
        self._presets = presets
        self._save = save
        self._entries: list[QAction] = []
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        for entry in self._entries:
            self.removeAction(entry)
            entry.deleteLater()
        self._entries = [self._entry(preset) for preset in self._presets()]
        if self._entries:
            self._entries.append(QAction(self))
            self._entries[-1].setSeparator(True)
        self.insertActions(self.actions()[0], self._entries)

    def _entry(self, preset: Preset) -> QAction:
        entry = QAction(in_menu(tr(preset.name)), self)
        entry.setEnabled(self._save.isEnabled())
        entry.triggered.connect(lambda: self.preset_chosen.emit(preset))
        return entry
