"""All modal questions, in one class that tests replace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QMessageBox,
    QPlainTextEdit,
    QWidget,
)

from app.shell.file_dialogs import FileDialog, folder_dialog, kind_of, pictures_folder
from app.shell.names import is_folder
from app.shell.parts import column, dialog_buttons, fill, is_accepted, muted
from app.shell.save_dialogs import Preset, PresetsDialog, SaveChoice, SaveDialog, SaveQuestion
from app.shell.settings import Settings
from app.shell.settings_dialog import SettingsDialog
from app.shell.theme import icon
from app.shell.translation import tr
from app.tasks import Tasks
from nledn.messages import FETCH_TERMS, printable

if TYPE_CHECKING:
    from nledn.machine import Machine


T = TypeVar("T")
Answer = Literal["save", "discard", "cancel"]
PartialAnswer = Literal["finish", "save", "cancel"]
CHECKPOINT_SUFFIXES = (".safetensors", ".pth", ".pt")
FETCH_WIDTH_PX = 520
ICON_PX = 40
WORDS_PX = 340  # of a question; a style sheet's least width would cut longer ones
NAMED = 6  # photos with unsaved results that the question names
LICENCES_PX = (760, 560)  # 100 columns in the usual size, as the list is written


@dataclass(frozen=True)
class FetchOffer:
    """A checkpoint that can be fetched."""

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
        kinds = QDialogButtonBox.StandardButton
        self.buttons = dialog_buttons(self, {kinds.Ok: tr("Get"), kinds.Cancel: tr("Cancel")})
        listed = column(*(part for each in offers for part in (self._box(each), _below(each))))
        fill(self, muted(terms), listed, self.buttons)
        self.resize(FETCH_WIDTH_PX, self.heightForWidth(FETCH_WIDTH_PX))  # Qt's is a narrower one's
        self._allow()

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
        self.text = QPlainTextEdit(listed, readOnly=True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(tr("Licences"))
        buttons = dialog_buttons(self, {QDialogButtonBox.StandardButton.Close: tr("Close")})
        column(self.text, buttons, margins=(12, 12, 12, 12), into=self)


class Dialogs:
    """Asks the user; each method waits for the answer."""

    def __init__(self, window: QWidget, tasks: Tasks) -> None:
        self._window = window
        self._tasks = tasks
        self._last: Path | None = None

    def photo(self, folder: Path | None, suffixes: tuple[str, ...]) -> Path | None:
        """A photo to open; `folder` is shown first, else the last one."""
        kinds = (kind_of(tr("Photos"), suffixes), f"{tr('All files')} (*)")
        start = self._start(folder)
        dialog = FileDialog(self._window, tr("Open photo"), start, kinds, self._tasks)
        return self._one(dialog)

    def folder(self, folder: Path | None) -> Path | None:
        """A folder of photos; `folder` is shown first, else the last one."""
        return self._one(folder_dialog(self._window, tr("Open folder"), self._start(folder)))

    def photos(self, folder: Path | None, suffixes: tuple[str, ...]) -> list[Path]:
        """Photos for a batch; `folder` is shown first, else the last one."""
        kinds = (kind_of(tr("Photos"), suffixes),)
        start = self._start(folder)
        dialog = FileDialog(self._window, tr("Add photos"), start, kinds, self._tasks)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        return self._remembered(dialog.paths())

    def stop_batch(self, finished: int, total: int) -> bool:
        """Ask if a batch that runs may be stopped."""
        words = tr("Stop the batch at {finished} of {total}?", finished=finished, total=total)
        details = tr("Finished photos are kept; the next start continues with the rest.")
        box = self._box("help", tr("A batch is running"), words, details)
        answers = {True: tr("Stop and close"), False: tr("Continue")}
        return _answer(box, answers, default=False, escape=False)

    def checkpoint(self) -> Path | None:
        """A file of weights."""
        kinds = (kind_of(tr("Models"), CHECKPOINT_SUFFIXES),)
        return self._one(FileDialog(self._window, tr("Import model"), self._start(None), kinds))

    def fetch(self, offers: Sequence[FetchOffer]) -> tuple[str, ...]:
        """Ask for the authors' checkpoints to fetch."""
        dialog = FetchDialog(offers, tr(FETCH_TERMS), self._window)
        return dialog.chosen() if is_accepted(dialog) else ()

    def save_as(self, question: SaveQuestion) -> SaveChoice | None:
        """Ask for folder, name and format of a result."""
        dialog = SaveDialog(question, self._window)
        return dialog.choice() if is_accepted(dialog) else None

    def replace(self, name: str) -> bool:
        """Ask if an existing file may be replaced."""
        words = tr("{name} already exists. Replace it?", name=name)
        box = self._box("warning", tr("Save as"), words, tr("Its present content will be lost."))
        answers = {True: tr("Replace"), False: tr("Cancel")}
        return _answer(box, answers, default=False, escape=False)

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
        dialog = PresetsDialog(presets, self._window)
        return tuple(dialog.presets) if is_accepted(dialog) else None

    def _file_to_write(self, title: str, suggested: Path, kinds: dict[str, str]) -> Path | None:
        """Ask for a file of one of these kinds, by ending, and before replacing one."""
        filters = {f"{words} (*{suffix})": suffix for suffix, words in kinds.items()}
        dialog = FileDialog(self._window, title, suggested, tuple(filters))
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        path = self._one(dialog)
        if path is None or path.suffix.lower() in kinds:
            return path
        # Qt has asked about the typed name, not about this one.
        path = path.with_name(path.name + filters[dialog.selectedNameFilter()])
        return path if not path.exists() or self.replace(printable(path.name)) else None

    def _start(self, folder: Path | None) -> Path:
        """The folder that a dialog shows first: the first of these that is there."""
        wanted = (each for each in (folder, self._last) if each is not None and is_folder(each))
        return next(wanted, pictures_folder())

    def _one(self, dialog: FileDialog) -> Path | None:
        return next(iter(self._remembered(dialog.paths())), None)

    def _remembered(self, chosen: list[Path]) -> list[Path]:
        if chosen:
            self._last = chosen[0].parent
        return chosen

    def settings(self, settings: Settings, machine: "Machine | None") -> Settings | None:
        """Other settings."""
        dialog = SettingsDialog(settings, machine, self._window)
        return dialog.chosen() if is_accepted(dialog) else None

    def unsaved(self, *names: str) -> Answer:
        """Ask if the results of these photos are to be saved; of several, before the end."""
        words = tr("Save the derained {name}?", name=names[0])
        details = tr("Without saving, the result is lost. The photo itself is unchanged.")
        labels = (tr("Save"), tr("Discard"), tr("Cancel"))
        if len(names) > 1:
            words = tr("{count} photos have results that are not saved.", count=len(names))
            details = tr("Their settings are kept, so Derain can compute the results again.")
            details = f"{', '.join(names[:NAMED])}{', …' if names[NAMED:] else ''}\n\n{details}"
            labels = (tr("Save all"), tr("Quit without saving"), tr("Cancel"))
        box = self._box("help", tr("Unsaved result"), words, details)
        answers: dict[Answer, str] = dict(zip(get_args(Answer), labels, strict=True))
        return _answer(box, answers, default="save", escape="cancel")

    def partial(self, done: int, total: int) -> PartialAnswer:
        """Ask what to do with a partial result."""
        words = tr("Only {done} of {total} tiles are derained.", done=done, total=total)
        details = tr("The rest of the saved photo would still have its rain.")
        box = self._box("help", tr("Partial result"), words, details)
        answers: dict[PartialAnswer, str] = {
            "finish": tr("Finish first"),
            "save": tr("Save anyway"),
            "cancel": tr("Cancel"),
        }
        return _answer(box, answers, default="finish", escape="cancel")

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

    def _box(self, drawing: str, title: str, text: str, details: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)  # names of files stand in it
        box.setIconPixmap(icon(drawing).pixmap(ICON_PX))
        box.setWindowTitle(title)
        box.setText(text)
        box.setInformativeText(details)
        inside = box.layout()
        assert isinstance(inside, QGridLayout), "Qt has put icon, text and buttons there"
        inside.setContentsMargins(24, 24, 24, 16)
        inside.setColumnMinimumWidth(inside.columnCount() - 1, WORDS_PX)
        return box


def _answer(box: QMessageBox, answers: Mapping[T, str], default: T, escape: T) -> T:
    """Ask; Enter and Escape have their answers too."""
    kinds = QMessageBox.ButtonRole
    roles = (kinds.AcceptRole, kinds.ActionRole, kinds.RejectRole)[-len(answers) :]
    buttons = {}
    for (answer, words), role in zip(answers.items(), roles, strict=True):
        buttons[answer] = box.addButton(words, role)
    box.setDefaultButton(buttons[default])
    box.setEscapeButton(buttons[escape])
    box.exec()
    box.deleteLater()
    chosen = box.clickedButton()
    return next((answer for answer, each in buttons.items() if each is chosen), escape)
