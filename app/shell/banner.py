"""One line at the top of the photo: what happened, what to do, and what can be done at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.shell.icons import icon
from app.shell.messages import explain
from app.shell.translation import tr

Kind = Literal["error", "info", "done"]
ICONS: Mapping[Kind, str] = {"error": "warning", "info": "info", "done": "done"}
ICON_PX = 20


@dataclass(frozen=True)
class Action:
    """A button of a banner.

    Attributes:
        name: what code calls it.
        words: on the button.
        act: what a click does.
    """

    name: str
    words: str
    act: Callable[[], object]


@dataclass(frozen=True)
class Notice:
    """A message in the banner.

    Attributes:
        text: one or two sentences.
        kind: how it looks.
        actions: what can be done at once.
    """

    text: str
    kind: Kind = "info"
    actions: tuple[Action, ...] = ()

    @classmethod
    def of(cls, error: Exception) -> "Notice":
        """Say what went wrong, and what to do."""
        return cls(explain(error), "error")


class Banner(QFrame):
    """Shows one notice at a time; a new one takes the place of the old.

    Attributes:
        visibility_changed: (bool) it says something now, or no longer.
        buttons: of the notice, by the names of their actions.
    """

    visibility_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.notice: Notice | None = None
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # names of files stand in it
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.buttons: dict[str, QPushButton] = {}
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._close = QToolButton()
        self._close.setIcon(icon("close"))
        self._close.setToolTip(tr("Close this message"))
        self._close.setAccessibleName(tr("Close this message"))
        self._close.clicked.connect(self.clear)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(12)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addLayout(self._row)
        layout.addWidget(self._close)
        self.hide()

    def show_notice(self, notice: Notice | None) -> None:
        """Say something, or nothing any more."""
        if notice is None:
            self.clear()
            return
        self.notice = notice
        self._icon.setPixmap(icon(ICONS[notice.kind]).pixmap(ICON_PX, ICON_PX))
        self._text.setText(notice.text)
        self.setAccessibleName(notice.text)
        self.setProperty("kind", notice.kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self._set_buttons(notice.actions)
        self.show()
        self.visibility_changed.emit(True)

    def clear(self) -> None:
        """Say nothing."""
        self.notice = None
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
            self.buttons[action.name] = button

    def _choose(self, action: Action) -> None:
        self.clear()
        action.act()
