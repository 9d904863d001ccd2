"""Save as, and export presets: their choices, kept between starts, and their dialogs."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QWidget,
)

from app.shell.file_dialogs import folder_dialog, with_browse
from app.shell.names import folder_typed
from app.shell.parts import (
    button,
    choice,
    column,
    dialog_buttons,
    fill,
    form,
    hinted,
    muted,
    quality_field,
    row,
    set_value,
    value_of,
)
from app.shell.translation import mark, tr
from nledn.messages import printable
from nledn.naming import Naming, name_of

LIST_PX, ITEM_PX, SIDE_PX = 200, 32, 112
SHORTEST_PX, LONGEST_PX = 16, 65_535  # of the longest side; JPEG ends there
NAME_BYTES = 255  # of a file's name on ext4, APFS and NTFS
PHOTO_BYTES = 100  # left to the photo's own name
FORMATS = {
    **{".jpg": "JPEG", ".png": "PNG", ".tif": "TIFF", ".webp": "WebP", ".bmp": "BMP"},
    ".jxl": "JPEG XL",
}
LOSSY = (".jpg", ".webp", ".jxl")


@dataclass(frozen=True)
class Preset:
    """A way to save.

    Attributes:
        suffix: of the format, as `.jpg`; empty for the photo's own.
        quality: of JPEG, WebP and JPEG XL, 1 to 100.
        longest_side_px: larger photos are reduced to it; None keeps their size.
    """

    name: str
    suffix: str = ".jpg"
    quality: int = 95
    longest_side_px: int | None = None
    folder: str = ""
    ending: str = "_derained"

    @property
    def is_valid(self) -> bool:
        """True if it has a name and every photo can be saved with it."""
        name = f"photo{self.ending}"
        return (
            bool(self.name.strip())
            and self.suffix in ("", *FORMATS)
            and 1 <= self.quality <= 100
            and (self.longest_side_px or SHORTEST_PX) in range(SHORTEST_PX, LONGEST_PX + 1)
            and Path(name).name == name
            and not {"{", "}"} & set(name)
            and len(os.fsencode(name)) <= NAME_BYTES - PHOTO_BYTES
        )

    @property
    def template(self) -> str:
        """The name of its files, as `nledn.naming` fills it."""
        return f"{{stem}}{self.ending}{{ext}}"


FIRST = (
    Preset(mark("For the web, 2048 px"), quality=85, longest_side_px=2048, ending="_web"),
    Preset(mark("TIFF, full size"), ".tif"),
)
"""Those of a first start; their names are translated where they are shown."""


def texts_of(presets: Sequence[Preset]) -> tuple[str, ...]:
    """Return presets as texts for the settings."""
    return tuple(json.dumps(asdict(preset)) for preset in presets)


def presets_in(texts: Sequence[str]) -> tuple[Preset, ...]:
    """Return the valid presets of the settings."""
    return tuple(preset for preset in _read(texts) if preset.is_valid)


def _read(texts: Sequence[str]) -> Iterator[Preset]:
    for text in texts:
        try:
            found = json.loads(text)
            side = found["longest_side_px"]
            yield Preset(
                name=str(found["name"]),
                suffix=str(found["suffix"]),
                quality=int(found["quality"]),
                longest_side_px=None if side is None else int(side),
                folder=str(found["folder"]),
                ending=str(found["ending"]),
            )
        except (KeyError, TypeError, ValueError):
            continue


class PresetsDialog(QDialog):
    """Edits the presets; nothing changes before OK."""

    def __init__(self, presets: Sequence[Preset], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export presets"))
        self.presets = [replace(preset, name=tr(preset.name)) for preset in presets]
        self.list = QListWidget()
        self.list.setFixedWidth(LIST_PX)
        self.list.setAccessibleName(tr("Export presets"))
        for preset in self.presets:
            self._list(preset)
        self.add, self.delete = button(tr("Add")), button(tr("Delete"))
        self._make_fields()
        kinds = QDialogButtonBox.StandardButton
        self.buttons = dialog_buttons(self, {kinds.Ok: tr("OK"), kinds.Cancel: tr("Cancel")})
        self._lay_out()
        self.list.currentRowChanged.connect(self._show)
        self.add.clicked.connect(self._add)
        self.delete.clicked.connect(self._delete)
        self.list.setCurrentRow(0)
        self._show(self.list.currentRow())

    def _make_fields(self) -> None:
        self.name = QLineEdit()
        self.format = choice("", {"": tr("As the photo"), **FORMATS})
        self.quality = quality_field(95)
        self.longest_side = QSpinBox()
        self.longest_side.setRange(SHORTEST_PX - 1, LONGEST_PX)
        self.longest_side.setSpecialValueText(tr("Full size"))
        self.longest_side.setSuffix(" px")
        self.longest_side.setFixedWidth(SIDE_PX)
        self.longest_side.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.longest_side.setToolTip(tr("Larger photos are reduced; none is enlarged."))
        self.folder = QLineEdit(placeholderText=tr("Beside the photo"))
        self.ending = QLineEdit()
        self.example = muted()
        self.fields = QWidget()
        for edit in (self.name, self.folder, self.ending):
            edit.textChanged.connect(self._take)
        for number in (self.quality, self.longest_side):
            number.valueChanged.connect(self._take)
        self.format.currentIndexChanged.connect(self._take)

    def _lay_out(self) -> None:
        named: dict[str, QWidget] = {  # in the order of the fields of `Preset`
            tr("Name"): self.name,
            tr("Format"): self.format,
            tr("Quality"): self.quality,
            tr("Longest side"): self.longest_side,
            tr("Folder"): self.folder,
            tr("Original name +"): self.ending,
        }
        self._controls = dict(
            zip((each.name for each in fields(Preset)), named.values(), strict=True)
        )
        for words, field in named.items():
            field.setAccessibleName(words)
        ask_folder = partial(folder_dialog, self, tr("Choose a folder"))
        beside: dict[QWidget, QWidget | QLayout] = {
            self.folder: with_browse(self.folder, ask_folder),
            self.ending: hinted(self.ending, self.example),
        }
        listed = form((words, beside.get(field, field)) for words, field in named.items())
        self.fields.setLayout(listed)
        side = column(self.list, row(self.add, self.delete, equal=True))
        fill(self, row(side, self.fields, grows=1, spacing=24), self.buttons)
        self.resize(680, 400)

    def _show(self, row: int) -> None:
        """Put a preset into the fields."""
        self.fields.setEnabled(row >= 0)
        self.delete.setEnabled(row >= 0)
        shown = self.presets[row] if row >= 0 else Preset("")
        for name, field in self._controls.items():
            with QSignalBlocker(field):
                set_value(field, getattr(shown, name) or (0 if name == "longest_side_px" else ""))
        self._judge()

    def _take(self) -> None:
        """Put the fields into their preset."""
        at = self.list.currentRow()
        chosen = {name: value_of(field) for name, field in self._controls.items()}
        if chosen["longest_side_px"] < SHORTEST_PX:
            chosen["longest_side_px"] = None
        self.presets[at] = Preset(**chosen)
        self.list.item(at).setText(self.name.text())
        self._judge()

    def _judge(self) -> None:
        """Show the resulting name, and allow OK while every preset is valid."""
        suffix, ending = self.format.currentData(), self.ending.text()
        self.quality.setEnabled(suffix in ("", *LOSSY))
        if replace(Preset("name"), ending=ending).is_valid:
            name = name_of(
                Naming("street", suffix or ".jpg", "", 1.0, 1), f"{{stem}}{ending}{{ext}}"
            )
            self.example.setText(tr("street.jpg becomes {name}", name=name))
        else:
            self.example.setText(tr("A file's name cannot contain that."))
        fine = all(preset.is_valid for preset in self.presets)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(fine)

    def _add(self) -> None:
        """Add a copy of the shown one, to be named."""
        row = self.list.currentRow()
        like = self.presets[row] if row >= 0 else Preset("")
        self.presets.append(replace(like, name=tr("New preset")))
        self._list(self.presets[-1])
        self.list.setCurrentRow(self.list.count() - 1)
        self.name.setFocus()
        self.name.selectAll()

    def _list(self, preset: Preset) -> None:
        QListWidgetItem(preset.name, self.list).setSizeHint(QSize(0, ITEM_PX))

    def _delete(self) -> None:
        row = self.list.currentRow()
        del self.presets[row]
        with QSignalBlocker(self.list):  # its rows change one after the other
            self.list.takeItem(row)
        self._show(self.list.currentRow())


@dataclass(frozen=True)
class SaveQuestion:
    """The suggested file, and the photo, which is never replaced."""

    path: Path
    quality: int
    source: Path | None


@dataclass(frozen=True)
class SaveChoice:
    """The answer of the dialog."""

    path: Path
    quality: int


class SaveDialog(QDialog):
    """Asks where and how a result is saved."""

    def __init__(self, question: SaveQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Save as"))
        self._question = question
        self.folder = QLineEdit(printable(question.path.parent))
        self.name = QLineEdit(printable(question.path.stem))
        self.format = choice("", FORMATS)
        own = question.path.suffix.lower()
        own = {".jpeg": ".jpg", ".tiff": ".tif"}.get(own, own)
        self.format.setCurrentIndex(max(self.format.findData(own), 0))
        self.quality = quality_field(question.quality)
        self.example = muted()
        self.example.setMinimumWidth(420)
        kinds = QDialogButtonBox.StandardButton
        buttons = dialog_buttons(self, {kinds.Save: tr("Save"), kinds.Cancel: tr("Cancel")})
        self.save_button = buttons.button(kinds.Save)
        ask_folder = partial(folder_dialog, self, tr("Choose a folder"))
        fields = form(
            (
                (tr("Folder"), with_browse(self.folder, ask_folder)),
                (tr("Name"), hinted(self.name, self.example)),
                (tr("Format"), self.format),
                (tr("Quality"), self.quality),
            )
        )
        fill(self, fields, buttons)
        self.name.textChanged.connect(self._show)
        self.folder.textChanged.connect(self._show)
        self.format.currentIndexChanged.connect(self._show)
        self._show()

    def choice(self) -> SaveChoice | None:
        """Return the current choice; None if it is not a name, or is the photo itself."""
        path = self._path()
        if path is None or path == self._question.source:
            return None
        return SaveChoice(path, self.quality.value())

    def _path(self) -> Path | None:
        own, suffix = self._question.path, str(self.format.currentData())
        # What was not typed is taken unchanged: names are bytes, and Qt drops some.
        is_own = self.name.text() == printable(own.stem)
        name = own.stem if is_own else self.name.text().strip()
        if Path(name).name != name or name in ("", ".."):
            return None
        if Path(name).suffix.lower() != suffix:
            name += suffix
        if len(os.fsencode(name)) > NAME_BYTES:
            return None
        is_own = self.folder.text() == printable(own.parent)
        return (own.parent if is_own else folder_typed(self.folder.text(), own.parent)) / name

    def _show(self) -> None:
        path = self._path()
        self.quality.setEnabled(self.format.currentData() in LOSSY)
        self.save_button.setEnabled(self.choice() is not None)
        if path is None:
            self.example.setText(tr("Type a name without folders, of at most 250 letters."))
        elif path == self._question.source:
            self.example.setText(tr("That is the photo itself. Choose another name."))
        else:
            self.example.setText(tr("Will be saved as {name}", name=printable(path.name)))
