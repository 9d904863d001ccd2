"""The inside of the window: the bar above, pages with their panels, the status line; its place."""

from collections.abc import Mapping
from functools import partial
from typing import Literal, TypeAlias

from PySide6.QtCore import QByteArray, QEvent, QMargins, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QPushButton,
    QStackedWidget,
    QStyle,
    QToolButton,
    QWidget,
)

from app.shell.banner import Banner
from app.shell.parts import PANEL_WIDTH_PX, Parts, column, row
from app.shell.translation import tr

ICON_PX = 20

PageName: TypeAlias = Literal["photo", "batch", "compare"]


class TopBar(QFrame):
    """Shows actions as buttons; it adds nothing that the menus lack.

    Without room for words, buttons with an icon show only that; tooltips have the words.
    """

    def __init__(
        self, actions: Mapping[str, QAction], modes: tuple[str, ...], pages: tuple[str, ...]
    ) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self._actions = actions
        self._worded: list[QToolButton] = []
        self._wide_px = 0  # the bar's width with its words
        plain, worded = self._button, partial(self._button, text=True)
        self.open, actual = worded("open"), worded("actual")
        self.open.setText(tr("Open"))
        actual.setText("1:1")
        self.zoom = QLabel()
        self.zoom.setProperty("muted", "true")
        self.zoom.setAccessibleName(tr("Zoom"))
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.zoom.setMinimumWidth(56)
        parts: list[Parts] = [self.open, plain("previous"), plain("next"), 12]
        parts += [plain("undo"), plain("redo"), 0, *map(worded, modes), 12, *map(worded, pages), 0]
        parts += [self.zoom, plain("fit"), actual, 12, plain("shortcuts"), plain("settings")]
        row(*parts, grows=-1, margins=(12, 6, 12, 6), spacing=4, into=self)

    def set_zoom(self, zoom: float) -> None:
        """Show screen pixels for one of the photo, as a percentage."""
        self.zoom.setText(f"{zoom * 100:.0f} %")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show words if they fit."""
        super().resizeEvent(event)
        self._wide_px = self._wide_px or self.sizeHint().width()
        fits = event.size().width() >= self._wide_px
        style = Qt.ToolButtonStyle
        for button in self._worded:
            button.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if fits else style.ToolButtonIconOnly
            )

    def _button(self, name: str, *, text: bool = False) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setAccessibleName(self._actions[name].text())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setIconSize(
            button.iconSize().scaled(ICON_PX, ICON_PX, Qt.AspectRatioMode.KeepAspectRatio)
        )
        if text:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setProperty("segment", "true")
            if not button.icon().isNull():
                self._worded.append(button)
        return button


class _Photo(QLabel):
    """A photo's name and form in plain text; where there is no room, dots take the middle."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        area, middle = self.contentsRect(), Qt.TextElideMode.ElideMiddle
        words = self.fontMetrics().elidedText(self.text(), middle, area.width())
        QPainter(self).drawText(area, Qt.AlignmentFlag.AlignVCenter, words)


class StatusLine(QFrame):
    """The photo, the batch while it runs, the device and the progress."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        self.photo = _Photo()
        self.photo.setAccessibleName(tr("Photo"))
        self.photo.setTextFormat(Qt.TextFormat.PlainText)
        self.work = QLabel()
        self.work.setAccessibleName(tr("Progress"))
        self.work.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.batch = QPushButton()
        self.batch.setProperty("flat", "true")
        self.batch.setObjectName("statusBatch")
        self.batch.setToolTip(tr("Show the batch"))
        self.batch.setAccessibleName(tr("Show the batch"))
        self.batch.hide()
        row(self.photo, self.batch, self.work, margins=(16, 6, 16, 6), spacing=16, into=self)

    def set_batch(self, words: str) -> None:
        """Show the progress of the batch; empty if none runs."""
        self.batch.setText(words)
        self.batch.setVisible(bool(words))


class Shell(QWidget):
    """Bar, photo, panel and status line; the photo gets all remaining room."""

    page_changed = Signal(str)

    def __init__(self, top_bar: TopBar) -> None:
        super().__init__()
        self.top_bar = top_bar
        self.banner = Banner(self)
        self.status_line = StatusLine()
        self.page: PageName = "photo"
        self._shown: dict[PageName, tuple[QWidget, QWidget]] = {}
        self._pages = QStackedWidget()
        self._pages.installEventFilter(self)
        self._page_column = column(self._pages, spacing=0)
        self._page_column.setStretch(0, 1)
        self._footers: dict[PageName, QWidget] = {}
        self._is_bare = False
        self._panels = QStackedWidget()
        self._panels.setFixedWidth(PANEL_WIDTH_PX)
        self.banner.visibility_changed.connect(self._place_banner)
        self._lay_out()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._keep_focus)

    def add_page(
        self, name: PageName, content: QWidget, panel: QWidget, footer: QWidget | None = None
    ) -> None:
        """Take up a page, the panel beside it and what lies below it; the first one is shown."""
        self._shown[name] = (content, panel)
        self._pages.addWidget(content)
        self._panels.addWidget(panel)
        if footer is not None:
            self._footers[name] = holder = QWidget()
            column(footer, into=holder)
            self._page_column.addWidget(holder)

    def show_page(self, page: PageName) -> None:
        """Show a page, with its panel."""
        if page != self.page:
            self.banner.leave_page()
        self.page = page
        content, panel = self._shown[page]
        self._pages.setCurrentWidget(content)
        self._panels.setCurrentWidget(panel)
        self._show_footers()
        if page != "photo":
            self.focus_page()
        self.page_changed.emit(page)

    def set_bare(self, bare: bool) -> None:
        """Show the page alone, or everything around it again."""
        for part in (self.top_bar, self._panels, self.status_line):
            part.setVisible(not bare)
        self._is_bare = bare
        self._show_footers()
        if bare:
            self.focus_page()

    def _show_footers(self) -> None:
        for name, footer in self._footers.items():
            footer.setVisible(name == self.page and not self._is_bare)

    def focus_page(self) -> None:
        """Give the keys to the shown page."""
        content, _panel = self._shown[self.page]
        content.setFocus()

    def eventFilter(self, pages: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Keep the message on its page."""
        if event.type() == QEvent.Type.Resize:
            self._place_banner()
        return super().eventFilter(pages, event)

    def _place_banner(self) -> None:
        self.banner.place(self._pages.geometry())

    def _keep_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        """Give the page the keys of a hidden control; Qt would give them to its neighbour."""
        if old is None or new is None or (old.isEnabled() and old.isVisible()):
            return
        if self._panels.isAncestorOf(old):
            self.focus_page()

    def _lay_out(self) -> None:
        middle = row(self._page_column, self._panels, spacing=0)
        column(self.top_bar, middle, self.status_line, spacing=0, into=self).setStretch(1, 1)


START_SIZE = QSize(1280, 800)
BORDER_PX = 4  # of the frame that window managers draw; known only once the window is shown


def place(window: QWidget, kept: bytes) -> None:
    """Give a window its kept geometry or the size of a first start, as far as it fits.

    Qt has packed the kept one, which is empty at a first start, and fits it into the screens.
    """
    if kept and window.restoreGeometry(QByteArray(kept)):
        return
    title_px = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    frame = QMargins(BORDER_PX, title_px, BORDER_PX, BORDER_PX)
    free = QGuiApplication.screens()[0].availableGeometry().marginsRemoved(frame)
    first = QRect(free.topLeft(), START_SIZE.boundedTo(free.size()))
    first.moveCenter(free.center())
    window.setGeometry(first)
