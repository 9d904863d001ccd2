"""The log of the window, also where its folder is none of ours."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import __main__ as program
from nledn import places


@pytest.fixture(autouse=True)
def _own_loggers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    monkeypatch.setattr("faulthandler.enable", lambda file: file.close())
    monkeypatch.setattr("sys.excepthook", None)
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:], root.level = before


def start_logging() -> None:
    logging.getLogger().handlers.clear()  # pytest's own, of which `basicConfig` adds none
    program._start_logging()


def test_a_state_folder_that_cannot_be_closed_to_others_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    start_logging()
    assert "starts" in (places.user_state() / "afterrain.log").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no XDG_STATE_HOME")
def test_the_window_starts_where_nothing_can_be_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    start_logging()
    assert "nothing is logged in" in capsys.readouterr().err
