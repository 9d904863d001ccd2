"""The view of `benchmarks.window` inside a run of the program."""

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer

from app.photo.state import PhotoState, Status

if TYPE_CHECKING:
    from app.main_window import MainWindow

HEARTBEAT_MS = 2
PANS = 60


class Watch(QObject):
    """Waits for the moments that are measured, does what a person would do, and quits.

    Args:
        what: `start`, `derain`, `view`, `first` or `large`.
        settings: when the process was started (`started`, seconds since 1970), after how many
            tiles to cancel (`tiles`, 0 for none), how the photo is seen (`view`, 100 % or `fit`),
            whether the click waits until the engine is there (`is_loaded`, true).

    Attributes:
        found: the figures.
    """

    def __init__(self, what: str, settings: dict[str, Any]) -> None:
        super().__init__()
        self.found: dict[str, float] = {}
        self._what = what
        self._settings = settings
        self._clicked = 0.0
        self._last_beat = 0.0
        self._stall = 0.0
        self._is_over = False
        self._heart = QTimer(self)
        self._heart.timeout.connect(self._beat)

    def begin(self, window: "MainWindow") -> None:
        """The window is shown, and not yet painted."""
        self._window = window
        window.installEventFilter(self)
        window.document.status_changed.connect(self._status_changed)
        window.document.photo_opened.connect(lambda _opened: self._look())
        window.tasks.idled.connect(self._look)
        window.document.tile_added.connect(lambda _rect: self._tile_added())
        window.picture.region_changed.connect(lambda _rect: self._previewed())
        window.controller.saving.saved.connect(lambda _saved: QTimer.singleShot(0, window.close))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The first paint of the window ends when the loop turns again."""
        if event.type() == QEvent.Type.UpdateRequest and "painted_s" not in self.found:
            self.found["painted_s"] = 0.0
            QTimer.singleShot(0, self._painted)
        return False

    def _painted(self) -> None:
        self.found["painted_s"] = round(time.time() - self._settings["started"], 3)
        self._last_beat = time.perf_counter()
        self._heart.start(HEARTBEAT_MS)

    def _beat(self) -> None:
        now = time.perf_counter()
        self._stall = max(self._stall, now - self._last_beat)
        self._last_beat = now

    def _status_changed(self, status: Status) -> None:
        if status.choice is not None and "engine_s" not in self.found:
            self.found["engine_s"] = round(time.time() - self._settings["started"], 3)
            self.found["stall_ms"] = round(self._stall * 1e3)
            QTimer.singleShot(0, self._engine_loaded)
        if status.state is PhotoState.DERAINING and status.total and "began_s" not in self.found:
            self.found["began_s"] = round(time.perf_counter() - self._clicked, 3)
        is_over = status.state in (PhotoState.PARTIAL, PhotoState.DONE)
        if self._what == "large" and is_over and not self._is_over:
            self._is_over = True
            QTimer.singleShot(0, self._pan_and_save)

    def _engine_loaded(self) -> None:
        if self._what == "start":
            self._window.close()
        else:
            self._look()

    def _look(self) -> None:
        """Once photo and engine are there, and nothing runs: 100 %, and a click on Derain."""
        document = self._window.document
        is_ready = "engine_s" in self.found or not self._settings.get("is_loaded", True)
        if self._what == "start" or document.photo is None or not is_ready or self._clicked:
            return
        if self._what in ("derain", "view") and not self._window.tasks.is_idle:
            return  # the choice of a model is still looking at the photo
        if self._settings.get("view") != "fit":
            self._window.viewport.set_zoom(1.0)
        self.found["ready_s"] = round(time.time() - self._settings["started"], 3)
        self._clicked = time.perf_counter()
        self._window.photo.panel.derain.click()

    def _previewed(self) -> None:
        preview = self._window.picture.preview
        if self._what != "view" or preview is None:
            return
        if "first_part_s" not in self.found:
            self._window.view.repaint()
            self.found["first_part_s"] = round(time.perf_counter() - self._clicked, 3)
        elif preview.layer.is_complete:
            self._window.view.repaint()
            self.found["whole_view_s"] = round(time.perf_counter() - self._clicked, 3)
            height, width = preview.layer.tiling.size
            self.found["preview_px"] = width * height
            self._end()

    def _tile_added(self) -> None:
        if "first_tile_s" not in self.found:
            self._window.view.repaint()
            self.found["first_tile_s"] = round(time.perf_counter() - self._clicked, 3)
            if self._what in ("derain", "first"):
                self._end()
        done = self._window.document.status.done + 1
        if self._settings.get("tiles") and done >= self._settings["tiles"]:
            self._window.controller.cancel()

    def _end(self) -> None:
        self._window.controller.let_go()
        QCoreApplication.exit()  # closing the window would ask about the tile that is not saved

    def _pan_and_save(self) -> None:
        longest = 0.0
        for step in range(PANS):
            begin = time.perf_counter()
            self._window.viewport.pan(97 * (-1) ** (step // 20), 61)
            self._window.view.repaint()
            longest = max(longest, time.perf_counter() - begin)
        self.found["longest_pan_ms"] = round(longest * 1e3, 1)
        self._folder = tempfile.TemporaryDirectory()
        from nledn.photo import WriteSettings

        target = Path(self._folder.name) / "result.jpg"
        latest = self._window.document.latest
        assert latest is not None, "it was just computed"
        self._window.controller.saving.write(latest, target, WriteSettings())
