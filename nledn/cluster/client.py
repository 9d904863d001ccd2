"""The client's side: jobs to the scheduler, answers into the journal."""

import logging
import os
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from distributed import Future, KilledWorker
from distributed.client import ClosedClientError

from nledn import __version__, temporary_files
from nledn.atomic import replacing
from nledn.batch import BatchJob, BatchProgress, Done, Ending, Failed, Outcome, PutBack, Queue
from nledn.batch.progress import OnUpdate
from nledn.batch.run import STOPPING
from nledn.batch.workspace import remove_unfinished
from nledn.cancel import CancelToken
from nledn.cluster.connection import Cluster, first_line
from nledn.cluster.worker import Answer, Order, Stopped, derained, stop
from nledn.errors import (
    ClusterFailed,
    DerainError,
    NoWorkers,
    PhotoKillsWorkers,
    PhotoNotFound,
    SchedulerLost,
    WorkerUnfit,
)
from nledn.messages import printable
from nledn.temporary_files import TEMPORARY_SUFFIX

log = logging.getLogger(__name__)

LOOKED_EVERY_S = 0.2  # for Ctrl-C
WORKERS_COUNTED_EVERY_S = 2.0
WORKERS_WAIT_S = 60.0  # for the first one, and for another when all are lost
ANSWER_TIMEOUT_S = 5.0  # a small message
AHEAD = 2  # jobs that the scheduler has for each thread of a worker, so that none waits for us


def run(
    queue: Queue,
    cluster: Cluster,
    on_update: OnUpdate | None = None,
    cancel: CancelToken | None = None,
) -> Ending:
    """Have workers derain the planned photos.

    A failed photo becomes a row that says so. Other workers do the photos of a lost worker; a photo
    that was with several lost workers fails. A full disk, an unfit worker, and the loss of the
    scheduler or all workers stop the batch; the next run continues it.

    Args:
        queue: an open one.
        cluster: computes.
        on_update: called on this thread when a photo is done, failed or skipped.
        cancel: results computed by then are still written.
    """
    with _sign(queue) as sign:
        return _ClusterRun(queue, cluster, on_update, cancel or CancelToken(), sign).run()


@contextmanager
def _sign(queue: Queue) -> Iterator[Path]:
    # Named and noted like an unfinished file: the next start removes it if this process is
    # killed.
    sign = queue.workspace.out / f".{uuid.uuid4().hex}.{os.getpid()}{TEMPORARY_SUFFIX}"
    note = temporary_files.note(sign)
    try:
        with replacing(sign):
            pass  # an empty file, or an error with words
        yield sign
    finally:
        sign.unlink(missing_ok=True)
        note.take_back()


@dataclass(eq=False)
class _ClusterRun:
    queue: Queue
    cluster: Cluster
    on_update: OnUpdate | None
    cancel: CancelToken
    sign: Path

    def __post_init__(self) -> None:
        self._client = self.cluster.client
        self._order = _order(self.queue, self.cluster, self.sign)
        self._progress = BatchProgress(self.queue, self.on_update)
        self._with_workers: dict[Future[Answer], BatchJob] = {}
        self._answered: SimpleQueue[Future[Answer]] = SimpleQueue()
        self._gives_out = True
        self._is_stopping = False
        self._is_lost = False
        self._error: DerainError | None = None
        self._threads = 0
        self._counted = self._had_workers = time.monotonic()

    def run(self) -> Ending:
        with self._progress.probing():
            self._count_workers()
            self._give_out()
            while not self._is_lost and (self._with_workers or self._gives_out):
                self._take_answer()
                self._look_around()
                self._give_out()
        if not self._is_lost:
            remove_unfinished(self.queue.workspace.out, self.queue.rows())
        counts = self.queue.counts()
        is_short = counts.planned + counts.running > 0
        return Ending(counts, self.cancel.is_cancelled and is_short, self._error)

    def _give_out(self) -> None:
        room = AHEAD * self._threads
        try:
            while len(self._with_workers) < room and self._gives_out:
                job = self.queue.take()
                if job is None:
                    self._gives_out = False
                else:
                    self._submit(job)
        except STOPPING as error:
            self._stop(error)

    def _submit(self, job: BatchJob) -> None:
        self._progress.eta.begin()
        key = f"derain-{self._order.run}-{job.n}"
        try:
            future = self._client.submit(derained, self._order, job, key=key, pure=False)
        except (OSError, ClosedClientError):
            self._lose(SchedulerLost(self.cluster.address))
            return
        self._with_workers[future] = job
        future.add_done_callback(self._answered.put)

    def _take_answer(self) -> None:
        try:
            future = self._answered.get(timeout=LOOKED_EVERY_S)
        except Empty:
            return
        job = self._with_workers[future]
        try:
            answer = _answer_of(future)
        except TimeoutError:
            # Its worker was lost with the answer; another does it again.
            self._answered.put(future)
            return
        except KilledWorker as error:
            outcome: Outcome = Failed(PhotoKillsWorkers(job.source, error.allowed_failures + 1))
        except CancelledError:
            self._lose(SchedulerLost(self.cluster.address))
            return
        except Exception as error:  # any error with which scheduler and workers refuse to begin
            log.debug("the cluster failed", exc_info=True)
            self._stop(ClusterFailed(self.cluster.address, first_line(error)))
            outcome = PutBack()
        else:
            outcome = self._judged(job, answer)
        del self._with_workers[future]
        self._finish(job, outcome)

    def _judged(self, job: BatchJob, answer: Answer) -> Outcome:
        what = answer.what
        if isinstance(what, Stopped):
            self._stop(what.error)
            return PutBack()
        is_missing = isinstance(what, Failed) and isinstance(what.error, PhotoNotFound)
        if is_missing and job.source.exists():
            # Else it would get the whole queue, and fail it faster than others can work.
            self._stop(WorkerUnfit(answer.worker, f"it does not see {printable(job.source)}"))
            return PutBack()
        return what

    def _finish(self, job: BatchJob, outcome: Outcome) -> None:
        if isinstance(outcome, Done):
            self._progress.eta.computed(job.source, outcome.figures.megapixels)
        try:
            self._progress.finish(job, outcome)
        except STOPPING as error:
            self._stop(error)

    def _look_around(self) -> None:
        if self._client.status != "running":
            self._lose(SchedulerLost(self.cluster.address))
            return
        if time.monotonic() - self._counted > WORKERS_COUNTED_EVERY_S:
            self._count_workers()
        if self.cancel.is_cancelled and not self._is_stopping:
            self._stop(None)
        if self._threads:
            return
        if self._is_stopping:
            self._lose(None)
        elif time.monotonic() - self._had_workers > WORKERS_WAIT_S:
            self._lose(NoWorkers(self.cluster.address, WORKERS_WAIT_S))

    def _count_workers(self) -> None:
        try:
            self._threads = sum(self.cluster.threads_by_worker().values())
        except OSError:
            self._lose(SchedulerLost(self.cluster.address))
        self._counted = time.monotonic()
        if self._threads:
            self._had_workers = self._counted

    def _stop(self, error: DerainError | None) -> None:
        """Give out no more jobs, and wait for the present ones."""
        self._error = self._error or error
        self._gives_out = False
        if not self._is_stopping:
            self._is_stopping = True
            with suppress(OSError):  # a lost connection is noticed next
                self._client.run(stop, self._order.run, on_error="ignore")

    def _lose(self, error: DerainError | None) -> None:
        """Stop without waiting: the next run does the photos that were given out."""
        self._error = self._error or error
        self._gives_out = False
        self._is_lost = True


def _order(queue: Queue, cluster: Cluster, sign: Path) -> Order:
    settings, card = queue.request.settings, queue.request.card
    options = replace(
        settings.options,
        # A worker finds it locally; it is no path of the client's.
        weights=os.path.abspath(card.path) if card.origin == "file" else card.id,
        threads=settings.options.threads or cluster.threads,
    )
    return Order(
        run=sign.name,
        version=__version__,
        settings=replace(settings, options=options),
        checkpoint_sha256=card.sha256,
        folder=queue.request.found.root,
        sign=sign,
    )


def _answer_of(future: Future[Answer]) -> Answer:
    return future.result(timeout=ANSWER_TIMEOUT_S)
