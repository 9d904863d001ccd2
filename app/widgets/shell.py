"""The inside of the window: where each part has its place."""

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.widgets.banner import Banner
from app.widgets.empty_state import EmptyState
from app.widgets.side_panel import SidePanel
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
        self.status_line = StatusLine()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(view)
        self._notice_area = QWidget()
        notice = QVBoxLayout(self._notice_area)
        notice.setContentsMargins(8, 8, 8, 8)
        notice.addWidget(self.banner)
        self._notice_area.hide()
        self._lay_out()

    def show_photo(self, there: bool) -> None:
        """Show the photo, or ask for one."""
        self._pages.setCurrentIndex(1 if there else 0)

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
        middle.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addLayout(middle, 1)
        column.addWidget(self.status_line)
