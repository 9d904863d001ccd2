"""The Batch page: progress and a table of the photos, or a place to drop them."""

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QSystemTrayIcon,
    QTableView,
    QWidget,
)

from app.batch.controller import BatchController
from app.batch.jobs import RESULTS
from app.batch.panel import BatchPanel
from app.batch.state import BatchState, BatchStatus, counted_of, pace_of
from app.batch.table import PICTURE, ROW_PX, BatchModel, Column, RowDelegate, note_of
from app.shell.parts import Drawing, button, column, heading, muted, row
from app.shell.shell import Shell
from app.shell.theme import program_icon
from app.shell.thumbnails import Thumbnails
from app.shell.translation import tr
from app.tasks import Tasks

ICON_PX = 72
PHOTO_PX = 264  # the note, with the name of the result, has the rest
STATE_PX = 104
TIME_PX = 80
BAR_STEPS = 1000  # a photo


class BatchTable(QTableView):
    """The photos of a batch."""

    opened = Signal(object)
    removed = Signal(object)

    def __init__(self, model: BatchModel) -> None:
        super().__init__()
        self.setModel(model)
        self._model = model
        self.setItemDelegate(RowDelegate(self))
        self.setAccessibleName(tr("Photos of the batch"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.verticalHeader().hide()
        for corner in self.findChildren(QAbstractButton):  # Qt's own, for selecting all
            corner.setAccessibleName(tr("All photos"))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        for at, width in (
            (Column.PHOTO, PHOTO_PX),
            (Column.STATE, STATE_PX),
            (Column.TIME, TIME_PX),
        ):
            self.setColumnWidth(at, width)
        self.activated.connect(self._open)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Remove photos from the list by Delete; open one by Enter."""
        rows = self.selectionModel().selectedRows()
        if event.key() == Qt.Key.Key_Delete and rows:
            self.removed.emit([self._model.entry(row.row()).source for row in rows])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self._model.entry(index.row()))


class BatchList(QFrame):
    """Shows a batch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("batchPage")
        self.model = BatchModel()
        self.table = BatchTable(self.model)
        self.title = heading(tr("Batch"))
        self.counted = QLabel()
        self.counted.setAccessibleName(tr("Progress of the batch"))
        self.pace = muted()
        self.pace.setWordWrap(False)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName(tr("Progress of the batch"))
        self.details = muted()
        self.details.setContentsMargins(16, 10, 16, 10)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details.hide()
        self.table.selectionModel().currentRowChanged.connect(self._show_details)
        self.model.dataChanged.connect(self._show_details)
        self.model.modelReset.connect(self._show_details)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty())
        self._pages.addWidget(self._listing())
        column(self._pages, into=self)
        self.show_status(BatchStatus())

    def show_status(self, status: BatchStatus) -> None:
        """Show the progress, also in words."""
        is_empty = status.state is BatchState.EMPTY
        self._pages.setCurrentIndex(0 if is_empty else 1)
        self.setFocusProxy(self.add_folder if is_empty else self.table)
        self.model.set_paused(status.state is BatchState.PAUSED)
        self.counted.setText(counted_of(status))
        self.pace.setText(pace_of(status))
        self.bar.setRange(0, max(status.total, 1) * BAR_STEPS)
        self.bar.setValue(round((status.finished + status.under_way) * BAR_STEPS))
        self.looking.setText(tr("Looking for photos…") if status.is_looking else "")

    def _listing(self) -> QWidget:
        head = row(self.title, self.counted, self.pace, grows=1, spacing=16)
        above = column(head, self.bar, margins=(16, 12, 16, 12), spacing=10)
        page = QWidget()
        column(above, self.table, self.details, spacing=0, into=page).setStretch(1, 1)
        return page

    def _show_details(self) -> None:
        """Show the full error of the photo at the cursor; its row may cut it."""
        index = self.table.currentIndex()
        entry = self.model.entry(index.row()) if index.isValid() else None
        has_failed = entry is not None and entry.error is not None
        self.details.setText(note_of(entry) if entry is not None and has_failed else "")
        self.details.setVisible(has_failed)

    def _empty(self) -> QWidget:
        page = QFrame()
        page.setObjectName("emptyState")
        picture = Drawing("batch", ICON_PX)
        title = QLabel(tr("Drop photos or folders here"))
        title.setProperty("title", "true")
        place = tr("Results go to a folder “{name}” beside the photos.", name=RESULTS)
        hint = muted(f"{place} {tr('Your files are never changed.')}")
        self.looking = muted()
        for label in (picture, title, hint, self.looking):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.add_folder = button(tr("Add folder…"))
        self.add_folder.setProperty("primary", "true")
        self.add_folder.setProperty("large", "true")
        self.add_folder.setMinimumWidth(200)
        self.add_photos = button(tr("Add photos…"))
        self.add_photos.setProperty("flat", "true")
        buttons = (self.add_folder, self.add_photos)
        parts = (0, picture, title, hint, 8, *buttons, self.looking, 0)
        layout = column(*parts, margins=(12, 12, 12, 12), spacing=16, into=page)
        for each in buttons:
            layout.setAlignment(each, Qt.AlignmentFlag.AlignHCenter)
        layout.setStretch(0, 2)  # a little above the middle
        layout.setStretch(len(parts) - 1, 3)
        return page


class Notifier(QObject):
    """Notifies on the desktop that a batch is over, if the window is inactive and a tray exists."""

    chosen = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._tray: QSystemTrayIcon | None = None

    def notify(self, text: str) -> None:
        """Notify the user unless the window is active."""
        there = QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()
        if not there or self._window.isActiveWindow():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(program_icon(), self)
            self._tray.setToolTip(tr("Batch finished"))
            self._tray.messageClicked.connect(self._choose)
            self._tray.activated.connect(self._choose)
        self._tray.show()
        self._tray.showMessage(tr("Batch finished"), text, program_icon())

    def _choose(self, *_: object) -> None:
        if self._tray is not None:
            self._tray.hide()
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()
        self.chosen.emit()


class BatchPage(QObject):
    """Connects list, panel and banner with the controller."""

    def __init__(
        self,
        shell: Shell,
        controller: BatchController,
        tasks: Tasks,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._shell = shell
        self._controller = controller
        self.thumbnails = Thumbnails(tasks, PICTURE * window.devicePixelRatio(), self)
        self.list = BatchList()
        self.panel = BatchPanel()
        shell.add_page("batch", self.list, self.panel)
        self.list.model.pixel_ratio = window.devicePixelRatio()
        self.notifier = Notifier(window)
        self._connect_batch()
        self._connect_page(self.list)
        self._connect_panel(self.panel)
        self._show_made_with()

    @property
    def is_shown(self) -> bool:
        """True if this page is shown."""
        return self._shell.page == "batch"

    def _connect_batch(self) -> None:
        controller, batch, shell = self._controller, self._controller.batch, self._shell
        model = self.list.model
        batch.listed.connect(model.set_entries)
        batch.listed.connect(self._show_made_with)
        batch.entry_changed.connect(model.change_entry)
        batch.status_changed.connect(self._show_status)
        batch.choices_changed.connect(self.panel.show_choices)
        controller.watched_changed.connect(self.panel.show_watched)
        controller.noticed.connect(shell.banner.show_notice)
        controller.over.connect(self.notifier.notify)
        shell.status_line.batch.clicked.connect(controller.page_asked)
        self.notifier.chosen.connect(controller.page_asked)

    def _connect_page(self, page: BatchList) -> None:
        controller = self._controller
        page.add_photos.clicked.connect(controller.ask_photos)
        page.add_folder.clicked.connect(controller.ask_folder)
        page.table.opened.connect(controller.open_row)
        page.table.removed.connect(controller.batch.remove)
        page.model.picture_wanted.connect(self.thumbnails.want)
        self.thumbnails.made.connect(page.model.set_picture)

    def _connect_panel(self, panel: BatchPanel) -> None:
        controller, steps = self._controller, panel.steps
        panel.choices_made.connect(controller.batch.set_choices)
        panel.browse.clicked.connect(controller.ask_output)
        panel.add_photos.clicked.connect(controller.ask_photos)
        panel.add_folder.clicked.connect(controller.ask_folder)
        panel.clear.clicked.connect(controller.batch.clear)
        panel.watch.clicked.connect(controller.set_watching)
        steps.go.clicked.connect(controller.batch.go)
        steps.cancel.clicked.connect(controller.batch.cancel)
        steps.retry.clicked.connect(lambda: controller.batch.start(retry_failed=True))
        steps.output.clicked.connect(controller.open_output)
        steps.report.clicked.connect(controller.show_report)

    def _show_status(self, status: BatchStatus) -> None:
        self.list.show_status(status)
        self.panel.show_status(status)
        words = tr("Batch: {progress}", progress=counted_of(status))
        self._shell.status_line.set_batch(words if status.state.is_run else "")

    def _show_made_with(self) -> None:
        batch = self._controller.batch
        sample = next(iter(batch.entries), None)
        self.panel.show_made_with(sample, self._controller.model_name(), batch.options())

    def options_changed(self) -> None:
        """Show other settings for deraining, and preview their effect."""
        self._show_made_with()
        self._controller.batch.foresee_soon()
