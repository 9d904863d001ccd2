"""Lanes: order, cancelling, failing, closing; signals arrive on the main thread."""

import threading
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from pytestqt.qtbot import QtBot

from app.tasks import AnyJob, Job, QueueName, Tasks, Work
from nledn.errors import Cancelled


@dataclass(frozen=True, eq=False)
class Counting(Job[str, Any]):
    queue: ClassVar[QueueName] = "compute"
    steps: int
    gate: threading.Semaphore

    def run(self, work: Work[Any]) -> str:
        for step in range(self.steps):
            assert self.gate.acquire(timeout=10)
            work.cancel.raise_if_cancelled()
            work.report(step)
        return threading.current_thread().name


@dataclass(frozen=True, eq=False)
class Failing(Job[Any]):
    def run(self, work: Work) -> Any:
        raise ValueError("as expected")


def test_reports_and_result_come_with_their_job_on_the_main_thread(
    qtbot: QtBot, tasks: Tasks
) -> None:
    main = threading.get_ident()
    seen: list[tuple[object, bool]] = []
    tasks.reported.connect(lambda j, v: seen.append((v, threading.get_ident() == main)))
    job = Counting(3, threading.Semaphore(3))
    with qtbot.waitSignal(tasks.finished) as finished:
        tasks.submit(job)
    assert finished.args == [job, "compute-0"]
    assert seen == [(step, True) for step in range(3)]


def test_a_cancelled_job_ends_at_its_next_step_and_the_lane_goes_on(
    qtbot: QtBot, tasks: Tasks
) -> None:
    gate = threading.Semaphore(1)
    job, following = Counting(5, gate), Counting(1, threading.Semaphore(1))
    with qtbot.waitSignal(tasks.reported):
        tasks.submit(job)
    tasks.submit(following)
    with qtbot.waitSignals([tasks.cancelled, tasks.finished]):
        tasks.cancel(job)
        gate.release()


def test_a_job_cancelled_before_its_turn_never_runs(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Semaphore(0)
    first, second = Counting(1, gate), Counting(1, threading.Semaphore(1))
    reported: list[AnyJob] = []
    tasks.reported.connect(lambda job, _: reported.append(job))
    tasks.submit(first)
    tasks.submit(second)
    tasks.cancel(second)
    with qtbot.waitSignal(tasks.cancelled) as cancelled:
        gate.release()
    assert cancelled.args == [second]
    assert reported == [first]


def test_a_failure_is_told_and_the_lane_goes_on(
    qtbot: QtBot, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    with qtbot.waitSignal(tasks.failed) as failed:
        tasks.submit(Failing())
    assert isinstance(failed.args[1], ValueError)
    assert "Traceback" in caplog.text  # for the log file; the person gets a sentence
    with qtbot.waitSignal(tasks.failed):
        tasks.submit(Failing())


def test_idle_is_told_when_the_last_job_is_done(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Semaphore(0)
    tasks.submit(Counting(1, gate))
    assert not tasks.is_idle
    with qtbot.waitSignal(tasks.idled):
        gate.release()
    assert tasks.is_idle


def test_closing_cancels_and_waits(qapp: object) -> None:
    tasks = Tasks()
    gate = threading.Semaphore(1)
    tasks.submit(Counting(2, gate))
    threading.Timer(0.05, gate.release).start()
    assert tasks.close(10)


def test_a_lane_that_waits_long_gives_memory_back(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back = threading.Event()
    monkeypatch.setattr("app.tasks.REST_AFTER_S", 0.01)
    monkeypatch.setattr("nledn.malloc.give_back", given_back.set)
    tasks = Tasks()
    with qtbot.waitSignal(tasks.finished):
        tasks.submit(Counting(1, threading.Semaphore(1)))
    qtbot.waitUntil(given_back.is_set)
    assert tasks.close()


@dataclass(frozen=True, eq=False)
class Patient(Counting):
    is_patient: ClassVar[bool] = True

    def run(self, work: Work[Any]) -> str:
        work.report("begun")
        for _ in range(self.steps):
            assert self.gate.acquire(timeout=10)
            if work.is_waited_for():
                return "gave way"
        return "went on"


def test_patient_jobs_come_last_and_can_tell_that_they_are_in_the_way(
    qtbot: QtBot, tasks: Tasks
) -> None:
    gate = threading.Semaphore(0)
    ended: list[AnyJob] = []
    tasks.finished.connect(lambda job, _: ended.append(job))
    first, second = Patient(2, gate), Patient(1, gate)
    prompt = Counting(1, gate)
    with qtbot.waitSignal(tasks.reported):
        outcomes = [tasks.submit(first)]
    outcomes += [tasks.submit(job) for job in (second, prompt)]
    gate.release(3)
    qtbot.waitUntil(lambda: len(ended) == 3)
    assert ended == [first, prompt, second]
    results = [outcome.result(10) for outcome in outcomes]
    assert results == ["gave way", "went on", "compute-0"]


def test_lanes_can_wait_for_each_other_and_hear_of_failures(qtbot: QtBot, tasks: Tasks) -> None:
    @dataclass(frozen=True, eq=False)
    class Asking(Job[Any]):
        queue: ClassVar[QueueName] = "batch"
        what: AnyJob

        def run(self, work: Work) -> Any:
            return tasks.submit(self.what).result(10)

    with qtbot.waitSignal(tasks.finished, check_params_cb=lambda job, _: job is asking) as done:
        asking = Asking(Counting(1, threading.Semaphore(1)))
        tasks.submit(asking)
    assert done.args[1] == "compute-0"
    with pytest.raises(ValueError, match="as expected"):
        tasks.submit(Asking(Failing())).result(10)


def test_a_closed_lane_takes_nothing(qapp: object) -> None:
    tasks = Tasks()
    assert tasks.close()
    with pytest.raises(Cancelled):
        tasks.submit(Failing()).result(10)
    assert tasks.is_idle
