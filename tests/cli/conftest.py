"""What several tests of the command line need."""

import errno
import os
from pathlib import Path

import pytest

from tests.batch.batches import even_weights, make_photos


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder here that may be seen and not be entered; as root one has to pretend."""
    monkeypatch.chdir(tmp_path)
    real = Path.stat

    def refusing(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if "locked" in path.parts[:-1]:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path, follow_symlinks=follow_symlinks)

    Path("locked").mkdir()
    monkeypatch.setattr(Path, "stat", refusing)
    return "locked"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return even_weights(tmp_path / "ten.safetensors")


@pytest.fixture
def wet(tmp_path: Path) -> Path:
    make_photos(tmp_path / "wet", ["1.png", "2.png", "sub/10.jpg"])
    return tmp_path / "wet"


@pytest.fixture
def dry(tmp_path: Path) -> Path:
    return tmp_path / "dry"
