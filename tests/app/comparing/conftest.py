"""The Compare page with two checkpoints, one of them our own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.comparing.bench import Bench
from app.main_window import MainWindow
from nledn import catalog
from tests.app.window import open_photo
from tests.checkpoint_files import constant_rain

Begin = Callable[..., Bench]


def is_settled(window: MainWindow) -> bool:
    return window.runner.is_idle and window.comparing.desk.bench.is_settled


@pytest.fixture
def begin(qtbot: QtBot, window: MainWindow, picture_file: Path, tmp_path: Path) -> Begin:
    """Open a photo and the Compare page, with our checkpoint and a second one."""

    def go(path: Path | None = None, *, wait: bool = True) -> Bench:
        catalog.add(constant_rain(tmp_path / "second.safetensors", 9))
        with qtbot.waitSignal(window.desk.shelf_read):
            window.desk.look_around()
        open_photo(qtbot, window, path or picture_file)
        window.named_actions["compare"].trigger()
        bench = window.comparing.desk.bench
        if wait:
            qtbot.waitUntil(lambda: bench.is_whole and is_settled(window))
        return bench

    return go
