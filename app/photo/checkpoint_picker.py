"""The choice of a model: titles, training data, scores."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.shell.icons import icon
from app.shell.parts import heading, muted
from app.shell.translation import tr
from nledn.card import Card

SUMMARY_ROLE = Qt.ItemDataRole.UserRole + 1
MARGIN_PX = 8


class CheckpointPicker(QWidget):
    """Chooses a checkpoint, or asks for another one to be imported.

    Attributes:
        checkpoint_chosen: (str) its id.
        import_button: to choose a file.
        fetch_button: to fetch one of the published checkpoints.
        stop_button: to stop fetching.
    """

    checkpoint_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[Card, ...] = ()
        self._shown = -1
        title = heading(tr("Checkpoint"))
        self.combo = QComboBox()
        self.combo.setAccessibleName(tr("Checkpoint"))
        self.combo.setToolTip(tr("The weights that take the rain away"))
        self.combo.setItemDelegate(_TwoLines(self.combo))
        self.combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.combo.setMinimumContentsLength(12)
        title.setBuddy(self.combo)
        self.details = muted()
        self.import_button = QPushButton(icon("import"), tr("Import…"))
        self.import_button.setProperty("flat", "true")
        self.import_button.setToolTip(tr("Add weights of your own (.safetensors or .pth)"))
        self.fetch_button = QPushButton(icon("fetch"), tr("Fetch…"))
        self.fetch_button.setProperty("flat", "true")
        self.fetch_button.setToolTip(tr("Get the checkpoints that the paper's authors published"))
        self._make_progress()
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(title, 1)
        row.addWidget(self.fetch_button)
        row.addWidget(self.import_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.combo)
        layout.addWidget(self.details)
        layout.addWidget(self.progress)
        self.combo.activated.connect(self._activated)

    def set_progress(self, words: str) -> None:
        """Say how far a download is; nothing when there is none."""
        self._progress_words.setText(words)
        self.progress.setVisible(bool(words))

    def _make_progress(self) -> None:
        self.progress = QWidget()
        self._progress_words = muted()
        self.stop_button = QPushButton(tr("Stop"))
        self.stop_button.setProperty("flat", "true")
        row = QHBoxLayout(self.progress)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._progress_words, 1)
        row.addWidget(self.stop_button)
        self.progress.hide()

    def set_cards(self, cards: Sequence[Card], chosen: str) -> None:
        """Show what there is.

        Args:
            cards: of all checkpoints, in order.
            chosen: id of the one in use, or `auto`.
        """
        self._cards = tuple(cards)
        self.combo.clear()
        for card in self._cards:
            self.combo.addItem(card.title, card.id)
            self.combo.setItemData(self.combo.count() - 1, summary(card), SUMMARY_ROLE)
        self.set_chosen(chosen)

    def set_chosen(self, chosen: str) -> None:
        """Show which one is in use; tells nobody. One that was removed is none of these."""
        ids = [card.id for card in self._cards]
        taken = ids[0] if ids and chosen == "auto" else chosen
        place = self._shown = ids.index(taken) if taken in ids else -1
        self.combo.setCurrentIndex(place)
        self.details.setText(details(self._cards[place]) if place >= 0 else "")

    def _activated(self, place: int) -> None:
        if place == self._shown:
            return  # it is in use already, perhaps because `auto` took it
        self._shown = place
        self.details.setText(details(self._cards[place]))
        self.checkpoint_chosen.emit(self._cards[place].id)


def summary(card: Card) -> str:
    """One line of what a checkpoint has seen."""
    return card.training_data or card.description or tr("Training data unknown")


def details(card: Card) -> str:
    """Return the training data and the scores, a set a line."""
    lines = []
    if card.training_data:
        lines.append(tr("Trained on {data}", data=card.training_data))
    lines.extend(f"{name}: {score.psnr_y:.1f} dB" for name, score in card.scores.items())
    return "\n".join(lines)


class _TwoLines(QStyledItemDelegate):
    """A title, and below it, smaller, what the checkpoint has seen."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette = option.palette
        painter.save()
        if selected:
            painter.fillRect(option.rect, palette.highlight())
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        painter.setPen(palette.color(role))
        area = option.rect.adjusted(MARGIN_PX, MARGIN_PX // 2, -MARGIN_PX, -MARGIN_PX // 2)
        title = str(index.data(Qt.ItemDataRole.DisplayRole))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignTop), title)
        painter.setOpacity(0.75)
        small = painter.font()
        small.setPointSizeF(small.pointSizeF() * 0.9)
        painter.setFont(small)
        below = option.fontMetrics.elidedText(
            str(index.data(SUMMARY_ROLE)), Qt.TextElideMode.ElideRight, area.width()
        )
        painter.drawText(area, int(Qt.AlignmentFlag.AlignBottom), below)
        painter.restore()

    def sizeHint(  # noqa: N802  # Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(240, 2 * option.fontMetrics.height() + 12)
