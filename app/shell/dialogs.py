"""All modal questions, in one class that tests replace."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.shell.parts import dialog_buttons, is_accepted, muted
from app.shell.presets import Preset
from app.shell.presets_dialog import PresetsDialog
from app.shell.save_dialog import SaveChoice, SaveDialog, SaveQuestion
from app.shell.settings import Settings
from app.shell.settings_dialog import SettingsDialog
from app.shell.translation import tr
from nledn.messages import FETCH_TERMS, printable

if TYPE_CHECKING:
    from nledn.machine import Machine


Answer = Literal["save", "discard", "cancel"]
PartialAnswer = Literal["finish", "save", "cancel"]
CHECKPOINT_SUFFIXES = (".safetensors", ".pth", ".pt")
FETCH_WIDTH_PX = 520
LICENCES_PX = (760, 560)  # 100 columns in the usual size, as the list is written


@dataclass(frozen=True)
class FetchOffer:
    """A checkpoint that can be fetched.

    Attributes:
        id: of the checkpoint that it becomes.
        title: its name.
        summary: its training data.
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
        self.setWindowTitle(tr("Get models"))
        self.setMinimumWidth(FETCH_WIDTH_PX)
        self.boxes: dict[str, QCheckBox] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(muted(terms))
        layout.addSpacing(8)
        for offer in offers:
            layout.addWidget(self._box(offer))
            layout.addWidget(_below(offer))
        kinds = QDialogButtonBox.StandardButton
        self.buttons = dialog_buttons(self, {kinds.Ok: tr("Get"), kinds.Cancel: tr("Cancel")})
        layout.addSpacing(8)
        layout.addWidget(self.buttons)
        self._allow()

    @classmethod
    def ask(
        cls, offers: Sequence[FetchOffer], terms: str, parent: QWidget | None = None
    ) -> tuple[str, ...]:
        """Show the dialog and wait; return the chosen ids, none if cancelled."""
        dialog = cls(offers, terms, parent)
        return dialog.chosen() if is_accepted(dialog) else ()

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


class LicencesDialog(QDialog):
    """Shows the bundle's list, which can be read by keyboard and copied."""

    def __init__(self, listed: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Licences"))
        self.resize(*LICENCES_PX)
        self.text = QPlainTextEdit(listed)
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(tr("Licences"))
        buttons = dialog_buttons(self, {QDialogButtonBox.StandardButton.Close: tr("Close")})
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(buttons)


class Dialogs:
    """Asks the user; each method waits for the answer."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def photo(self, folder: str, suffixes: tuple[str, ...]) -> Path | None:
        """A photo to open."""
        kinds = " ".join(f"*{suffix}" for suffix in suffixes)
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            tr("Open photo"),
            folder,
            f"{tr('Photos')} ({kinds});;{tr('All files')} (*)",
        )
        return Path(name) if name else None

    def folder(self, folder: str) -> Path | None:
        """A folder of photos."""
        name = QFileDialog.getExistingDirectory(self._window, tr("Open folder"), folder)
        return Path(name) if name else None

    def photos(self, folder: str, suffixes: tuple[str, ...]) -> list[Path]:
        """Photos for a batch."""
        kinds = " ".join(f"*{suffix}" for suffix in suffixes)
        names, _ = QFileDialog.getOpenFileNames(
            self._window, tr("Add photos"), folder, f"{tr('Photos')} ({kinds})"
        )
        return [Path(name) for name in names]

    def stop_batch(self, finished: int, total: int) -> bool:
        """Ask if a batch that runs may be stopped."""
        words = tr("Stop the batch at {finished} of {total}?", finished=finished, total=total)
        details = tr("Finished photos are kept; the rest remains for the next start.")
        box = self._box(QMessageBox.Icon.Question, tr("A batch is running"), words, details)
        stop = box.addButton(tr("Stop and close"), QMessageBox.ButtonRole.AcceptRole)
        return _is_chosen(stop, box, or_else=tr("Continue"))

    def checkpoint(self) -> Path | None:
        """A file of weights."""
        kinds = " ".join(f"*{suffix}" for suffix in CHECKPOINT_SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(
            self._window, tr("Import model"), "", f"{tr('Models')} ({kinds})"
        )
        return Path(name) if name else None

    def fetch(self, offers: Sequence[FetchOffer]) -> tuple[str, ...]:
        """Ask for the authors' checkpoints to fetch."""
        return FetchDialog.ask(offers, tr(FETCH_TERMS), self._window)

    def save_as(self, question: SaveQuestion) -> SaveChoice | None:
        """Ask for folder, name and format of a result."""
        return SaveDialog.ask(question, self._window)

    def replace(self, name: str) -> bool:
        """Ask if an existing file may be replaced."""
        words = tr("{name} already exists. Replace it?", name=name)
        details = tr("Its present content would be lost.")
        box = self._box(QMessageBox.Icon.Warning, tr("Save as"), words, details)
        replace = box.addButton(tr("Replace"), QMessageBox.ButtonRole.DestructiveRole)
        return _is_chosen(replace, box, or_else=tr("Cancel"))

    def export(self, suggested: Path) -> Path | None:
        """Ask for the file that a comparison is saved to."""
        kinds = {".html": tr("Page with a slider"), ".png": tr("Sheet"), ".csv": tr("Table")}
        return self._file_to_write(tr("Export comparison"), suggested, kinds)

    def rain_layer(self, suggested: Path) -> Path | None:
        """Ask for the file that the rain is saved to."""
        kinds = {".tif": tr("TIFF, exact values"), ".png": tr("PNG, 16 bits")}
        return self._file_to_write(tr("Export rain layer"), suggested, kinds)

    def presets(self, presets: tuple[Preset, ...]) -> tuple[Preset, ...] | None:
        """Other export presets."""
        return PresetsDialog.ask(presets, self._window)

    def _file_to_write(self, title: str, suggested: Path, kinds: dict[str, str]) -> Path | None:
        """Ask for a file of one of these kinds, by ending, and before replacing one."""
        filters = {f"{words} (*{suffix})": suffix for suffix, words in kinds.items()}
        name, kind = QFileDialog.getSaveFileName(
            self._window, title, str(suggested), ";;".join(filters)
        )
        if not name:
            return None
        path = Path(name)
        if path.suffix.lower() in kinds:
            return path
        # Qt has asked about the typed name, not about this one.
        path = path.with_name(path.name + filters[kind])
        return path if not path.exists() or self.replace(printable(path.name)) else None

    def settings(self, settings: Settings, machine: "Machine | None") -> Settings | None:
        """Other settings."""
        return SettingsDialog.ask(settings, machine, self._window)

    def unsaved(self, name: str) -> Answer:
        """Ask if unsaved work is to be saved."""
        words = tr("Save the derained {name}?", name=name)
        details = tr("Without saving, the result is lost. The photo itself stays.")
        box = self._box(QMessageBox.Icon.Question, tr("Unsaved result"), words, details)
        buttons: dict[QMessageBox.StandardButton, Answer] = {
            QMessageBox.StandardButton.Save: "save",
            QMessageBox.StandardButton.Discard: "discard",
            QMessageBox.StandardButton.Cancel: "cancel",
        }
        for button, words in zip(buttons, (tr("Save"), tr("Discard"), tr("Cancel")), strict=True):
            box.addButton(button).setText(words)
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        box.setEscapeButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        box.deleteLater()
        return buttons.get(box.standardButton(box.clickedButton()), "cancel")

    def partial(self, done: int, total: int) -> PartialAnswer:
        """Ask what to do with a partial result."""
        words = tr("Only {done} of {total} tiles are derained.", done=done, total=total)
        details = tr("The rest of the saved photo would still have its rain.")
        box = self._box(QMessageBox.Icon.Question, tr("Partial result"), words, details)
        finish = box.addButton(tr("Finish first"), QMessageBox.ButtonRole.AcceptRole)
        save = box.addButton(tr("Save anyway"), QMessageBox.ButtonRole.ActionRole)
        cancel = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(finish)
        box.setEscapeButton(cancel)
        box.exec()
        box.deleteLater()
        clicked = box.clickedButton()
        return "finish" if clicked is finish else "save" if clicked is save else "cancel"

    def about(self, text: str, licences: str) -> None:
        """Show the version, and on a click the licences."""
        box = QMessageBox(self._window)
        box.setWindowTitle(tr("About AfterRain"))
        box.setIconPixmap(self._window.windowIcon().pixmap(64))
        box.setText(text)
        more = box.addButton(tr("Licences"), QMessageBox.ButtonRole.ActionRole)
        close = box.addButton(tr("Close"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(close)
        box.setEscapeButton(close)
        box.exec()
        if box.clickedButton() is more:
            LicencesDialog(licences, self._window).exec()

    def _box(self, icon: QMessageBox.Icon, title: str, text: str, details: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)  # names of files stand in it
        box.setIcon(icon)
        box.setWindowTitle(title)
        box.setText(text)
        box.setInformativeText(details)
        return box


def _is_chosen(button: QPushButton, box: QMessageBox, *, or_else: str) -> bool:
    """Ask; the other button is the default, also for Escape."""
    other = box.addButton(or_else, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(other)
    box.setEscapeButton(other)
    box.exec()
    box.deleteLater()
    return box.clickedButton() is button
