"""All connections of the Compare page, on one page as the window's are."""

from PySide6.QtCore import QObject

from app.comparing.desk import CompareDesk
from app.comparing.progress import Progress
from app.desk import Desk
from app.runner import Runner
from app.session import Session
from app.translation import tr
from app.views.compare_canvas import Shown
from app.views.compare_grid import CompareGrid
from app.views.picture import Picture
from app.widgets.compare.panel import ComparePanel
from app.widgets.compare.rows import Row
from app.widgets.shell import Shell
from nledn.card import Card


class CompareWiring(QObject):
    """Connects grid and panel with the desk, and the desk with the runner.

    Args:
        shell: has grid, panel, banner and top bar.
        desk: what they ask.
        window: whose comparison it is.
    """

    def __init__(self, shell: Shell, desk: CompareDesk, window: QObject) -> None:
        super().__init__(window)
        self._shell = shell
        self.desk = desk
        self._connect_desk(shell.compare_grid, shell.compare_panel)
        self._connect_grid(shell.compare_grid)
        self._connect_panel(shell.compare_panel)
        shell.page_changed.connect(self._page_changed)

    def listen(self, session: Session, runner: Runner, window_desk: Desk, picture: Picture) -> None:
        """Learn of photos, jobs, checkpoints, and the screen's colours."""
        window_desk.shelf_read.connect(self._set_cards)
        desk = self.desk
        session.photo_opened.connect(desk.opened)
        session.options_changed.connect(desk.bench.set_options)
        runner.cancelled.connect(desk.bench.stopped)
        runner.finished.connect(desk.finished)
        runner.failed.connect(desk.job_failed)
        runner.reported.connect(desk.bench.reported)
        picture.appearance_changed.connect(
            lambda: desk.bench.set_screen_profile(picture.screen_profile)
        )

    def _set_cards(self, cards: tuple[Card, ...]) -> None:
        """The checkpoints that can be compared."""
        self.desk.set_cards(cards)
        self._shell.compare_panel.set_cards(cards)

    def _page_changed(self) -> None:
        self.desk.set_active(self._is_shown())
        self._show_zoom()

    def _is_shown(self) -> bool:
        return self._shell.page == "compare"

    def _connect_desk(self, grid: CompareGrid, panel: ComparePanel) -> None:
        desk, bench = self.desk, self.desk.bench
        desk.noticed.connect(self._shell.banner.show_notice)
        desk.shown_changed.connect(self._show_pictures)
        desk.rows_changed.connect(self._show_rows)
        desk.measured_changed.connect(panel.show_measured)
        desk.letters_changed.connect(panel.set_blind)
        bench.photo_changed.connect(grid.set_photo_size)
        bench.photo_changed.connect(self._forget_selection)
        bench.progressed.connect(self._show_progress)

    def _connect_grid(self, grid: CompareGrid) -> None:
        desk, bench = self.desk, self.desk.bench
        grid.moved.connect(desk.move)
        grid.selected.connect(bench.select)
        grid.selected.connect(grid.set_selection)
        grid.wipe_changed.connect(self._shell.compare_panel.wipe.setChecked)
        grid.link.visible_rect_changed.connect(bench.look_at)
        grid.link.changed.connect(self._show_zoom)

    def _connect_panel(self, panel: ComparePanel) -> None:
        desk, bench, grid = self.desk, self.desk.bench, self._shell.compare_grid
        panel.checkpoint_asked.connect(desk.add_checkpoint)
        panel.result_asked.connect(desk.ask_result)
        panel.truth_asked.connect(desk.ask_truth)
        panel.strength_changed.connect(bench.set_strength)
        panel.remove_asked.connect(bench.remove)
        panel.wipe_toggled.connect(self._set_wiping)
        panel.errors_toggled.connect(bench.show_errors)
        panel.selecting_toggled.connect(grid.set_selecting)
        panel.selecting_toggled.connect(self._end_selecting)
        panel.blind_toggled.connect(desk.set_blind)
        panel.voted.connect(desk.vote)
        panel.whole_asked.connect(bench.compute_whole)
        panel.stop_asked.connect(bench.stop)
        panel.tiling_asked.connect(desk.check_tiling)
        panel.export_asked.connect(desk.ask_export)

    def _show_pictures(self, shown: tuple[Shown, ...]) -> None:
        self._shell.compare_grid.show_pictures(shown)

    def _show_rows(self, rows: tuple[Row, ...]) -> None:
        bench = self.desk.bench
        self._shell.compare_panel.show_rows(
            rows, can_add=self.desk.can_add, has_truth=bench.truth is not None
        )

    def _show_progress(self, progress: Progress) -> None:
        words = ""
        if progress.total:
            words = tr("{done} of {total} tiles", done=progress.done, total=progress.total)
        elif progress.is_running:
            words = tr("Loading the checkpoints…")
        self._shell.compare_panel.show_progress(
            words, is_running=progress.is_running, is_whole=progress.is_whole
        )

    def _show_zoom(self) -> None:
        if self._is_shown():
            self._shell.top_bar.set_zoom(self._shell.compare_grid.link.zoom)

    def _set_wiping(self, is_wiping: bool) -> None:
        self._shell.compare_grid.is_wiping = is_wiping

    def _end_selecting(self, is_selecting: bool) -> None:
        if not is_selecting:
            self._shell.compare_grid.set_selection(None)
            self.desk.bench.select(None)

    def _forget_selection(self) -> None:
        self._shell.compare_panel.select.setChecked(False)
        self._shell.compare_grid.set_selection(None)
