"""A save that fails says why, leaves nothing half there, and the work stays unsaved."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from tests.app.window import derain, open_photo, said

Fault = Callable[[Path, pytest.MonkeyPatch], None]


def full_disk(_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)


def gone(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("fault", "words"),
    [(full_disk, "The disk is full"), (gone, "The folder of")],
    ids=["full disk", "folder gone"],
)
def test_it_is_said_and_nothing_is_lost(
    qtbot: QtBot,
    window: MainWindow,
    picture_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    words: str,
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    before = picture_file.read_bytes()
    with monkeypatch.context() as faulty:
        fault(picture_file.parent, faulty)
        with qtbot.waitSignal(window.controller.failed):
            window.controller.saving.save()
    assert said(window).startswith(words)
    assert window.document.is_unsaved
    picture_file.parent.mkdir(exist_ok=True)
    assert set(picture_file.parent.iterdir()) <= {picture_file}
    if picture_file.exists():
        assert picture_file.read_bytes() == before
    with qtbot.waitSignal(window.controller.saving.saved):
        window.controller.saving.save()
    assert not window.document.is_unsaved
