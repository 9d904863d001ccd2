"""Two lanes of background work: jobs in, signals out.

`compute` is one thread, the only one that touches the engine; `files` are two, for opening, saving
and recovery. The runner lives on the main thread, and so do the receivers of its signals: Qt
carries each signal over to them. A result comes with its job, so that whoever asked can tell
whether it is still wanted.
"""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from PySide6.QtCore import QObject, Signal

from nledn import heap
from nledn.cancel import CancelToken
from nledn.errors import Cancelled

log = logging.getLogger(__name__)

LaneName = Literal["compute", "files"]
THREADS: dict[LaneName, int] = {"compute": 1, "files": 2}
REST_AFTER_S = 10.0  # a second photo that comes sooner finds the first one's memory


@dataclass(frozen=True)
class Work:
    """What a job is given while it runs.

    Attributes:
        cancel: asks the job to stop at its next step.
        report: hands a value to the main thread before the job is done.
    """

    cancel: CancelToken
    report: Callable[[Any], None]


@dataclass(frozen=True, eq=False)
class Job:
    """One piece of work; frozen, and known by its identity."""

    lane: ClassVar[LaneName] = "files"

    def run(self, work: Work) -> Any:
        """Do it, off the main thread; what is returned becomes the result."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class _Ticket:
    job: Job
    cancel: CancelToken


class Runner(QObject):
    """Owns the lanes.

    Attributes:
        reported: (job, value): a job has something to show.
        finished: (job, result).
        failed: (job, exception).
        cancelled: (job); what was done so far is where the job put it.
        idled: nothing is left to do.
    """

    reported = Signal(object, object)
    finished = Signal(object, object)
    failed = Signal(object, object)
    cancelled = Signal(object)
    idled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[LaneName, queue.SimpleQueue[_Ticket | None]] = {
            name: queue.SimpleQueue() for name in THREADS
        }
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

    def submit(self, job: Job) -> None:
        """Queue a job on its lane; jobs of one lane begin in the order they came."""
        ticket = _Ticket(job, CancelToken())
        with self._lock:
            self._tickets[job] = ticket
        self._lanes[job.lane].put(ticket)

    def cancel(self, job: Job) -> None:
        """Ask a job to stop; `cancelled` follows within one of its steps, or it finishes."""
        with self._lock:
            ticket = self._tickets.get(job)
        if ticket is not None:
            ticket.cancel.cancel()

    def cancel_all(self) -> None:
        """Ask every job of the compute lane to stop; files are written to their end."""
        with self._lock:
            tickets = [each for each in self._tickets.values() if each.job.lane == "compute"]
        for ticket in tickets:
            ticket.cancel.cancel()

    def close(self, timeout_s: float = 30.0) -> bool:
        """Let running jobs end and stop the threads; for the very end of the program.

        Returns:
            Whether every thread ended in time.
        """
        self.cancel_all()
        for name, count in THREADS.items():
            for _ in range(count):
                self._lanes[name].put(None)
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self, name: LaneName) -> None:
        while (ticket := self._next(name)) is not None:
            self._run(ticket)
            with self._lock:
                del self._tickets[ticket.job]
                idle = not self._tickets
            if idle:
                self.idled.emit()

    def _next(self, name: LaneName) -> _Ticket | None:
        """Wait for the next job; a lane that has to wait long lets the freed memory go."""
        try:
            return self._lanes[name].get(timeout=REST_AFTER_S)
        except queue.Empty:
            if self.is_idle:
                heap.give_back()
            return self._lanes[name].get()

    def _run(self, ticket: _Ticket) -> None:
        job = ticket.job
        work = Work(ticket.cancel, lambda value: self.reported.emit(job, value))
        try:
            ticket.cancel.raise_if_cancelled()
            result = job.run(work)
        except Cancelled:
            self.cancelled.emit(job)
        except Exception as error:  # whatever a job does, its lane goes on
            log.warning("%s failed", type(job).__name__, exc_info=True)
            self.failed.emit(job, error)
        else:
            self.finished.emit(job, result)
