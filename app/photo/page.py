"""The Photo page: its view and panel, and their connections."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QStackedWidget

from app.imaging.mask import Brush
from app.photo.controller import PhotoController
from app.photo.filmstrip import Filmstrip
from app.photo.panel import SidePanel
from app.photo.start_page import StartPage
from app.photo.state import PhotoState, Status
from app.photo.verdict import VerdictChip
from app.photo.words import how_of, photo_of, status_of
from app.shell.actions import without_state
from app.shell.banner import Notice
from app.shell.models import name_of
from app.shell.shell import Shell
from app.shell.translation import tr
from app.tasks import Tasks
from app.views.photo_view import PhotoView
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.card import Card
    from nledn.photo import Photo

THUMBNAIL_PX = 160  # the thumbnail is made from the smallest copy at least this large


class PhotoPage(QObject):
    """Connects view, panel and status line with controller and document."""

    def __init__(
        self,
        shell: Shell,
        view: PhotoView,
        controller: PhotoController,
        actions: Mapping[str, QAction],
        tasks: Tasks,
        window: QObject,
    ) -> None:
        super().__init__(window)
        self._shell = shell
        self._view = view
        self._picture = view.picture
        self._document = document = controller.document
        self._controller = controller
        self._actions = actions
        self.panel = SidePanel()
        self._names: dict[str, str] = {}
        self.start = StartPage()
        self._content = QStackedWidget()
        self._content.addWidget(self.start)
        self._content.addWidget(view)
        self._content.setFocusProxy(self.start)
        self.filmstrip = Filmstrip(tasks)
        shell.add_page("photo", self._content, self.panel, self.filmstrip)
        self.verdict = VerdictChip(view, document)
        self.verdict.model_asked.connect(self._try_model)
        self._connect_document()
        self._connect_controller()
        self._connect_panel(self.panel)
        self._connect_view()
        self._connect_filmstrip(self.filmstrip)
        self._show_status(document.status)
        self.panel.strength.set_strength(document.strength)
        gain = self.panel.gain
        gain.setCurrentIndex(gain.findData(f"{self._picture.look.rain_gain:g}"))

    def show_photo(self, photo: "Photo") -> None:
        """Show a newly opened photo."""
        self._content.setCurrentWidget(self._view)
        self._content.setFocusProxy(self._view)
        self._shell.status_line.photo.setText(photo_of(photo))
        document = self._document
        self.filmstrip.show_folder(document.folder, document.results, photo.path)
        self._actions["copy_settings"].setEnabled(True)
        self._actions["derain_selected"].setEnabled(bool(self.filmstrip.selected))

    # Connections

    def _connect_document(self) -> None:
        document, panel = self._document, self.panel
        document.status_changed.connect(self._show_status)
        document.strength_changed.connect(panel.strength.set_strength)
        document.brightness_changed.connect(panel.strength.keep_brightness.setChecked)
        document.options_changed.connect(lambda options: panel.model.set_chosen(options.weights))
        document.kept_changed.connect(panel.keep_area.show_kept)
        document.kept_changed.connect(lambda count: self._actions["clear"].setEnabled(count > 0))
        self._actions["clear"].setEnabled(False)

    def _connect_controller(self) -> None:
        controller, shell = self._controller, self._shell
        controller.noticed.connect(shell.banner.show_notice)
        controller.opening_changed.connect(self._show_opening)
        controller.saving.dragged.connect(self.panel.results.thumbnail.hand_out)
        self.start.open_asked.connect(controller.ask_photo)
        self.start.sample_asked.connect(controller.open_sample)
        self.start.photo_chosen.connect(controller.open)

    def _connect_panel(self, panel: SidePanel) -> None:
        document, controller = self._document, self._controller
        panel.derain.clicked.connect(self._derain_or_cancel)
        panel.results.save.clicked.connect(controller.saving.save)
        panel.results.thumbnail.drag_begun.connect(controller.saving.drag_out)
        panel.strength.strength_changed.connect(document.set_strength)
        panel.strength.strength_settled.connect(document.history.strength_settled)
        panel.strength.keep_brightness.clicked.connect(document.history.choose_brightness)
        panel.model.model_chosen.connect(document.history.choose_checkpoint)
        panel.keep_area.brush_changed.connect(self._take_brush)
        panel.keep_area.clear.clicked.connect(document.history.clear_mask)
        panel.gain.activated.connect(self._show_gain)

    def _connect_view(self) -> None:
        view, viewport = self._view, self._view.viewport
        view.painted.connect(self._document.history.stroke_painted)
        view.sight_changed.connect(self._controller.deraining.look_at)
        viewport.changed.connect(self._show_zoom)
        self._shell.page_changed.connect(self._show_zoom)

    def _connect_filmstrip(self, filmstrip: Filmstrip) -> None:
        filmstrip.photo_chosen.connect(self._controller.open_with_result)
        self._controller.series.marks_changed.connect(filmstrip.set_marks)
        slots: dict[str, Callable[[], object]] = {
            "copy_settings": self._copy_settings,
            "paste_settings": self._paste_settings,
            "derain_selected": lambda: self._controller.folder_asked.emit(filmstrip.selected),
        }
        for name, slot in slots.items():
            self._actions[name].triggered.connect(without_state(slot))
            self._actions[name].setEnabled(False)
            filmstrip.view.addAction(self._actions[name])

    # Display

    def _show_opening(self, opening: bool) -> None:
        photo = self._document.photo
        words = tr("Opening…") if opening else "" if photo is None else photo_of(photo)
        self._shell.status_line.photo.setText(words)

    def _show_status(self, status: Status) -> None:
        state = status.state
        work = self._shell.status_line.work
        work.setText(status_of(status, self._names))
        work.setToolTip("" if status.choice is None else how_of(status.choice))
        self.panel.derain.show_status(status)
        self.panel.results.set_state(state)
        self._view.shimmer.set_running(state.is_running)
        self._actions["derain"].setEnabled(state in (PhotoState.READY, PhotoState.PARTIAL))
        has_result = state in (PhotoState.PARTIAL, PhotoState.DONE)
        for name in ("save", "save_as", "copy", "export_rain"):
            self._actions[name].setEnabled(has_result)
        if has_result:
            self.panel.results.thumbnail.set_image(self._small_result())

    def _small_result(self) -> QImage:
        picture = self._picture
        level = picture.top_level
        while level > 0 and max(picture.level_size(level)) < THUMBNAIL_PX:
            level -= 1
        return picture.image("after", level, Rect(0, 0, *picture.level_size(level)))

    def set_cards(self, cards: "tuple[Card, ...]") -> None:
        """Show the models to choose from."""
        self._names = {card.id: name_of(card) for card in cards}
        self.panel.model.set_cards(cards, self._document.options.weights)
        self.verdict.set_cards(cards)

    def _show_zoom(self) -> None:
        if self._shell.page != "compare":
            self._shell.top_bar.set_zoom(self._view.viewport.zoom)

    # Actions

    def _try_model(self, id: str) -> None:
        self._document.history.choose_checkpoint(id, only_here=True)
        self._controller.derain()

    def _derain_or_cancel(self) -> None:
        if self._document.status.state is PhotoState.DERAINING:
            self._controller.cancel()
        else:
            self._controller.derain()

    def _show_gain(self) -> None:
        self._picture.change_look(rain_gain=float(self.panel.gain.currentData()))

    def _copy_settings(self) -> None:
        self._controller.series.copy()
        self._actions["paste_settings"].setEnabled(True)

    def _paste_settings(self) -> None:
        photos = self.filmstrip.selected
        self._controller.series.paste(photos)
        if len(photos) > 1:
            words = tr("{count} photos have these settings now.", count=len(photos))
            self._shell.banner.show_notice(Notice(words, "done"))

    def _take_brush(self, brush: Brush | None) -> None:
        self._view.set_brush(brush)
        area = self.panel.keep_area
        self._actions["brush"].setChecked(area.brush_button.isChecked())
        self._actions["eraser"].setChecked(area.eraser_button.isChecked())
