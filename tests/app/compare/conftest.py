"""The Compare page with two checkpoints, one of them our own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.compare.model import CompareModel
from app.main_window import MainWindow
from nledn import catalog, photo, places
from nledn.photo import Photo
from tests.app.window import Pixels, open_photo
from tests.checkpoint_files import constant_rain

Begin = Callable[..., CompareModel]


def is_settled(window: MainWindow) -> bool:
    return window.tasks.is_idle and window.compare.controller.model.is_settled


@pytest.fixture
def only_afterrain_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the models that ship, of which there is one."""
    shipped = tmp_path / "weights"
    shipped.mkdir()
    for name in ("afterrain.toml", "afterrain.safetensors"):
        (shipped / name).symlink_to(places.weights() / name)
    monkeypatch.setattr(places, "weights", lambda: shipped)
    return shipped


@pytest.fixture
def begin(
    qtbot: QtBot,
    window: MainWindow,
    picture_file: Path,
    tmp_path: Path,
    only_afterrain_ships: Path,
) -> Begin:
    """Open a photo and the Compare page, with our checkpoint and a second one."""

    def go(path: Path | None = None, *, wait: bool = True) -> CompareModel:
        catalog.add(constant_rain(tmp_path / "second.safetensors", 9))
        with qtbot.waitSignal(window.models.shelf_read):
            window.models.look()
        open_photo(qtbot, window, path or picture_file)
        window.named_actions["compare"].trigger()
        model = window.compare.controller.model
        if wait:
            qtbot.waitUntil(lambda: model.is_whole and is_settled(window))
        return model

    return go


@pytest.fixture
def pair(tmp_path: Path, pixels: Pixels) -> Path:
    """A rainy photo whose clean one lies where data sets have it."""
    for kind, values in (("rainy", pixels), ("clean", np.rint(pixels * 0.78).astype(np.uint8))):
        (tmp_path / "set" / kind).mkdir(parents=True)
        photo.write(Photo(values), tmp_path / "set" / kind / "7.png")
    return tmp_path / "set" / "rainy" / "7.png"
