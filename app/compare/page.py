"""The Compare page: its grid and panel, and their connections."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.compare.controller import CompareController
from app.compare.grid import CompareGrid
from app.compare.panel import ComparePanel
from app.compare.panes import MOST
from app.shell.shell import Shell
from app.shell.translation import tr

if TYPE_CHECKING:
    from nledn.card import Card


class ComparePage(QObject):
    """Connects grid and panel with the controller and its model."""

    def __init__(self, shell: Shell, controller: CompareController, window: QObject) -> None:
        super().__init__(window)
        self._shell = shell
        self.controller = controller
        self.grid = CompareGrid()
        self.panel = ComparePanel()
        shell.add_page("compare", self.grid, self.panel)
        shell.page_changed.connect(self._page_changed)
        controller.noticed.connect(shell.banner.show_notice)
        controller.changed.connect(self._show)
        controller.shuffled.connect(partial(self.grid.show_single, None))
        controller.model.photo_changed.connect(self._show_photo)
        controller.model.progressed.connect(self._show_progress)
        self._connect_grid(self.grid)
        self._connect_panel(self.panel)

    def set_cards(self, cards: "tuple[Card, ...]") -> None:
        """Set the models to compare."""
        self.controller.set_cards(cards)
        self.panel.set_cards(cards)

    def _connect_grid(self, grid: CompareGrid) -> None:
        model = self.controller.model
        grid.moved.connect(self.controller.move)
        grid.decided.connect(self.controller.decide)
        grid.selected.connect(model.select)
        grid.selected.connect(grid.set_selection)
        grid.wipe_changed.connect(self.panel.wipe.setChecked)
        grid.link.visible_rect_changed.connect(model.look_at)
        grid.link.changed.connect(self._show_zoom)

    def _connect_panel(self, panel: ComparePanel) -> None:
        controller, model, grid = self.controller, self.controller.model, self.grid
        panel.checkpoint_asked.connect(model.add_checkpoint)
        panel.picture_asked.connect(controller.ask_picture)
        panel.strength_changed.connect(model.set_strength)
        panel.remove_asked.connect(model.remove)
        panel.wipe.toggled.connect(partial(setattr, grid, "is_wiping"))
        panel.errors.clicked.connect(model.show_errors)
        panel.select.toggled.connect(self._set_selecting)
        panel.blind.toggled.connect(controller.set_blind)
        panel.voted.connect(controller.vote)
        panel.whole.clicked.connect(model.compute_whole)
        panel.stop.clicked.connect(model.stop)
        panel.tiling.clicked.connect(controller.check_tiling)
        panel.export.clicked.connect(controller.ask_export)

    def _show(self) -> None:
        controller, model, panel = self.controller, self.controller.model, self.panel
        self.grid.show_pictures(controller.shown())
        panel.show_rows(controller.rows(), can_add=len(model.panes) < MOST)
        panel.allow(tiling=controller.first_model is not None, errors=model.truth is not None)
        panel.errors.setChecked(model.shows_errors and model.truth is not None)
        panel.show_measured(controller.measured())
        panel.set_blind(controller.letters())

    def _show_photo(self, width: int, height: int) -> None:
        """Show another photo, without a selection."""
        self.grid.set_photo_size(width, height)
        self.panel.select.setChecked(False)
        self.grid.set_selection(None)

    def _show_progress(self) -> None:
        model = self.controller.model
        done, total = model.tiles()
        words = ""
        if total:
            words = tr("{done} of {total} tiles", done=done, total=total)
        elif model.is_computing:
            words = tr("Loading the models…")
        self.panel.show_progress(words, is_running=model.is_computing, is_whole=model.is_whole)

    def _set_selecting(self, is_selecting: bool) -> None:
        self.grid.set_selecting(is_selecting)
        if not is_selecting:
            self.grid.set_selection(None)
            self.controller.model.select(None)

    def _page_changed(self) -> None:
        self.controller.set_active(self._is_shown())
        self._show_zoom()

    def _show_zoom(self) -> None:
        if self._is_shown():
            self._shell.top_bar.set_zoom(self.grid.link.leader.zoom)

    def _is_shown(self) -> bool:
        return self._shell.page == "compare"
