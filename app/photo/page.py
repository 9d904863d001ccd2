"""The Photo page: its view and panel, and their connections."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.imaging.mask import Brush
from app.photo.controller import PhotoController
from app.photo.document import Document
from app.photo.panel import SidePanel
from app.photo.state import PhotoState, Status
from app.photo.words import photo_of, status_of
from app.shell.icons import icon
from app.shell.parts import muted
from app.shell.shell import Shell
from app.shell.translation import tr
from app.views.photo_view import PhotoView
from nledn.card import Card
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.photo import Photo

ICON_PX = 72
THUMBNAIL_PX = 160  # the thumbnail is made from the smallest copy at least this large


class EmptyState(QFrame):
    """Asks for a photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyState")
        self._picture = QLabel()
        self._picture.setPixmap(icon("picture").pixmap(ICON_PX, ICON_PX))
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = QLabel(tr("Drop a rainy photo here"))
        title.setProperty("title", "true")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint = muted(tr("It stays on this computer. Your file is never changed."))
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.open_button = QPushButton(tr("Open photo…"))
        self.open_button.setProperty("primary", "true")
        self.open_button.setProperty("large", "true")
        self.open_button.setMinimumWidth(200)
        self.sample_button = QPushButton(tr("Try the sample photo"))
        self.sample_button.setProperty("flat", "true")
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addStretch(2)
        for widget in (self._picture, title, hint):
            layout.addWidget(widget)
        layout.addSpacing(8)
        for button in (self.open_button, self.sample_button):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)


class PhotoPage(QObject):
    """Connects view, panel and status line with controller and document.

    Attributes:
        panel: beside the photo.

    Args:
        shell: has banner, bar and status line; shows the page.
        view: shows the photo.
        document: the open photo.
        controller: gets the requests.
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
        self.panel = SidePanel()
        self._empty = EmptyState()
        self._content = QStackedWidget()
        self._content.addWidget(self._empty)
        self._content.addWidget(view)
        self._content.setFocusProxy(self._empty)
        shell.add_page("photo", self._content, self.panel)
        self._connect_document()
        self._connect_controller()
        self._connect_panel(self.panel)
        self._connect_view()
        self._show_status(document.status)
        self.panel.strength.set_strength(document.strength)
        self.panel.rain_gain.set_gain(self._picture.rain_gain)

    def show_photo(self, photo: "Photo") -> None:
        """Show a newly opened photo."""
        self._content.setCurrentWidget(self._view)
        self._content.setFocusProxy(self._view)
        self._shell.status_line.photo.setText(photo_of(photo))

    # Connections

    def _connect_document(self) -> None:
        document = self._document
        document.status_changed.connect(self._show_status)
        document.strength_changed.connect(self.panel.strength.set_strength)
        document.options_changed.connect(self._show_options)

    def _connect_controller(self) -> None:
        controller, shell = self._controller, self._shell
        controller.noticed.connect(shell.banner.show_notice)
        controller.opening_changed.connect(self._show_opening)
        controller.saving.dragged.connect(self.panel.results.thumbnail.hand_out)
        self._empty.open_button.clicked.connect(controller.ask_photo)
        self._empty.sample_button.clicked.connect(controller.open_sample)

    def _connect_panel(self, panel: SidePanel) -> None:
        document, controller = self._document, self._controller
        panel.derain.clicked.connect(self._derain_or_cancel)
        panel.results.save.clicked.connect(controller.saving.save)
        panel.results.thumbnail.drag_begun.connect(controller.saving.drag_out)
        panel.strength.strength_changed.connect(document.set_strength)
        panel.strength.strength_settled.connect(document.history.strength_settled)
        panel.model.model_chosen.connect(document.history.choose_checkpoint)
        panel.keep_area.brush_changed.connect(self._take_brush)
        panel.keep_area.clear.clicked.connect(document.history.clear_mask)
        document.kept_changed.connect(panel.keep_area.show_kept)
        document.kept_changed.connect(lambda count: self._actions["clear"].setEnabled(count > 0))
        self._actions["clear"].setEnabled(False)
        panel.rain_gain.gain_changed.connect(partial(setattr, self._picture, "rain_gain"))

    def _connect_view(self) -> None:
        view, viewport = self._view, self._view.viewport
        view.stroke_begun.connect(self._begin_stroke)
        view.stroke_moved.connect(self._picture.paint)
        view.stroke_ended.connect(self._end_stroke)
        viewport.visible_rect_changed.connect(self._look_at)
        viewport.changed.connect(self._show_zoom)
        self._shell.page_changed.connect(self._show_zoom)

    # Display

    def _show_opening(self, opening: bool) -> None:
        if opening:
            self._shell.status_line.photo.setText(tr("Opening…"))
        elif self._document.photo is not None:
            self._shell.status_line.photo.setText(photo_of(self._document.photo))
        else:
            self._shell.status_line.photo.clear()

    def _show_status(self, status: Status) -> None:
        state = status.state
        self._shell.status_line.work.setText(status_of(status))
        self.panel.derain.show_status(status)
        self.panel.results.set_state(state)
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

    def _show_options(self) -> None:
        self.panel.model.set_chosen(self._document.options.weights)

    def set_cards(self, cards: tuple[Card, ...]) -> None:
        """Show the models to choose from."""
        self.panel.model.set_cards(cards, self._document.options.weights)

    def _show_zoom(self) -> None:
        if self._shell.page != "compare":
            self._shell.top_bar.set_zoom(self._view.viewport.zoom)

    # Actions

    def _derain_or_cancel(self) -> None:
        if self._document.status.state is PhotoState.DERAINING:
            self._controller.cancel()
        else:
            self._controller.derain()

    def _look_at(self, rect: Rect) -> None:
        if self._document.photo is not None:
            self._controller.look_at(rect)

    def _take_brush(self, brush: Brush | None) -> None:
        self._view.brush = brush
        area = self.panel.keep_area
        self._actions["brush"].setChecked(area.brush_button.isChecked())
        self._actions["eraser"].setChecked(area.eraser_button.isChecked())

    def _begin_stroke(self) -> None:
        if self._view.brush is not None and self._picture.photo is not None:
            self._picture.begin_stroke(self._view.brush)

    def _end_stroke(self) -> None:
        patch = self._picture.end_stroke()
        if patch is not None:
            self._document.history.stroke_painted(patch)
