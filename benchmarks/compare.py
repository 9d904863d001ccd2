"""The time until a comparison is on the screen: `python -m benchmarks.compare`.

Two checkpoints on a photo of 12 megapixels (or as many as --megapixels says), opened in the window
and looked at with about a megapixel in sight. Measured from the click on Compare, with torch
imported and neither checkpoint loaded: until both panes have their first tile, and until all that
is in sight is there. One tile's time is the median over the tiles of the engine alone, before and
after. The aims are two tiles and half a second for the first, and 1.1 × (tiles met × 2 × one tile's
time) for the second.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.photo.document import Document
from app.shell.engines import Engines
from app.shell.settings import Preferences, store
from app.tasks import Tasks
from nledn import Derainer, Options, catalog, checkpoint, photo, places
from nledn.photo import Photo

WINDOW_PX = (1400, 1000)
SECOND = "second"
POLL_MS = 20
IN_SIGHT_PX = 1e6


@dataclass(frozen=True)
class Times:
    """Seconds of the clock, and of this process's own computing, which others do not slow down."""

    clock: float
    computing: float

    def __sub__(self, other: "Times") -> "Times":
        return Times(self.clock - other.clock, self.computing - other.computing)


def now() -> Times:
    """The present."""
    return Times(time.perf_counter(), time.process_time())


def large_photo(megapixels: float, path: Path) -> None:
    """The sample photo, repeated to that size."""
    pixels = photo.read(places.sample_photo()).pixels
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    width = round(height * 1.5)
    rows, columns = -(-height // pixels.shape[0]), -(-width // pixels.shape[1])
    tiled = np.tile(pixels, (rows, columns, 1))[:height, :width]
    photo.write(Photo(np.ascontiguousarray(tiled)), path)


def import_second(folder: Path) -> None:
    """Another checkpoint of the same cost: ours, a little brighter."""
    arrays = dict(catalog.load(catalog.find("afterrain")).arrays)
    arrays["to_rain.bias"] = arrays["to_rain.bias"] + np.float32(0.01)
    checkpoint.write(folder / f"{SECOND}.safetensors", arrays)
    catalog.add(folder / f"{SECOND}.safetensors")


def tile_seconds(path: Path, tiles: int = 3) -> Times:
    """Median time of a tile of that photo, by the engine alone."""
    read = photo.read(path)
    derainer = Derainer.load(Options())
    layer = derainer.start((read.pixels.shape[0], read.pixels.shape[1]))
    taken = []
    for tile in layer.missing[:tiles]:
        begin = now()
        derainer.add_tile(read.pixels, layer, tile)
        taken.append(now() - begin)
    return Times(*(statistics.median(column) for column in zip(*map(astuple, taken), strict=True)))


class Watch:
    """Opens the photo, clicks Compare, and notes when tiles come."""

    def __init__(self, app: QApplication, path: Path) -> None:
        self._app = app
        preferences = Preferences(store())
        self.tasks = Tasks()
        document = Document(preferences.settings.options)
        self.window = MainWindow(document, Engines(), self.tasks, preferences)
        self.window.resize(*WINDOW_PX)
        self.window.show()
        self.model = self.window.compare.controller.model
        self.began = self.last = now()
        self.first: dict[int, Times] = {}
        self.tiles = 0
        self.model.progressed.connect(self._note)
        self.window.models.shelf_read.connect(lambda _cards: self.window.controller.open(path))
        document.photo_opened.connect(lambda _opened: QTimer.singleShot(POLL_MS, self._click))
        self.window.models.look()

    def _click(self) -> None:
        grid = self.window.compare.grid
        self.began = now()
        self.window.named_actions["compare"].trigger()
        layout, pane = grid.layout(), grid.canvases[0]
        assert layout is not None
        layout.activate()
        grid.link.leader.set_zoom((pane.width() * pane.height() / IN_SIGHT_PX) ** 0.5)

    def _note(self) -> None:
        model = self.model
        for error in model.failures.values():
            raise SystemExit(f"a checkpoint failed: {error!r}")
        layers = {key: picture.layer for key, picture in model.pictures.items()}
        done = {key: int(layer.done.sum()) for key, layer in layers.items() if layer is not None}
        if sum(done.values()) > self.tiles:
            self.tiles, self.last = sum(done.values()), now()
            for key in (key for key, tiles in done.items() if tiles):
                self.first.setdefault(key, self.last)
        if model.is_computed(model.visible) and not model.is_computing:
            self._app.exit(0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, default=12)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        for name in ("CONFIG", "CACHE", "DATA", "STATE"):
            os.environ[f"XDG_{name}_HOME"] = home
        path = Path(home) / "photo.png"
        large_photo(arguments.megapixels, path)
        import_second(Path(home))
        before = tile_seconds(path)
        app = QApplication([])
        watch = Watch(app, path)
        app.exec()
        after = tile_seconds(path)
        report(watch, before, after)
        watch.tasks.close()


def report(watch: Watch, before: Times, after: Times) -> None:
    """Print what was measured beside what was aimed at."""
    rect = watch.model.visible
    met = watch.tiles // 2
    print(f"in sight: {rect.width} × {rect.height} px, {rect.width * rect.height / 1e6:.2f} MP")
    print(f"tiles met: {met} for each checkpoint")
    first = list(watch.first.values())[-1] - watch.began
    whole = watch.last - watch.began
    for name in ("clock", "computing"):
        one = (getattr(before, name) + getattr(after, name)) / 2
        print(f"{name}, s: one tile {getattr(before, name):.2f} and {getattr(after, name):.2f}")
        print(f"  first tile in both {getattr(first, name):.2f}, aim {2 * one + 0.5:.2f}")
        print(f"  all in sight {getattr(whole, name):.2f}, aim {1.1 * met * 2 * one:.2f}")


if __name__ == "__main__":
    main()
