"""Settings: look of the window, names of results, device and reasons."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QWidget,
)

from app.shell.file_dialogs import FileDialog, kind_of, with_browse
from app.shell.parts import (
    NameField,
    button,
    choice,
    column,
    dialog_buttons,
    fill,
    form,
    heading,
    hinted,
    muted,
    quality_field,
    row,
    set_value,
    value_of,
)
from app.shell.settings import Settings, is_template
from app.shell.translation import LANGUAGES, tr
from nledn.naming import FIELDS, Naming, name_of

if TYPE_CHECKING:
    from nledn.machine import Machine


PAGE_ITEM_PX = 36
TILES = ("auto", "whole", "512", "384", "256", "128")


class SettingsDialog(QDialog):
    """Asks for settings; nothing changes before OK.

    Attributes:
        controls: by the fields of `Settings`.
    """

    def __init__(
        self, settings: Settings, machine: "Machine | None", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self._settings = settings
        self.controls: dict[str, QWidget] = {}
        self.example = muted()
        self.reset = button(tr("Reset all"), tr("Restore the default settings"))
        kinds = QDialogButtonBox.StandardButton
        self.buttons = dialog_buttons(self, {kinds.Ok: tr("OK"), kinds.Cancel: tr("Cancel")})
        self.pages = QListWidget()
        self.pages.setObjectName("pages")
        self.pages.setFixedWidth(150)
        self.pages.setAccessibleName(tr("Settings"))
        stack = QStackedWidget()
        for title, page in (
            (tr("Window"), self._window_page()),
            (tr("Results"), self._results_page()),
            (tr("Device"), self._device_page(machine)),
        ):
            item = QListWidgetItem(title, self.pages)
            item.setSizeHint(QSize(0, PAGE_ITEM_PX))
            stack.addWidget(page)
        top = row(self.pages, stack, grows=1, spacing=24)
        fill(self, top, row(self.reset, 0, self.buttons, grows=-1))
        self.resize(680, 440)
        self.pages.currentRowChanged.connect(stack.setCurrentIndex)
        self.template.textChanged.connect(self._show_example)
        self.reset.clicked.connect(lambda: self.show_settings(Settings()))
        self.show_settings(settings)
        self.pages.setCurrentRow(0)

    def chosen(self) -> Settings:
        """The settings in the dialog."""
        chosen = {name: value_of(control) for name, control in self.controls.items()}
        return replace(self._settings, **chosen)

    def show_settings(self, settings: Settings) -> None:
        """Put settings into the controls."""
        for name, control in self.controls.items():
            set_value(control, getattr(settings, name))
        self._show_example()

    def _window_page(self) -> QWidget:
        themes = {"dark": tr("Dark"), "light": tr("Light"), "system": tr("As the system")}
        theme = choice("", themes)
        language = choice("", {"": tr("As the system"), **LANGUAGES})
        restart = muted(tr("Takes effect after a restart."))
        enlarges = QCheckBox(tr("Enlarge small photos to fit"))
        profile = QLineEdit(placeholderText=tr("From the desktop, else sRGB"))
        profile.setAccessibleName(tr("Screen profile"))
        kinds = (kind_of(tr("ICC profiles"), (".icc", ".icm")),)
        ask = partial(FileDialog, self, tr("Screen profile"), kinds=kinds)
        about = muted(tr("An ICC file of your screen, if the desktop has none."))
        self.controls |= {"theme": theme, "language": language}
        self.controls |= {"enlarges": enlarges, "screen_profile": profile}
        return _page(
            tr("Window"),
            (tr("Theme"), theme),
            (tr("Language"), hinted(language, restart)),
            ("", enlarges),
            (tr("Screen profile"), hinted(with_browse(profile, ask), about)),
        )

    def _results_page(self) -> QWidget:
        name = NameField()
        self.template = name.template
        quality = quality_field(self._settings.quality)
        lossy = muted(tr("For JPEG, WebP and JPEG XL; PNG and TIFF are lossless."))
        kept = {"none": tr("Keep all"), "location": tr("Leave out the location")}
        strip = choice("", {**kept, "all": tr("Leave out all")})
        record = QCheckBox(tr("Record in the result how it was made (XMP)"))
        keep_times = QCheckBox(tr("Keep the file's date"))
        self.controls |= {"name_template": name.template, "quality": quality}
        self.controls |= {"strip": strip, "record": record, "keep_times": keep_times}
        return _page(
            tr("Results"),
            (tr("Name"), hinted(name, self.example)),
            (tr("Quality"), hinted(quality, lossy)),
            (tr("Metadata"), strip),
            ("", record),
            ("", keep_times),
        )

    def _device_page(self, machine: "Machine | None") -> QWidget:
        automatic = {"auto": tr("Automatic")}
        device, backend = choice("", devices_of(machine)), choice("", backends_of(machine))
        precision = choice("", automatic | {name: name for name in ("fp32", "bf16", "fp16")})
        tile = choice("", {name: _tile(name) for name in TILES})
        self.controls |= {"device": device, "backend": backend}
        self.controls |= {"precision": precision, "tile": tile}
        found, verdict = muted(found_of(machine)), verdict_of(machine)
        return _page(
            tr("Device"),
            (tr("Device"), hinted(device, found)),
            (tr("Backend"), hinted(backend, muted(verdict)) if verdict else backend),
            (tr("Precision"), precision),
            (tr("Tile"), tile),
        )

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


def _page(title: str, *fields: tuple[str, QWidget | QLayout]) -> QWidget:
    page = QWidget()
    column(heading(title), form(fields), 0, spacing=16, into=page)
    return page


def _tile(name: str) -> str:
    words = {"auto": tr("Automatic"), "whole": tr("Whole photo at once")}
    return words.get(name) or f"{name} px"


def devices_of(machine: "Machine | None") -> dict[str, str]:
    """List the devices by their kept names; `machine` is None until known."""
    devices = {"auto": tr("Automatic"), "cpu": tr("Processor")}
    if machine is not None:
        cores = tr("1 core") if machine.cores == 1 else tr("{n} cores", n=machine.cores)
        devices["cpu"] = f"{machine.cpu_name} · {cores} · {_gib(machine.memory_bytes)}"
        for number, gpu in enumerate(machine.gpus):
            devices[f"cuda:{number}"] = f"{gpu.name} · {_gib(gpu.free_bytes)}"
        if machine.mps:
            devices["mps"] = tr("Apple graphics (untested)")
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
        return tr("Devices are still being detected. Open Settings again in a moment.")
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
        device.NO_DRIVER: tr("No graphics card is used: none with a working driver was found."),
        device.TORCH_FOR_CPU: tr(
            "No graphics card is used: this PyTorch is for the processor only."
        ),
        device.NO_TORCH: tr(
            "No graphics card is used: this edition has no PyTorch, which would compute there."
        ),
    }
    return words.get(reason) or tr("No graphics card is used: {reason}.", reason=reason)


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
