"""A batch on this machine: reading and writing overlap with computing.

Readers run ahead of the one thread that computes, writers behind it. What is in flight between
them is limited, so memory depends on the largest photo and not on their number.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue

from nledn.batch import work
from nledn.batch.memory_budget import MemoryBudget
from nledn.batch.progress import BatchProgress, Ending, OnUpdate
from nledn.batch.queue import Queue
from nledn.batch.rows import BatchJob, Done, Failed, Outcome, PutBack, Skipped, State
from nledn.batch.work import Clock, DerainedPhoto, Loaded, guarded
from nledn.cancel import CancelToken
from nledn.errors import BatchBusy, Cancelled, DerainError, JournalFailed, OutputDiskFull
from nledn.pipeline import Engine

log = logging.getLogger(__name__)

READERS = 2
WRITERS = 2
STOPPING = (OutputDiskFull, JournalFailed, BatchBusy)
"""The errors that stop a batch; any other is one photo's failure."""


def run(
    queue: Queue,
    engine: Engine,
    on_update: OnUpdate | None = None,
    cancel: CancelToken | None = None,
    clock: Clock = time.monotonic,
) -> Ending:
    """Derain the planned photos, computing on the calling thread.

    A failed photo becomes a row that says so. A full disk, a journal that cannot be written and
    another run that took over stop the batch; photos that were begun are planned again.

    Args:
        queue: an open one.
        engine: computes; used from this thread alone.
        on_update: called from several threads, one at a time.
        cancel: read before each tile; results computed by then are still written.
        clock: measures the pace; it stops while the engine is paused.
    """
    return _Run(queue, engine, on_update, cancel or CancelToken(), clock).run()


@dataclass(frozen=True)
class _NotComputed:
    loaded: Loaded
    outcome: Failed | PutBack


class _Run:
    def __init__(
        self,
        queue: Queue,
        engine: Engine,
        on_update: OnUpdate | None,
        cancel: CancelToken,
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._engine = engine
        self._settings = queue.request.settings
        self._of_person = cancel
        self._cancel = CancelToken(lambda: cancel.is_cancelled)
        self._error: DerainError | None = None
        self._read_ahead: SimpleQueue[Loaded | None] = SimpleQueue()
        self._computed: SimpleQueue[DerainedPhoto | _NotComputed | None] = SimpleQueue()
        self._budget = MemoryBudget()
        self._clock = clock
        self._progress = BatchProgress(queue, on_update, clock)
        self._eta = self._progress.eta

    def run(self) -> Ending:
        with self._progress.probing(), ThreadPoolExecutor(READERS + WRITERS, "batch") as pool:
            readers = [pool.submit(self._read) for _ in range(READERS)]
            writers = [pool.submit(self._write) for _ in range(WRITERS)]
            try:
                self._compute()
            finally:
                # An exception, or a second Ctrl-C, must leave no reader running or waiting.
                self._cancel.cancel()
                self._budget.open()
                for _ in writers:
                    self._computed.put(None)
        for future in (*readers, *writers):
            future.result()
        counts = self._queue.counts()
        return Ending(counts, self._of_person.is_cancelled and counts.planned > 0, self._error)

    def _stop(self, error: DerainError) -> None:
        log.debug("the batch stops", exc_info=error)
        self._error = self._error or error
        self._cancel.cancel()

    def _read(self) -> None:
        try:
            while not self._cancel.is_cancelled:
                job = self._queue.take()
                if job is None:
                    return
                loaded = self._loaded(job)
                if isinstance(loaded, Failed | Skipped | PutBack):
                    self._progress.finish(job, loaded)
                else:
                    self._budget.take(loaded.px)
                    self._read_ahead.put(loaded)
        except STOPPING as error:
            self._stop(error)
        finally:
            self._read_ahead.put(None)

    def _loaded(self, job: BatchJob) -> Loaded | Failed | Skipped | PutBack:
        try:
            return guarded(job, partial(work.load, job, self._settings, self._cancel))
        except Cancelled:
            return PutBack()

    def _compute(self) -> None:
        reading = READERS
        while reading:
            loaded = self._read_ahead.get()
            if loaded is None:
                reading -= 1
            else:
                self._computed.put(self._derained(loaded))

    def _derained(self, loaded: Loaded) -> DerainedPhoto | _NotComputed:
        job, megapixels = loaded.job, loaded.photo.megapixels
        self._eta.learn(job.source, megapixels)
        self._eta.begin()
        self._progress.tell(job, State.RUNNING)
        step = partial(
            work.compute,
            loaded,
            self._engine,
            lambda done: self._progress.tell(job, State.RUNNING, share=done.done / done.total),
            self._cancel,
            self._clock,
        )
        try:
            self._cancel.raise_if_cancelled()
            derained = guarded(job, step)
        except Cancelled:
            return _NotComputed(loaded, PutBack())
        if isinstance(derained, Failed):
            return _NotComputed(loaded, derained)
        self._eta.computed(job.source, megapixels)
        return derained

    def _write(self) -> None:
        try:
            self._write_all()
        except BaseException:
            # A fault of ours, or of `on_update`: no thread may wait for this one.
            self._cancel.cancel()
            self._budget.open()
            raise

    def _write_all(self) -> None:
        while (item := self._computed.get()) is not None:
            loaded, outcome = item.loaded, None
            try:
                outcome = self._saved(item)
                self._progress.finish(loaded.job, outcome)
            except STOPPING as error:
                self._stop(error)
                if not isinstance(outcome, Done):  # else the file is there, and the next run's own
                    self._put_back(loaded.job)
            finally:
                self._budget.leave(loaded.px)

    def _saved(self, item: DerainedPhoto | _NotComputed) -> Outcome:
        if isinstance(item, _NotComputed):
            return item.outcome
        if self._error is not None:
            return PutBack()
        return guarded(item.loaded.job, partial(work.save, item, self._settings))

    def _put_back(self, job: BatchJob) -> None:
        try:
            self._queue.finish(job, PutBack())
        except STOPPING:
            log.debug("%s is unfinished; the next run does it again", job.source, exc_info=True)
