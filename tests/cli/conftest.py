"""Fixtures for several tests of the command line."""

import errno
import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture(autouse=True)
def _devices_are_right(self_tested: None) -> None:
    """The self-test of the device, which has its own tests, is run once."""


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder here that may be seen and not be entered; as root one has to pretend."""
    monkeypatch.chdir(tmp_path)
    real = Path.stat

    def refusing(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        folder = path.parent
        if folder.parent == Path("/proc/self/fd"):  # one that is held open
            folder = Path(os.readlink(folder))  # noqa: PTH115  # `Path` asks this function
        if "locked" in folder.parts:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path, follow_symlinks=follow_symlinks)

    Path("locked").mkdir()
    monkeypatch.setattr(Path, "stat", refusing)
    return "locked"
