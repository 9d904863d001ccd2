"""The program as people start it, with a monkey where they would sit."""

import os
from collections.abc import Callable
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
from nledn.backends.openvino import KEPT_AT_MOST
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
    kept = _warm() if engine == "openvino" else []

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
    kept.clear()
    if code or not played[-1].is_over:
        faults.add(f"the program ended with {code}, before the play was over")
    for trace in (
        *unfinished_in(folder),
        *told_in(folder / "home"),
        *open_to_others(places.user_state()),
    ):
        faults.add(trace)
    return played[-1]


def _warm() -> list[Derainer]:
    """As many compiled models as OpenVINO keeps, of the shapes and precisions of a play.

    It has its threads from the start then, and what it keeps of each shape outside of the models.
    """
    loaded = [
        Derainer.load(Options(backend="openvino", tile=tile, precision=precision))
        for tile in (256, 384, 512)
        for precision in ("fp32", "bf16")
    ]
    assert len(loaded) == KEPT_AT_MOST
    for derainer in loaded:
        derainer.derain(np.zeros((512, 512, 3), np.uint8))
    return loaded


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
