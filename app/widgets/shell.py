"""The inside of the window: where each part has its place."""

from typing import Literal, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.views.compare_grid import CompareGrid
from app.widgets.banner import Banner
from app.widgets.batch.page import BatchPage
from app.widgets.batch.panel import BatchPanel
from app.widgets.compare.panel import ComparePanel
from app.widgets.empty_state import EmptyState
from app.widgets.side_panel import WIDTH_PX, SidePanel
from app.widgets.status_line import StatusLine
from app.widgets.top_bar import TopBar

PageName: TypeAlias = Literal["photo", "batch", "compare"]


class Shell(QWidget):
    """Bar, photo, panel and status line; the photo gets all the room that is left.

    Attributes:
        page_changed: (str) this page is shown now.
        page: that is shown.

    Args:
        top_bar: the bar above.
        view: shows the photo.
    """

    page_changed = Signal(str)

    def __init__(self, top_bar: TopBar, view: QWidget) -> None:
        super().__init__()
        self.top_bar = top_bar
        self.empty = EmptyState()
        self.banner = Banner()
        self.panel = SidePanel()
        self.batch_page = BatchPage()
        self.batch_panel = BatchPanel()
        self.compare_grid = CompareGrid()
        self.compare_panel = ComparePanel()
        self.status_line = StatusLine()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(view)
        self._pages.addWidget(self.batch_page)
        self._pages.addWidget(self.compare_grid)
        self._panels = QStackedWidget()
        self._panels.setFixedWidth(WIDTH_PX)
        for panel in (self.panel, self.batch_panel, self.compare_panel):
            self._panels.addWidget(panel)
        self.page: PageName = "photo"
        self._photo_page = 0
        self._notice_area = QWidget()
        notice = QVBoxLayout(self._notice_area)
        notice.setContentsMargins(8, 8, 8, 8)
        notice.addWidget(self.banner)
        self._notice_area.hide()
        self._lay_out()

    def show_photo(self, there: bool) -> None:
        """Another photo, to show or to compare, or none: ask for one."""
        self._photo_page = 1 if there else 0
        self.show_page("compare" if self.page == "compare" else "photo")

    def show_page(self, page: PageName) -> None:
        """Show the photo, or a page instead of it, with its panel."""
        self.page = page
        if page == "photo":
            self._pages.setCurrentIndex(self._photo_page)
            self._panels.setCurrentWidget(self.panel)
        else:
            shown = {
                "batch": (self.batch_page, self.batch_panel),
                "compare": (self.compare_grid, self.compare_panel),
            }
            widget, panel = shown[page]
            self._pages.setCurrentWidget(widget)
            self._panels.setCurrentWidget(panel)
            self.focus_page()
        self.page_changed.emit(page)

    def focus_page(self) -> None:
        """Keys go to what is shown."""
        shown = self._pages.currentWidget()
        assert shown is not None, "there is always a page"
        shown.setFocus()

    @property
    def shows_batch(self) -> bool:
        """Whether the Batch page is there instead of the photo."""
        return self.page == "batch"

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
