"""Settings: look of the window, names of results, device and reasons."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.shell.parts import (
    dialog_buttons,
    form_label,
    heading,
    is_accepted,
    muted,
    quality_field,
)
from app.shell.settings import Settings, is_template
from app.shell.translation import LANGUAGES, tr
from nledn.naming import FIELDS, Naming, name_of

if TYPE_CHECKING:
    from nledn.machine import Machine


PAGE_ITEM_PX = 36
TILES = ("auto", "whole", "512", "384", "256", "128")


class SettingsDialog(QDialog):
    """Asks for settings; nothing changes before OK."""

    def __init__(
        self, settings: Settings, machine: "Machine | None", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self._settings = settings
        self._machine = machine
        self._make_controls()
        self.pages = QListWidget()
        self.pages.setObjectName("pages")
        self.pages.setFixedWidth(150)
        self.pages.setAccessibleName(tr("Settings"))
        self._stack = QStackedWidget()
        for title, page in (
            (tr("Window"), self._window_page()),
            (tr("Results"), self._results_page()),
            (tr("Device"), self._device_page()),
        ):
            item = QListWidgetItem(title, self.pages)
            item.setSizeHint(QSize(0, PAGE_ITEM_PX))
            self._stack.addWidget(page)
        self._lay_out()
        self.pages.currentRowChanged.connect(self._stack.setCurrentIndex)
        self.template.textChanged.connect(self._show_example)
        self.browse.clicked.connect(self._browse)
        self.reset.clicked.connect(lambda: self.show_settings(Settings()))
        self.show_settings(settings)
        self.pages.setCurrentRow(0)

    @classmethod
    def ask(
        cls, settings: Settings, machine: "Machine | None", parent: QWidget | None = None
    ) -> Settings | None:
        """Show the dialog and wait; None if cancelled."""
        dialog = cls(settings, machine, parent)
        return dialog.chosen() if is_accepted(dialog) else None

    def chosen(self) -> Settings:
        """The settings in the dialog."""
        return replace(
            self._settings,
            theme=self.theme.currentData(),
            language=self.language.currentData(),
            screen_profile=self.profile.text().strip(),
            name_template=self.template.text(),
            quality=self.quality.value(),
            record=self.record.isChecked(),
            device=self.device.currentData(),
            backend=self.backend.currentData(),
            precision=self.precision.currentData(),
            tile=self.tile.currentData(),
        )

    def show_settings(self, settings: Settings) -> None:
        """Put settings into the controls."""
        for combo, value in (
            (self.theme, settings.theme),
            (self.language, settings.language),
            (self.device, settings.device),
            (self.backend, settings.backend),
            (self.precision, settings.precision),
            (self.tile, settings.tile),
        ):
            if combo.findData(value) < 0:
                combo.addItem(value, value)  # this machine no longer offers it
            combo.setCurrentIndex(combo.findData(value))
        self.profile.setText(settings.screen_profile)
        self.template.setText(settings.name_template)
        self.quality.setValue(settings.quality)
        self.record.setChecked(settings.record)
        self._show_example()

    def _make_controls(self) -> None:
        self.theme = _combo(
            {"system": tr("Like the system"), "light": tr("Light"), "dark": tr("Dark")}
        )
        self.language = _combo({"": tr("Like the system"), **LANGUAGES})
        self.profile = QLineEdit()
        self.profile.setPlaceholderText(tr("The desktop's, or sRGB"))
        self.profile.setAccessibleName(tr("Screen profile"))
        self.browse = QPushButton(tr("Choose…"))
        self.template = QLineEdit()
        self.example = muted()
        self.quality = quality_field(self._settings.quality)
        self.record = QCheckBox(tr("Record in the result how it was made (XMP)"))
        self.device = _combo(devices_of(self._machine))
        self.backend = _combo(backends_of(self._machine))
        self.precision = _combo(
            {"auto": tr("Automatic"), "fp32": "fp32", "bf16": "bf16", "fp16": "fp16"}
        )
        self.tile = _combo({name: _tile(name) for name in TILES})
        self.reset = QPushButton(tr("Reset all"))
        self.reset.setToolTip(tr("Back to the settings of a first start"))
        kinds = QDialogButtonBox.StandardButton
        self.buttons = dialog_buttons(self, {kinds.Ok: tr("OK"), kinds.Cancel: tr("Cancel")})

    def _window_page(self) -> QWidget:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.profile, 1)
        row.addWidget(self.browse)
        page, form = _page(tr("Window"))
        form.addRow(form_label(tr("Theme")), self.theme)
        form.addRow(form_label(tr("Language")), self.language)
        form.addRow("", muted(tr("Takes effect after a restart.")))
        form.addRow(form_label(tr("Screen profile")), row)
        form.addRow("", muted(tr("An ICC file of your screen, if the desktop has none.")))
        return page

    def _results_page(self) -> QWidget:
        page, form = _page(tr("Results"))
        form.addRow(form_label(tr("Name")), self.template)
        form.addRow("", self.example)
        form.addRow(form_label(tr("Quality")), self.quality)
        form.addRow("", muted(tr("For JPEG and WebP; PNG and TIFF lose nothing.")))
        form.addRow("", self.record)
        return page

    def _device_page(self) -> QWidget:
        page, form = _page(tr("Device"))
        form.addRow(form_label(tr("Device")), self.device)
        form.addRow("", muted(found_of(self._machine)))
        form.addRow(form_label(tr("Backend")), self.backend)
        if verdict := verdict_of(self._machine):
            form.addRow("", muted(verdict))
        form.addRow(form_label(tr("Precision")), self.precision)
        form.addRow(form_label(tr("Tile")), self.tile)
        return page

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(24)
        top.addWidget(self.pages)
        top.addWidget(self._stack, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self.reset)
        bottom.addStretch()
        bottom.addWidget(self.buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 24, 24, 16)
        layout.setSpacing(24)
        layout.addLayout(top, 1)
        layout.addLayout(bottom)
        self.resize(680, 440)

    def _show_example(self) -> None:
        standard = QDialogButtonBox.StandardButton.Ok
        fine = is_template(self.template.text())
        self.buttons.button(standard).setEnabled(fine)
        if fine:
            naming = Naming("street", ".jpg", "afterrain", 1.0, 1)
            name = name_of(naming, self.template.text())
            self.example.setText(tr("street.jpg becomes {name}", name=name))
        else:
            more = " ".join(f"{{{field}}}" for field in FIELDS if field not in ("stem", "ext"))
            words = tr("The name needs {stem} and {ext}; it can also have {more}.")
            self.example.setText(words.format(stem="{stem}", ext="{ext}", more=more))

    def _browse(self) -> None:
        kinds = f"{tr('ICC profiles')} (*.icc *.icm)"
        name, _ = QFileDialog.getOpenFileName(self, tr("Screen profile"), "", kinds)
        if name:
            self.profile.setText(name)


def _combo(items: dict[str, str]) -> QComboBox:
    combo = QComboBox()
    for value, words in items.items():
        combo.addItem(words, value)
    return combo


def _page(title: str) -> tuple[QWidget, QFormLayout]:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(16)
    layout.addWidget(heading(title))
    form = QFormLayout()
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(12)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    layout.addLayout(form)
    layout.addStretch()
    return page, form


def _tile(name: str) -> str:
    words = {"auto": tr("Automatic"), "whole": tr("The whole photo at once")}
    return words.get(name) or f"{name} px"


def devices_of(machine: "Machine | None") -> dict[str, str]:
    """List the devices by their kept names; `machine` is None until known."""
    devices = {"auto": tr("Automatic"), "cpu": "CPU"}
    if machine is not None:
        cores = tr("1 core") if machine.cores == 1 else tr("{n} cores", n=machine.cores)
        devices["cpu"] = f"{machine.cpu_name} · {cores} · {_gib(machine.memory_bytes)}"
        for number, gpu in enumerate(machine.gpus):
            devices[f"cuda:{number}"] = f"{gpu.name} · {_gib(gpu.free_bytes)}"
        if machine.mps:
            devices["mps"] = tr("Apple GPU (untested)")
    return devices


def backends_of(machine: "Machine | None") -> dict[str, str]:
    """List the backends by their kept names."""
    backends = {"auto": tr("Automatic")}
    if machine is None or machine.torch:
        backends["torch"] = "PyTorch"
    if machine is not None and machine.openvino is not None:
        backends["openvino"] = f"OpenVINO {machine.openvino}"
    return backends


def found_of(machine: "Machine | None") -> str:
    """The same in sentences, with missing parts."""
    if machine is None:
        return tr("Still looking for devices; open Settings again in a moment.")
    names = devices_of(machine)
    lines = [words for device, words in names.items() if device != "auto"]
    if machine.no_gpu_reason and not machine.mps:
        lines.append(_no_gpu(machine.no_gpu_reason))
    if machine.openvino is None:
        lines.append(tr("OpenVINO is not installed."))
    return "\n".join(lines)


def _no_gpu(reason: str) -> str:
    from nledn import device

    words = {
        device.NO_DRIVER: tr("No GPU is used: none with a working driver was found."),
        device.TORCH_FOR_CPU: tr("No GPU is used: this PyTorch is for the processor only."),
        device.NO_TORCH: tr(
            "No GPU is used: this edition is without PyTorch, which would compute there."
        ),
    }
    return words.get(reason) or tr("No GPU is used: {reason}.", reason=reason)


def verdict_of(machine: "Machine | None") -> str:
    """Describe the benchmark of OpenVINO; empty if nothing depends on it."""
    from nledn.device import WORTH_OPENVINO

    if machine is None or machine.openvino is None or machine.gpus or not machine.torch:
        return ""
    trial = machine.openvino_trial
    if trial is None:
        return tr("PyTorch computes. OpenVINO is tested once, when the program is idle.")
    if not trial.agrees:
        return tr("OpenVINO is not used: {reason}.", reason=trial.problem)
    times = f"{trial.times_as_fast:.2f}"
    if trial.times_as_fast < WORTH_OPENVINO:
        return tr("OpenVINO is not used: it is {times} times as fast as PyTorch.", times=times)
    return tr("Automatic uses OpenVINO here: {times} times as fast as PyTorch.", times=times)


def _gib(size_bytes: int) -> str:
    return tr("{size} GiB free", size=f"{size_bytes / 2**30:.1f}")
