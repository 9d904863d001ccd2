"""Tiles that a job finishes after it was cancelled belong to the comparison."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from nledn.engine import Derainer
from nledn.errors import UnknownCheckpoint
from nledn.models import LoadedModels
from nledn.options import Options
from nledn.tiling import Rect
from tests.app.compare.conftest import Begin, is_settled
from tests.app.compare.shown import figures
from tests.app.conftest import StandIn
from tests.app.window import Pixels


class Loading:
    """Checkpoints that load when a test lets them, and then those of `gone` do not."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.is_asked = threading.Event()
        self.gone: tuple[str, ...] = ()


@pytest.fixture
def loading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loading]:
    made, find = Loading(), LoadedModels.find

    def find_late(models: LoadedModels, options: Options) -> Derainer:
        made.is_asked.set()
        assert made.gate.wait(20)
        if options.weights in made.gone:
            raise UnknownCheckpoint(options.weights, ())
        return find(models, options)

    monkeypatch.setattr(LoadedModels, "find", find_late)
    yield made
    made.gate.set()


def leave_and_come_back(window: MainWindow) -> None:
    for name in ("single", "compare"):
        window.named_actions[name].trigger()


def test_a_tile_that_ended_while_one_was_away_is_shown(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn, pixels: Pixels
) -> None:
    backend.hold()
    model = begin(wait=False)
    pictures = [model.pictures[pane.key] for pane in model.panes[1:]]
    qtbot.waitUntil(lambda: all(picture.layer is not None for picture in pictures))
    reduced = Rect(0, 0, 80, 60)
    for picture in pictures:
        picture.pixels("after", 1, reduced)  # from now on only reported changes are read again
    backend.let(2)  # the middle of each, which lies under its neighbours; a third is computed now
    qtbot.waitUntil(lambda: backend.tiles == 2)
    leave_and_come_back(window)
    backend.free()
    qtbot.waitUntil(lambda: model.is_whole and is_settled(window))
    for picture in pictures:
        before = picture.pixels("before", 1, reduced)
        assert np.abs(picture.pixels("after", 1, reduced) - before * 0.8).max() <= 1.01


def test_a_checkpoint_that_was_loaded_while_one_was_away_is_shown(
    qtbot: QtBot, window: MainWindow, begin: Begin, loading: Loading
) -> None:
    model = begin(wait=False)
    qtbot.waitUntil(loading.is_asked.is_set)
    leave_and_come_back(window)
    loading.gate.set()
    qtbot.waitUntil(lambda: model.is_whole and is_settled(window))
    assert all(model.pictures[pane.key].layer is not None for pane in model.panes[1:])


def test_a_checkpoint_that_failed_while_one_was_away_says_so(
    qtbot: QtBot, window: MainWindow, begin: Begin, loading: Loading
) -> None:
    model = begin(wait=False)
    qtbot.waitUntil(loading.is_asked.is_set)
    loading.gone = (model.panes[1].weights,)
    leave_and_come_back(window)
    loading.gate.set()
    qtbot.waitUntil(lambda: model.is_whole and is_settled(window))
    assert list(model.failures) == [model.panes[1].key]


def test_another_order_while_one_was_away_confuses_nobody(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn
) -> None:
    backend.hold()
    model = begin(wait=False)
    qtbot.waitUntil(lambda: all(model.pictures[pane.key].layer for pane in model.panes[1:]))
    window.named_actions["single"].trigger()
    window.compare.grid.moved.emit(1, 2)
    window.named_actions["compare"].trigger()
    backend.free()
    qtbot.waitUntil(lambda: model.is_whole and is_settled(window))
    for pane in model.panes[1:]:
        layer = model.pictures[pane.key].layer
        assert layer is not None
        assert layer.record.checkpoint == pane.weights


def test_the_end_of_all_work_is_the_end_of_comparing(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn
) -> None:
    backend.hold()
    model = begin(wait=False)
    backend.let(1)
    qtbot.waitUntil(lambda: backend.tiles == 1)
    window.tasks.cancel_all()
    backend.free()
    qtbot.waitUntil(lambda: is_settled(window))
    assert backend.tiles <= 2  # the one that was being computed
    assert not model.is_whole


def test_what_changed_just_before_one_left_is_measured(
    qtbot: QtBot, window: MainWindow, begin: Begin
) -> None:
    model = begin()
    model.set_strength(model.panes[1].key, 0.5)
    window.named_actions["single"].trigger()
    qtbot.waitUntil(lambda: is_settled(window))
    assert not any(figures(window)), "nothing is measured out of sight"
    window.named_actions["compare"].trigger()
    qtbot.waitUntil(lambda: all(figures(window)[1:]))
    assert "whole photo" in window.compare.panel.measured.text()
