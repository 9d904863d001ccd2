"""Lanes of background work: jobs in, signals out.

`compute` is one thread, the only one that touches the engine; `files` are two, for opening, saving
and recovery; `batch` is one that sees many photos through and lends its computing to `compute`. In
a lane, patient jobs come after all others, and give way between two steps. The runner lives on the
main thread, and so do the receivers of its signals: Qt carries each signal over to them. A result
comes with its job, so that whoever asked can tell whether it is still wanted.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from PySide6.QtCore import QObject, Signal

from nledn import heap
from nledn.cancel import CancelToken
from nledn.errors import Cancelled

log = logging.getLogger(__name__)

QueueName = Literal["compute", "files", "batch"]
THREADS: dict[QueueName, int] = {"compute": 1, "files": 2, "batch": 1}
REST_AFTER_S = 10.0  # a second photo that comes sooner finds the first one's memory


@dataclass(frozen=True)
class Work:
    """What a job is given while it runs.

    Attributes:
        cancel: asks the job to stop at its next step.
        report: hands a value to the main thread before the job is done.
        is_waited_for: whether a job that is not patient waits for this lane.
    """

    cancel: CancelToken
    report: Callable[[Any], None]
    is_waited_for: Callable[[], bool] = lambda: False


@dataclass(frozen=True, eq=False)
class Job:
    """One piece of work; frozen, and known by its identity."""

    queue: ClassVar[QueueName] = "files"
    is_patient: ClassVar[bool] = False
    only_reads: ClassVar[bool] = False  # nothing is lost when it is stopped

    def run(self, work: Work) -> Any:
        """Do it, off the main thread; what is returned becomes the result."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class _Ticket:
    job: Job
    cancel: CancelToken
    outcome: "Future[Any]"


class _Lane:
    """Tickets that wait for a thread, the patient ones last."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._prompt: deque[_Ticket] = deque()
        self._patient: deque[_Ticket] = deque()
        self._is_closed = False

    def put(self, ticket: _Ticket) -> bool:
        """Line up; False where the lane is closed."""
        with self._changed:
            if not self._is_closed:
                (self._patient if ticket.job.is_patient else self._prompt).append(ticket)
                self._changed.notify()
            return not self._is_closed

    def get(self, timeout_s: float | None = None) -> _Ticket | None:
        """Wait for the next; None once the lane is closed and empty.

        Raises:
            TimeoutError: none came in time.
        """
        with self._changed:
            if not self._changed.wait_for(self._is_served, timeout_s):
                raise TimeoutError
            waiting = self._prompt or self._patient
            return waiting.popleft() if waiting else None

    def close(self) -> None:
        """Take no more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _is_served(self) -> bool:
        return bool(self._prompt or self._patient or self._is_closed)

    def is_waited_for(self) -> bool:
        """Whether one waits that is not patient."""
        return bool(self._prompt)


class Runner(QObject):
    """Owns the lanes.

    Attributes:
        reported: (job, value): a job has something to show.
        finished: (job, result).
        failed: (job, exception).
        cancelled: (job); what was done so far is where the job put it.
        submitted: (job); it is about to wait for its lane.
        idled: nothing is left to do.
    """

    reported = Signal(object, object)
    finished = Signal(object, object)
    failed = Signal(object, object)
    cancelled = Signal(object)
    submitted = Signal(object)
    idled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[QueueName, _Lane] = {name: _Lane() for name in THREADS}
        self._tickets: dict[Job, _Ticket] = {}
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._serve, args=(name,), name=f"{name}-{n}", daemon=True)
            for name, count in THREADS.items()
            for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_idle(self) -> bool:
        """Whether no job waits or runs."""
        with self._lock:
            return not self._tickets

    def submit(self, job: Job) -> "Future[Any]":
        """Queue a job on its lane; those of one lane and one patience begin as they came.

        Returns:
            What becomes of it, for a lane that has another one work for it; the main thread waits
            for nothing and has the signals.
        """
        ticket = _Ticket(job, CancelToken(), Future())
        self.submitted.emit(job)
        with self._lock:
            self._tickets[job] = ticket
        if not self._lanes[job.queue].put(ticket):
            with self._lock:
                del self._tickets[job]
            ticket.outcome.set_exception(Cancelled())
        return ticket.outcome

    def cancel(self, job: Job | None) -> None:
        """Ask a job to stop; `cancelled` follows within one of its steps, or it finishes."""
        with self._lock:
            ticket = None if job is None else self._tickets.get(job)
        if ticket is not None:
            ticket.cancel.cancel()

    def cancel_all(self) -> None:
        """Ask all that computes or only reads to stop; files are written to their end."""
        with self._lock:
            tickets = [
                each
                for each in self._tickets.values()
                if each.job.queue != "files" or each.job.only_reads
            ]
        for ticket in tickets:
            ticket.cancel.cancel()

    def close(self, timeout_s: float = 30.0) -> bool:
        """Let running jobs end and stop the threads; for the very end of the program.

        Returns:
            Whether every thread ended in time.
        """
        self.cancel_all()
        for lane in self._lanes.values():
            lane.close()
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self, name: QueueName) -> None:
        while (ticket := self._next(name)) is not None:
            self._run(ticket)
            with self._lock:
                del self._tickets[ticket.job]
                idle = not self._tickets
            if idle:
                self.idled.emit()

    def _next(self, name: QueueName) -> _Ticket | None:
        """Wait for the next job; a lane that has to wait long lets the freed memory go."""
        try:
            return self._lanes[name].get(REST_AFTER_S)
        except TimeoutError:
            if self.is_idle:
                heap.give_back()
            return self._lanes[name].get()

    def _run(self, ticket: _Ticket) -> None:
        job = ticket.job
        lane = self._lanes[job.queue]
        work = Work(ticket.cancel, lambda value: self.reported.emit(job, value), lane.is_waited_for)
        try:
            ticket.cancel.raise_if_cancelled()
            result = job.run(work)
        except Cancelled as error:
            self.cancelled.emit(job)
            ticket.outcome.set_exception(error)
        except Exception as error:  # whatever a job does, its lane goes on
            log.warning("%s failed", type(job).__name__, exc_info=True)
            self.failed.emit(job, error)
            ticket.outcome.set_exception(error)
        else:
            self.finished.emit(job, result)
            ticket.outcome.set_result(result)
