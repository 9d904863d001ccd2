"""The window: it builds the widgets and connects its own; each page connects the rest."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow

from app.batch.controller import BatchController, FromPhotoPage
from app.batch.page import BatchPage
from app.compare.controller import CompareController
from app.compare.page import ComparePage
from app.imaging.pyramid import Opened
from app.photo.controller import PhotoController
from app.photo.document import Document
from app.photo.model_picker import ModelPicker
from app.photo.page import PhotoPage
from app.photo.state import PhotoState
from app.photo.words import keys_on_photo
from app.shell.actions import (
    MODES,
    PAGES,
    ExportMenu,
    RecentMenu,
    make_actions,
    make_menus,
    without_state,
)
from app.shell.banner import Notice
from app.shell.dialogs import Dialogs
from app.shell.engines import BackendBenchmark, Engines, give_memory_back
from app.shell.help import Help
from app.shell.models import Models
from app.shell.names import in_title, is_welcome
from app.shell.save_dialogs import texts_of
from app.shell.screen_profile import ScreenProfile
from app.shell.settings import Preferences, Settings
from app.shell.shell import PageName, Shell, TopBar, place
from app.shell.theme import program_icon
from app.shell.translation import tr
from app.tasks import Tasks
from app.views.photo_view import PhotoView
from app.views.viewport import Viewport
from nledn.messages import printable

SMALLEST_SIZE = QSize(880, 480)  # 1920×1080 at twice the pixels, below a panel
STRENGTH_STEP = 0.05


class MainWindow(QMainWindow):
    """The main window."""

    def __init__(
        self,
        document: Document,
        engines: Engines,
        tasks: Tasks,
        preferences: Preferences,
        dialogs: Dialogs | None = None,
    ) -> None:
        super().__init__()
        self.document = document
        self.tasks = tasks
        self.preferences = preferences
        self.picture = document.picture
        self.viewport = Viewport(self)
        self.view = PhotoView(self.picture, self.viewport)
        dialogs = self._dialogs = dialogs or Dialogs(self, tasks)
        self.models = Models(tasks, dialogs, self)
        self.screen_profile = ScreenProfile(tasks, preferences, self)
        self.controller = PhotoController(
            document, engines, tasks, preferences, dialogs, self.models
        )
        self.backend_benchmark = BackendBenchmark(
            tasks, lambda: document.options, partial(self.controller.warm_up, again=True)
        )
        self.batch_controller = BatchController(
            tasks, preferences, dialogs, engines, self._for_batch(), self
        )
        self.named_actions = make_actions(self)
        self._help = Help(self, dialogs, self.named_actions, keys_on_photo)
        self.shell = Shell(TopBar(self.named_actions, MODES, PAGES))
        self.recent_menu = RecentMenu(lambda: preferences.settings.recent, self)
        self.export_menu = ExportMenu(
            lambda: preferences.settings.export_presets, self.named_actions["save"], self
        )
        self._is_finishing = False
        self._build()
        tasks.idled.connect(self._close_if_finishing)
        tasks.idled.connect(give_memory_back)
        self._connect_window()
        self.photo = PhotoPage(
            self.shell, self.view, self.controller, self.named_actions, tasks, self
        )
        self.batch = BatchPage(self.shell, self.batch_controller, tasks, self)
        document.options_changed.connect(self.batch.options_changed)
        document.strength_changed.connect(self.batch.options_changed)
        document.brightness_changed.connect(self.batch.options_changed)
        compare_controller = CompareController(tasks, engines, document.options, dialogs)
        self.compare = ComparePage(self.shell, compare_controller, self)
        self._connect_compare(compare_controller)
        self.photo.panel.results.export.setMenu(self.export_menu)
        self.setTabOrder(self.view, self.view.handle)
        self._connect_shell(self.photo.panel.model)
        self._connect_actions()
        self._show_kept(preferences.settings)

    def _for_batch(self) -> FromPhotoPage:
        document = self.document
        return FromPhotoPage(
            options=lambda: document.wanted,
            model=lambda: self.photo.panel.model.name,
            path=lambda: document.photo.path if document.photo else None,
            review=self.controller.review,
        )

    def _build(self) -> None:
        self.setWindowIcon(program_icon())
        self.setWindowTitle("AfterRain[*]")
        self.setMinimumSize(SMALLEST_SIZE)
        self.setAcceptDrops(True)
        make_menus(self.menuBar(), self.named_actions, self.recent_menu, self.export_menu)
        self.setCentralWidget(self.shell)

    # Connections

    def _connect_window(self) -> None:
        document, controller = self.document, self.controller
        document.photo_opened.connect(self.show_photo)
        document.unsaved_changed.connect(self.setWindowModified)
        self.view.mode_changed.connect(self._show_mode)
        self.recent_menu.photo_chosen.connect(controller.open)
        self.export_menu.preset_chosen.connect(controller.saving.export)
        self.batch_controller.ready_to_close.connect(self._finish)
        self.batch_controller.page_asked.connect(partial(self._show_page, "batch"))
        controller.folder_asked.connect(self.batch_controller.add)
        self.batch_controller.batch.photo_done.connect(controller.series.note_result)
        stack = document.history.stack
        stack.canUndoChanged.connect(self.named_actions["undo"].setEnabled)
        stack.canRedoChanged.connect(self.named_actions["redo"].setEnabled)
        self.preferences.changed.connect(controller.settings_changed)
        self.preferences.changed.connect(lambda _before, now: self._let_fit(now))

    def _connect_shell(self, picker: ModelPicker) -> None:
        models, show_notice = self.models, self.shell.banner.show_notice
        picker.fetch_action.triggered.connect(models.fetch)
        picker.stop_button.clicked.connect(models.stop)
        picker.import_action.triggered.connect(models.ask_file)
        models.progressed.connect(picker.set_progress)
        models.shelf_read.connect(self.photo.set_cards)
        models.shelf_read.connect(self.batch.options_changed)
        models.shelf_read.connect(self.compare.set_cards)
        models.imported.connect(self.document.history.choose_checkpoint)
        models.noticed.connect(show_notice)
        self.screen_profile.changed.connect(self.picture.set_screen_profile)
        self.screen_profile.noticed.connect(show_notice)
        self.backend_benchmark.noticed.connect(show_notice)

    def _connect_compare(self, compare: CompareController) -> None:
        document, model = self.document, compare.model
        document.photo_opened.connect(compare.opened)
        compare.chosen.connect(self._take_chosen)
        document.options_changed.connect(model.set_options)
        document.strength_changed.connect(partial(setattr, model, "first_strength"))
        self.screen_profile.changed.connect(model.set_screen_profile)

    def _connect_actions(self) -> None:
        for name, slot in self._slots().items():
            self.named_actions[name].triggered.connect(without_state(slot))
        for mode in MODES:
            slot = partial(self.view.arrange, mode=mode)
            self.named_actions[mode].triggered.connect(without_state(slot))
            self.named_actions[mode].triggered.connect(
                without_state(partial(self._show_page, "photo"))
            )
        area = self.photo.panel.keep_area
        self.named_actions["brush"].toggled.connect(area.brush_button.setChecked)
        self.named_actions["eraser"].toggled.connect(area.eraser_button.setChecked)
        self.named_actions["full_screen"].toggled.connect(self._set_full_screen)
        self.named_actions["batch"].triggered.connect(self.batch_controller.page_asked)
        self.named_actions["compare"].triggered.connect(self._turn_compare)

    def _slots(self) -> dict[str, Callable[[], Any]]:
        controller, panel = self.controller, self.photo.panel
        history, saving = self.document.history, controller.saving
        return {
            "open": controller.ask_photo,
            "open_folder": controller.ask_folder,
            "previous": partial(controller.step, -1),
            "next": partial(controller.step, 1),
            "save": saving.save,
            "save_as": saving.save_as,
            "export_rain": saving.export_rain,
            "presets": self._ask_presets,
            "quit": self.close,
            "undo": history.undo,
            "redo": history.redo,
            "copy": saving.copy,
            "paste": controller.paste,
            "settings": self._ask_settings,
            "derain": controller.derain,
            "cancel": self._escape,
            "weaker": partial(panel.strength.step, -STRENGTH_STEP),
            "stronger": partial(panel.strength.step, STRENGTH_STEP),
            "smaller": partial(panel.keep_area.grow, -1),
            "larger": partial(panel.keep_area.grow, 1),
            "clear": history.clear_mask,
            "import": self.models.ask_file,
            "turn": self._turn_divider,
            "fit": lambda: self._zoomed.fit(),  # noqa: PLW0108  # the one in sight then
            "actual": lambda: self._zoomed.set_zoom(1.0),
            "double": lambda: self._zoomed.set_zoom(2.0),
            "zoom_in": lambda: self._zoomed.zoom_by(1.25),
            "zoom_out": lambda: self._zoomed.zoom_by(0.8),
            "manual": self._help.show_manual,
            "shortcuts": self._help.show_shortcuts,
            "sample": controller.open_sample,
            "log": self._help.show_log,
            "about": self._help.show_about,
        }

    @property
    def _zoomed(self) -> Viewport:
        """The visible viewport."""
        is_comparing = self.shell.page == "compare"
        return self.compare.grid.link.leader if is_comparing else self.viewport

    # Display

    def show_photo(self, opened: Opened) -> None:
        """Show a photo that was opened, on the Photo or the Compare page."""
        self.photo.show_photo(opened.photo)
        self._show_page("compare" if self.shell.page == "compare" else "photo")
        path = opened.photo.path
        name = printable(path.name) if path else tr("Pasted picture")
        self.setWindowTitle(f"{in_title(name)}[*] – AfterRain")
        self.setWindowFilePath(printable(path) if path else "")
        self._show_neighbours()
        self.shell.focus_page()

    def _show_neighbours(self) -> None:
        """On the Batch page their keys are the table's."""
        for name, by in (("previous", -1), ("next", 1)):
            there = self.document.neighbour(by) is not None
            self.named_actions[name].setEnabled(there and self.shell.page != "batch")

    def _show_mode(self, mode: str) -> None:
        self.named_actions[mode].setChecked(True)
        self.named_actions["turn"].setEnabled(mode == "before_after")
        self.photo.panel.rain_gain.setVisible(mode == "rain")
        self.preferences.change(view=mode)

    def _show_page(self, page: PageName) -> None:
        self.shell.show_page(page)
        self.named_actions[self.view.arrangement.mode if page == "photo" else page].setChecked(True)
        self._show_neighbours()

    def _take_chosen(self, model: str, strength: float) -> None:
        """Derain the photo as a pane of the comparison does."""
        self.document.history.choose_checkpoint(model, only_here=True)
        self.document.history.strength_settled(strength)
        self._show_page("photo")
        self.shell.focus_page()

    def _turn_compare(self) -> None:
        self._show_page("photo" if self.shell.page == "compare" else "compare")

    def _let_fit(self, settings: Settings) -> None:
        for viewport in (self.viewport, self.compare.grid.link):
            viewport.set_enlarges(settings.enlarges)

    def _show_kept(self, settings: Settings) -> None:
        place(self, settings.geometry)
        self._let_fit(settings)
        self.view.arrange(mode=settings.view)
        self._show_mode(settings.view)
        if settings.divider == "horizontal":
            self.view.arrange(line=Qt.Orientation.Horizontal)
        for name in ("previous", "next", "undo", "redo"):
            self.named_actions[name].setEnabled(False)

    # Actions

    def _ask_settings(self) -> None:
        before = self.preferences.settings
        chosen = self._dialogs.settings(before, self.backend_benchmark.machine)
        if chosen is not None:
            self.preferences.take_changes(before, chosen)

    def _ask_presets(self) -> None:
        presets = self._dialogs.presets(self.preferences.settings.export_presets)
        if presets is not None:
            self.preferences.change(presets=texts_of(presets))

    def _turn_divider(self) -> None:
        vertical = self.view.arrangement.line == Qt.Orientation.Vertical
        line = Qt.Orientation.Horizontal if vertical else Qt.Orientation.Vertical
        self.view.arrange(line=line)
        self.preferences.change(divider="horizontal" if vertical else "vertical")

    def _set_full_screen(self, full: bool) -> None:
        state = self.windowState() & ~Qt.WindowState.WindowFullScreen
        self.setWindowState(state | Qt.WindowState.WindowFullScreen if full else state)

    def _show_bare(self, bare: bool) -> None:
        """In full screen there is the page alone."""
        self.named_actions["full_screen"].setChecked(bare)
        self.menuBar().setVisible(not bare)
        self.shell.set_bare(bare)
        if bare:
            self.show_notice(Notice(tr("Press F11 or Esc to leave full screen.")))

    def _escape(self) -> None:
        """The nearest thing that can be left: full screen, a computation, the brush, a message."""
        if self.isFullScreen():
            self._set_full_screen(False)
        elif self.document.status.state is PhotoState.DERAINING:
            self.controller.cancel()
        elif self.view.brush is not None:
            self.photo.panel.keep_area.put_down()
        else:
            self.shell.banner.clear()

    def show_notice(self, notice: Notice) -> None:
        """Show a message in the banner."""
        self.shell.banner.show_notice(notice)

    # Events

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Full screen may begin or end by the desktop too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._show_bare(self.isFullScreen())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Go through the folder with left and right in the single view."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is not None and self.view.arrangement.mode == "single" and self.shell.page == "photo":
            self.controller.step(by)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Refuse data without a photo, such as the address of a web page."""
        if is_welcome(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open dropped files or pictures."""
        event.acceptProposedAction()
        if not self.batch_controller.drop(event.mimeData(), is_shown=self.batch.is_shown):
            self.controller.drop(event.mimeData())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Ask about unsaved work, finish the present tile, and close."""
        if self._is_finishing and self.tasks.is_idle:
            event.accept()
            return
        event.ignore()
        if not self._is_finishing:
            self.controller.when_saved(self.batch_controller.close, closes=True)

    def _finish(self) -> None:
        self._is_finishing = True
        self.preferences.change(geometry=self.saveGeometry().data(), started=True)
        self.preferences.sync()
        self.controller.let_go()
        self.models.stop()
        self.compare.controller.set_active(False)
        self.tasks.cancel_all()
        self.shell.setEnabled(False)
        self.setAcceptDrops(False)
        for action in self.named_actions.values():
            action.setEnabled(False)
        self.shell.status_line.work.setText(tr("Closing after this tile…"))
        QTimer.singleShot(0, self._close_if_finishing)

    def _close_if_finishing(self) -> None:
        if self._is_finishing and self.tasks.is_idle:
            self.close()
