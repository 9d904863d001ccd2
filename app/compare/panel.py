"""The panel beside a comparison: its panes, their display, blind votes, export."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from app.shell.models import name_of
from app.shell.names import in_menu
from app.shell.parts import (
    Fold,
    button,
    column,
    heading,
    icon_button,
    line,
    muted,
    percent_field,
    row,
    side_panel,
)
from app.shell.translation import tr
from nledn.options import STRENGTH_MAX

if TYPE_CHECKING:
    from nledn.card import Card

STRENGTH_STEP = 5


@dataclass(frozen=True)
class PaneSummary:
    """The panel's summary of a pane; only checkpoints with a name have a strength."""

    key: int
    name: str
    strength: float | None
    figures: str
    details: str
    is_removable: bool


class PaneRow(QWidget):
    """The row of a pane, whose changes the panel signals."""

    def __init__(self, key: int, panel: "ComparePanel") -> None:
        super().__init__()
        self.name = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.strength = percent_field(tr("Strength"), round(STRENGTH_MAX * 100))
        self.strength.setSingleStep(STRENGTH_STEP)
        self.strength.setToolTip(tr("Strength"))
        self.remove = icon_button("close", tr("Remove from the comparison"))
        self.figures = muted()
        above = row(self.name, self.strength, self.remove, spacing=4)
        for field in (self.strength, self.remove):
            above.setAlignment(field, Qt.AlignmentFlag.AlignTop)
        column(above, self.figures, spacing=2, into=self)
        self.strength.valueChanged.connect(
            lambda value: panel.strength_changed.emit(key, value / 100)
        )
        self.remove.clicked.connect(lambda: panel.remove_asked.emit(key))

    def show_row(self, pane: PaneSummary) -> None:
        """Show it, without a signal."""
        self.name.setText(pane.name)
        self.strength.setAccessibleName(tr("Strength of {name}", name=pane.name))
        self.remove.setAccessibleName(tr("Remove {name} from the comparison", name=pane.name))
        self.strength.setVisible(pane.strength is not None)
        if pane.strength is not None:
            with QSignalBlocker(self.strength):
                self.strength.setValue(round(pane.strength * 100))
        self.remove.setVisible(pane.is_removable)
        self.figures.setText(pane.figures)
        self.figures.setToolTip(pane.details)
        self.figures.setVisible(bool(pane.figures))


class ComparePanel(QFrame):
    """Holds the controls of a comparison.

    Its buttons are connected by the page.

    Attributes:
        checkpoint_asked: (Card) one more checkpoint.
        picture_asked: (str) choose another program's "result" or the "truth".
        strength_changed: (int, float) key of a pane, and its strength.
        voted: (str) letter of the choice; empty for no difference.
        vote_buttons: by these letters.
    """

    checkpoint_asked = Signal(object)
    picture_asked = Signal(str)
    strength_changed = Signal(int, float)
    remove_asked = Signal(int)
    voted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[int, PaneRow] = {}
        self.add = button(tr("Add"), tr("Compare one more: a model, or a picture"), "add")
        self.add_menu = QMenu(self.add)
        self.add.setMenu(self.add_menu)
        self.measured = muted()
        self.wipe = _toggle(tr("Wipe"), tr("Show the first four in one pane, with a crossing"))
        self.errors = _toggle(
            tr("Error maps"), tr("Black: like the photo without rain. Yellow: far from it")
        )
        self.select = _toggle(tr("Rectangle"), tr("Draw a rectangle in which to measure"))
        self.blind = _toggle(tr("Hide the names"), tr("Shuffle the names until you have chosen"))
        self.question = QLabel(tr("Which looks best?"))
        self.votes = QWidget()
        self.vote_buttons: dict[str, QPushButton] = {}
        at_once = tr("Compute the visible part at once and in tiles, and compare")
        self.tiling = button(tr("Check tiling"), at_once)
        self.reasons = muted()
        self._checks = QWidget()
        column(row(self.errors, self.tiling, equal=True), self.reasons, into=self._checks)
        self.advanced = Fold(tr("Advanced"), self._checks)
        self.advanced.setToolTip(tr("Ways to check the models themselves"))
        self.progress = muted()
        self.whole = button(tr("Whole photo"), tr("Compute the rest of the photo"))
        self.stop = button(tr("Stop"), tr("Compute only the visible part"))
        kinds = tr("Save as a sheet, a page with a slider, or a table")
        self.export = button(tr("Export…"), kinds, "save")
        self._rows = column()
        self._votes = QGridLayout(self.votes)
        self._votes.setContentsMargins(0, 0, 0, 0)
        self._votes.setSpacing(4)
        self._letters: tuple[str, ...] = ()
        self._lay_out()
        self.set_cards(())
        self.show_progress("", is_running=False, is_whole=False)
        self.set_blind(())
        self.allow(tiling=False, errors=False)

    def set_cards(self, cards: "Sequence[Card]") -> None:
        """Set the checkpoints that can be added."""
        self.add_menu.clear()
        for card in cards:
            self.add_menu.addAction(in_menu(name_of(card))).triggered.connect(
                lambda _checked=False, card=card: self.checkpoint_asked.emit(card)
            )
        self.add_menu.addSeparator()
        for kind, words in (
            ("result", tr("Another program's result…")),
            ("truth", tr("Photo without rain…")),
        ):
            self.add_menu.addAction(words).triggered.connect(
                lambda _checked=False, kind=kind: self.picture_asked.emit(kind)
            )

    def show_rows(self, rows: Sequence[PaneSummary], *, can_add: bool) -> None:
        """Show the panes; existing rows stay, so that a drag in one is not interrupted."""
        keys = [pane.key for pane in rows]
        for key in [key for key in self.rows if key not in keys]:
            gone = self.rows.pop(key)
            self._rows.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, pane in enumerate(rows):
            widget = self.rows.get(pane.key)
            if widget is None:
                widget = self.rows[pane.key] = PaneRow(pane.key, self)
            widget.show_row(pane)
            self._rows.removeWidget(widget)
            self._rows.insertWidget(place, widget)
        self.add.setEnabled(can_add)

    def allow(self, *, tiling: bool, errors: bool) -> None:
        """Enable the check of tiles and the error maps, or say why not."""
        self.tiling.setEnabled(tiling)
        self.errors.setEnabled(errors)
        reasons = [] if tiling else [tr("Checking the tiles needs a photo and a model.")]
        if not errors:
            reasons.append(tr("Error maps need the photo without rain: Add, Photo without rain…"))
        self.reasons.setText("\n".join(reasons))
        self.reasons.setVisible(bool(reasons))

    def show_measured(self, words: str) -> None:
        """Name the measured area."""
        self.measured.setText(words)
        self.measured.setVisible(bool(words))

    def show_progress(self, words: str, *, is_running: bool, is_whole: bool) -> None:
        """Show the progress; a whole photo needs no more."""
        self.progress.setText(words)
        self.whole.setVisible(not is_whole)
        self.stop.setVisible(is_running)

    def set_blind(self, letters: tuple[str, ...]) -> None:
        """Offer these letters; none while names are shown."""
        if letters != self._letters:
            self._letters = letters
            self._offer_letters()
        self.question.setVisible(bool(letters))
        self.votes.setVisible(bool(letters))
        with QSignalBlocker(self.blind):
            self.blind.setChecked(bool(letters))

    def _offer_letters(self) -> None:
        for gone in self.vote_buttons.values():
            gone.hide()
            gone.deleteLater()
        self.vote_buttons = {}
        for place, letter in enumerate(self._letters):
            vote = self._vote_button(letter, tr("{letter} is best", letter=letter))
            self._votes.addWidget(vote, 0, place)
        if self._letters:
            self._votes.addWidget(self._vote_button("", tr("No difference")), 1, 0, 1, -1)

    def _vote_button(self, letter: str, words: str) -> QPushButton:
        made = self.vote_buttons[letter] = button(letter or words, words)
        made.setAccessibleName(words)
        made.clicked.connect(lambda: self.voted.emit(letter))
        return made

    def _lay_out(self) -> None:
        controls = QWidget()
        column(
            row(heading(tr("Panes")), self.add),
            self._rows,
            self.measured,
            line(),
            heading(tr("Compare")),
            row(self.wipe, self.select, equal=True),
            line(),
            heading(tr("Blind test")),
            self.blind,
            self.question,
            self.votes,
            line(),
            self.advanced,
            self._checks,
            0,
            margins=(16, 12, 16, 12),
            into=controls,
        )
        steps = row(self.whole, self.stop, equal=True)
        bottom = column(self.progress, steps, self.export, margins=(16, 12, 16, 12))
        side_panel(self, controls, bottom)


def _toggle(words: str, tip: str) -> QPushButton:
    made = button(words, tip)
    made.setCheckable(True)
    return made
