"""Dialogs for files: the desktop's, or where it has none Qt's, with our icons and a preview."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from PySide6.QtCore import QFileInfo, QModelIndex, QPersistentModelIndex, QSize, QStandardPaths, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFileSystemModel,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QWidget,
)

from app.shell.names import folder_typed, is_folder, url_of
from app.shell.parts import button, is_accepted, muted, row
from app.shell.theme import icon
from app.shell.thumbnails import Thumbnails
from app.shell.translation import tr
from app.tasks import Tasks

THEME, PORTAL = "QT_QPA_PLATFORMTHEME", "xdgdesktopportal"
PORTAL_MS = 1000  # a desktop that answers later would hold the window up each time
PREVIEW = QSize(240, 240)
OWN_SIZE, ROW_PX, SIDEBAR_PX = QSize(960, 560), 26, 144
COLUMNS_PX = {1: 96, 3: 152}  # size, date; the name has the rest, and the kind in its ending
KIND_COLUMN = 2
BUTTONS = {
    "backButton": "previous",
    "forwardButton": "next",
    "toParentButton": "up",
    "newFolderButton": "add",
    "listModeButton": "compare",
    "detailModeButton": "list",
}


def prefer_the_desktops() -> None:
    """Let Qt ask the desktop's portal for dialogs; call it before making the application.

    Qt's default does so only in Flatpak and Snap; elsewhere it has dialogs of GTK if it finds
    GTK 3, and none of KDE unless it was built for that version of KDE.
    """
    if sys.platform == "linux" and "DBUS_SESSION_BUS_ADDRESS" in os.environ:
        os.environ.setdefault(THEME, PORTAL)


def pictures_folder() -> Path:
    """Return the user's folder for pictures."""
    kind = QStandardPaths.StandardLocation.PicturesLocation
    return Path(QStandardPaths.writableLocation(kind))


@cache
def portal_has_dialogs() -> bool:
    """Return whether the desktop's portal can choose files; some have only other parts of it."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    name, place = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
    ask = QDBusMessage.createMethodCall(name, place, "org.freedesktop.DBus.Properties", "Get")
    ask.setArguments(["org.freedesktop.portal.FileChooser", "version"])
    reply = QDBusConnection.sessionBus().call(ask, timeout=PORTAL_MS)
    return bool(reply.type() == QDBusMessage.MessageType.ReplyMessage)


class FileDialog(QFileDialog):
    """Asks for files or a folder.

    Args:
        start: the folder that it shows first, or a file that it suggests.
        kinds: of files, as `Photos (*.jpg *.png)`.

    Attributes:
        preview: shows the chosen photo; None where the desktop's dialog is used, or none is asked.
    """

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        start: Path,
        kinds: Sequence[str] = (),
        tasks: Tasks | None = None,
    ) -> None:
        folder, name = (start, "") if is_folder(start) else (start.parent, start.name)
        super().__init__(parent, title, str(folder))
        self.preview: QLabel | None = None
        if os.environ.get(THEME) == PORTAL and not portal_has_dialogs():
            self.setOption(QFileDialog.Option.DontUseNativeDialog)
        self.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.setOption(QFileDialog.Option.HideNameFilterDetails)  # Photos has some fifty endings
        self.setNameFilters(kinds)
        self.selectFile(name)
        splitter = self.findChild(QSplitter)
        if isinstance(splitter, QSplitter):  # it is Qt's own, which is made of widgets
            self._use_our_icons()
            self._use_our_words()
            self.setSidebarUrls([url_of(Path.home()), url_of(pictures_folder())])
            self.resize(OWN_SIZE)
            if tasks is not None:
                self._add_preview(splitter, tasks)

    def paths(self) -> list[Path]:
        """Show the dialog and wait; nothing where it was cancelled."""
        return [Path(name) for name in self.selectedFiles()] if is_accepted(self) else []

    def _use_our_icons(self) -> None:
        for name, drawing in BUTTONS.items():
            button = self.findChild(QToolButton, name)
            if isinstance(button, QToolButton):
                button.setIcon(icon(drawing))
        rows = _Rows(self)
        self.setItemDelegate(rows)
        sidebar, places = (
            self.findChild(QListView, "sidebar"),
            self.findChild(QComboBox, "lookInCombo"),
        )
        if isinstance(sidebar, QListView) and isinstance(places, QComboBox):
            sidebar.setItemDelegate(rows)
            sidebar.setMinimumWidth(SIDEBAR_PX)
            places.setIconSize(QSize(0, 0))

    def _use_our_words(self) -> None:
        """Qt's own are translated in part."""
        label = QFileDialog.DialogLabel
        words = {
            label.LookIn: tr("Folder"),
            label.FileName: tr("Name"),
            label.FileType: tr("Format"),
        }
        for each, text in words.items():
            self.setLabelText(each, text)
        table = self.findChild(QTreeView)
        if isinstance(table, QTreeView):
            table.setColumnHidden(KIND_COLUMN, True)
            for column, width_px in COLUMNS_PX.items():
                table.setColumnWidth(column, width_px)
            table.header().setStretchLastSection(False)
            table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _add_preview(self, splitter: QSplitter, tasks: Tasks) -> None:
        self.preview = muted()
        self.preview.setMinimumWidth(PREVIEW.width())
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setAccessibleName(tr("Preview"))
        splitter.addWidget(self.preview)
        self._thumbnails = Thumbnails(tasks, PREVIEW * self.devicePixelRatio(), self)
        self._thumbnails.made.connect(self._show_picture)
        self.currentChanged.connect(self._show_current)

    def _show_current(self, name: str) -> None:
        assert self.preview is not None
        self._current = Path(name)
        self.preview.clear()
        if QFileInfo(name).isFile():
            self._thumbnails.want(self._current)

    def _show_picture(self, path: Path, image: QImage) -> None:
        assert self.preview is not None
        if path != self._current:
            return
        if image.isNull():
            self.preview.setText(tr("No preview"))
        else:
            image.setDevicePixelRatio(self.devicePixelRatio())
            self.preview.setPixmap(QPixmap.fromImage(image))


def folder_dialog(parent: QWidget | None, title: str, start: Path) -> FileDialog:
    """Return a dialog that asks for a folder."""
    dialog = FileDialog(parent, title, start)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    for name in ("fileTypeLabel", "fileTypeCombo"):  # of Qt's own dialog
        if isinstance(kinds := dialog.findChild(QWidget, name), QWidget):
            kinds.hide()
    return dialog


def with_browse(field: QLineEdit, ask: Callable[[Path], FileDialog]) -> QHBoxLayout:
    """A field for a path, and a button beside it that asks for one, beginning with the present."""

    def choose() -> None:
        for found in ask(folder_typed(field.text(), Path.home())).paths():
            field.setText(str(found))

    browse = button(tr("Choose…"))
    browse.clicked.connect(choose)
    return row(field, browse)


def kind_of(words: str, suffixes: Sequence[str]) -> str:
    """Return a kind of files as dialogs want it."""
    return f"{words} ({' '.join(f'*{suffix}' for suffix in suffixes)})"


class _Rows(QStyledItemDelegate):
    """Rows with icons of ours."""

    def initStyleOption(  # noqa: N802  # Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a folder, or a picture, before the name."""
        super().initStyleOption(option, index)
        if index.column() == 0:
            model = index.model()
            is_file = isinstance(model, QFileSystemModel) and not model.isDir(index)
            option.icon = icon("picture" if is_file else "open")

    def sizeHint(  # noqa: N802  # Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Leave room around the words."""
        return super().sizeHint(option, index).expandedTo(QSize(0, ROW_PX))
