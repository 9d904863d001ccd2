"""The Compare page: its grid and panel, and what they are connected with."""

from PySide6.QtCore import QObject

from app.compare.controller import CompareController
from app.compare.grid import CompareGrid
from app.compare.panel import ComparePanel, Row
from app.compare.panes import Progress
from app.imaging.picture import Picture
from app.photo.document import Document
from app.shell.shell import Shell
from app.shell.translation import tr
from app.tasks import Tasks
from app.views.compare_canvas import Shown
from nledn.card import Card


class ComparePage(QObject):
    """Connects grid and panel with the controller, and the controller with the tasks.

    Args:
        shell: has banner and top bar; takes up the page.
        controller: what they ask.
        window: whose comparison it is.
    """

    def __init__(self, shell: Shell, controller: CompareController, window: QObject) -> None:
        super().__init__(window)
        self._shell = shell
        self.controller = controller
        self.grid = CompareGrid()
        self.panel = ComparePanel()
        shell.add_page("compare", self.grid, self.panel)
        self._connect_controller(self.grid, self.panel)
        self._connect_grid(self.grid)
        self._connect_panel(self.panel)
        shell.page_changed.connect(self._page_changed)

    def listen(
        self,
        document: Document,
        tasks: Tasks,
        picture: Picture,
    ) -> None:
        """Learn of photos, jobs, checkpoints, and the screen's colours."""
        controller = self.controller
        document.photo_opened.connect(controller.opened)
        document.options_changed.connect(controller.model.set_options)
        tasks.cancelled.connect(controller.model.stopped)
        tasks.finished.connect(controller.finished)
        tasks.failed.connect(controller.job_failed)
        tasks.reported.connect(controller.model.reported)
        picture.appearance_changed.connect(
            lambda: controller.model.set_screen_profile(picture.screen_profile)
        )

    def set_cards(self, cards: tuple[Card, ...]) -> None:
        """The checkpoints that can be compared."""
        self.controller.set_cards(cards)
        self.panel.set_cards(cards)

    def _page_changed(self) -> None:
        self.controller.set_active(self._is_shown())
        self._show_zoom()

    def _is_shown(self) -> bool:
        return self._shell.page == "compare"

    def _connect_controller(self, grid: CompareGrid, panel: ComparePanel) -> None:
        controller, model = self.controller, self.controller.model
        controller.noticed.connect(self._shell.banner.show_notice)
        controller.shown_changed.connect(self._show_pictures)
        controller.rows_changed.connect(self._show_rows)
        controller.measured_changed.connect(panel.show_measured)
        controller.letters_changed.connect(panel.set_blind)
        model.photo_changed.connect(grid.set_photo_size)
        model.photo_changed.connect(self._forget_selection)
        model.progressed.connect(self._show_progress)

    def _connect_grid(self, grid: CompareGrid) -> None:
        controller, model = self.controller, self.controller.model
        grid.moved.connect(controller.move)
        grid.selected.connect(model.select)
        grid.selected.connect(grid.set_selection)
        grid.wipe_changed.connect(self.panel.wipe.setChecked)
        grid.link.visible_rect_changed.connect(model.look_at)
        grid.link.changed.connect(self._show_zoom)

    def _connect_panel(self, panel: ComparePanel) -> None:
        controller, model, grid = self.controller, self.controller.model, self.grid
        panel.checkpoint_asked.connect(controller.add_checkpoint)
        panel.result_asked.connect(controller.ask_result)
        panel.truth_asked.connect(controller.ask_truth)
        panel.strength_changed.connect(model.set_strength)
        panel.remove_asked.connect(model.remove)
        panel.wipe_toggled.connect(self._set_wiping)
        panel.errors_toggled.connect(model.show_errors)
        panel.selecting_toggled.connect(grid.set_selecting)
        panel.selecting_toggled.connect(self._end_selecting)
        panel.blind_toggled.connect(controller.set_blind)
        panel.voted.connect(controller.vote)
        panel.whole_asked.connect(model.compute_whole)
        panel.stop_asked.connect(model.stop)
        panel.tiling_asked.connect(controller.check_tiling)
        panel.export_asked.connect(controller.ask_export)

    def _show_pictures(self, shown: tuple[Shown, ...]) -> None:
        self.grid.show_pictures(shown)

    def _show_rows(self, rows: tuple[Row, ...]) -> None:
        model = self.controller.model
        self.panel.show_rows(
            rows, can_add=self.controller.can_add, has_truth=model.truth is not None
        )

    def _show_progress(self, progress: Progress) -> None:
        words = ""
        if progress.total:
            words = tr("{done} of {total} tiles", done=progress.done, total=progress.total)
        elif progress.is_running:
            words = tr("Loading the checkpoints…")
        self.panel.show_progress(words, is_running=progress.is_running, is_whole=progress.is_whole)

    def _show_zoom(self) -> None:
        if self._is_shown():
            self._shell.top_bar.set_zoom(self.grid.link.zoom)

    def _set_wiping(self, is_wiping: bool) -> None:
        self.grid.is_wiping = is_wiping

    def _end_selecting(self, is_selecting: bool) -> None:
        if not is_selecting:
            self.grid.set_selection(None)
            self.controller.model.select(None)

    def _forget_selection(self) -> None:
        self.panel.select.setChecked(False)
        self.grid.set_selection(None)
