"""Export: by a preset, and the rain itself; the result stays unsaved."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.shell.save_dialogs import Preset, texts_of
from nledn import photo
from tests.app.window import Answers, derain, open_photo, said, save

SMALL = Preset("Small", ".jpg", 80, 80, ending="_small")


def chosen(window: MainWindow, name: str) -> None:
    window.export_menu.aboutToShow.emit()
    next(each for each in window.export_menu.actions() if each.text() == name).trigger()


def test_a_preset_writes_its_format_size_and_name_and_saves_nothing(
    qtbot: QtBot, window: MainWindow, picture_file: Path
) -> None:
    window.preferences.change(presets=texts_of((SMALL,)))
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    for name in ("street_small.jpg", "street_small-2.jpg"):
        chosen(window, "Small")
        qtbot.waitUntil(picture_file.with_name(name).exists)
        written = photo.read(picture_file.with_name(name))
        assert (written.format, written.size) == ("JPEG", (80, 60))
    qtbot.waitUntil(lambda: "street_small-2.jpg" in said(window))
    assert "80 × 60, JPEG quality 80" in said(window)
    assert window.document.is_unsaved
    save(qtbot, window)
    assert photo.read(picture_file.with_name("street_derained.png")).size == (160, 120)


def test_a_preset_has_a_folder_or_takes_the_photos(
    qtbot: QtBot, window: MainWindow, picture_file: Path, tmp_path: Path
) -> None:
    web = Preset("Web", "", folder=str(tmp_path), ending="")
    window.preferences.change(presets=texts_of((web,)))
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    chosen(window, "Web")
    qtbot.waitUntil((tmp_path / "street.png").exists)
    assert photo.read(tmp_path / "street.png").size == (160, 120)


@pytest.mark.parametrize("name", ["web", "~web"])
def test_the_folder_of_a_preset_may_be_one_beside_the_photo(
    qtbot: QtBot, window: MainWindow, picture_file: Path, name: str
) -> None:
    picture_file.with_name(name).mkdir()
    window.preferences.change(presets=texts_of((Preset("Web", "", folder=name),)))
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    chosen(window, "Web")
    qtbot.waitUntil((picture_file.with_name(name) / "street_derained.png").exists)


def test_a_folder_that_is_gone_is_said(
    qtbot: QtBot, window: MainWindow, picture_file: Path, tmp_path: Path
) -> None:
    window.preferences.change(presets=texts_of((Preset("Gone", folder=str(tmp_path / "no")),)))
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    chosen(window, "Gone")
    qtbot.waitUntil(lambda: window.shell.banner.notice is not None)
    assert window.shell.banner.notice is not None
    assert window.shell.banner.notice.kind == "error"


@pytest.mark.parametrize("answer", ["rain.tif", None])
def test_the_rain_is_written_where_it_was_asked_for(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: Answers,
    picture_file: Path,
    tmp_path: Path,
    answer: str | None,
) -> None:
    open_photo(qtbot, window, picture_file)
    assert not window.named_actions["export_rain"].isEnabled()
    derain(qtbot, window)
    dialogs.path = None if answer is None else tmp_path / answer
    window.named_actions["export_rain"].trigger()
    assert dialogs.asked == ["rain layer street_rain.tif"]
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    if answer is not None:
        qtbot.waitUntil(lambda: answer in said(window))
        assert window.document.layer is not None
        rain = tifffile.imread(tmp_path / answer)
        np.testing.assert_array_equal(rain, window.document.layer.rain())
    assert window.document.is_unsaved


def test_presets_are_edited_from_the_menu(window: MainWindow, dialogs: Answers) -> None:
    dialogs.new_presets = (SMALL,)
    window.named_actions["presets"].trigger()
    assert window.preferences.settings.export_presets == (SMALL,)
    dialogs.new_presets = None
    window.named_actions["presets"].trigger()
    assert window.preferences.settings.export_presets == (SMALL,)
