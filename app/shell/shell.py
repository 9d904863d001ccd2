"""The inside of the window: where each part has its place."""

from typing import Literal, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.shell.banner import Banner
from app.shell.parts import PANEL_WIDTH_PX
from app.shell.status_line import StatusLine
from app.shell.top_bar import TopBar

PageName: TypeAlias = Literal["photo", "batch", "compare"]


class Shell(QWidget):
    """Bar, photo, panel and status line; the photo gets all the room that is left.

    Attributes:
        page_changed: (str) this page is shown now.
        page: that is shown.

    Args:
        top_bar: the bar above.
    """

    page_changed = Signal(str)

    def __init__(self, top_bar: TopBar) -> None:
        super().__init__()
        self.top_bar = top_bar
        self.banner = Banner()
        self.status_line = StatusLine()
        self.page: PageName = "photo"
        self._shown: dict[PageName, tuple[QWidget, QWidget]] = {}
        self._pages = QStackedWidget()
        self._panels = QStackedWidget()
        self._panels.setFixedWidth(PANEL_WIDTH_PX)
        self._notice_area = QWidget()
        notice = QVBoxLayout(self._notice_area)
        notice.setContentsMargins(8, 8, 8, 8)
        notice.addWidget(self.banner)
        self._notice_area.hide()
        self._lay_out()

    def add_page(self, name: PageName, content: QWidget, panel: QWidget) -> None:
        """Take up a page and the panel beside it; the first one is shown."""
        self._shown[name] = (content, panel)
        self._pages.addWidget(content)
        self._panels.addWidget(panel)

    def show_page(self, page: PageName) -> None:
        """Show a page, with its panel."""
        self.page = page
        content, panel = self._shown[page]
        self._pages.setCurrentWidget(content)
        self._panels.setCurrentWidget(panel)
        if page != "photo":
            self.focus_page()
        self.page_changed.emit(page)

    def focus_page(self) -> None:
        """Keys go to what is shown."""
        content, _panel = self._shown[self.page]
        content.setFocus()

    def show_notice(self, there: bool) -> None:
        """Make room for the banner, or take it back."""
        self._notice_area.setVisible(there)

    def _lay_out(self) -> None:
        photo = QVBoxLayout()
        photo.setSpacing(0)
        photo.addWidget(self._notice_area)
        photo.addWidget(self._pages, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(photo, 1)
        middle.addWidget(self._panels)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addLayout(middle, 1)
        column.addWidget(self.status_line)
