"""The Help menu: manual, sheet of shortcuts, the log's folder, version and licences."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TypeAlias

from PySide6.QtCore import QEvent, QSize, Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QImage, QKeySequence, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTextBrowser,
    QWidget,
)

from app.shell.actions import GROUPS, SPECS
from app.shell.dialogs import Dialogs
from app.shell.names import path_of, url_of
from app.shell.parts import column, dialog_buttons, fill, scrolling
from app.shell.translation import tr
from nledn import __version__, places
from nledn.messages import NO_LICENCES

COLUMNS = 3
MANUAL, PICTURE_PX = QSize(960, 720), 420  # two pictures stand side by side
TITLE_BAR_PX, SCROLL_BAR_PX = 48, 16  # of the sheet, with some space

Keys: TypeAlias = Mapping[str, Sequence[tuple[str, str]]]


class ShortcutSheet(QDialog):
    """Lists keys; stands beside the window and stops nothing."""

    def __init__(self, groups: Keys, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._groups = groups
        self.listed = QLabel()
        self._write()
        area = scrolling(self.listed)
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # arrow keys scroll
        area.setMinimumWidth(self.listed.sizeHint().width() + SCROLL_BAR_PX)
        fill(self, area, dialog_buttons(self, {QDialogButtonBox.StandardButton.Close: tr("Close")}))
        around = self.sizeHint().height() - area.sizeHint().height()
        room = self.screen().availableGeometry().height() - TITLE_BAR_PX
        self.resize(self.sizeHint().width(), min(self.listed.sizeHint().height() + around, room))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Write it again in the colours of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._write()

    def _write(self) -> None:
        muted = self.palette().placeholderText().color().name()
        self.listed.setText(_table(self._groups, muted))


def _table(groups: Keys, muted: str) -> str:
    """Write rich text in columns of about the same height."""
    columns, filled = [""] * COLUMNS, [0] * COLUMNS
    for title, keys in groups.items():
        shortest = filled.index(min(filled))
        filled[shortest] += len(keys) + 2
        rows = "".join(
            f"<tr><td>{escape(words)}</td>"
            f"<td align='right' style='color:{muted}; padding-left:24px'>{escape(key)}</td></tr>"
            for words, key in keys
        )
        columns[shortest] += f"<p><b>{escape(title)}</b></p><table width='100%'>{rows}</table>"
    cells = "".join(f"<td style='padding-right:40px'>{column}</td>" for column in columns)
    return f"<table><tr>{cells}</tr></table>"


def shortcuts(actions: dict[str, QAction], extra: Sequence[tuple[str, str]]) -> Keys:
    """List all shortcuts by menu; `extra` are keys that are no actions."""
    listed: dict[str, Sequence[tuple[str, str]]] = {}
    native = QKeySequence.SequenceFormat.NativeText
    for name, title in GROUPS.items():
        listed[tr(title)] = [
            (tr(spec.text), QKeySequence.listToString(actions[spec.name].shortcuts(), native))
            for spec in SPECS
            if spec.group == name and actions[spec.name].shortcuts()
        ]
    return {**listed, tr("On the photo"): extra}


class _Pages(QTextBrowser):
    """The manual's pages, with pictures as wide as half a page."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802 - Qt's name
        """Make pictures smaller, for the screen's own pixels."""
        found = super().loadResource(kind, name)
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return found
        picture = QImage(self.source().resolved(QUrl(name)).toLocalFile())
        ratio = self.devicePixelRatio()
        smooth = Qt.TransformationMode.SmoothTransformation
        picture = picture.scaledToWidth(round(PICTURE_PX * ratio), smooth)
        picture.setDevicePixelRatio(ratio)
        return picture

    def show_section(self, name: str) -> None:
        """Scroll to the heading that a link names; Qt gives headings of Markdown no names."""
        document = self.document()
        document.size()  # lays out all of it
        block = document.begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and _name_of(block.text()) == name:
                top = document.documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(round(top))
            block = block.next()


def _name_of(heading: str) -> str:
    """The name of a section in a link, as the manual's site has it."""
    return re.sub(r"[^\w-]+", "-", heading.replace("'", "").lower()).strip("-")


class Manual(QDialog):
    """Shows the manual; stands beside the window, and needs neither network nor browser."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Manual"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.pages = _Pages()
        self.pages.setAccessibleName(tr("Manual"))
        self.pages.setOpenLinks(False)
        self.pages.anchorClicked.connect(self._follow)
        self.pages.document().setDocumentMargin(24)
        self.pages.setSource(url_of(places.manual() / "index.md"))
        buttons = dialog_buttons(self, {QDialogButtonBox.StandardButton.Close: tr("Close")})
        self.back = buttons.addButton(tr("Back"), QDialogButtonBox.ButtonRole.ActionRole)
        self.back.setEnabled(False)
        self.back.clicked.connect(self.pages.backward)
        self.pages.backwardAvailable.connect(self.back.setEnabled)
        column(self.pages, buttons, margins=(12, 12, 12, 12), into=self)
        self.resize(MANUAL)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Read the page again for links in the colour of another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            bar = self.pages.verticalScrollBar()
            at = bar.value()
            self.pages.reload()
            bar.setValue(at)

    def _follow(self, link: QUrl) -> None:
        """Show a page; leave other files and addresses to their programs."""
        url = self.pages.source().resolved(link)
        if url.isLocalFile() and path_of(url).suffix == ".md":
            self.pages.setSource(url)
            self.pages.show_section(url.fragment())
        else:
            QDesktopServices.openUrl(url)


class Help:
    """Answers the actions of the Help menu; `keys` gives shortcuts that belong to no action."""

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
            shown = ShortcutSheet(shortcuts(self._actions, self._keys()), self._window)
        shown.show()
        shown.activateWindow()

    def show_manual(self) -> None:
        """Show the manual, or bring it to the front."""
        shown = self._window.findChild(Manual) or Manual(self._window)
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
