"""A RAW file in the window: opened, derained and saved."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from nledn import photo
from tests.app.window import derain, open_photo
from tests.photo import files


def test_a_raw_file_from_the_dialog_to_a_tiff(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    open_photo(qtbot, window, files.saved(tmp_path, "street.dng", files.dng()))
    assert window.document.photo is not None
    assert window.document.photo.format == "RAW"
    derain(qtbot, window)
    with qtbot.waitSignal(window.controller.saving.saved) as saved:
        window.controller.saving.save()
    found = photo.read(saved.args[0].path)
    assert (found.path, found.depth_bits) == (tmp_path / "street_derained.tif", 16)
