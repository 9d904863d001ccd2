"""Save as: folder, name, format and quality, with the name as it will be."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.shell.parts import dialog_buttons, form_label, is_accepted, muted, quality_field
from app.shell.translation import tr
from nledn.errors import OptionInvalid
from nledn.messages import printable
from nledn.naming import FIELDS, Naming, name_of

FORMATS = {".jpg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".webp": "WebP", ".bmp": "BMP"}
LOSSY = (".jpg", ".webp")


@dataclass(frozen=True)
class SaveQuestion:
    """The state that the dialog starts from.

    Attributes:
        folder: where the photo lies.
        naming: what the name is made of; its `ext` is the format it starts with.
        template: of the name.
        quality: of JPEG and WebP.
        source: the photo, which is never replaced.
    """

    folder: Path
    naming: Naming
    template: str
    quality: int
    source: Path | None


@dataclass(frozen=True)
class SaveChoice:
    """The answer of the dialog.

    Attributes:
        path: of the result.
        template: as it was left.
        quality: likewise.
    """

    path: Path
    template: str
    quality: int


class SaveDialog(QDialog):
    """Asks where and how a result is saved."""

    def __init__(self, question: SaveQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Save as"))
        self._question = question
        self.folder = QLineEdit(str(question.folder))
        self.browse = QPushButton(tr("Choose…"))
        self.template = QLineEdit(question.template)
        self.template.setToolTip(tr("Fields: {fields}", fields=_fields()))
        self.format = QComboBox()
        for suffix, name in FORMATS.items():
            self.format.addItem(name, suffix)
        own = ".jpg" if question.naming.ext.lower() == ".jpeg" else question.naming.ext.lower()
        own = ".tif" if own == ".tiff" else own
        self.format.setCurrentIndex(max(self.format.findData(own), 0))
        self.quality = quality_field(question.quality)
        self.example = muted()
        self.example.setMinimumWidth(420)
        kinds = QDialogButtonBox.StandardButton
        words = {kinds.Save: tr("Save"), kinds.Cancel: tr("Cancel")}
        self.buttons = dialog_buttons(self, words)
        self.save_button = self.buttons.button(kinds.Save)
        self._lay_out()
        self.template.textChanged.connect(self._show)
        self.folder.textChanged.connect(self._show)
        self.format.currentIndexChanged.connect(self._show)
        self.browse.clicked.connect(self._browse)
        self._show()

    @classmethod
    def ask(cls, question: SaveQuestion, parent: QWidget | None = None) -> SaveChoice | None:
        """Show the dialog and wait; None when it was cancelled."""
        dialog = cls(question, parent)
        return dialog.choice() if is_accepted(dialog) else None

    def choice(self) -> SaveChoice | None:
        """Return the current choice; None while it makes no name, or is the photo itself."""
        path = self._path()
        if path is None or path == self._question.source:
            return None
        return SaveChoice(path, self.template.text(), self.quality.value())

    def _path(self) -> Path | None:
        naming = self._question.naming
        suffix = str(self.format.currentData())
        named = Naming(naming.stem, suffix, naming.checkpoint, naming.strength, naming.n)
        try:
            name = name_of(named, self.template.text())
        except OptionInvalid:
            return None
        if Path(name).suffix.lower() != suffix:
            name += suffix
        return self._question.folder / Path(self.folder.text()).expanduser() / name

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.folder, 1)
        row.addWidget(self.browse)
        form.addRow(form_label(tr("Folder")), row)
        form.addRow(form_label(tr("Name")), self.template)
        form.addRow("", self.example)
        form.addRow(form_label(tr("Format")), self.format)
        form.addRow(form_label(tr("Quality")), self.quality)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(24)
        layout.addLayout(form)
        layout.addWidget(self.buttons)

    def _show(self) -> None:
        path = self._path()
        self.quality.setEnabled(self.format.currentData() in LOSSY)
        self.save_button.setEnabled(path is not None and path != self._question.source)
        if path is None:
            self.example.setText(tr("Use text and these fields: {fields}", fields=_fields()))
        elif path == self._question.source:
            self.example.setText(tr("That would be the photo itself; choose another name."))
        else:
            self.example.setText(tr("Will be saved as {name}", name=printable(path.name)))

    def _browse(self) -> None:
        found = QFileDialog.getExistingDirectory(self, tr("Choose a folder"), self.folder.text())
        if found:
            self.folder.setText(found)


def _fields() -> str:
    return " ".join(f"{{{field}}}" for field in FIELDS)
