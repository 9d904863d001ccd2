"""Every question that stops the window, behind one face that tests replace."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.shell.fetch_dialog import FetchDialog, FetchOffer
from app.shell.save_dialog import SaveChoice, SaveDialog, SaveQuestion
from app.shell.settings import Settings
from app.shell.settings_dialog import SettingsDialog
from app.shell.translation import tr
from nledn.messages import FETCH_TERMS, printable

if TYPE_CHECKING:
    from nledn.machine import Machine


Answer = Literal["save", "discard", "cancel"]
EXPORT_SUFFIXES = (".html", ".png", ".csv")
CHECKPOINT_SUFFIXES = ("*.safetensors", "*.pth", "*.pt")


SIZE_PX = (760, 560)  # 100 columns in the usual size, as the list is written


class LicencesDialog(QDialog):
    """Shows the list that came with the bundle; it can be read by keyboard, and copied."""

    def __init__(self, listed: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Licences"))
        self.resize(*SIZE_PX)
        self.text = QPlainTextEdit(listed)
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(tr("Licences"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(tr("Close"))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(buttons)


class Dialogs:
    """Asks the person; each method waits for the answer."""

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
        """Whether a batch that runs may be stopped."""
        box = _plain_box(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(tr("A batch is running"))
        box.setText(tr("Stop the batch at {finished} of {total}?", finished=finished, total=total))
        box.setInformativeText(tr("What is done stays done; the rest is there at the next start."))
        stop = box.addButton(tr("Stop and close"), QMessageBox.ButtonRole.AcceptRole)
        return _is_chosen(stop, box, or_else=tr("Go on"))

    def checkpoint(self) -> Path | None:
        """A file of weights."""
        kinds = " ".join(CHECKPOINT_SUFFIXES)
        name, _ = QFileDialog.getOpenFileName(
            self._window, tr("Import checkpoint"), "", f"{tr('Checkpoints')} ({kinds})"
        )
        return Path(name) if name else None

    def fetch(self, offers: Sequence[FetchOffer]) -> tuple[str, ...]:
        """Which of the authors' checkpoints to fetch."""
        return FetchDialog.ask(offers, tr(FETCH_TERMS), self._window)

    def save_as(self, question: SaveQuestion) -> SaveChoice | None:
        """Where and how to save."""
        return SaveDialog.ask(question, self._window)

    def replace(self, name: str) -> bool:
        """Whether a file that is there already may be replaced."""
        box = _plain_box(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(tr("Save as"))
        box.setText(tr("{name} is there already. Replace it?", name=name))
        box.setInformativeText(tr("What is in it now would be lost."))
        replace = box.addButton(tr("Replace"), QMessageBox.ButtonRole.DestructiveRole)
        return _is_chosen(replace, box, or_else=tr("Cancel"))

    def export(self, suggested: Path) -> Path | None:
        """Where a comparison is saved, and as what."""
        kinds = ";;".join(
            (
                f"{tr('Page with a slider')} (*.html)",
                f"{tr('Sheet')} (*.png)",
                f"{tr('Table')} (*.csv)",
            )
        )
        name, kind = QFileDialog.getSaveFileName(
            self._window, tr("Export comparison"), str(suggested), kinds
        )
        if not name:
            return None
        path = Path(name)
        if path.suffix.lower() in EXPORT_SUFFIXES:
            return path
        # Qt has asked about the name as it was typed, not about this one.
        path = path.with_name(path.name + kind[kind.rindex("*") + 1 : -1])
        return path if not path.exists() or self.replace(printable(path.name)) else None

    def settings(self, settings: Settings, machine: "Machine | None") -> Settings | None:
        """Other settings."""
        return SettingsDialog.ask(settings, machine, self._window)

    def unsaved(self, name: str) -> Answer:
        """What becomes of work that is not saved."""
        box = _plain_box(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(tr("Unsaved result"))
        box.setText(tr("Save the derained {name}?", name=name))
        box.setInformativeText(tr("Without saving, the result is lost. The photo itself stays."))
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

    def about(self, text: str, licences: str) -> None:
        """What this program is, and on a click what it is made of."""
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


def _plain_box(window: QWidget) -> QMessageBox:
    """A question whose text is no rich text, since names of files stand in it."""
    box = QMessageBox(window)
    box.setTextFormat(Qt.TextFormat.PlainText)
    return box


def _is_chosen(button: QPushButton, box: QMessageBox, *, or_else: str) -> bool:
    """Ask; the button beside it is the default, and what Escape presses."""
    other = box.addButton(or_else, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(other)
    box.setEscapeButton(other)
    box.exec()
    box.deleteLater()
    return box.clickedButton() is button
