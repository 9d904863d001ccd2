"""All connections of the Photo page, on one page as the window's are."""

from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QImage

from app.desk import Desk
from app.keeping import Keeping
from app.session import Session
from app.stage import Stage, Status
from app.translation import tr
from app.views.mask import Brush
from app.views.photo_view import PhotoView
from app.widgets.shell import Shell
from app.widgets.side_panel import SidePanel
from app.wording import photo_of, status_of
from nledn.card import Card
from nledn.tiling import Rect

THUMBNAIL_PX = 160  # the result in small is made from the smallest copy at least this large


class PhotoWiring(QObject):
    """Connects view, panel and status line with desk and session.

    Args:
        shell: has panel, banner, bar and status line.
        view: shows the photo.
        session: what is open.
        desk: what the controls ask.
        actions: the window's.
        window: whose photo it is.
    """

    def __init__(
        self,
        shell: Shell,
        view: PhotoView,
        session: Session,
        desk: Desk,
        actions: Mapping[str, QAction],
        window: QObject,
    ) -> None:
        super().__init__(window)
        self._shell = shell
        self._view = view
        self._picture = view.picture
        self._session = session
        self._desk = desk
        self._actions = actions
        self._keeping = Keeping(view.picture, desk.history, self)
        self._connect_session()
        self._connect_desk()
        self._connect_panel(shell.panel)
        self._connect_view()
        self._show_status(session.status)
        self._show_strength(session.strength)
        shell.panel.rain_gain.set_gain(self._picture.rain_gain)

    # Connections

    def _connect_session(self) -> None:
        session, desk, picture = self._session, self._desk, self._picture
        session.photo_opened.connect(desk.opened)
        session.layer_changed.connect(picture.set_layer)
        session.tile_added.connect(picture.rain_added)
        session.status_changed.connect(self._show_status)
        session.status_changed.connect(desk.look_at_choice)
        session.opening_changed.connect(self._show_opening)
        session.strength_changed.connect(self._show_strength)
        session.options_changed.connect(self._show_options)
        session.options_changed.connect(desk.keep_checkpoint)
        session.failed.connect(desk.failed)
        session.replacing.connect(desk.when_saved)
        session.recovery_found.connect(desk.recovery_found)
        session.recovered.connect(desk.recovered)
        session.saving.saved.connect(desk.saver.saved)
        session.saving.occupied.connect(desk.saver.occupied)
        session.saving.copied.connect(desk.saver.copied)
        session.saving.dragged.connect(self._shell.panel.next_step.thumbnail.hand_out)

    def _connect_desk(self) -> None:
        desk, shell = self._desk, self._shell
        desk.noticed.connect(shell.banner.show_notice)
        desk.saver.noticed.connect(shell.banner.show_notice)
        desk.shelf_read.connect(self._show_cards)
        shell.banner.action_chosen.connect(desk.act)
        shell.banner.visibility_changed.connect(shell.show_notice)
        shell.empty.open_asked.connect(desk.ask_photo)
        shell.empty.sample_asked.connect(desk.open_sample)

    def _connect_panel(self, panel: SidePanel) -> None:
        session, desk = self._session, self._desk
        panel.next_step.derain_asked.connect(session.derain)
        panel.next_step.cancel_asked.connect(session.cancel)
        panel.next_step.save_asked.connect(desk.saver.save)
        panel.next_step.save_as_asked.connect(desk.saver.save_as)
        panel.next_step.drag_asked.connect(desk.saver.drag_out)
        panel.strength.strength_changed.connect(session.set_strength)
        panel.strength.strength_settled.connect(desk.history.strength_settled)
        panel.checkpoint.checkpoint_chosen.connect(desk.choose_checkpoint)
        panel.checkpoint.import_asked.connect(desk.ask_checkpoint)
        panel.keep_area.brush_changed.connect(self._take_brush)
        panel.keep_area.clear_asked.connect(desk.history.clear_mask)
        panel.rain_gain.gain_changed.connect(self._set_gain)

    def _connect_view(self) -> None:
        view, viewport = self._view, self._view.viewport
        view.stroke_begun.connect(self._keeping.begin)
        view.stroke_moved.connect(self._keeping.move)
        view.stroke_ended.connect(self._keeping.end)
        viewport.visible_rect_changed.connect(self._look_at)
        viewport.changed.connect(self._show_zoom)
        self._shell.page_changed.connect(self._show_zoom)

    # What is shown

    def _show_opening(self, opening: bool) -> None:
        if opening:
            self._shell.status_line.photo.setText(tr("Opening…"))
        elif self._session.photo is not None:
            self._shell.status_line.photo.setText(photo_of(self._session.photo))
        else:
            self._shell.status_line.photo.clear()

    def _show_status(self, status: Status) -> None:
        stage = status.stage
        running = stage in (Stage.DERAINING, Stage.STOPPING)
        self._shell.status_line.work.setText(status_of(status))
        self._shell.status_line.set_progress(status.done, status.total, running=running)
        self._shell.panel.next_step.set_stage(stage.value)
        self._actions["derain"].setEnabled(stage in (Stage.READY, Stage.PARTIAL))
        has_result = stage in (Stage.PARTIAL, Stage.DONE)
        for name in ("save", "save_as", "copy"):
            self._actions[name].setEnabled(has_result)
        if has_result:
            self._shell.panel.next_step.thumbnail.set_image(self._small_result())

    def _small_result(self) -> QImage:
        picture = self._picture
        level = picture.top_level
        while level > 0 and max(picture.level_size(level)) < THUMBNAIL_PX:
            level -= 1
        return picture.image("after", level, Rect(0, 0, *picture.level_size(level)))

    def _show_strength(self, strength: float) -> None:
        self._picture.strength = strength
        self._shell.panel.strength.set_strength(strength)

    def _show_options(self) -> None:
        self._shell.panel.checkpoint.set_chosen(self._session.options.weights)

    def _show_cards(self, cards: tuple[Card, ...]) -> None:
        self._shell.panel.checkpoint.set_cards(cards, self._session.options.weights)

    def _show_zoom(self) -> None:
        if self._shell.page != "compare":
            self._shell.top_bar.set_zoom(self._view.viewport.zoom)

    # What is done

    def _look_at(self, rect: Rect) -> None:
        if self._session.photo is self._picture.photo:
            self._session.look_at(rect)

    def _take_brush(self, brush: Brush | None) -> None:
        self._view.brush = brush
        self._keeping.set_brush(brush)
        area = self._shell.panel.keep_area
        self._actions["brush"].setChecked(area.brush_button.isChecked())
        self._actions["eraser"].setChecked(area.eraser_button.isChecked())

    def _set_gain(self, gain: float) -> None:
        self._picture.rain_gain = gain
