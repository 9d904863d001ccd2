"""Asks which of the published checkpoints to fetch, after saying under which terms."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.shell.parts import muted
from app.shell.translation import tr

WIDTH_PX = 520


@dataclass(frozen=True)
class FetchOffer:
    """A checkpoint that can be fetched.

    Attributes:
        id: of the checkpoint that it becomes.
        title: what people call it.
        summary: what it was trained on.
        size_bytes: of the download.
    """

    id: str
    title: str
    summary: str
    size_bytes: int


class FetchDialog(QDialog):
    """Offers checkpoints; nothing is fetched before its button is clicked."""

    def __init__(
        self, offers: Sequence[FetchOffer], terms: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Fetch checkpoints"))
        self.setMinimumWidth(WIDTH_PX)
        self.boxes: dict[str, QCheckBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(muted(terms))
        layout.addSpacing(8)
        for offer in offers:
            layout.addWidget(self._box(offer))
            layout.addWidget(_below(offer))
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.buttons.button(standard.Ok).setText(tr("Fetch"))
        self.buttons.button(standard.Cancel).setText(tr("Cancel"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout.addSpacing(8)
        layout.addWidget(self.buttons)
        self._allow()

    @classmethod
    def ask(
        cls, offers: Sequence[FetchOffer], terms: str, parent: QWidget | None = None
    ) -> tuple[str, ...]:
        """Show the dialog and wait; the ids that were chosen, none when it was cancelled."""
        dialog = cls(offers, terms, parent)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        return dialog.chosen() if accepted else ()

    def chosen(self) -> tuple[str, ...]:
        """The ids that are ticked."""
        return tuple(id for id, box in self.boxes.items() if box.isChecked())

    def _box(self, offer: FetchOffer) -> QCheckBox:
        box = QCheckBox(offer.title)
        box.setAccessibleDescription(offer.summary)
        box.toggled.connect(self._allow)
        self.boxes[offer.id] = box
        return box

    def _allow(self) -> None:
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        button.setEnabled(bool(self.chosen()))


def _below(offer: FetchOffer) -> QWidget:
    size = f"{offer.size_bytes / 1e6:.1f} MB"
    label = muted(f"{offer.summary} · {size}")
    label.setContentsMargins(19, 0, 0, 8)  # below the words of its box
    return label
