"""The settings for metadata and times apply to results of the window."""

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.batch.jobs import Asked
from app.batch.state import Choices, Saving
from app.main_window import MainWindow
from app.shell.settings import Settings, StripName
from nledn import Options, photo
from nledn.batch import in_folder
from tests.app.window import derain, open_photo, said
from tests.batch.batches import make_photo
from tests.photo import files

LONG_AGO_NS = 1_000_000_000_000_000_000


@pytest.mark.parametrize("strip, keeps", [("none", True), ("all", False)])
def test_metadata_is_left_out_as_the_settings_say(
    strip: StripName, keeps: bool, qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    block = files.exif_block(orientation=1)
    path = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG", exif=block))
    window.preferences.change(strip=strip)
    saved = save(qtbot, window, path)
    assert (photo.read(saved).exif is not None) is keeps
    assert ("EXIF" in said(window)) is keeps


@pytest.mark.parametrize("keeps", [True, False])
def test_times_are_kept_as_the_settings_say(
    keeps: bool, qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))
    window.preferences.change(keep_times=keeps)
    assert (save(qtbot, window, path).stat().st_mtime_ns == LONG_AGO_NS) is keeps


def test_a_batch_follows_the_same_settings(tmp_path: Path) -> None:
    make_photo(tmp_path / "a.png")
    chosen = Saving.of(Settings(strip="location", keep_times=True))
    asked = Asked(in_folder(tmp_path), Choices(out=str(tmp_path)), Options(), chosen)
    settings = asked.request().settings
    assert (settings.strip, settings.keep_times) == ("location", True)


def save(qtbot: QtBot, window: MainWindow, path: Path) -> Path:
    """Open a photo, derain and save it; where it went."""
    open_photo(qtbot, window, path)
    derain(qtbot, window)
    with qtbot.waitSignal(window.controller.saving.saved) as saved:
        window.controller.saving.save()
    written: Path = saved.args[0].path
    return written
