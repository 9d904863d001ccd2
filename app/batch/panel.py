"""The panel beside the queue: folder and names of the results, and the next step."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QLineEdit,
    QWidget,
)

from app.batch.jobs import RESULTS, Entry
from app.batch.state import BatchState, BatchStatus, Choices
from app.shell.names import as_tip
from app.shell.parts import (
    NameField,
    button,
    choice,
    clear_button,
    column,
    heading,
    icon_button,
    line,
    muted,
    row,
    set_primary,
    set_value,
    side_panel,
    value_of,
)
from app.shell.translation import tr
from nledn.errors import OptionInvalid
from nledn.messages import printable
from nledn.naming import SUFFIXES, Naming, fields_in, name_of
from nledn.options import Options

SAMPLE = "street.jpg"
_PAUSABLE = (BatchState.RUNNING, BatchState.PAUSING, BatchState.PAUSED)


class BatchSteps(QWidget):
    """Buttons; the next step is the coloured one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.go = button("")
        self.cancel = button(tr("Cancel"), tr("Stop after this tile; finished photos are kept"))
        for large in (self.go, self.cancel):
            large.setProperty("large", "true")
        self.retry = button("", tr("Retry the photos that failed"))
        self.output = button(tr("Open results"), tr("Show the folder of the results"))
        self.report = button(tr("Show report"), tr("Every photo before and after, with details"))
        first, last = row(self.go, self.cancel), row(self.output, self.report, equal=True)
        column(first, self.retry, last, margins=(16, 16, 16, 16), into=self)

    def show_status(self, status: BatchStatus, *, is_named: bool) -> None:
        """Show the possible steps."""
        state = status.state
        words, tip = {
            BatchState.RUNNING: (tr("Pause"), tr("Pause after this tile")),
            BatchState.PAUSING: (tr("Resume"), tr("Continue now")),
            BatchState.PAUSED: (tr("Resume"), tr("Continue with the next tile")),
            BatchState.STOPPING: (tr("Stopping…"), tr("The current tile is being finished")),
        }.get(state, (tr("Start"), tr("Derain the planned photos")))
        if state is BatchState.READY and status.is_begun:
            words = tr("Continue")
        self.go.setText(words)
        self.go.setToolTip(tip)
        can_start = state is BatchState.READY and status.planned > 0 and is_named
        self.go.setEnabled(can_start or state in _PAUSABLE)
        set_primary(self.go, state is not BatchState.RUNNING)
        self.cancel.setVisible(state.is_run)
        self.cancel.setEnabled(state is not BatchState.STOPPING)
        self.retry.setText(tr("Retry {count} failed", count=status.failed))
        self.retry.setVisible(status.failed > 0)
        self.retry.setEnabled(not state.is_run)
        self.output.setEnabled(status.total > 0)
        self.report.setEnabled(not state.is_run and status.finished > 0)


class BatchPanel(QFrame):
    """Chooses the settings of a batch; each change is signalled at once."""

    choices_made = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices, self._status = Choices(), BatchStatus()
        self._sample, self._options = Path(SAMPLE), Options()
        self._ending = self._sample.suffix  # of its result, in the photo's format
        self._make_photos()
        self._make_results()
        self.made_with = muted()
        self.steps = BatchSteps()
        self._lay_out()
        self.folder.editingFinished.connect(self._choose)
        self.name.edited.connect(self._choose)
        self.format.activated.connect(self._choose)
        self.conflict.activated.connect(self._choose)
        self.show_choices(Choices())
        self.show_watched(None)
        self.show_status(BatchStatus())

    def show_choices(self, choices: Choices) -> None:
        """Show choices, without a signal."""
        self._choices = choices
        out = printable(choices.out)  # Qt would drop bytes that are not UTF-8
        for field, text in ((self.folder, out), (self.template, choices.name)):
            if field.text() != text:  # or the cursor would jump
                field.setText(text)
        self.folder.setToolTip(as_tip(out) or tr("Folder of the results"))
        set_value(self.format, choices.format)
        set_value(self.conflict, choices.conflict)
        self._show_example()

    def show_made_with(self, sample: Entry | None, model: str, options: Options) -> None:
        """Show model and strength, and the name of a photo's result.

        Args:
            sample: a photo; None without one.
            model: name of the chosen one.
            options: for deraining.
        """
        self._sample, self._options = Path(sample.name if sample else SAMPLE), options
        result = sample.output if sample else None
        self._ending = (result or self._sample).suffix  # HEIC, for one, becomes JPEG
        percent = round(options.strength * 100)
        words = tr("Model: {model}; strength {strength} %, as chosen beside the photo.")
        if options.keep_brightness:
            words = tr(
                "Model: {model}; strength {strength} %, brightness kept, as chosen beside the"
                " photo."
            )
        self.made_with.setText(words.format(model=model, strength=percent))
        self._show_example()

    def show_watched(self, folder: Path | None) -> None:
        """Show the watched folder."""
        with QSignalBlocker(self.watch):
            self.watch.setChecked(folder is not None)
        self.watched.setVisible(folder is not None)
        if folder is not None:
            name = printable(folder.name)
            words = tr(
                "Photos that arrive in {folder} are derained as chosen at the last click on Start"
                " or Watch a folder."
            )
            self.watched.setText(words.format(folder=name))
            self.watched.setToolTip(as_tip(printable(folder)))

    def show_status(self, status: BatchStatus) -> None:
        """Show the possible steps."""
        self._status = status
        runs = status.state.is_run
        for control in (self.folder, self.browse, self.name, self.format, self.conflict):
            control.setEnabled(not runs)
        self.clear.setVisible(status.state is BatchState.READY)
        self._show_example()

    def _make_photos(self) -> None:
        self.add_photos = button(tr("Photos…"), tr("Add photos to the batch"), "picture")
        subfolders = tr("Add a folder and its subfolders to the batch")
        self.add_folder = button(tr("Folder…"), subfolders, "open")
        self.clear = clear_button(tr("Remove all photos from the list; no file is changed"))
        self.watch = QCheckBox(tr("Watch a folder"))
        self.watch.setToolTip(tr("Derain the photos of a folder, and new ones"))
        self.watched = muted()

    def _make_results(self) -> None:
        self.folder = QLineEdit()
        self.folder.setAccessibleName(tr("Folder of the results"))
        self.folder.setToolTip(tr("Folder of the results"))
        self.folder.setPlaceholderText(tr("“{name}” beside the photos", name=RESULTS))
        self.browse = icon_button("open", tr("Choose the folder of the results"))
        self.name = NameField()
        self.template = self.name.template
        self.example = muted()
        self.format = choice(
            tr("Format"),
            {"keep": tr("As the photo"), "jpg": "JPEG", "png": "PNG"}
            | {"tiff": "TIFF", "webp": "WebP", "jxl": "JPEG XL"},
        )
        self.conflict = choice(
            tr("If it exists"),
            {"skip": tr("Skip the photo"), "overwrite": tr("Overwrite"), "rename": tr("Rename")},
        )

    def _lay_out(self) -> None:
        controls = QWidget()
        column(
            row(heading(tr("Photos")), self.clear),
            row(self.add_photos, self.add_folder, equal=True),
            self.watch,
            self.watched,
            4,
            line(),
            4,
            heading(tr("Results")),
            row(self.folder, self.browse, spacing=4),
            _label(tr("Name"), self.name),
            self.name,
            self.example,
            row(_label(tr("Format"), self.format), self.format, equal=True),
            row(_label(tr("If it exists"), self.conflict), self.conflict, equal=True),
            self.made_with,
            0,
            margins=(16, 16, 16, 16),
            into=controls,
        )
        side_panel(self, controls, self.steps)

    def _choose(self) -> None:
        is_typed = self.folder.text() != printable(self._choices.out)
        self._choices = replace(
            self._choices,
            out=value_of(self.folder) if is_typed else self._choices.out,
            name=self.template.text(),
            conflict=value_of(self.conflict),
            format=value_of(self.format),
        )
        if self._show_example():
            self.choices_made.emit(self._choices)

    def _name(self) -> str | None:
        """The name of the sample's result; None if the template makes none."""
        suffix = SUFFIXES.get(self._choices.format, self._ending)
        options = self._options
        naming = Naming(self._sample.stem, suffix, options.weights, options.strength, 1)
        try:
            name = name_of(naming, self.template.text())
        except OptionInvalid:
            return None
        return name if Path(name).suffix == suffix else None

    def _show_example(self) -> bool:
        """Show the name of a result, or why no run can begin; return whether one can."""
        name = self._name()
        words = tr("{photo} becomes {name}", photo=self._sample.name, name=name or "")
        is_named = name is not None
        if not is_named:
            words = tr("A name ends in {field}.", field="{ext}")
        elif self._status.total > 1 and not {"stem", "n"} & fields_in(self.template.text()):
            fields = {"field": "{stem}", "other": "{n}"}
            words, is_named = tr("Several photos need {field} or {other}.", **fields), False
        self.example.setText(words)
        self.steps.show_status(self._status, is_named=is_named)
        return is_named


def _label(words: str, field: QWidget) -> QLabel:
    label = QLabel(words)
    label.setBuddy(field)
    return label
