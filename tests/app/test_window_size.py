"""The window's size on screens of all kinds: in fresh interpreters, for Qt reads screens once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QRect

from tests.app.test_start import ROOT, environment

WINDOW = """
import sys
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication
from app.main_window import MainWindow
from app.tasks import Tasks
from app.photo.document import Document
from app.shell.settings import Preferences, store
from tests.app.conftest import OPTIONS, FakeEngines, StandIn

app = QApplication([])
tasks = Tasks()
window = MainWindow(Document(OPTIONS), FakeEngines(StandIn()), tasks, Preferences(store()))
if len(sys.argv) > 1:
    left, top, width, height = map(int, sys.argv[1:])
    window.setGeometry(left, top, width, height)
window.show()
app.processEvents()
print(*window.geometry().getRect())
panel = window.photo.panel
for widget in (panel.derain, panel.results.save, window.shell.status_line):
    place = QRect(widget.mapTo(window, QPoint()), widget.size())
    assert window.rect().contains(place), (widget, place, window.rect())
window.preferences.change(geometry=window.saveGeometry().data())
window.preferences.sync()
tasks.close()
"""


def shown_on(folder: Path, *screens: QRect, at: tuple[int, ...] = ()) -> QRect:
    """Start the window on such screens; where it is."""
    described = [
        {
            "name": str(number),
            "x": screen.x(),
            "y": screen.y(),
            "width": screen.width(),
            "height": screen.height(),
            "logicalDpi": 96,
            "dpr": 1,
        }
        for number, screen in enumerate(screens)
    ]
    file = folder / "screens.json"
    file.write_text(json.dumps({"screens": described}))
    done = subprocess.run(
        [sys.executable, "-c", WINDOW, *map(str, at)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment(), "QT_QPA_PLATFORM": f"offscreen:configfile={file}"},
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return QRect(*map(int, done.stdout.split()))


@pytest.mark.parametrize("size", [(1366, 768), (1024, 700), (960, 510), (1920, 1080)])
def test_the_first_window_fits_the_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    screen = QRect(0, 0, *size)
    shown = shown_on(tmp_path, screen)
    assert screen.contains(shown)
    assert shown.width() >= min(1280, size[0] - 8)


def test_a_kept_size_comes_back_where_it_fits(tmp_path: Path) -> None:
    small, large = QRect(0, 0, 1366, 768), QRect(1366, 0, 1920, 1080)
    kept = QRect(1500, 100, 1000, 900)
    shown_on(tmp_path, small, large, at=(1500, 100, 1000, 900))
    assert shown_on(tmp_path, small, large) == kept
    assert small.contains(shown_on(tmp_path, small)), "the large screen was unplugged"
