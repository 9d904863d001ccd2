"""The choice of a model: one line, whose menu names the models by their purpose."""

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QPushButton, QWidget

from app.shell.actions import without_state
from app.shell.models import name_of
from app.shell.names import in_menu
from app.shell.parts import PANEL_WIDTH_PX, column, icon_button, muted, row
from app.shell.theme import icon
from app.shell.translation import tr
from nledn.options import AUTO

if TYPE_CHECKING:
    from nledn.card import Card

NAME_PX = PANEL_WIDTH_PX - 124  # beside the icon, the arrow and the margins
ABOUT_PX = PANEL_WIDTH_PX + 40
GAP_PX = 4


class ModelPicker(QWidget):
    """Chooses a model, or requests another one.

    Attributes:
        model_chosen: (str) its id, or `auto`.
    """

    model_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[Card, ...] = ()
        self._shown = ""
        self.button = QPushButton()
        self.menu = QMenu(self.button)
        self.menu.setToolTipsVisible(True)
        self.button.setMenu(self.menu)
        self.import_action = QAction(icon("import"), tr("Import…"), self)
        self.import_action.setToolTip(tr("Add your own model (.safetensors or .pth)"))
        self.fetch_action = QAction(icon("fetch"), tr("Get more…"), self)
        self.fetch_action.setToolTip(tr("Get the models that the paper's authors published"))
        self.about_button = icon_button("info", tr("About this model"))
        self.about = _About(self)
        self._make_progress()
        column(row(self.button, self.about_button, spacing=4), self.progress, into=self)
        self.about_button.clicked.connect(self._show_about)
        self.set_cards((), AUTO)

    def set_progress(self, words: str) -> None:
        """Show the progress of a download; nothing without one."""
        self._progress_words.setText(words)
        self.progress.setVisible(bool(words))
        self.fetch_action.setEnabled(not words)

    def set_cards(self, cards: "Sequence[Card]", chosen: str) -> None:
        """Show the models."""
        self._cards = tuple(cards)
        self.menu.clear()
        self._group = QActionGroup(self.menu)
        if self._offers_auto:
            tip = tr("Chooses the model by the rain in the photo")
            self.menu.addAction(self._action(AUTO, tr("Automatic"), tip))
        for card in (card for card in self._cards if card.purpose):
            self.menu.addAction(self._action(card.id, name_of(card), tr(card.description)))
        research = [card for card in self._cards if not card.purpose]
        if research:
            more = self.menu.addMenu(tr("Research"))
            for card in research:
                more.addAction(self._action(card.id, name_of(card), card.training_data))
        self.menu.addSeparator()
        self.menu.addActions([self.import_action, self.fetch_action])
        self.set_chosen(chosen)

    def set_chosen(self, chosen: str) -> None:
        """Show the one in use, without a signal; none if it was removed."""
        is_first = chosen == AUTO and not self._offers_auto and bool(self._cards)
        self._shown = self._cards[0].id if is_first else chosen
        for action in self._group.actions():
            action.setChecked(action.data() == self._shown)
        name = self.name
        words = tr("Model: {name}", name=name or tr("not found"))
        shown = self.button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, NAME_PX)
        self.button.setText(in_menu(shown))
        self.button.setAccessibleName(words)
        self.button.setToolTip(words)
        self.about_button.setEnabled(bool(name))

    @property
    def _offers_auto(self) -> bool:
        """True if several models ship."""
        return sum(card.origin == "shipped" for card in self._cards) > 1

    @property
    def name(self) -> str:
        """The one in use, as the menu has it; empty if it was removed."""
        if self._shown == AUTO and self._offers_auto:
            return tr("Automatic")
        return next((name_of(card) for card in self._cards if card.id == self._shown), "")

    def _action(self, id: str, words: str, tip: str) -> QAction:
        action = self._group.addAction(in_menu(words))
        action.setCheckable(True)
        action.setData(id)
        action.setToolTip(tip)
        action.triggered.connect(without_state(partial(self._choose, id)))
        return action

    def _choose(self, id: str) -> None:
        if id != self._shown:  # it may be in use already, because `auto` took it
            self.set_chosen(id)
            self.model_chosen.emit(id)

    def _make_progress(self) -> None:
        self.progress = QWidget()
        self._progress_words = muted()
        self.stop_button = QPushButton(tr("Stop"))
        self.stop_button.setProperty("flat", "true")
        column(row(self._progress_words, self.stop_button), into=self.progress)
        self.progress.hide()

    def _show_about(self) -> None:
        of_all = self._shown == AUTO
        cards = [
            card for card in self._cards if card.id == self._shown or (of_all and card.purpose)
        ]
        self.about.show_above(self.about_button, cards)


class _About(QFrame):
    """The purpose and figures of models over all other widgets, until a click outside or Esc."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAccessibleName(tr("About this model"))
        self.setFixedWidth(ABOUT_PX)
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setWordWrap(True)
        column(self.words, into=self)

    def show_above(self, button: QWidget, cards: "Sequence[Card]") -> None:
        """Show models inside the screen: the button is low in the window."""
        words = "".join(map(_about, cards))
        if any(card.scores for card in cards):
            meaning = tr(
                "The signal-to-noise ratio of results for test photos with known rain: the higher,"
                " the closer to the photo without rain."
            )
            words += f"<p>{meaning}</p>"
        self.words.setText(words)
        height = self.heightForWidth(ABOUT_PX)
        corner = button.mapToGlobal(QPoint(button.width() - ABOUT_PX, -GAP_PX - height))
        corner.setY(max(corner.y(), button.screen().availableGeometry().top()))
        self.setFixedHeight(height)
        self.move(corner)
        self.show()


def _about(card: "Card") -> str:
    """The purpose, training data and scores of a model, as rich text."""
    lines = [tr(card.description)] if card.description else []
    if card.training_data:
        lines.append(tr("Trained on {data}", data=tr(card.training_data)))
    lines += [f"{name}: {at.psnr_y:.1f} dB" for name, at in card.scores.items()]
    return f"<p>{'<br>'.join([f'<b>{escape(name_of(card))}</b>', *map(escape, lines)])}</p>"
