"""Background work: a job is a request, a task is the handle of a submitted one.

Three queues have their own threads. `compute` has one, the only one that uses the engine; `files`
has two, for opening, saving and recovery; `batch` has one that handles many photos and computes on
`compute`. In a queue, patient jobs come after all others, and pause between two steps.

The caller of `submit` holds the task and connects to it at once. A task emits its signals on the
main thread, by the event loop: never before the caller has returned to it, so there is time.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, Never, ParamSpec, TypeVar

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
    """

    def __init__(self, job: Job[R, P]) -> None:
        self.job = job
        self.succeeded = TaskSignal[[R]]()
        self.failed = TaskSignal[[Exception]]()
        self.cancelled = TaskSignal[[]]()
        self.progressed = TaskSignal[[P]]()
        self._token = CancelToken()
        self._future: Future[R] = Future()
        self._is_done = False

    @property
    def is_done(self) -> bool:
        """True if it emits no more signals; for the main thread."""
        return self._is_done

    def cancel(self) -> None:
        """Ask it to stop; `cancelled` follows within one step, or it succeeds after all."""
        self._token.cancel()

    def abandon(self, *, cancel: bool = False) -> None:
        """Block all its signals, also pending ones; the job runs on unless it is cancelled too."""
        self._is_done = True
        if cancel:
            self.cancel()

    def result(self, timeout_s: float | None = None) -> R:
        """Wait for it, on another queue's thread; the main thread never waits.

        Raises:
            Cancelled: it was cancelled.
            TimeoutError: it has not ended in time.
        """
        return self._future.result(timeout_s)

    def _end(self) -> bool:
        """Note the end; return whether to signal it."""
        was_done, self._is_done = self._is_done, True
        return not was_done

    def _tell_end(self) -> None:
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


class _Queue:
    """Tasks that wait for a thread, the patient ones last."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._prompt: deque[Task[Any, Any]] = deque()
        self._patient: deque[Task[Any, Any]] = deque()
        self._is_closed = False

    def put(self, task: Task[Any, Any]) -> bool:
        """Add a task; return False if the queue is closed."""
        with self._changed:
            if not self._is_closed:
                (self._patient if task.job.is_patient else self._prompt).append(task)
                self._changed.notify()
            return not self._is_closed

    def get(self, timeout_s: float | None = None) -> Task[Any, Any] | None:
        """Wait for the next; None once the queue is closed and empty.

        Raises:
            TimeoutError: none came in time.
        """
        with self._changed:
            if not self._changed.wait_for(self._is_served, timeout_s):
                raise TimeoutError
            waiting = self._prompt or self._patient
            return waiting.popleft() if waiting else None

    def close(self) -> None:
        """Close the queue."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _is_served(self) -> bool:
        return bool(self._prompt or self._patient or self._is_closed)

    def is_waited_for(self) -> bool:
        """Return True if one waits that is not patient."""
        return bool(self._prompt)


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
        self._queues: dict[QueueName, _Queue] = {name: _Queue() for name in THREADS}
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
            self._running.add(task)
            self._untold.add(task)
        if not self._queues[job.queue].put(task):
            with self._lock:
                self._running.discard(task)
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
        for queue in self._queues.values():
            queue.close()
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self, name: QueueName) -> None:
        queue = self._queues[name]
        while (task := self._next(queue)) is not None:
            self._run(task, queue)
            self._ended.emit(task)
            with self._lock:
                self._running.discard(task)
                is_idle = not self._running
            if is_idle:
                self.idled.emit()

    def _next(self, queue: _Queue) -> Task[Any, Any] | None:
        """Wait for the next; a queue that waits long returns freed memory to the system."""
        try:
            return queue.get(REST_AFTER_S)
        except TimeoutError:
            if self.is_idle:
                malloc.give_back()
            return queue.get()

    def _run(self, task: Task[Any, Any], queue: _Queue) -> None:
        def report(value: Any) -> None:
            self._reported.emit(task, value)

        task._run(Work(task._token, report, queue.is_waited_for))

    def _tell_progress(self, task: Task[Any, Any], value: Any) -> None:
        if not task.is_done:
            task.progressed.emit(value)

    def _tell_end(self, task: Task[Any, Any]) -> None:
        with self._lock:
            self._untold.discard(task)
        if task._end():
            task._tell_end()
