"""The panes in the panel: name, strength, figures."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from app.translation import tr
from app.widgets.parts import icon_button, muted
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
