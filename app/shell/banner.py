"""A message over the page: what happened, what to do, and buttons to do it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtCore import QPropertyAnimation, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsOpacityEffect,
    QLabel,
    QPushButton,
    QWidget,
)

from app.shell.parts import Drawing, icon_button, row
from app.shell.translation import explain, tr

Kind = Literal["error", "info", "done"]
ICONS: Mapping[Kind, str] = {"error": "warning", "info": "info", "done": "done"}
ICON_PX = 20
SHOWN_MS = 8000  # at least
READ_MS = 70  # a byte of UTF-8: 14 letters a second, or 5 Chinese characters
FADE_MS = 300
WIDEST_PX = 720
MARGIN_PX = 16  # to the sides and the bottom of the page


@dataclass(frozen=True)
class Action:
    """A button of a banner."""

    name: str
    words: str
    act: Callable[[], object]


@dataclass(frozen=True)
class Notice:
    """A message in the banner; one that `stays` is on every page until it is answered."""

    text: str
    kind: Kind = "info"
    actions: tuple[Action, ...] = ()
    stays: bool = False

    @classmethod
    def of(cls, error: Exception) -> "Notice":
        """Return the notice of an error, with what to do."""
        return cls(explain(error), "error")


class Banner(QFrame):
    """Shows one notice at a time; a new one replaces the old one, which comes back if it stays.

    Attributes:
        words: of the notice.
        buttons: of the notice, by the names of their actions.
        shown_ms: after which a short notice fades that needs no answer.
    """

    visibility_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.notice: Notice | None = None
        self._kept: Notice | None = None  # shown, or replaced by another for a while
        self.shown_ms = SHOWN_MS
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._fade)
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setEnabled(False)
        self.setGraphicsEffect(self._effect)
        self._fading = QPropertyAnimation(self._effect, b"opacity", self)
        self._fading.setDuration(FADE_MS)
        self._fading.setStartValue(1.0)
        self._fading.setEndValue(0.0)
        self._fading.finished.connect(self.clear)
        self._icon = Drawing(ICONS["info"], ICON_PX)
        self.words = QLabel(wordWrap=True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)  # names of files stand in it
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.buttons: dict[str, QPushButton] = {}
        self._row = row()
        self._close = icon_button("close", tr("Close this message"))
        self._close.clicked.connect(self.clear)
        parts = (self._icon, self.words, self._row, self._close)
        row(*parts, grows=1, margins=(16, 8, 8, 8), spacing=12, into=self)
        self.hide()

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice, or hide it."""
        if notice is None:
            self.clear()
            return
        self._stop_leaving()
        self.notice = notice
        if notice.stays:
            self._kept = notice
        self._icon.draw(ICONS[notice.kind])
        self.words.setText(notice.text)
        self.setAccessibleName(notice.text)
        self.setProperty("kind", notice.kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self._set_buttons(notice.actions)
        self.show()
        self.visibility_changed.emit(True)
        if notice.kind == "done" or (notice.kind == "info" and not notice.actions):
            self._timer.start(max(self.shown_ms, READ_MS * len(notice.text.encode())))

    @property
    def is_leaving(self) -> bool:
        """True if the notice fades without an answer."""
        return self._timer.isActive() or self._effect.isEnabled()

    def place(self, page: QRect) -> None:
        """Lie over the bottom of a page, without moving it."""
        widest = min(WIDEST_PX, page.width() - 2 * MARGIN_PX)
        self.words.setMinimumWidth(0)
        wanted = self.words.fontMetrics().horizontalAdvance(self.words.text())
        around = self.minimumSizeHint().width() - self.words.minimumSizeHint().width()
        width = min(widest, wanted + around + MARGIN_PX)
        height = max(self.heightForWidth(width), self.minimumSizeHint().height())
        left = page.left() + (page.width() - width) // 2
        self.setGeometry(left, page.bottom() + 1 - MARGIN_PX - height, width, height)
        self.raise_()

    def leave_page(self) -> None:
        """Keep only a notice that needs an answer when another page is shown."""
        if self.notice is not None and not self.notice.stays:
            self.clear()

    def _fade(self) -> None:
        if self.underMouse():  # it is being read, or about to be clicked
            self._timer.start()
            return
        self._effect.setEnabled(True)
        self._fading.start()

    def _stop_leaving(self) -> None:
        self._timer.stop()
        self._fading.stop()
        self._effect.setEnabled(False)

    def clear(self) -> None:
        """Hide the notice, and show again one that stays if this one had replaced it."""
        self._stop_leaving()
        if self.notice is self._kept:
            self._kept = None
        self.notice = None
        if self._kept is not None:
            self.show_notice(self._kept)
            return
        self.hide()
        self.visibility_changed.emit(False)

    def _set_buttons(self, actions: tuple[Action, ...]) -> None:
        for old in self.buttons.values():
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.buttons = {}
        for action in actions:
            button = QPushButton(action.words)
            button.clicked.connect(partial(self._choose, action))
            self._row.addWidget(button)
            button.show()  # Qt would do so later, and it would have no width until then
            self.buttons[action.name] = button

    def _choose(self, action: Action) -> None:
        self.clear()
        action.act()
