"""The time of a repaint during a drag: `python -m benchmarks.views`.

A photo of 24 megapixels (or as many as --megapixels says) with its rain, in a view of 1600×1000
pixels. A step is what one event of the mouse brings about: the change itself and the repaint that
follows, measured together on the thread that draws. The aim is a p95 of 16 ms for moving divider
and photo, and of 33 ms for strength and brush. `--deraining` lets the engine compute on another
thread meanwhile, as it does in the window.
"""

import argparse
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.imaging.mask import Brush
from app.imaging.picture import Picture
from app.imaging.pyramid import first_copies
from app.views.photo_view import PhotoView
from app.views.viewport import Viewport
from nledn.errors import Cancelled
from nledn.photo import Photo
from nledn.rain import RainLayer, Record
from nledn.tiling import Rect, balanced

VIEW_PX = (1600, 1000)
STEPS = 120
RECORD = Record("none", "0" * 64, "cpu", "torch", "fp32", "512×512", 16, "0")


@dataclass(frozen=True)
class Desk:
    """The widgets and data of a measurement."""

    picture: Picture
    viewport: Viewport
    view: PhotoView


def desk(megapixels: float, depth: type[np.uint8] | type[np.uint16]) -> Desk:
    """A view with a photo of noise, of 3:2, and complete rain."""
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    width = round(height * 1.5)
    rng = np.random.default_rng(0)
    row = rng.integers(0, np.iinfo(depth).max, (64, width, 3)).astype(depth)
    pixels = np.resize(row, (height, width, 3))
    layer = RainLayer(balanced(height, width, 512, 16), RECORD)
    rain = rng.integers(-800, 9000, (64, width, 3)).astype(np.int16)
    layer.plane[:] = np.resize(rain, layer.plane.shape)
    layer.done[:] = True
    picture, viewport = Picture(), Viewport()
    view = PhotoView(picture, viewport)
    view.resize(*VIEW_PX)
    view.show()
    photo = Photo(pixels)
    picture.set_photo(photo, first_copies(photo))
    picture.set_layer(layer)
    QTest.qWaitForWindowExposed(view)
    return Desk(picture, viewport, view)


def drag_divider(at: Desk, step: int) -> None:
    """Back and forth through the view."""
    at.view.handle.drag_to(QPointF(800 + 700 * np.sin(step / 12), 500))


def pan(at: Desk, step: int) -> None:
    """Around in circles."""
    at.viewport.pan(30 * np.cos(step / 15), 30 * np.sin(step / 15))


def drag_strength(at: Desk, step: int) -> None:
    """Up and down."""
    at.picture.change_look(strength=0.75 + 0.7 * np.sin(step / 12))


def brush(at: Desk, step: int) -> None:
    """In waves, with a brush of 60 pixels of the screen."""
    place = QPointF(200 + 9 * step, 500 + 200 * np.sin(step / 8))
    point = at.viewport.to_photo(place)
    at.picture.paint([(point.x(), point.y())])


def arriving_tile(at: Desk, step: int) -> None:
    """While tiles of rain arrive, the photo is moved."""
    left, top = 512 * (step % 4), 512 * (step % 3)
    at.picture.rain_added(Rect(left, top, left + 512, top + 512))
    pan(at, step)


def measured(at: Desk, change: Callable[[Desk, int], None]) -> list[float]:
    """Milliseconds of each step, ascending."""
    taken = []
    for step in range(STEPS):
        begin = time.perf_counter()
        change(at, step)
        QApplication.sendEvent(at.view, QEvent(QEvent.Type.UpdateRequest))  # repaint now, no sooner
        taken.append((time.perf_counter() - begin) * 1e3)
    return sorted(taken)


def report(at: Desk, title: str, zoom: float | None) -> None:
    """Measure everything at one zoom (None: fitted) and print it."""
    at.viewport.fit()
    if zoom is not None:
        at.viewport.set_zoom(zoom)
    at.view.set_brush(None)
    at.view.grab()
    for change in (drag_divider, pan, arriving_tile, drag_strength, brush):
        if change is brush:
            at.view.set_brush(Brush(60 / at.viewport.zoom))
            at.picture.begin_stroke(at.view.brush)
        taken = measured(at, change)
        at.picture.end_stroke()
        at.view.grab()  # what waited for a calm moment
        middle, late = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
        print(f"{title:12} {change.__name__:14} median {middle:6.1f}  p95 {late:6.1f} ms")


@contextmanager
def deraining(at: Desk) -> Iterator[None]:
    """The engine works on the photo for as long as this lasts; entered once it has begun."""
    from nledn import CancelToken, Derainer

    derainer, cancel, begun = Derainer.load(), CancelToken(), threading.Event()
    photo = at.picture.photo
    assert photo is not None

    def derain() -> None:
        with suppress(Cancelled):
            derainer.derain(photo.pixels, on_tile=lambda _progress: begun.set(), cancel=cancel)

    thread = threading.Thread(target=derain)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        assert thread.is_alive(), "the photo was done before the measurement"
        cancel.cancel()
        thread.join()


def main() -> None:
    """Measure, and print a line for each thing a person drags."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, default=24.0)
    parser.add_argument("--sixteen-bit", action="store_true")
    parser.add_argument("--whole", action="store_true", help="the result alone fills the view")
    parser.add_argument("--deraining", action="store_true", help="while the engine computes")
    asked = parser.parse_args()
    QApplication([])
    at = desk(asked.megapixels, np.uint16 if asked.sixteen_bit else np.uint8)
    at.view.arrange(mode="single" if asked.whole else "before_after")
    zooms = (("fit", None), ("30 %", 0.3), ("51 %", 0.51), ("100 %", 1.0), ("4×", 4.0))
    with deraining(at) if asked.deraining else nullcontext():
        for title, zoom in zooms:
            report(at, title, zoom)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory {peak:.2f} GB")


if __name__ == "__main__":
    main()
