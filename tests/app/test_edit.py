"""`afterrain --edit FILE`: another program hands over a copy, waits, and takes the result back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.__main__ import main
from nledn import photo
from nledn.photo import Photo
from tests.photo import files

ROOT = Path(__file__).resolve().parents[2]

PERSON = """
import sys
from PySide6.QtCore import QTimer
from app import start
from app.photo.state import PhotoState
from app.shell.dialogs import Dialogs
from tests.app.conftest import FakeEngines, StandIn

start.Engines = lambda: FakeEngines(StandIn())
deed = sys.argv.pop(1)
Made = start.MainWindow

def made(*arguments):
    window = Made(*arguments)
    document = window.document

    def act(status):
        if status.state is PhotoState.DONE:
            document.status_changed.disconnect(act)
            QTimer.singleShot(0, window.controller.saving.save if deed == "save" else window.close)

    document.photo_opened.connect(lambda _: window.controller.derain())
    document.status_changed.connect(act)
    return window

Dialogs.unsaved = lambda self, name: "discard"
start.MainWindow = made
from app.__main__ import main
sys.exit(main())
"""


SEEN = """
from app.shell.banner import Banner
show = Banner.show_notice
def shown(banner, notice):
    show(banner, notice)
    if notice is not None and "not kept" in notice.text:
        print(notice.text, flush=True)
        QTimer.singleShot(0, banner.window().close)
Banner.show_notice = shown
"""


def edit(deed: str, path: Path, *, reads: bool = False) -> subprocess.CompletedProcess[str]:
    """Hand a photo over and wait until the program has ended; the person may read and close."""
    person = PERSON.replace("start.MainWindow = made", SEEN + "start.MainWindow = made")
    return subprocess.run(
        [sys.executable, "-c", person if reads else PERSON, deed, "--edit", str(path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=110,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        cwd=ROOT,
    )


def test_save_replaces_the_file_and_lets_the_other_program_go_on(tmp_path: Path) -> None:
    path = tmp_path / "copy.tif"
    photo.write(Photo(files.smooth()), path)
    before, number = photo.read(path), path.stat().st_ino
    assert edit("save", path).returncode == 0
    after = photo.read(path)
    assert after.pixels.mean() < before.pixels.mean()
    assert path.stat().st_ino != number  # another file took its place, whole
    assert sorted(tmp_path.iterdir()) == [path]


def test_what_is_not_kept_is_read_before_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "copy.jpg"
    data = files.encoded(files.smooth(), "JPEG") + b"a film of another program" * 100
    files.saved(tmp_path, path.name, data)
    done = edit("save", path, reads=True)
    assert done.returncode == 0, done.stderr
    assert "Data behind the picture is not kept." in done.stdout
    assert path.read_bytes() != data


def test_closing_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "copy.tif"
    photo.write(Photo(files.smooth()), path)
    before = path.read_bytes()
    assert edit("close", path).returncode == 0
    assert path.read_bytes() == before


def test_a_file_that_is_missing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--edit", str(tmp_path / "gone.tif")]) == 1
    assert "gone.tif" in capsys.readouterr().err
