"""A verdict after deraining, in one chip over the photo, with a proposal."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton

from app.imaging.picture import Picture
from app.photo.document import Document
from app.photo.state import PhotoState, Status
from app.shell.models import name_of
from app.shell.names import in_menu
from app.shell.translation import LITTLE_TAKEN, SHIFTED_BY, removal_of, tr
from app.views.photo_view import PhotoView
from nledn.card import Card
from nledn.catalog import DENSE_ID
from nledn.metrics import Change, change_in, levels_of
from nledn.rain import STEPS
from nledn.tiling import Rect

SAMPLED_PX = 250_000  # of a photo: measured in some 10 ms
SETTLED_MS = 300  # after the last change of the strength
GAP_PX = 8  # below labels
SHOWN_MS = 6000
OFFERED_MS = 20_000  # what can be clicked

Kind: TypeAlias = Literal["little", "darker", "found"]


@dataclass(frozen=True)
class Verdict:
    """The verdict on a result.

    Attributes:
        kind: little rain was found, the photo became darker, or neither.
        found: the rain, in levels of 255 on average.
    """

    kind: Kind
    found: float
    change: Change


def verdict_on(picture: Picture) -> Verdict:
    """Judge the shown result by its rain and its brightness."""
    layer, level = picture.layer, 0
    assert layer is not None, "there is a result"
    while level < picture.top_level and math.prod(picture.level_size(level)) > SAMPLED_PX:
        level += 1
    seen = Rect(0, 0, *picture.level_size(level))
    before, after = (levels_of(picture.pixels(kind, level, seen)) for kind in ("before", "after"))
    change = change_in(after - before)
    height, width = layer.tiling.size
    step = max(1, math.isqrt(height * width // SAMPLED_PX))
    rain = layer.plane[::step, ::step].astype(np.float32)
    found = float(np.abs(rain).mean()) * 255 / STEPS
    kind: Kind = "little" if found < LITTLE_TAKEN else "found"
    if kind == "found" and change.brightness < -SHIFTED_BY and not picture.keep_brightness:
        kind = "darker"
    return Verdict(kind, found, change)


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
        self._verdict: Verdict | None = None
        self._was_derained = False  # since the photo was opened
        self._judging = QTimer(self, singleShot=True)
        self._judging.timeout.connect(self._judge)
        self._leaving = QTimer(self, singleShot=True)
        self._leaving.timeout.connect(self._leave)
        self.clicked.connect(self._act)
        document.photo_opened.connect(self._forget)
        document.status_changed.connect(self._status_changed)
        document.picture.appearance_changed.connect(self._appearance_changed)
        view.installEventFilter(self)
        view.viewport.changed.connect(self._place)
        view.mode_changed.connect(self._place)
        self.hide()

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Note the installed models."""
        self._dense = next((card for card in cards if card.id == DENSE_ID), None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Keep to the line of the labels in a view of another size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _forget(self) -> None:
        self._was_derained = False
        self._verdict = None
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
        before, verdict = self._verdict, verdict_on(self._document.picture)
        self._verdict = verdict
        self.setToolTip(
            tr(
                "Taken on average: {taken} of 255 levels. Brightness: {brightness}.",
                taken=f"{verdict.change.taken:.1f}",
                brightness=f"{verdict.change.brightness:+.0f}",
            )
        )
        words = self._words(verdict)
        if before is None or words != self.text():
            self.setText(words)
            self.setAccessibleName(words)
            self.setProperty("offers", "true" if self._offers else "false")
            self.style().unpolish(self)
            self.style().polish(self)
            self._place()
            self.show()
            self.raise_()
            self._leaving.start(OFFERED_MS if self._offers else SHOWN_MS)

    def _words(self, verdict: Verdict) -> str:
        if verdict.kind == "little" and self._tries_dense:
            assert self._dense is not None, "it is there"
            return in_menu(tr("Little rain found: try {model}", model=name_of(self._dense)))
        if verdict.kind == "darker":
            levels = round(-verdict.change.brightness)
            return tr("Darker by {levels} of 255: keep brightness?", levels=levels)
        return removal_of(verdict.found)

    @property
    def _tries_dense(self) -> bool:
        """True if the model for dense rain is installed, and did not make this result."""
        layer = self._document.layer
        is_other = layer is not None and layer.record.checkpoint != DENSE_ID
        return self._dense is not None and is_other

    @property
    def _offers(self) -> bool:
        kind = None if self._verdict is None else self._verdict.kind
        return kind == "darker" or (kind == "little" and self._tries_dense)

    def _act(self) -> None:
        verdict, offers = self._verdict, self._offers
        self.hide()
        if verdict is not None and offers and verdict.kind == "darker":
            self._document.history.choose_brightness(True)
        elif offers:
            self.model_asked.emit(DENSE_ID)

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
