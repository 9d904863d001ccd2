"""A verdict after deraining, in one chip over the photo, with a proposal."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton

from app.imaging.picture import Picture
from app.photo.document import Document
from app.photo.state import PhotoState, Status
from app.shell.models import name_of
from app.shell.names import in_menu
from app.shell.translation import LITTLE_TAKEN, SHIFTED_BY, removal_of, tr
from app.views.photo_view import PhotoView
from nledn.rain import STEPS
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.card import Card
    from nledn.metrics import Change

SAMPLED_PX = 250_000  # of a photo: measured in some 10 ms
SETTLED_MS = 300  # after the last change of the strength
GAP_PX = 8  # below labels
SHOWN_MS = 6000
OFFERED_MS = 20_000  # what can be clicked


def measured(picture: Picture) -> "tuple[float, Change]":
    """Return the found rain, in levels of 255 on average, and the change of the photo."""
    from nledn.metrics import change_in, levels_of

    layer, level = picture.layer, 0
    assert layer is not None, "there is a result"
    while level < picture.top_level and math.prod(picture.level_size(level)) > SAMPLED_PX:
        level += 1
    seen = Rect(0, 0, *picture.level_size(level))
    before, after = (levels_of(picture.pixels(kind, level, seen)) for kind in ("before", "after"))
    step = max(1, math.isqrt(math.prod(layer.tiling.size) // SAMPLED_PX))
    rain = layer.plane[::step, ::step].astype(np.float32)
    return float(np.abs(rain).mean()) * 255 / STEPS, change_in(after - before)


class VerdictChip(QPushButton):
    """Shows the verdict after a derain, and again when it changes.

    A click does what it proposes; without a proposal, it closes.

    Attributes:
        model_asked: (str) id of the model to try.
    """

    model_asked = Signal(str)

    def __init__(self, view: PhotoView, document: Document) -> None:
        super().__init__(view)
        self.setObjectName("verdict")
        self.setAccessibleName(tr("Verdict"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._view = view
        self._document = document
        self._dense: Card | None = None
        self._proposal: Callable[[], object] | None = None
        self._was_derained = False  # since the photo was opened
        self._judging = QTimer(self, singleShot=True)
        self._judging.timeout.connect(self._judge)
        self._leaving = QTimer(self, singleShot=True)
        self._leaving.timeout.connect(self._leave)
        self.clicked.connect(self._act)
        document.photo_opened.connect(self._forget)
        document.status_changed.connect(self._status_changed)
        document.picture.appearance_changed.connect(self._appearance_changed)
        view.viewport.changed.connect(self._place)
        view.mode_changed.connect(self._place)
        self.hide()

    def set_cards(self, cards: "Sequence[Card]") -> None:
        """Note the installed models."""
        from nledn.catalog import DENSE_ID

        self._dense = next((card for card in cards if card.id == DENSE_ID), None)

    def _forget(self) -> None:
        self._was_derained = False
        self.setText("")
        self._judging.stop()
        self.hide()

    def _status_changed(self, status: Status) -> None:
        if status.state.is_running:
            self._forget()
            self._was_derained = True
        elif status.state is PhotoState.DONE:
            self._appearance_changed()
        else:
            self._judging.stop()
            self.hide()

    def _appearance_changed(self) -> None:
        if self._was_derained and self._document.status.state is PhotoState.DONE:
            self._judging.start(SETTLED_MS)

    def _judge(self) -> None:
        found, change = measured(self._document.picture)
        self.setToolTip(
            tr(
                "Taken on average: {taken} of 255 levels. Brightness: {brightness}.",
                taken=f"{change.taken:.1f}",
                brightness=f"{change.brightness:+.0f}",
            )
        )
        words, self._proposal = self._judged(found, change)
        if words != self.text():
            self.setText(words)
            self.setAccessibleName(words)
            self.setProperty("offers", "true" if self._proposal else "false")
            self.style().unpolish(self)
            self.style().polish(self)
            self._place()
            self.show()
            self.raise_()
            self._leaving.start(OFFERED_MS if self._proposal else SHOWN_MS)

    def _judged(self, found: float, change: "Change") -> tuple[str, Callable[[], object] | None]:
        """Return the words on a result, and the action that a click does, if any."""
        document, dense = self._document, self._dense
        model = "" if document.layer is None else document.layer.record.checkpoint
        if found < LITTLE_TAKEN and dense is not None and model != dense.id:
            words = tr("Little rain found: try {model}", model=name_of(dense))
            return in_menu(words), partial(self.model_asked.emit, dense.id)
        is_darker = found >= LITTLE_TAKEN and change.brightness < -SHIFTED_BY
        if is_darker and not document.keep_brightness:
            levels = round(-change.brightness)
            words = tr("Darker by {levels} of 255: keep brightness?", levels=levels)
            return words, partial(document.history.choose_brightness, True)
        return removal_of(found), None

    def _act(self) -> None:
        self.hide()
        if self._proposal is not None:
            self._proposal()

    def _leave(self) -> None:
        if self.underMouse() or self.hasFocus():  # it is being read, or about to be clicked
            self._leaving.start(SHOWN_MS)
        else:
            self.hide()

    def _place(self) -> None:
        self.adjustSize()
        area, labels = self._view.after_area, self._view.label_rects()
        label = next((each for each in labels if area.contains(each.center())), labels[0])
        rect = QRect(QPoint(0, 0), self.size())
        rect.moveCenter(QPoint(area.center().x(), label.center().y()))
        if any(each.intersects(rect) for each in labels):  # of a narrow photo
            rect.moveTop(label.bottom() + GAP_PX)
        self.move(rect.topLeft())
