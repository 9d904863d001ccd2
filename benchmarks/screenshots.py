"""Pictures of the window for the README: `make screenshots`.

Opens the window off the screen, with its own settings, on the sample photo, derains it, and
grabs each view. `--language zh_CN`, `--theme light` and `QT_SCALE_FACTOR=2` show the others.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow

SHOWN_DONE = 6  # photos of the batch that are finished in its picture
SIZE_PX = (1280, 800)
SETTLED_MS = 500  # after this long nothing is repainted any more


def main() -> None:
    """Parse, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--theme", choices=("light", "dark"), default="dark")
    parser.add_argument("--language", choices=("en", "zh_CN"), default="en")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with new_home():
        take(arguments.folder, arguments.theme, arguments.language)


@contextmanager
def new_home() -> Iterator[None]:
    """Let the program begin with no settings, in folders that are removed afterwards."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("CONFIG", "CACHE", "DATA", "STATE"):
            os.environ[f"XDG_{name}_HOME"] = home
        yield


def window_of(look: str, language: str) -> "tuple[QApplication, MainWindow]":
    """Return the program and its window, not shown yet."""
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow
    from app.photo.document import Document
    from app.shell import theme
    from app.shell.engines import Engines
    from app.shell.settings import Preferences, store
    from app.shell.translation import install
    from app.tasks import Tasks

    app = QApplication([])
    install(app, language)
    theme.apply(app, "light" if look == "light" else "dark")
    preferences = Preferences(store())
    document = Document(preferences.settings.options)
    return app, MainWindow(document, Engines(), Tasks(), preferences)


def take(folder: Path, look: str, language: str) -> None:
    """Open the window, derain the sample, grab what there is to see."""
    from PySide6.QtCore import QTimer

    from app.photo.state import PhotoState

    app, window = window_of(look, language)
    document, steps = window.document, pictures(window)

    def after_a_moment(then: Callable[[], None]) -> None:
        QTimer.singleShot(SETTLED_MS, then)

    def grab_next() -> None:
        name = next(steps, None)
        if name is None:
            app.exit(0)
        else:
            after_a_moment(lambda: grab(name))

    def grab(name: str) -> None:
        shown = app.activeModalWidget() or window
        shown.grab().save(str(folder / f"{name}.png"))
        grab_next()

    document.photo_opened.connect(lambda: after_a_moment(window.controller.derain))
    document.status_changed.connect(
        lambda status: grab_next() if status.state is PhotoState.DONE else None
    )
    window.resize(*SIZE_PX)  # the offscreen platform's screen is smaller
    window.show()
    window.models.look()
    window.backend_benchmark.look_at_machine()
    window.controller.open_sample()
    app.exec()
    window.controller.let_go()
    window.tasks.close()


def pictures(window: "MainWindow") -> Iterator[str]:
    """Bring the window into each state, and give the name of its picture."""
    from app.shell.settings_dialog import SettingsDialog

    yield "before-after"
    window.view.arrange(mode="side_by_side")
    yield "side-by-side"
    window.view.arrange(mode="rain")
    yield "rain-layer"
    window.view.arrange(mode="before_after")
    window.viewport.set_zoom(2.0)
    yield "pixels"
    window.viewport.fit()
    yield from comparison(window)
    dialog = SettingsDialog(window.preferences.settings, window.backend_benchmark.machine, window)
    dialog.setModal(True)
    dialog.pages.setCurrentRow(2)
    dialog.show()
    yield "settings"
    dialog.close()
    with tempfile.TemporaryDirectory() as folder:
        yield from batch_pictures(window, Path(folder) / "lake weekend")


def batch_pictures(window: "MainWindow", folder: Path) -> Iterator[str]:
    """A batch while it runs, and done, with a photo that failed."""
    batch = window.batch_controller.batch
    window.document.set_strength(1.0)
    make_photos(folder)
    window.batch_controller.add([folder])
    wait_for(batch.status_changed, lambda: batch.status.planned > 0 and not batch.status.is_looking)
    batch.start()
    wait_for(batch.status_changed, lambda: batch.status.finished >= SHOWN_DONE)
    yield "batch"
    wait_for(batch.ended, lambda: True)
    yield "batch-done"


def make_photos(folder: Path) -> None:
    """Parts of the samples, as photos of a batch; one is cut off."""
    from PIL import Image

    from nledn import places

    (folder / "evening").mkdir(parents=True)
    samples = sorted(places.sample_photo().parent.glob("*.jpg"))
    for number in range(14):
        with Image.open(samples[number % len(samples)]) as sample:
            left, top = 97 * number % (sample.width - 450), 61 * number % (sample.height - 300)
            part = sample.crop((left, top, left + 450, top + 300))
        place = folder / "evening" if number < 4 else folder
        part.save(place / f"IMG_{2041 + number}.jpg", quality=90)
    broken = folder / "IMG_2046.jpg"
    broken.write_bytes(broken.read_bytes()[:4000])


def wait_for(signal: "SignalInstance", holds: Callable[[], bool]) -> None:
    """Until something has come about that a signal tells of."""
    from PySide6.QtCore import QEventLoop

    loop = QEventLoop()
    signal.connect(lambda *_: loop.quit() if holds() else None)
    loop.exec()


def comparison(window: "MainWindow") -> Iterator[str]:
    """The Compare page, with our checkpoint at three strengths."""
    from nledn import catalog

    window.named_actions["compare"].trigger()
    model = window.compare.controller.model
    for strength in (0.5, 1.5):
        model.add_checkpoint(catalog.find("afterrain"), strength)
    window.compare.grid.link.leader.set_zoom(0.8)
    wait_for(model.metrics.changed, lambda: model.is_computed(model.visible))
    yield "compare"
    window.named_actions["before_after"].trigger()


if __name__ == "__main__":
    main()
