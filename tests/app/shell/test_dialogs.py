"""Save as and Settings: what they start from, what they give back, what they refuse."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialogButtonBox, QFormLayout, QLabel
from pytestqt.qtbot import QtBot

from app.shell.save_dialogs import FORMATS, SaveDialog, SaveQuestion
from app.shell.settings import Settings
from app.shell.settings_dialog import SettingsDialog, found_of, verdict_of
from nledn.backends.backend_benchmark import BEGAN
from nledn.device import NO_DRIVER, NO_TORCH, TORCH_FOR_CPU
from nledn.machine import Gpu, Machine, Trial
from nledn.photo import writable_suffixes

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "settings.md"
MACHINE = Machine(
    "Threadripper",
    16,
    64 * 2**30,
    cpu_bf16=True,
    gpus=(Gpu("RTX 4090", 20 * 2**30, 24 * 2**30, fp16=True),),
    openvino="2025.2",
)


def save_dialog(qtbot: QtBot, folder: Path) -> SaveDialog:
    question = SaveQuestion(folder / "street_derained.jpeg", 95, folder / "street.jpg")
    dialog = SaveDialog(question)
    qtbot.addWidget(dialog)
    return dialog


def test_the_ending_follows_the_format(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = save_dialog(qtbot, tmp_path)
    assert dialog.name.text() == "street_derained"
    dialog.name.setText("street-80")
    dialog.format.setCurrentIndex(dialog.format.findData(".png"))
    choice = dialog.choice()
    assert choice is not None
    assert choice.path == tmp_path / "street-80.png"
    assert "street-80.png" in dialog.example.text()
    assert not dialog.quality.isEnabled()


@pytest.mark.parametrize(
    ("name", "hint"),
    [("street", "the photo itself"), ("sub/street", "without folders"), ("", "Type a name")],
)
def test_why_a_name_does_not_do_is_said(qtbot: QtBot, tmp_path: Path, name: str, hint: str) -> None:
    dialog = save_dialog(qtbot, tmp_path)
    dialog.format.setCurrentIndex(dialog.format.findData(".jpg"))
    dialog.name.setText(name)
    assert dialog.choice() is None
    assert not dialog.save_button.isEnabled()
    assert hint in dialog.example.text()


@pytest.mark.parametrize(("typed", "meant"), [("", ""), ("dry", "dry"), ("~old", "~old")])
def test_a_folder_that_is_not_whole_lies_where_the_dialog_began(
    qtbot: QtBot, tmp_path: Path, typed: str, meant: str
) -> None:
    dialog = save_dialog(qtbot, tmp_path)
    dialog.folder.setText(typed)
    choice = dialog.choice()
    assert choice is not None
    assert choice.path.parent == tmp_path / meant


@pytest.mark.parametrize(
    ("name", "file"),
    [("dry", "dry.jpg"), ("dry.JPG", "dry.JPG"), ("{stem} v1.2", "{stem} v1.2.jpg")],
)
def test_a_name_without_an_ending_gets_one(
    qtbot: QtBot, tmp_path: Path, name: str, file: str
) -> None:
    dialog = save_dialog(qtbot, tmp_path)
    dialog.name.setText(name)
    choice = dialog.choice()
    assert choice is not None
    assert choice.path.name == file


@pytest.mark.parametrize("name", ["a/b.jpg", "street.jpg", "..", "/etc/dry", "x" * 300])
def test_a_name_that_cannot_be_is_refused(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    dialog = save_dialog(qtbot, tmp_path)
    dialog.name.setText(name)
    assert dialog.choice() is None
    assert not dialog.save_button.isEnabled()


def test_every_format_can_be_written() -> None:
    assert set(FORMATS) <= set(writable_suffixes())


def settings_dialog(qtbot: QtBot, settings: Settings) -> SettingsDialog:
    dialog = SettingsDialog(settings, MACHINE)
    qtbot.addWidget(dialog)
    return dialog


def test_settings_pass_through_unchanged(qtbot: QtBot) -> None:
    settings = Settings(
        device="cuda:0",
        precision="fp16",
        tile="192",
        theme="light",
        language="zh_CN",
        quality=70,
        strip="location",
        keep_times=True,
        enlarges=True,
    )
    assert settings_dialog(qtbot, settings).chosen() == settings


def test_each_device_is_listed_with_its_memory(qtbot: QtBot) -> None:
    dialog = settings_dialog(qtbot, Settings())
    device = dialog.controls["device"]
    assert isinstance(device, QComboBox)
    words = [device.itemText(place) for place in range(device.count())]
    assert any("Threadripper" in each and "64.0 GiB" in each for each in words)
    assert any("RTX 4090" in each and "20.0 GiB" in each for each in words)


@pytest.mark.parametrize(
    ("trial", "words"),
    [
        (None, "tested once"),
        (BEGAN, "it ended the program"),
        (Trial(agrees=True, times_as_fast=1.04), "not used: it is 1.04 times"),
        (Trial(agrees=True, times_as_fast=1.5), "uses OpenVINO here: 1.50 times"),
    ],
)
def test_how_openvino_did_is_told(qtbot: QtBot, trial: Trial | None, words: str) -> None:
    machine = replace(MACHINE, gpus=(), openvino="2026.4", openvino_trial=trial)
    dialog = SettingsDialog(Settings(), machine)
    qtbot.addWidget(dialog)
    assert any(words in label.text() for label in dialog.findChildren(QLabel))


@pytest.mark.parametrize(
    "machine", [None, MACHINE, replace(MACHINE, gpus=(), openvino="2026.4", torch=False)]
)
def test_where_nothing_depends_on_it_nothing_is_told(machine: Machine | None) -> None:
    assert verdict_of(machine) == ""


def test_reset_keeps_what_is_no_choice(qtbot: QtBot) -> None:
    settings = Settings(theme="light", quality=10, recent=("/a.jpg",), geometry=b"x", started=True)
    dialog = settings_dialog(qtbot, settings)
    dialog.reset.click()
    assert dialog.chosen() == replace(settings, theme="dark", quality=95)


def test_a_bad_name_cannot_be_accepted(qtbot: QtBot) -> None:
    dialog = settings_dialog(qtbot, Settings())
    for template in ("{oops}", "buddha final", "{stem}"):
        dialog.template.setText(template)
        assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
        assert "{stem} and {ext}" in dialog.example.text()


@pytest.mark.parametrize("reason", [NO_DRIVER, TORCH_FOR_CPU, NO_TORCH])
def test_settings_say_why_there_is_no_gpu(reason: str) -> None:
    without = replace(MACHINE, gpus=(), no_gpu_reason=reason)
    assert "No graphics card is used: " in found_of(without)
    assert "No graphics card" not in found_of(replace(without, mps=True)), "Apple's is one"
    assert "No graphics card" not in found_of(MACHINE)


def test_the_manual_lists_every_setting(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(), MACHINE)
    qtbot.addWidget(dialog)
    names = [box.text() for box in dialog.findChildren(QCheckBox)]
    for form in dialog.findChildren(QFormLayout):
        items = [form.itemAt(row, form.ItemRole.LabelRole) for row in range(form.rowCount())]
        labels = [item.widget() for item in items if item]
        names += [label.text() for label in labels if isinstance(label, QLabel) and label.text()]
    assert len(names) > 10
    page = MANUAL.read_text("utf-8")
    assert [name for name in names if f"| {name} |" not in page] == []
