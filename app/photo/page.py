"""The Photo page: its view and panel, and what they are connected with."""

from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QStackedWidget

from app.imaging.mask import Brush
from app.photo.controller import PhotoController
from app.photo.document import Document
from app.photo.empty_state import EmptyState
from app.photo.keep_area import Strokes
from app.photo.panel import SidePanel
from app.photo.state import PhotoState, Status
from app.photo.words import photo_of, status_of
from app.shell.shell import Shell
from app.shell.translation import tr
from app.views.photo_view import PhotoView
from nledn.card import Card
from nledn.tiling import Rect

THUMBNAIL_PX = 160  # the result in small is made from the smallest copy at least this large


class PhotoPage(QObject):
    """Connects view, panel and status line with controller and document.

    Attributes:
        panel: beside the photo.

    Args:
        shell: has banner, bar and status line; takes up the page.
        view: shows the photo.
        document: what is open.
        controller: what the controls ask.
        actions: the window's.
        window: whose photo it is.
    """

    def __init__(
        self,
        shell: Shell,
        view: PhotoView,
        document: Document,
        controller: PhotoController,
        actions: Mapping[str, QAction],
        window: QObject,
    ) -> None:
        super().__init__(window)
        self._shell = shell
        self._view = view
        self._picture = view.picture
        self._document = document
        self._controller = controller
        self._actions = actions
        self._strokes = Strokes(view.picture, controller.history, self)
        self.panel = SidePanel()
        self._empty = EmptyState()
        self._content = QStackedWidget()
        self._content.addWidget(self._empty)
        self._content.addWidget(view)
        self._content.setFocusProxy(self._empty)
        shell.add_page("photo", self._content, self.panel)
        self._connect_session()
        self._connect_controller()
        self._connect_panel(self.panel)
        self._connect_view()
        self._show_status(document.status)
        self._show_strength(document.strength)
        self.panel.rain_gain.set_gain(self._picture.rain_gain)

    def show_photo(self) -> None:
        """There is a photo now."""
        self._content.setCurrentWidget(self._view)
        self._content.setFocusProxy(self._view)

    # Connections

    def _connect_session(self) -> None:
        document, controller, picture = self._document, self._controller, self._picture
        document.photo_opened.connect(controller.opened)
        document.layer_changed.connect(picture.set_layer)
        document.tile_added.connect(picture.rain_added)
        document.status_changed.connect(self._show_status)
        document.status_changed.connect(controller.look_at_choice)
        document.opening_changed.connect(self._show_opening)
        document.strength_changed.connect(self._show_strength)
        document.options_changed.connect(self._show_options)
        document.options_changed.connect(controller.keep_checkpoint)
        document.failed.connect(controller.failed)
        document.replacing.connect(controller.when_saved)
        document.recovery_found.connect(controller.recovery_found)
        document.recovered.connect(controller.recovered)
        document.saving.saved.connect(controller.saver.saved)
        document.saving.occupied.connect(controller.saver.occupied)
        document.saving.copied.connect(controller.saver.copied)
        document.saving.dragged.connect(self.panel.next_step.thumbnail.hand_out)

    def _connect_controller(self) -> None:
        controller, shell = self._controller, self._shell
        controller.noticed.connect(shell.banner.show_notice)
        controller.saver.noticed.connect(shell.banner.show_notice)
        shell.banner.action_chosen.connect(controller.act)
        shell.banner.visibility_changed.connect(shell.show_notice)
        self._empty.open_asked.connect(controller.ask_photo)
        self._empty.sample_asked.connect(controller.open_sample)

    def _connect_panel(self, panel: SidePanel) -> None:
        document, controller = self._document, self._controller
        panel.next_step.derain_asked.connect(document.derain)
        panel.next_step.cancel_asked.connect(document.cancel)
        panel.next_step.save_asked.connect(controller.saver.save)
        panel.next_step.save_as_asked.connect(controller.saver.save_as)
        panel.next_step.drag_asked.connect(controller.saver.drag_out)
        panel.strength.strength_changed.connect(document.set_strength)
        panel.strength.strength_settled.connect(controller.history.strength_settled)
        panel.checkpoint.checkpoint_chosen.connect(controller.choose_checkpoint)
        panel.keep_area.brush_changed.connect(self._take_brush)
        panel.keep_area.clear_asked.connect(controller.history.clear_mask)
        panel.rain_gain.gain_changed.connect(self._set_gain)

    def _connect_view(self) -> None:
        view, viewport = self._view, self._view.viewport
        view.stroke_begun.connect(self._strokes.begin)
        view.stroke_moved.connect(self._strokes.move)
        view.stroke_ended.connect(self._strokes.end)
        viewport.visible_rect_changed.connect(self._look_at)
        viewport.changed.connect(self._show_zoom)
        self._shell.page_changed.connect(self._show_zoom)

    # What is shown

    def _show_opening(self, opening: bool) -> None:
        if opening:
            self._shell.status_line.photo.setText(tr("Opening…"))
        elif self._document.photo is not None:
            self._shell.status_line.photo.setText(photo_of(self._document.photo))
        else:
            self._shell.status_line.photo.clear()

    def _show_status(self, status: Status) -> None:
        state = status.state
        running = state in (PhotoState.DERAINING, PhotoState.STOPPING)
        self._shell.status_line.work.setText(status_of(status))
        self._shell.status_line.set_progress(status.done, status.total, running=running)
        self.panel.next_step.set_state(state.value)
        self._actions["derain"].setEnabled(state in (PhotoState.READY, PhotoState.PARTIAL))
        has_result = state in (PhotoState.PARTIAL, PhotoState.DONE)
        for name in ("save", "save_as", "copy"):
            self._actions[name].setEnabled(has_result)
        if has_result:
            self.panel.next_step.thumbnail.set_image(self._small_result())

    def _small_result(self) -> QImage:
        picture = self._picture
        level = picture.top_level
        while level > 0 and max(picture.level_size(level)) < THUMBNAIL_PX:
            level -= 1
        return picture.image("after", level, Rect(0, 0, *picture.level_size(level)))

    def _show_strength(self, strength: float) -> None:
        self._picture.strength = strength
        self.panel.strength.set_strength(strength)

    def _show_options(self) -> None:
        self.panel.checkpoint.set_chosen(self._document.options.weights)

    def set_cards(self, cards: tuple[Card, ...]) -> None:
        """The checkpoints that can be chosen."""
        self.panel.checkpoint.set_cards(cards, self._document.options.weights)

    def _show_zoom(self) -> None:
        if self._shell.page != "compare":
            self._shell.top_bar.set_zoom(self._view.viewport.zoom)

    # What is done

    def _look_at(self, rect: Rect) -> None:
        if self._document.photo is self._picture.photo:
            self._document.look_at(rect)

    def _take_brush(self, brush: Brush | None) -> None:
        self._view.brush = brush
        self._strokes.set_brush(brush)
        area = self.panel.keep_area
        self._actions["brush"].setChecked(area.brush_button.isChecked())
        self._actions["eraser"].setChecked(area.eraser_button.isChecked())

    def _set_gain(self, gain: float) -> None:
        self._picture.rain_gain = gain
