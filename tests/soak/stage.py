"""The program as people start it, with a monkey where they would sit."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TextIO
from unittest import mock

import numpy as np
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app import __main__ as program
from app import main_window, start
from app.main_window import MainWindow
from app.shell.engines import Engines
from app.shell.settings import Preferences, store
from app.tasks import Tasks
from nledn import Derainer, Options, places
from tests.app.conftest import FakeEngines, StandIn
from tests.soak.faults import Faults
from tests.soak.hand import Hand
from tests.soak.monkey import Monkey
from tests.soak.traces import open_to_others, told_in, unfinished_in
from tests.soak.whims import Whims
from tests.soak.world import make_world

QUICK_TILE = "64"  # several tiles of a small photo


class _Elsewhere(QObject):
    """Stands in for the programs that would show a folder or a page."""

    @Slot(QUrl)
    def show(self, url: QUrl) -> None:
        """Show nothing."""


def run(
    engine: str,
    folder: Path,
    faults: Faults,
    journal: TextIO,
    seed: int,
    times_s: tuple[float, float],
) -> Monkey:
    """Start the program and let a monkey play until it closes the window.

    Args:
        engine: the backend, or `quick` for one that takes a fifth of each pixel for rain.
        folder: for all files.
        faults: notes what must not happen.
        journal: a line for each step.
        seed: of all that is done.
        times_s: how long it plays, and the time between two rests, in seconds.
    """
    world, hand = make_world(folder / "world"), Hand()
    os.chdir(world.folder)  # a name without a folder means this one
    asked: list[Whims] = []
    played: list[Monkey] = []
    elsewhere = _Elsewhere()
    # Qt wants a name, whatever its stub says.
    QDesktopServices.setUrlHandler("file", elsewhere, "show")  # type: ignore[arg-type]
    _prefer(engine)
    if engine == "openvino":
        _warm()

    def dialogs(window: QWidget, tasks: Tasks) -> Whims:
        asked.append(Whims(window, tasks, world, hand))
        return asked[-1]

    def begin(window: MainWindow) -> None:
        faults.listen_to_logs()
        played.append(Monkey(window, world, asked[-1], journal, seed))
        played[-1].begin(*times_s)

    engines = Engines if engine != "quick" else lambda: FakeEngines(StandIn())
    with (
        mock.patch.object(main_window, "Dialogs", dialogs),
        mock.patch.object(start, "Engines", engines),
        mock.patch.object(start, "Beginning", _beginning(begin)),
    ):
        code = program.main([str(world.good[3])])
    if code or not played[-1].is_over:
        faults.add(f"the program ended with {code}, before the play was over")
    for trace in (
        *unfinished_in(folder),
        *told_in(folder / "home"),
        *open_to_others(places.user_state()),
    ):
        faults.add(trace)
    return played[-1]


def _warm() -> None:
    """Let OpenVINO fill its caches and start its threads, so that what grows later is not they.

    It keeps something of each new shape, about 90 MB in all after 30 of them, then no more; and
    has four threads for each model of those that were there at once, the six that are kept among
    them.
    """
    loaded = [
        Derainer.load(Options(backend="openvino", precision=precision, tile="whole"))
        for precision in ("fp32", "bf16")
    ]
    photos = [np.zeros((side, 320 - side // 2, 3), np.uint8) for side in range(64, 320, 16)]
    with ThreadPoolExecutor(max_workers=3) as threads:
        done = [threads.submit(each.derain, pixels) for pixels in photos for each in loaded]
        for future in done:
            future.result()


def _prefer(engine: str) -> None:
    preferences = Preferences(store())
    if engine == "quick":
        preferences.change(tile=QUICK_TILE)
    else:
        preferences.change(backend=engine)
    preferences.sync()


def _beginning(begin: Callable[[MainWindow], None]) -> type[start.Beginning]:
    class Watched(start.Beginning):
        """The beginning, after which the monkey comes."""

        def first(self) -> None:
            super().first()
            begin(self._window)

    return Watched
