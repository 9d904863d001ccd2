import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QSettings

from nledn import places
from tests.write_guard import WriteGuard, changes, snapshot


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WriteGuard]:
    """A guard of a pretended repository, with a folder for temporary files inside."""
    base = tmp_path_factory.mktemp("guarded")
    (base / "repository" / "temporary").mkdir(parents=True)
    temporary = [tmp_path_factory.getbasetemp(), base / "repository" / "temporary"]
    guard = WriteGuard(temporary, [base / "repository"])
    yield guard
    guard.active = False


@pytest.fixture
def repository(guard: WriteGuard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.getbasetemp() / "guarded0" / "repository"
    (folder / "old").write_text("before")
    guard.found.clear()
    guard.active = True
    yield folder
    guard.active = False


WRITES: dict[str, Callable[[Path], object]] = {
    "open": lambda folder: (folder / "new").write_text("x"),
    "append": lambda folder: (folder / "old").open("a").close(),
    "descriptor": lambda folder: os.close(os.open(folder / "new", os.O_CREAT | os.O_WRONLY)),
    "mkdir": lambda folder: (folder / "folder").mkdir(exist_ok=True),
    "rename": lambda folder: (folder / "old").rename(folder.parent / "moved"),
    "remove": lambda folder: (folder / "old").unlink(),
    "copy": lambda folder: shutil.copy(__file__, folder / "copy"),
    "chmod": lambda folder: (folder / "old").chmod(0o600),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_writes_are_noticed(
    guard: WriteGuard, repository: Path, write: Callable[[Path], object]
) -> None:
    write(repository)
    assert guard.found


def test_writes_through_a_link_are_noticed(
    guard: WriteGuard, repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(repository)
    (tmp_path / "link" / "new").write_text("x")
    assert guard.found == [f"open {tmp_path / 'link' / 'new'}"]


def test_taking_a_link_away_is_no_write_where_it_points(
    guard: WriteGuard, repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(repository / "old")
    (tmp_path / "link").unlink()
    assert not guard.found


def test_reading_and_temporary_files_are_no_writes(guard: WriteGuard, repository: Path) -> None:
    (repository / "old").read_text()
    (repository / "temporary" / "new").write_text("x")
    (repository.parent / "beside").write_text("x")
    assert not guard.found


def test_places_that_no_rule_names_are_outside(guard: WriteGuard) -> None:
    assert guard.is_outside("/etc/afterrain")


def test_the_disk_shows_what_python_does_not_see(tmp_path: Path) -> None:
    (tmp_path / "kept.png").write_bytes(b"")
    (tmp_path / "cache").mkdir()
    before = snapshot([tmp_path], frozenset({"cache", ".py"}))
    for name in ("new.png", "kept.png", "cache/new.png"):
        cv2.imwrite(str(tmp_path / name), np.zeros((2, 2, 3), np.uint8))
    (tmp_path / "edited.py").write_text("x")
    after = snapshot([tmp_path, tmp_path / "missing"], frozenset({"cache", ".py"}))
    assert changes(before, after) == [tmp_path / "kept.png", tmp_path / "new.png"]


def test_settings_and_places_are_temporary(home: Path) -> None:
    settings = QSettings("AfterRain", "AfterRain")
    settings.setValue("answer", 42)
    settings.sync()
    assert Path(settings.fileName()).is_relative_to(home)
    assert Path(settings.fileName()).is_file()
    for place in (places.user_data(), places.user_settings(), places.user_cache()):
        assert place.is_relative_to(home)
