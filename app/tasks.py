"""Background work: a job is a request, a task is the handle of a submitted one.

Three queues have their own threads. `compute` has one, the only one that uses the engine; `files`
has two, for opening, saving and recovery; `batch` has one that handles many photos and computes on
`compute`. In a queue, patient jobs come after all others, and pause between two steps.

The caller of `submit` holds the task and connects to it at once. A task emits its signals on the
main thread, by the event loop: never before the caller has returned to it, so there is time.
"""

import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from queue import Empty, PriorityQueue
from typing import Any, ClassVar, Generic, Literal, Never, ParamSpec, TypeAlias, TypeVar

import shiboken6
import typing_extensions
from PySide6.QtCore import QObject, Qt, Signal

from nledn import malloc
from nledn.cancel import CancelToken
from nledn.errors import Cancelled

log = logging.getLogger(__name__)

QueueName = Literal["compute", "files", "batch"]
THREADS: dict[QueueName, int] = {"compute": 1, "files": 2, "batch": 1}
REST_AFTER_S = 10.0  # a second photo that comes sooner reuses the first one's memory

Arguments = ParamSpec("Arguments")
R = TypeVar("R")
P = typing_extensions.TypeVar("P", default=Never)


@dataclass(frozen=True)
class Work(Generic[P]):
    """The link of a running job to its task.

    Attributes:
        cancel: asks the job to stop at its next step.
        report: hands a value to the main thread before the job is done.
        is_waited_for: a job that is not patient waits for this queue.
    """

    cancel: CancelToken
    report: Callable[[P], None]
    is_waited_for: Callable[[], bool] = lambda: False


@dataclass(frozen=True, eq=False)
class Job(Generic[R, P]):
    """One piece of work, a frozen value: `Job[Opened]`, or `Job[Card, Progress]` if it reports."""

    queue: ClassVar[QueueName] = "files"
    is_patient: ClassVar[bool] = False
    only_reads: ClassVar[bool] = False  # nothing is lost when it is stopped

    def run(self, work: Work[P]) -> R:
        """Do it, off the main thread; return the result."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Call(Job[R]):
    """A call without reports, on the queue of files."""

    act: Callable[[], R]

    def run(self, work: Work) -> R:
        """Call it."""
        return self.act()


@dataclass(frozen=True, eq=False)
class ComputeCall(Call[R]):
    """A call without reports, on the compute queue."""

    queue: ClassVar[QueueName] = "compute"


class TaskSignal(Generic[Arguments]):
    """A signal of a task whose receivers a type checker can check."""

    def __init__(self) -> None:
        self._receivers: list[Callable[Arguments, object]] = []

    def connect(self, receiver: Callable[Arguments, object]) -> None:
        """Call `receiver` from now on; only from the main thread."""
        self._receivers.append(receiver)

    def emit(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Call all receivers except those that Qt has deleted."""
        for receiver in self._receivers:
            owner = getattr(receiver, "__self__", None)
            if isinstance(owner, QObject) and not shiboken6.isValid(owner):
                continue
            receiver(*args, **kwargs)


class Task(Generic[R, P]):
    """A submitted job.

    Attributes:
        succeeded: (result).
        cancelled: it stopped on request; the job keeps its finished work.
        progressed: (value) an intermediate result.
        is_done: it emits no more signals; for the main thread.
    """

    def __init__(self, job: Job[R, P]) -> None:
        self.job = job
        self.succeeded = TaskSignal[[R]]()
        self.failed = TaskSignal[[Exception]]()
        self.cancelled = TaskSignal[[]]()
        self.progressed = TaskSignal[[P]]()
        self.is_done = False
        self._token = CancelToken()
        self._future: Future[R] = Future()

    def cancel(self) -> None:
        """Ask it to stop; `cancelled` follows within one step, or it succeeds after all."""
        self._token.cancel()

    def abandon(self, *, cancel: bool = False) -> None:
        """Block all its signals, also pending ones; the job runs on unless it is cancelled too."""
        self.is_done = True
        if cancel:
            self.cancel()

    def result(self, timeout_s: float | None = None) -> R:
        """Wait for it, on another queue's thread; the main thread never waits.

        Raises:
            Cancelled: it was cancelled.
            TimeoutError: it has not ended in time.
        """
        return self._future.result(timeout_s)

    def _tell_end(self) -> None:
        if self.is_done:
            return
        self.is_done = True
        error = self._future.exception()
        if error is None:
            self.succeeded.emit(self._future.result())
        elif isinstance(error, Cancelled):
            self.cancelled.emit()
        elif isinstance(error, Exception):
            self.failed.emit(error)

    def _run(self, work: Work[P]) -> None:
        try:
            self._token.raise_if_cancelled()
            result = self.job.run(work)
        except Cancelled as error:
            self._future.set_exception(error)
        except Exception as error:  # any error of a job leaves its queue running
            log.warning("%s failed", type(self.job).__name__, exc_info=True)
            self._future.set_exception(error)
        else:
            self._future.set_result(result)


class _Rank(IntEnum):
    """The order of waiting tasks; the last ones end a thread."""

    PROMPT = 0
    PATIENT = 1
    LAST = 2


_Waiting: TypeAlias = "PriorityQueue[tuple[_Rank, int, Task[Any, Any] | None]]"
"""Tasks by rank and number; None ends a thread."""


class Tasks(QObject):
    """Owns the queues; lives on the main thread.

    Attributes:
        submitted: (job); it is about to wait for its queue.
        idled: no job waits or runs.
    """

    submitted = Signal(object)
    idled = Signal()
    _ended = Signal(object)
    _reported = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queues: dict[QueueName, _Waiting] = {name: PriorityQueue() for name in THREADS}
        self._numbers = itertools.count()
        self._is_closed = False
        self._running: set[Task[Any, Any]] = set()  # or waiting for a thread
        self._untold: set[Task[Any, Any]] = set()  # keeps a task until it has signalled its end
        self._lock = threading.Lock()
        queued = Qt.ConnectionType.QueuedConnection  # even an immediate end is signalled later
        self._ended.connect(self._tell_end, queued)
        self._reported.connect(self._tell_progress, queued)
        self._threads = [
            threading.Thread(target=self._serve, args=(name,), name=f"{name}-{n}", daemon=True)
            for name, count in THREADS.items()
            for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_idle(self) -> bool:
        """True if no job waits or runs."""
        with self._lock:
            return not self._running

    def submit(self, job: Job[R, P]) -> Task[R, P]:
        """Queue a job; those of one queue and one patience begin in order."""
        task = Task(job)
        self.submitted.emit(job)
        with self._lock:
            self._untold.add(task)
            if not self._is_closed:
                self._running.add(task)
                rank = _Rank.PATIENT if job.is_patient else _Rank.PROMPT
                self._queues[job.queue].put((rank, next(self._numbers), task))
                return task
        task._future.set_exception(Cancelled())
        self._ended.emit(task)
        return task

    def cancel_all(self) -> None:
        """Ask computing and reading jobs to stop; files are written completely."""
        with self._lock:
            running = list(self._running)
        for task in running:
            if task.job.queue != "files" or task.job.only_reads:
                task.cancel()

    def close(self, timeout_s: float = 30.0) -> bool:
        """Let running jobs end, and return whether every thread did; for the program's very end."""
        self.cancel_all()
        with self._lock:
            self._is_closed = True
        for name, count in THREADS.items():
            for _ in range(count):
                self._queues[name].put((_Rank.LAST, next(self._numbers), None))
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self, name: QueueName) -> None:
        queue = self._queues[name]
        while (task := self._next(queue)) is not None:
            report = partial(self._reported.emit, task)
            task._run(Work(task._token, report, partial(_is_waited_for, queue)))
            self._ended.emit(task)
            with self._lock:
                self._running.discard(task)
                is_idle = not self._running
            if is_idle:
                self.idled.emit()

    def _next(self, queue: _Waiting) -> Task[Any, Any] | None:
        """Wait for the next; a queue that waits long returns freed memory to the system."""
        try:
            return queue.get(timeout=REST_AFTER_S)[-1]
        except Empty:
            if self.is_idle:
                malloc.give_back()
            return queue.get()[-1]

    def _tell_progress(self, task: Task[Any, Any], value: Any) -> None:
        if not task.is_done:
            task.progressed.emit(value)

    def _tell_end(self, task: Task[Any, Any]) -> None:
        with self._lock:
            self._untold.discard(task)
        task._tell_end()


def _is_waited_for(queue: _Waiting) -> bool:
    """Return True if a task waits that is not patient."""
    return any(rank is _Rank.PROMPT for rank, _, _ in queue.queue[:1])
