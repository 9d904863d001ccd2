"""Cancelled measurements leave their thread to urgent work."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.compare.jobs import ErrorMapJob, MeasureJob, Metrics, Results
from app.imaging import pyramid
from app.tasks import Tasks
from nledn import compare
from nledn.photo import Photo
from nledn.tiling import Rect

RECT = Rect(0, 0, 16, 16)
Ask = Callable[[Metrics, Results], None]


@pytest.fixture
def metrics(tasks: Tasks) -> Iterator[Metrics]:
    owner = QObject()
    yield Metrics(tasks, owner)


@pytest.fixture
def results() -> Results:
    """Three panes and the truth."""
    panes = {key: np.full((16, 16, 3), key, np.uint8) for key in range(1, 5)}
    return Results(Photo(np.zeros((16, 16, 3), np.uint8)), {}, panes, truth=4)


class Held:
    """A measurement that waits before each pane."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self.gate = threading.Event()
        self.panes = 0
        self._real = real

    def __call__(self, *given: Any) -> Any:
        self.panes += 1
        assert self.gate.wait(20)
        return self._real(*given)


def measure(metrics: Metrics, results: Results) -> None:
    metrics.measure(results, RECT)


def map_errors(metrics: Metrics, results: Results) -> None:
    metrics.forget()
    metrics.map_errors(results)


@pytest.mark.parametrize(("ask", "name"), [(measure, "accuracy_of"), (map_errors, "error_map")])
def test_an_older_request_ends_before_its_next_pane(
    qtbot: QtBot,
    metrics: Metrics,
    results: Results,
    monkeypatch: pytest.MonkeyPatch,
    ask: Ask,
    name: str,
) -> None:
    held = Held(getattr(compare, name))
    monkeypatch.setattr(compare, name, held)
    ask(metrics, results)
    qtbot.waitUntil(lambda: held.panes == 1)
    ask(metrics, results)
    with qtbot.waitSignal(metrics.changed):
        held.gate.set()
    assert held.panes == 1 + 3
    assert set(metrics.figures or metrics.error_maps) == {1, 2, 3}


@pytest.mark.parametrize("kind", [MeasureJob, ErrorMapJob])
def test_measuring_comes_after_what_people_wait_for(kind: type[MeasureJob]) -> None:
    assert kind.is_patient
    assert kind.only_reads, "nothing is lost when the window closes"


def test_error_maps_are_reduced_off_the_main_thread(
    qtbot: QtBot, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    means = pyramid.means

    def note(values: pyramid.Array, level: int) -> pyramid.Array:
        threads.append(threading.current_thread())
        return means(values, level)

    monkeypatch.setattr(pyramid, "means", note)
    panes = {key: np.full((300, 300, 3), key, np.uint8) for key in (1, 2)}
    metrics.map_errors(Results(Photo(panes[1]), {}, panes, truth=2))
    qtbot.waitUntil(lambda: bool(metrics.error_maps))
    metrics.error_maps[1].pixels("before", 1, RECT)
    assert threads
    assert threading.main_thread() not in threads
