"""What is no longer to be measured leaves its thread to what people wait for."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app import jobs
from app.comparing.gauge import Gauge
from app.runner import Runner
from nledn import compare
from nledn.photo import Photo
from nledn.tiling import Rect

RECT = Rect(0, 0, 16, 16)
Ask = Callable[[Gauge, jobs.Results], None]


@pytest.fixture
def gauge(runner: Runner) -> Iterator[Gauge]:
    owner = QObject()
    made = Gauge(runner, owner)
    runner.finished.connect(made.finished)
    yield made
    runner.finished.disconnect(made.finished)


@pytest.fixture
def results() -> jobs.Results:
    """Three panes and the truth."""
    panes = {key: np.full((16, 16, 3), key, np.uint8) for key in range(1, 5)}
    return jobs.Results(Photo(np.zeros((16, 16, 3), np.uint8)), {}, panes, truth=4)


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


def measure(gauge: Gauge, results: jobs.Results) -> None:
    gauge.measure(results, RECT)


def map_errors(gauge: Gauge, results: jobs.Results) -> None:
    gauge.forget()
    gauge.map_errors(results)


@pytest.mark.parametrize(("ask", "name"), [(measure, "accuracy_of"), (map_errors, "error_map")])
def test_an_older_request_ends_before_its_next_pane(
    qtbot: QtBot,
    gauge: Gauge,
    results: jobs.Results,
    monkeypatch: pytest.MonkeyPatch,
    ask: Ask,
    name: str,
) -> None:
    held = Held(getattr(compare, name))
    monkeypatch.setattr(compare, name, held)
    ask(gauge, results)
    qtbot.waitUntil(lambda: held.panes == 1)
    ask(gauge, results)
    with qtbot.waitSignal(gauge.changed):
        held.gate.set()
    assert held.panes == 1 + 3
    assert set(gauge.figures or gauge.error_maps) == {1, 2, 3}


@pytest.mark.parametrize("kind", [jobs.MeasureJob, jobs.ErrorMapJob])
def test_measuring_comes_after_what_people_wait_for(kind: type[jobs.MeasureJob]) -> None:
    assert kind.is_patient
    assert kind.only_reads, "nothing is lost when the window closes"
