"""Files that were dragged out are private, and go: with the window, or at the next start."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.photo.results import DragFolders
from nledn.temporary_files import remove_abandoned

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_they_stay_until_the_window_is_closed(temporary: Path) -> None:
    folders = DragFolders()
    made = [folders.make() for _ in range(2)]
    for folder in made:
        assert folder.parent.parent == temporary
        assert folder.parent.stat().st_mode & 0o777 == 0o700
        (folder / "street_derained.png").write_bytes(b"pixels")
    remove_abandoned()  # as another start would, beside this one
    assert all((folder / "street_derained.png").exists() for folder in made)
    folders.remove()
    remove_abandoned()
    assert list(temporary.iterdir()) == []


def test_one_more_can_be_made_after_the_system_has_tidied_up(temporary: Path) -> None:
    folders = DragFolders()
    shutil.rmtree(folders.make().parent)
    assert folders.make().stat().st_mode & 0o777 == 0o700
    folders.remove()
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="handles are counted in /proc")
def test_they_hold_no_handle_each(temporary: Path) -> None:
    folders = DragFolders()
    folders.make()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        folders.make()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    folders.remove()


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signal")
def test_those_of_a_killed_window_go_at_the_next_start(temporary: Path) -> None:
    code = (
        "import os\nfrom app.photo.results import DragFolders\n"
        "(DragFolders().make() / 'a.png').write_bytes(b'pixels')\nos.kill(os.getpid(), 9)"
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env=environment, check=False
    )
    assert ended.returncode == -9
    (left,) = temporary.iterdir()
    assert (left / "1" / "a.png").exists()
    remove_abandoned()
    assert not left.exists()
