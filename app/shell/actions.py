"""All actions of the window: one table, from which keys and menus are made; menus that refill."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar, QWidget

from app.shell.names import as_tip, in_menu, path_kept
from app.shell.save_dialogs import Preset
from app.shell.theme import icon
from app.shell.translation import mark, tr
from nledn.messages import printable

Keys = QKeySequence.StandardKey


@dataclass(frozen=True)
class Spec:
    """One action.

    Attributes:
        keys: its shortcuts, the first of which is shown.
        group: name of the menu it is in; `export` for Export, which is in File.
    """

    name: str
    text: str
    keys: tuple[str | QKeySequence.StandardKey, ...]
    icon: str
    group: str
    checkable: bool = False


SPECS: tuple[Spec, ...] = (
    Spec("open", mark("Open photo…"), (Keys.Open,), "open", "file"),
    Spec("open_folder", mark("Open folder…"), ("Ctrl+Shift+O",), "", "file"),
    Spec("previous", mark("Previous photo"), ("PgUp",), "previous", "file"),
    Spec("next", mark("Next photo"), ("PgDown",), "next", "file"),
    Spec("save", mark("Save result"), (Keys.Save,), "save", "file"),
    Spec("save_as", mark("Save as…"), ("Ctrl+Shift+S",), "", "file"),
    Spec("export_rain", mark("Export rain layer…"), (), "", "export"),
    Spec("presets", mark("Edit presets…"), (), "", "export"),
    Spec("quit", mark("Quit"), ("Ctrl+Q",), "", "file"),
    Spec("undo", mark("Undo"), (Keys.Undo,), "undo", "edit"),
    Spec("redo", mark("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "edit"),
    Spec("copy", mark("Copy result"), (Keys.Copy,), "", "edit"),
    Spec("paste", mark("Paste photo"), (Keys.Paste,), "", "edit"),
    Spec("copy_settings", mark("Copy settings"), ("Ctrl+Shift+C",), "", "edit"),
    Spec("paste_settings", mark("Paste settings"), ("Ctrl+Shift+V",), "", "edit"),
    Spec("settings", mark("Settings…"), ("Ctrl+,",), "settings", "edit"),
    Spec("derain", mark("Derain"), ("Ctrl+D",), "rain", "photo"),
    Spec("cancel", mark("Cancel"), ("Esc",), "", "photo"),
    Spec("derain_selected", mark("Derain selected…"), ("Ctrl+Shift+D",), "", "photo"),
    Spec("weaker", mark("Remove less rain"), ("-",), "", "photo"),
    Spec("stronger", mark("Remove more rain"), ("+", "="), "", "photo"),
    Spec("brush", mark("Keep area: brush"), ("B",), "brush", "photo", checkable=True),
    Spec("eraser", mark("Keep area: eraser"), ("E",), "eraser", "photo", checkable=True),
    Spec("smaller", mark("Smaller brush"), ("[",), "", "photo"),
    Spec("larger", mark("Larger brush"), ("]",), "", "photo"),
    Spec("clear", mark("Clear kept area"), (), "", "photo"),
    Spec("import", mark("Import model…"), ("Ctrl+I",), "import", "photo"),
    Spec("before_after", mark("Before / After"), ("1",), "before-after", "view", checkable=True),
    Spec("side_by_side", mark("Side by side"), ("2",), "side-by-side", "view", checkable=True),
    Spec("single", mark("Single"), ("3",), "single", "view", checkable=True),
    Spec("rain", mark("Rain"), ("4",), "rain", "view", checkable=True),
    Spec("batch", mark("Batch"), ("Ctrl+B", "5"), "batch", "view", checkable=True),
    Spec("compare", mark("Compare"), ("Ctrl+K", "6"), "compare", "view", checkable=True),
    Spec("turn", mark("Turn the divider"), ("T",), "", "view"),
    Spec("fit", mark("Fit"), ("F", "Ctrl+0"), "fit", "view"),
    Spec("actual", mark("100 %"), ("Ctrl+1",), "", "view"),
    Spec("double", mark("200 %"), ("Ctrl+2",), "", "view"),
    Spec("zoom_in", mark("Zoom in"), ("Ctrl++", "Ctrl+="), "", "view"),
    Spec("zoom_out", mark("Zoom out"), ("Ctrl+-",), "", "view"),
    Spec("full_screen", mark("Full screen"), ("F11",), "", "view", checkable=True),
    Spec("manual", mark("Manual"), (), "", "help"),
    Spec("shortcuts", mark("Keyboard shortcuts"), ("?", "F1"), "help", "help"),
    Spec("sample", mark("Open the sample photo"), (), "", "help"),
    Spec("log", mark("Show the log file"), (), "", "help"),
    Spec("about", mark("About AfterRain"), (), "", "help"),
)
GROUPS = {
    "file": mark("File"),
    "edit": mark("Edit"),
    "photo": mark("Photo"),
    "view": mark("View"),
    "help": mark("Help"),
}
PAGES = ("batch", "compare")
MODES = ("before_after", "side_by_side", "single", "rain")
SEPARATED_AFTER = {"open_folder", "next", "save_as", "export_rain", "redo", "paste"}
SEPARATED_AFTER |= {"paste_settings", "derain_selected", "stronger", "clear"}
SEPARATED_AFTER |= {"compare", "turn", "zoom_out"}


def make_actions(window: QMainWindow) -> dict[str, QAction]:
    """All actions, by name; they belong to the window."""
    made = {spec.name: _action(spec, window) for spec in SPECS}
    modes = QActionGroup(window)
    for name in (*MODES, *PAGES):
        modes.addAction(made[name])
    return made


def make_menus(bar: QMenuBar, actions: dict[str, QAction], recent: QMenu, export: QMenu) -> None:
    """Fill the menu bar; `recent` comes after opening, `export` after saving."""
    menus = {name: bar.addMenu(tr(text)) for name, text in GROUPS.items()} | {"export": export}
    for spec in SPECS:
        menus[spec.group].addAction(actions[spec.name])
        if spec.name == "open_folder":
            menus[spec.group].addMenu(recent)
        if spec.name == "save_as":
            menus[spec.group].addMenu(export)
            export.addAction(actions[spec.name])
        if spec.name in SEPARATED_AFTER:
            menus[spec.group].addSeparator()


def without_state(slot: Callable[[], Any]) -> Callable[..., None]:
    """Call a slot without the checked state of its action."""

    def called(*_: object) -> None:
        slot()

    return called


def _action(spec: Spec, window: QMainWindow) -> QAction:
    action = QAction(tr(spec.text), window)
    action.setObjectName(spec.name)
    if spec.icon:
        action.setIcon(icon(spec.icon))
    action.setShortcuts([QKeySequence(key) for key in spec.keys])
    action.setCheckable(spec.checkable)
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    plain = tr(spec.text).removesuffix("…")
    action.setToolTip(f"{plain} ({keys})" if keys else plain)
    action.setStatusTip(plain)
    window.addAction(action)
    return action


class RecentMenu(QMenu):
    """Lists them again whenever it opens."""

    photo_chosen = Signal(object)

    def __init__(self, names: Callable[[], tuple[str, ...]], parent: QWidget | None = None) -> None:
        super().__init__(tr("Recent photos"), parent)
        self._names = names
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)
        self.triggered.connect(lambda action: self.photo_chosen.emit(path_kept(action.data())))

    def _fill(self) -> None:
        self.clear()
        for name in self._names():
            path = path_kept(name)
            action = self.addAction(in_menu(printable(path.name)))
            action.setToolTip(as_tip(printable(path)))
            action.setData(name)
        if self.isEmpty():
            self.addAction(tr("None yet")).setEnabled(False)


class ExportMenu(QMenu):
    """Lists the presets again whenever it opens; they can be chosen while `save` can."""

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
        entry = QAction(in_menu(tr(preset.name)), self, enabled=self._save.isEnabled())
        entry.triggered.connect(lambda: self.preset_chosen.emit(preset))
        return entry
