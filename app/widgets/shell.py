"""The inside of the window: where each part has its place."""

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.widgets.banner import Banner
from app.widgets.batch.page import BatchPage
from app.widgets.batch.panel import BatchPanel
from app.widgets.empty_state import EmptyState
from app.widgets.side_panel import WIDTH_PX, SidePanel
from app.widgets.status_line import StatusLine
from app.widgets.top_bar import TopBar


class Shell(QWidget):
    """Bar, photo, panel and status line; the photo gets all the room that is left.

    Args:
        top_bar: the bar above.
        view: shows the photo.
    """

    def __init__(self, top_bar: TopBar, view: QWidget) -> None:
        super().__init__()
        self.top_bar = top_bar
        self.empty = EmptyState()
        self.banner = Banner()
        self.panel = SidePanel()
        self.batch_page = BatchPage()
        self.batch_panel = BatchPanel()
        self.status_line = StatusLine()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(view)
        self._pages.addWidget(self.batch_page)
        self._panels = QStackedWidget()
        self._panels.setFixedWidth(WIDTH_PX)
        self._panels.addWidget(self.panel)
        self._panels.addWidget(self.batch_panel)
        self._photo_page = 0
        self._notice_area = QWidget()
        notice = QVBoxLayout(self._notice_area)
        notice.setContentsMargins(8, 8, 8, 8)
        notice.addWidget(self.banner)
        self._notice_area.hide()
        self._lay_out()

    def show_photo(self, there: bool) -> None:
        """Show the photo, or ask for one."""
        self._photo_page = 1 if there else 0
        self.show_batch(False)

    @property
    def shows_batch(self) -> bool:
        """Whether the Batch page is there instead of the photo."""
        return self._pages.currentWidget() is self.batch_page

    def show_batch(self, there: bool) -> None:
        """Show the Batch page, or the photo again."""
        self._pages.setCurrentIndex(2 if there else self._photo_page)
        self._panels.setCurrentIndex(1 if there else 0)
        if there:
            self.batch_page.setFocus()

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
