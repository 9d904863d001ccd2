"""The panel beside the photo: derain, strength, kept area, model, and save."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from app.photo.keep_area import KeepAreaControl
from app.photo.model_picker import ModelPicker
from app.photo.state import PhotoState, Status
from app.photo.words import progress_of
from app.shell.names import url_of
from app.shell.parts import (
    button,
    choice,
    column,
    heading,
    icon_button,
    line,
    percent_field,
    row,
    set_primary,
    side_panel,
    slider,
)
from app.shell.translation import tr
from nledn.options import STRENGTH_MAX

LARGEST = round(100 * STRENGTH_MAX)
NORMAL = 100
GAINS = {gain: f"× {gain}" for gain in ("1", "2", "4", "8")}
SIDE_PX = 36
MARGIN_PX = 16
WORDS_MARGIN_PX = 14
RADIUS_PX = 6
OPACITY = 0.4  # of the finished part: the words read on it at 4.5:1 in both themes


class DerainButton(QPushButton):
    """Begins and continues; while tiles are computed it fills up, and a click cancels.

    Attributes:
        progress: tiles and time left, beside the word; empty while nothing is computed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.progress = ""
        self._share = 0.0
        self.setProperty("large", "true")
        self.show_status(Status(PhotoState.EMPTY))

    def show_status(self, status: Status) -> None:
        """Show the possible action and the progress."""
        state = status.state
        words, tip = {
            PhotoState.EMPTY: (tr("Derain"), tr("Open a photo first")),
            PhotoState.READY: (tr("Derain"), tr("Remove the rain from the photo (Ctrl+D)")),
            PhotoState.DERAINING: (
                tr("Cancel"),
                tr("Stop after this tile; finished tiles are kept (Esc)"),
            ),
            PhotoState.STOPPING: (tr("Stopping…"), tr("The current tile is being finished")),
            PhotoState.PARTIAL: (tr("Continue"), tr("Compute the missing tiles (Ctrl+D)")),
            PhotoState.DONE: (tr("Derained"), tr("All tiles are done")),
        }[state]
        self._share = status.done / max(status.total, 1)
        self.progress = progress_of(status) if state is PhotoState.DERAINING else ""
        self.setText(words)
        self.setToolTip(tip)
        self.setAccessibleDescription(self.progress)
        can_begin = state in (PhotoState.READY, PhotoState.PARTIAL)
        self.setEnabled(can_begin or state is PhotoState.DERAINING)
        set_primary(self, can_begin or state is PhotoState.EMPTY)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the finished part, between the button's background and its words."""
        if not self.progress:
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        painter.setClipPath(shape)
        painter.setOpacity(OPACITY)
        done = self.rect()
        done.setWidth(round(self._share * self.width()))
        painter.fillRect(done, self.palette().highlight())
        painter.setOpacity(1)
        painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
        area = self.rect().adjusted(WORDS_MARGIN_PX, 0, -WORDS_MARGIN_PX, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignLeft), self.text())
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignRight), self.progress)


class Thumbnail(QLabel):
    """A picture that can be dragged out of the window.

    Attributes:
        drag_begun: the pointer left with it; a file is needed while the button is held.
    """

    drag_begun = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed_at: QPoint | None = None
        self.setFixedSize(SIDE_PX, SIDE_PX)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(tr("Drag the result to another program"))
        self.setAccessibleName(tr("Result"))

    def set_image(self, image: QImage) -> None:
        """Show a picture, cut to a square."""
        ratio = self.devicePixelRatio()
        aspect = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        smooth = Qt.TransformationMode.SmoothTransformation
        filled = QPixmap.fromImage(image.scaled(self.size() * ratio, aspect, smooth))
        filled.setDevicePixelRatio(ratio)
        self.setPixmap(filled)

    def hand_out(self, path: Path) -> None:
        """Drag the finished file, if the button is still held."""
        if not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            return  # the button was released earlier
        data = QMimeData()
        data.setUrls([url_of(path)])
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(self.pixmap())
        drag.exec(Qt.DropAction.CopyAction)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Note where a drag may begin."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin the drag once far enough."""
        if self._pressed_at is None:
            return
        moved = event.position().toPoint() - self._pressed_at
        if moved.manhattanLength() >= QGuiApplication.styleHints().startDragDistance():
            self._pressed_at = None
            self.drag_begun.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Note a click."""
        self._pressed_at = None


class SaveRow(QWidget):
    """The result, for dragging and saving."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.save = button(tr("Save"), tr("Save the result beside the photo (Ctrl+S)"))
        self.export = button(tr("Export"), tr("Save to another place, format or size"))
        self.thumbnail = Thumbnail()
        for each in (self.save, self.export):
            each.setProperty("large", "true")
        buttons = row(self.save, self.export)
        buttons.insertWidget(0, self.thumbnail)
        column(buttons, into=self)
        self.set_state(PhotoState.EMPTY)

    def set_state(self, state: PhotoState) -> None:
        """Enable the actions for this state."""
        has_result = state in (PhotoState.PARTIAL, PhotoState.DONE)
        self.save.setEnabled(has_result)
        self.export.setEnabled(has_result)
        self.thumbnail.setVisible(has_result)
        set_primary(self.save, state is PhotoState.DONE)


class StrengthControl(QWidget):
    """Strength from 0 to 150 %, and whether the light that goes with the rain stays.

    Attributes:
        strength_changed: (float, 0 to 1.5) at every step of a drag.
        strength_settled: (float) at the end of a drag, a key or a number.
    """

    strength_changed = Signal(float)
    strength_settled = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = tr("Strength")
        self.slider = slider(name, 0, LARGEST, NORMAL)
        self.slider.setToolTip(tr("How much of the rain is removed"))
        self.slider.setPageStep(10)
        self.number = percent_field(tr("Strength in percent"), LARGEST)
        self.number.setValue(NORMAL)
        self.number.setToolTip(tr("How much of the rain is removed"))
        self.reset = icon_button("reset", tr("Back to 100 %"))
        title = heading(name)
        title.setBuddy(self.slider)
        self.keep_brightness = QCheckBox(tr("Keep brightness"))
        self.keep_brightness.setToolTip(tr("Give back the light that goes with the rain"))
        first = row(title, self.reset, self.number, spacing=4)
        column(first, self.slider, self.keep_brightness, into=self)
        self._strength = NORMAL / 100  # not always a whole percentage
        self.slider.valueChanged.connect(self._from_slider)
        self.slider.sliderReleased.connect(self._settle)
        self.number.valueChanged.connect(self.slider.setValue)
        self.number.editingFinished.connect(self._settle)
        self.reset.clicked.connect(lambda: self.slider.setValue(NORMAL))

    def set_strength(self, strength: float) -> None:
        """Show a strength that was chosen elsewhere, without a signal."""
        self._strength = strength
        for control in (self.slider, self.number):
            control.blockSignals(True)
            control.setValue(round(strength * 100))
            control.blockSignals(False)
        self.reset.setEnabled(round(strength * 100) != NORMAL)

    def step(self, by: float) -> None:
        """Remove more (+) or less (-) rain, by so much."""
        self.slider.setValue(self.slider.value() + round(by * 100))

    def _from_slider(self, percent: int) -> None:
        self.set_strength(percent / 100)
        self.strength_changed.emit(percent / 100)
        if not self.slider.isSliderDown():
            self._settle()

    def _settle(self) -> None:
        self.strength_settled.emit(self._strength)


class SidePanel(QFrame):
    """Holds the controls in the order of the work; each has its own signals."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.derain = DerainButton()
        self.strength = StrengthControl()
        self.keep_area = KeepAreaControl()
        self.gain = choice(tr("Rain shown"), GAINS)
        self.gain.setToolTip(tr("Grey: no rain. Brighter: removed rain"))
        title = heading(tr("Rain shown"))
        title.setBuddy(self.gain)
        self.rain_gain = QWidget()
        column(row(title, self.gain), into=self.rain_gain)
        self.model = ModelPicker()
        self.results = SaveRow()
        controls = QWidget()
        column(
            self.strength,
            line(),
            self.keep_area,
            0,  # when the brush shows its settings, nothing below them moves
            line(),
            self.rain_gain,
            self.model,
            margins=(MARGIN_PX,) * 4,
            spacing=MARGIN_PX,
            into=controls,
        )
        self.derain.setParent(self)  # first in the order of the Tab key
        layout = side_panel(self, controls, column(self.results, margins=(MARGIN_PX,) * 4))
        above = (MARGIN_PX, MARGIN_PX, MARGIN_PX, 0)
        layout.insertLayout(0, column(self.derain, margins=above))
