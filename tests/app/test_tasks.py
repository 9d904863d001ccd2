"""Tasks: what each says, to whom it says it, and when it says nothing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from app.tasks import Job, QueueName, Task, Tasks, Work
from nledn.cancel import CancelToken
from nledn.errors import Cancelled


@dataclass(frozen=True, eq=False)
class Count(Job[str, int]):
    """Reports a number a step, each once the gate lets it; names its thread."""

    queue: ClassVar[QueueName] = "compute"
    steps: int = 1
    gate: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(1000))

    def run(self, work: Work[int]) -> str:
        for step in range(self.steps):
            assert self.gate.acquire(timeout=10)
            work.cancel.raise_if_cancelled()
            work.report(step)
        return threading.current_thread().name


@dataclass(frozen=True, eq=False)
class Fail(Job[str, int]):
    def run(self, work: Work[int]) -> str:
        raise ValueError("as expected")


class Heard:
    """The signals of a task, in order, and their threads."""

    def __init__(self, task: Task[str, int] | None = None) -> None:
        self.words: list[object] = []
        self.threads: set[int] = set()
        if task is not None:
            self.listen(task)

    def listen(self, task: Task[str, int]) -> None:
        task.succeeded.connect(self.note)
        task.progressed.connect(self.note)
        task.failed.connect(self.note)
        task.cancelled.connect(lambda: self.note("cancelled"))

    def note(self, word: object) -> None:
        self.words.append(word)
        self.threads.add(threading.get_ident())


@pytest.fixture
def tasks(qapp: object) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    assert made.close(), "a queue did not end"


@pytest.fixture
def told(qtbot: QtBot, tasks: Tasks) -> Callable[[Task[str, int]], None]:
    """Let a task end, and everything that is on its way arrive."""

    def wait(task: Task[str, int]) -> None:
        qtbot.waitUntil(lambda: tasks.is_idle)
        QCoreApplication.processEvents()
        assert task.is_done

    return wait


Told = Callable[[Task[str, int]], None]


def test_a_job_runs_without_qt() -> None:
    reported: list[int] = []
    result = Count(2).run(Work(CancelToken(), reported.append))
    assert (result, reported) == (threading.current_thread().name, [0, 1])


def test_progress_comes_in_order_and_before_the_result(tasks: Tasks, told: Told) -> None:
    task = tasks.submit(Count(5))
    heard = Heard(task)
    told(task)
    assert heard.words == [0, 1, 2, 3, 4, "compute-0"]
    assert heard.threads == {threading.get_ident()}


def test_who_connects_after_the_job_has_ended_misses_nothing(tasks: Tasks, told: Told) -> None:
    task = tasks.submit(Count(2))
    assert task.result(10) == "compute-0"  # its words are on their way by now
    assert not task.is_done
    heard = Heard(task)
    told(task)
    assert heard.words == [0, 1, "compute-0"]


@pytest.mark.parametrize("first", ["progress", "end"])
def test_the_order_of_connecting_does_not_matter(tasks: Tasks, told: Told, first: str) -> None:
    task, words = tasks.submit(Count(1)), list[object]()
    connect: list[Callable[[], None]] = [
        lambda: task.progressed.connect(words.append),
        lambda: task.succeeded.connect(words.append),
    ]
    for each in connect if first == "progress" else reversed(connect):
        each()
    told(task)
    assert words == [0, "compute-0"]


def test_a_failure_is_told_and_the_queue_goes_on(
    qtbot: QtBot, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[Exception] = []
    first, second = tasks.submit(Fail()), tasks.submit(Fail())
    for task in (first, second):
        task.failed.connect(failures.append)
    qtbot.waitUntil(lambda: len(failures) == 2)
    assert [type(error) for error in failures] == [ValueError, ValueError]
    assert first.is_done
    assert "Traceback" in caplog.text  # for the log file; the person gets a sentence


def test_a_cancelled_task_says_so_at_its_next_step(qtbot: QtBot, tasks: Tasks, told: Told) -> None:
    gate = threading.Semaphore(1)
    task = tasks.submit(Count(5, gate))
    heard = Heard(task)
    qtbot.waitUntil(lambda: heard.words == [0])
    task.cancel()
    assert not task.is_done
    gate.release()
    told(task)
    assert heard.words == [0, "cancelled"]


def test_one_cancelled_before_its_turn_never_runs(tasks: Tasks, told: Told) -> None:
    gate = threading.Semaphore(0)
    tasks.submit(Count(1, gate))
    second = tasks.submit(Count(1))
    heard = Heard(second)
    second.cancel()
    gate.release()
    told(second)
    assert heard.words == ["cancelled"]


def test_what_is_abandoned_says_nothing_and_goes_on(qtbot: QtBot, tasks: Tasks, told: Told) -> None:
    gate = threading.Semaphore(1)
    task = tasks.submit(Count(2, gate))
    heard = Heard(task)
    qtbot.waitUntil(lambda: heard.words == [0])
    task.abandon()
    gate.release()
    told(task)
    assert heard.words == [0]
    assert task.result(10) == "compute-0"


@pytest.mark.parametrize("job", [Count(3), Fail()], ids=["success", "failure"])
def test_not_even_what_is_on_its_way_comes_after_abandoning(
    tasks: Tasks, told: Told, job: Job[str, int]
) -> None:
    task = tasks.submit(job)
    heard = Heard(task)
    with suppress(ValueError):
        task.result(10)
    task.abandon()
    told(task)
    assert heard.words == []


def test_a_receiver_can_abandon_what_it_hears(tasks: Tasks, told: Told) -> None:
    task = tasks.submit(Count(3))
    heard = Heard(task)
    task.progressed.connect(lambda _step: task.abandon())
    told(task)
    assert heard.words == [0]


def test_abandoning_can_stop_the_job(tasks: Tasks, told: Told) -> None:
    gate = threading.Semaphore(0)
    task = tasks.submit(Count(5, gate))
    heard = Heard(task)
    task.abandon(cancel=True)
    gate.release()
    told(task)
    assert heard.words == []
    with pytest.raises(Cancelled):
        task.result(10)


def test_a_task_that_nobody_holds_is_heard_all_the_same(qtbot: QtBot, tasks: Tasks) -> None:
    heard = Heard()
    tasks.submit(Count(1)).succeeded.connect(heard.note)
    qtbot.waitUntil(lambda: heard.words == ["compute-0"])


class Receiver(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[object] = []

    def hear(self, word: object) -> None:
        self.words.append(self.objectName() or word)


def test_receivers_that_qt_has_deleted_hear_nothing(tasks: Tasks, told: Told) -> None:
    gone, there = Receiver(), Receiver()
    task = tasks.submit(Count(1))
    task.succeeded.connect(gone.hear)
    task.succeeded.connect(there.hear)
    gone.deleteLater()
    QCoreApplication.sendPostedEvents(gone, QEvent.Type.DeferredDelete.value)
    told(task)
    assert gone.words == []
    assert there.words == ["compute-0"]


def test_closed_queues_take_nothing_and_say_so(qapp: object) -> None:
    tasks = Tasks()
    assert tasks.close()
    task = tasks.submit(Count(1))
    heard = Heard(task)
    assert heard.words == []
    QCoreApplication.processEvents()
    assert heard.words == ["cancelled"]
    assert tasks.is_idle


@dataclass(frozen=True, eq=False)
class Endless(Job[str]):
    """Runs until it is asked to stop."""

    queue: ClassVar[QueueName] = "compute"
    begun: threading.Event = field(default_factory=threading.Event)

    def run(self, work: Work) -> str:
        self.begun.set()
        while True:
            work.cancel.raise_if_cancelled()


def test_closing_cancels_and_waits(qapp: object) -> None:
    tasks, job = Tasks(), Endless()
    task = tasks.submit(job)
    assert job.begun.wait(10)
    assert tasks.close(10)
    with pytest.raises(Cancelled):
        task.result(0)


@dataclass(frozen=True, eq=False)
class Patient(Count):
    is_patient: ClassVar[bool] = True

    def run(self, work: Work[int]) -> str:
        work.report(0)
        for _ in range(self.steps):
            assert self.gate.acquire(timeout=10)
            if work.is_waited_for():
                return "gave way"
        return "continued"


def test_patient_jobs_come_last_and_can_tell_that_they_are_in_the_way(
    qtbot: QtBot, tasks: Tasks
) -> None:
    gate = threading.Semaphore(0)
    heard = Heard()
    first = tasks.submit(Patient(2, gate))
    first.progressed.connect(heard.note)
    first.succeeded.connect(heard.note)
    qtbot.waitUntil(lambda: heard.words == [0])
    for job in (Patient(1, gate), Count(1, gate)):
        tasks.submit(job).succeeded.connect(heard.note)
    gate.release(3)
    qtbot.waitUntil(lambda: len(heard.words) == 4)
    assert heard.words == [0, "gave way", "compute-0", "continued"]


@dataclass(frozen=True, eq=False)
class Lend(Job[str]):
    """Has another queue work for it."""

    queue: ClassVar[QueueName] = "batch"
    tasks: Tasks
    what: Job[str, int]

    def run(self, work: Work) -> str:
        return self.tasks.submit(self.what).result(10)


def test_queues_can_work_for_each_other_and_hear_of_failures(tasks: Tasks) -> None:
    assert tasks.submit(Lend(tasks, Count(1))).result(10) == "compute-0"
    with pytest.raises(ValueError, match="as expected"):
        tasks.submit(Lend(tasks, Fail())).result(10)


def test_idle_is_told_when_the_last_job_has_ended(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Semaphore(0)
    tasks.submit(Count(1, gate))
    assert not tasks.is_idle
    with qtbot.waitSignal(tasks.idled):
        gate.release()
    assert tasks.is_idle


def test_a_queue_that_waits_long_gives_memory_back(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back = threading.Event()
    monkeypatch.setattr("app.tasks.REST_AFTER_S", 0.01)
    monkeypatch.setattr("nledn.malloc.give_back", given_back.set)
    tasks = Tasks()
    tasks.submit(Count(1)).result(10)
    qtbot.waitUntil(given_back.is_set)
    assert tasks.close()
