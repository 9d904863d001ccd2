"""Save as: folder, name, format and quality, with the resulting name."""

import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QWidget

from app.shell.file_dialogs import folder_dialog
from app.shell.parts import (
    button,
    choice,
    dialog_buttons,
    fill,
    form,
    hinted,
    is_accepted,
    muted,
    quality_field,
    row,
)
from app.shell.translation import tr
from nledn.messages import printable

FORMATS = {
    **{".jpg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".webp": "WebP", ".bmp": "BMP"},
    ".jxl": "JPEG XL",
}
LOSSY = (".jpg", ".webp", ".jxl")
LONGEST_BYTES = 255  # of a file's name on ext4, APFS and NTFS


@dataclass(frozen=True)
class SaveQuestion:
    """The state that the dialog starts from.

    Attributes:
        quality: of JPEG, WebP and JPEG XL.
    """

    path: Path
    quality: int
    source: Path | None


@dataclass(frozen=True)
class SaveChoice:
    """The answer of the dialog.

    Attributes:
        quality: of JPEG, WebP and JPEG XL.
    """

    path: Path
    quality: int


class SaveDialog(QDialog):
    """Asks where and how a result is saved."""

    def __init__(self, question: SaveQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Save as"))
        self._question = question
        self.folder = QLineEdit(str(question.path.parent))
        self.browse = button(tr("Choose…"))
        self.name = QLineEdit(question.path.stem)
        self.format = choice("", FORMATS)
        own = question.path.suffix.lower()
        own = {".jpeg": ".jpg", ".tiff": ".tif"}.get(own, own)
        self.format.setCurrentIndex(max(self.format.findData(own), 0))
        self.quality = quality_field(question.quality)
        self.example = muted()
        self.example.setMinimumWidth(420)
        kinds = QDialogButtonBox.StandardButton
        words = {kinds.Save: tr("Save"), kinds.Cancel: tr("Cancel")}
        self.buttons = dialog_buttons(self, words)
        self.save_button = self.buttons.button(kinds.Save)
        fields = form(
            (
                (tr("Folder"), row(self.folder, self.browse)),
                (tr("Name"), hinted(self.name, self.example)),
                (tr("Format"), self.format),
                (tr("Quality"), self.quality),
            )
        )
        fill(self, fields, self.buttons)
        self.name.textChanged.connect(self._show)
        self.folder.textChanged.connect(self._show)
        self.format.currentIndexChanged.connect(self._show)
        self.browse.clicked.connect(self._browse)
        self._show()

    @classmethod
    def ask(cls, question: SaveQuestion, parent: QWidget | None = None) -> SaveChoice | None:
        """Show the dialog and wait; None if cancelled."""
        dialog = cls(question, parent)
        return dialog.choice() if is_accepted(dialog) else None

    def choice(self) -> SaveChoice | None:
        """Return the current choice; None if it is not a name, or is the photo itself."""
        path = self._path()
        if path is None or path == self._question.source:
            return None
        return SaveChoice(path, self.quality.value())

    def _path(self) -> Path | None:
        name, suffix = self.name.text().strip(), str(self.format.currentData())
        if Path(name).name != name or name in ("", ".."):
            return None
        if Path(name).suffix.lower() != suffix:
            name += suffix
        if len(os.fsencode(name)) > LONGEST_BYTES:
            return None
        return self._question.path.parent / Path(self.folder.text()).expanduser() / name

    def _show(self) -> None:
        path = self._path()
        self.quality.setEnabled(self.format.currentData() in LOSSY)
        self.save_button.setEnabled(path is not None and path != self._question.source)
        if path is None:
            self.example.setText(tr("Type a name without folders, of at most 250 letters."))
        elif path == self._question.source:
            self.example.setText(tr("That is the photo itself. Choose another name."))
        else:
            self.example.setText(tr("Will be saved as {name}", name=printable(path.name)))

    def _browse(self) -> None:
        start = Path(self.folder.text()).expanduser()
        for found in folder_dialog(self, tr("Choose a folder"), start).paths():
            self.folder.setText(str(found))
