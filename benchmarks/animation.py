"""The moving picture of the README: `python benchmarks/animation.py docs/screenshots/derain.webp`.

Opens the window off the screen on the sample photo, derains it, and moves the divider. Each frame
is a grab of the window; the file is an animated WebP.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.screenshots import new_home, window_of

if TYPE_CHECKING:
    from PIL import Image
    from PySide6.QtWidgets import QApplication, QWidget

    from app.main_window import MainWindow

WINDOW_PX = (1280, 800)
FRAME_PX = (960, 600)
FRAMES = 14  # while it derains, whatever the machine takes for that
FRAME_MS = 180
END_MS = 1500
# Where the divider goes afterwards, as shares of the photo.
WAY = (0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.9, 0.8, 0.65, 0.5)


def main(path: Path) -> None:
    """Derain the sample in a new home, and write the picture."""
    with new_home():
        frames = take()
    derained = frames[: -len(WAY)]
    kept = [*derained[:: max(len(derained) // FRAMES, 1)], *frames[-len(WAY) :]]
    times = [FRAME_MS] * (len(kept) - 1) + [END_MS]
    first, *rest = kept
    first.save(path, save_all=True, append_images=rest, duration=times, loop=0, quality=72)
    print(f"{path}: {len(kept)} frames, {path.stat().st_size / 1e6:.1f} MB")


def take() -> "list[Image.Image]":
    """Open the window, derain, move the divider; return all frames."""
    from PySide6.QtCore import QTimer

    from app.photo.state import PhotoState

    app, window = window_of("dark", "en")
    document, frames = window.document, []
    ticks = QTimer(interval=FRAME_MS)
    ticks.timeout.connect(lambda: frames.append(grabbed(window)))

    def finish() -> None:
        ticks.stop()
        frames.extend(moved(window, app))
        app.exit(0)

    def follow(state: PhotoState) -> None:
        if state is PhotoState.DERAINING and not ticks.isActive():
            ticks.start()
        elif state is PhotoState.DONE:
            QTimer.singleShot(FRAME_MS, finish)

    document.photo_opened.connect(lambda: QTimer.singleShot(FRAME_MS, window.controller.derain))
    document.status_changed.connect(lambda status: follow(status.state))
    window.resize(*WINDOW_PX)
    window.show()
    window.models.look()
    window.controller.open_sample()
    app.exec()
    window.controller.let_go()
    window.tasks.close()
    return frames


def moved(window: "MainWindow", app: "QApplication") -> "list[Image.Image]":
    """Move the divider; return a frame at each place."""
    frames = []
    for place in WAY:
        window.view.arrange(position=place)
        app.processEvents()
        frames.append(grabbed(window))
    return frames


def grabbed(widget: "QWidget") -> "Image.Image":
    """Return what a widget shows, at the size of a frame."""
    from PIL import Image
    from PySide6.QtGui import QImage

    shown = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    size, line = (shown.width(), shown.height()), shown.bytesPerLine()
    picture = Image.frombytes("RGB", size, bytes(shown.constBits()), "raw", "RGB", line)
    return picture.resize(FRAME_PX, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
