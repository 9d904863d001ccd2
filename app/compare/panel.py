"""The panel beside a comparison: its panes, how they are shown, blind votes, export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.shell.icons import icon
from app.shell.parts import PANEL_WIDTH_PX, heading, icon_button, line, muted
from app.shell.translation import tr
from nledn.card import Card
from nledn.options import STRENGTH_MAX

STRENGTH_PX = 72


STRENGTH_STEP = 5


@dataclass(frozen=True)
class Row:
    """What the panel shows of a pane.

    Attributes:
        key: by which it is known.
        name: as it is shown now.
        strength: of a checkpoint; None for others, and while names are hidden.
        figures: in one or two lines; empty if there are none.
        is_removable: whether it may go.
    """

    key: int
    name: str
    strength: float | None
    figures: str
    is_removable: bool


class PaneRow(QWidget):
    """One pane.

    Attributes:
        strength_changed: (int, float) its key, and the strength it is to have.
        remove_asked: (int) its key.
    """

    strength_changed = Signal(int, float)
    remove_asked = Signal(int)

    def __init__(self, key: int) -> None:
        super().__init__()
        self.key = key
        self.name = QLabel()
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setWordWrap(True)
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.strength = QSpinBox()
        self.strength.setRange(0, round(STRENGTH_MAX * 100))
        self.strength.setSingleStep(STRENGTH_STEP)
        self.strength.setSuffix(" %")
        self.strength.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.strength.setFixedWidth(STRENGTH_PX)
        self.strength.setToolTip(tr("Strength"))
        self.remove = icon_button("close", tr("Remove from the comparison"))
        self.figures = muted()
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.name, 1)
        line.addWidget(self.strength, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.figures)
        self.strength.valueChanged.connect(
            lambda value: self.strength_changed.emit(self.key, value / 100)
        )
        self.remove.clicked.connect(lambda: self.remove_asked.emit(self.key))

    def show_row(self, place: int, row: Row) -> None:
        """Show it; tells nobody."""
        self.name.setText(f"{place + 1}  {row.name}")
        self.strength.setAccessibleName(tr("Strength of {name}", name=row.name))
        self.remove.setAccessibleName(tr("Remove {name} from the comparison", name=row.name))
        self.strength.setVisible(row.strength is not None)
        if row.strength is not None:
            self.strength.blockSignals(True)
            self.strength.setValue(round(row.strength * 100))
            self.strength.blockSignals(False)
        self.remove.setVisible(row.is_removable)
        self.figures.setText(row.figures)
        self.figures.setVisible(bool(row.figures))


class ComparePanel(QFrame):
    """Holds the controls of a comparison.

    Attributes:
        checkpoint_asked: (Card) one more checkpoint.
        result_asked: another program's result is to be chosen.
        truth_asked: the photo without rain is to be chosen.
        strength_changed: (int, float) key of a pane, and its strength.
        remove_asked: (int) key of a pane.
        wipe_toggled, errors_toggled, selecting_toggled, blind_toggled: (bool).
        voted: (str) letter of the choice; empty for no difference.
        whole_asked, stop_asked, tiling_asked, export_asked: what the buttons say.
    """

    checkpoint_asked = Signal(object)
    result_asked = Signal()
    truth_asked = Signal()
    strength_changed = Signal(int, float)
    remove_asked = Signal(int)
    wipe_toggled = Signal(bool)
    errors_toggled = Signal(bool)
    selecting_toggled = Signal(bool)
    blind_toggled = Signal(bool)
    voted = Signal(str)
    whole_asked = Signal()
    stop_asked = Signal()
    tiling_asked = Signal()
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.setFixedWidth(PANEL_WIDTH_PX)
        self.rows: dict[int, PaneRow] = {}
        self.add = QPushButton(icon("add"), tr("Add"))
        self.add.setToolTip(tr("Compare one more: a checkpoint, or a picture"))
        self.add_menu = QMenu(self.add)
        self.add.setMenu(self.add_menu)
        self.measured = muted()
        self.wipe = _toggle(tr("Wipe"), tr("Show the first four in one pane, with a crossing"))
        self.errors = _toggle(tr("Error maps"), tr("Black: as without rain. Yellow: far from it"))
        self.select = _toggle(tr("Rectangle"), tr("Draw a rectangle in which to measure"))
        self.blind = _toggle(tr("Hide the names"), tr("Shuffle the names until you have chosen"))
        self.votes = QWidget()
        self.tiling = QPushButton(tr("Check tiling"))
        self.tiling.setToolTip(tr("Compute what is in sight whole and in tiles, and compare"))
        self.progress = muted()
        self.whole = QPushButton(tr("Whole photo"))
        self.whole.setToolTip(tr("Compute the rest of the photo too"))
        self.stop = QPushButton(tr("Stop"))
        self.stop.setToolTip(tr("Compute only what is in sight"))
        self.export = QPushButton(icon("save"), tr("Export…"))
        self.export.setToolTip(tr("Save as a sheet, a page with a slider, or a table"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(12)
        self._votes = QHBoxLayout(self.votes)
        self._votes.setContentsMargins(0, 0, 0, 0)
        self._votes.setSpacing(4)
        self._lay_out()
        self._connect()
        self.set_cards(())
        self.show_progress("", is_running=False, is_whole=False)
        self.set_blind(())

    def set_cards(self, cards: Sequence[Card]) -> None:
        """The checkpoints that can be added."""
        self.add_menu.clear()
        for card in cards:
            self.add_menu.addAction(card.title).triggered.connect(
                lambda _checked=False, card=card: self.checkpoint_asked.emit(card)
            )
        self.add_menu.addSeparator()
        for words, signal in (
            (tr("Another program's result…"), self.result_asked),
            (tr("Photo without rain…"), self.truth_asked),
        ):
            self.add_menu.addAction(words).triggered.connect(signal)

    def show_rows(self, rows: Sequence[Row], *, can_add: bool, has_truth: bool) -> None:
        """Show the panes; a row that was there stays, so that a hand on it is not disturbed."""
        keys = [row.key for row in rows]
        for key in [key for key in self.rows if key not in keys]:
            gone = self.rows.pop(key)
            self._rows.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, row in enumerate(rows):
            widget = self.rows.get(row.key)
            if widget is None:
                widget = self.rows[row.key] = PaneRow(row.key)
                widget.strength_changed.connect(self.strength_changed)
                widget.remove_asked.connect(self.remove_asked)
            widget.show_row(place, row)
            self._rows.removeWidget(widget)
            self._rows.insertWidget(place, widget)
        self.add.setEnabled(can_add)
        self.errors.setEnabled(has_truth)

    def show_measured(self, words: str) -> None:
        """Say what the figures are of."""
        self.measured.setText(words)
        self.measured.setVisible(bool(words))

    def show_progress(self, words: str, *, is_running: bool, is_whole: bool) -> None:
        """Say how far it is; a whole photo needs no more."""
        self.progress.setText(words)
        self.whole.setVisible(not is_whole)
        self.stop.setVisible(is_running)

    def set_blind(self, letters: Sequence[str]) -> None:
        """Offer these to choose from; none when names are shown."""
        while (item := self._votes.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for letter in letters:
            self._offer(letter, tr("{letter} is best", letter=letter), letter)
        if letters:
            self._offer("", tr("No difference"), "=")
        self.votes.setVisible(bool(letters))
        self.blind.blockSignals(True)
        self.blind.setChecked(bool(letters))
        self.blind.blockSignals(False)

    def vote_buttons(self) -> Mapping[str, QPushButton]:
        """The buttons to choose by, by letter; empty for no difference."""
        found = self.votes.findChildren(QPushButton)
        return {button.objectName(): button for button in found if not button.isHidden()}

    def _offer(self, letter: str, words: str, shown: str) -> None:
        button = QPushButton(shown)
        button.setObjectName(letter)
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.clicked.connect(lambda: self.voted.emit(letter))
        self._votes.addWidget(button)

    def _connect(self) -> None:
        self.wipe.toggled.connect(self.wipe_toggled)
        self.errors.toggled.connect(self.errors_toggled)
        self.select.toggled.connect(self.selecting_toggled)
        self.blind.toggled.connect(self.blind_toggled)
        self.whole.clicked.connect(self.whole_asked)
        self.stop.clicked.connect(self.stop_asked)
        self.tiling.clicked.connect(self.tiling_asked)
        self.export.clicked.connect(self.export_asked)

    def _lay_out(self) -> None:
        controls = QWidget()
        column = QVBoxLayout(controls)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        top = QHBoxLayout()
        top.addWidget(heading(tr("Panes")), 1)
        top.addWidget(self.add)
        column.addLayout(top)
        column.addLayout(self._rows)
        column.addWidget(self.measured)
        column.addWidget(line())
        column.addWidget(heading(tr("Compare")))
        column.addLayout(_side_by_side(self.wipe, self.select))
        column.addLayout(_side_by_side(self.errors, self.tiling))
        column.addWidget(line())
        column.addWidget(heading(tr("Blind test")))
        column.addWidget(self.blind)
        column.addWidget(self.votes)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(controls)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(16, 16, 16, 16)
        bottom.setSpacing(8)
        bottom.addWidget(self.progress)
        bottom.addLayout(_side_by_side(self.whole, self.stop))
        bottom.addWidget(self.export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(line())
        layout.addLayout(bottom)


def _toggle(words: str, about: str) -> QPushButton:
    button = QPushButton(words)
    button.setCheckable(True)
    button.setToolTip(about)
    return button


def _side_by_side(one: QWidget, other: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(one, 1)
    row.addWidget(other, 1)
    return row
