"""A batch on this machine: reading and writing overlap with computing.

Readers run ahead of the one thread that computes, writers behind it. What is in flight between
them is limited, so memory depends on the largest photo and not on their number.
"""

import logging
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from nledn.batch import work
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
# Between reading and writing, the photo that is computed included; 30 bytes a pixel at most. What
# is being read comes on top, since its size is not known yet.
IN_FLIGHT_PX = 64_000_000
# Few of small ones too: each counts as running, to be done again after a kill.
IN_FLIGHT_PHOTOS = 6
Read = Loaded | Failed | Skipped | PutBack
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


@dataclass(eq=False)
class _Run:
    queue: Queue
    engine: Engine
    on_update: OnUpdate | None
    of_person: CancelToken
    clock: Clock

    def __post_init__(self) -> None:
        self._settings = self.queue.request.settings
        self._cancel = CancelToken(lambda: self.of_person.is_cancelled)
        self._error: DerainError | None = None
        self._readers = ThreadPoolExecutor(READERS, "batch-reader")
        self._writers = ThreadPoolExecutor(WRITERS, "batch-writer")
        self._is_all_taken = False
        self._ahead: deque[tuple[BatchJob, Future[Read]]] = deque()
        self._writing: dict[Future[None], int] = {}  # with the pixels of each
        self._progress = BatchProgress(self.queue, self.on_update, self.clock)
        self._eta = self._progress.eta

    def run(self) -> Ending:
        with self._progress.probing(), self._writers, self._readers:
            try:
                while self._has_next():
                    self._do_next()
            finally:
                # An exception, or a second Ctrl-C, must leave no reader running or waiting.
                self._cancel.cancel()
        self._forget_written()
        counts = self.queue.counts()
        return Ending(counts, self.of_person.is_cancelled and counts.planned > 0, self._error)

    def _has_next(self) -> bool:
        """Read ahead, and wait for room if need be."""
        while True:
            self._forget_written()
            self._read_ahead()
            if self._ahead or self._is_all_taken or self._cancel.is_cancelled:
                return bool(self._ahead)
            wait(self._writing, return_when=FIRST_COMPLETED)

    def _forget_written(self) -> None:
        for future in [future for future in self._writing if future.done()]:
            del self._writing[future]
            future.result()  # raises a fault of ours, or of `on_update`

    def _read_ahead(self) -> None:
        try:
            while self._has_room() and not (self._is_all_taken or self._cancel.is_cancelled):
                job = self.queue.take()
                if job is None:
                    self._is_all_taken = True
                else:
                    self._ahead.append((job, self._readers.submit(self._loaded, job)))
        except STOPPING as error:
            self._stop(error)

    def _has_room(self) -> bool:
        read = [future.result() for _, future in self._ahead if future.done()]
        photos_px = [*self._writing.values(), *(it.px for it in read if isinstance(it, Loaded))]
        being_read = len(self._ahead) - len(read)
        return (
            being_read < READERS
            and len(self._ahead) + len(self._writing) < IN_FLIGHT_PHOTOS
            and sum(photos_px) < IN_FLIGHT_PX
        )

    def _loaded(self, job: BatchJob) -> Read:
        try:
            return guarded(job, partial(work.load, job, self._settings, self._cancel))
        except Cancelled:
            return PutBack()

    def _do_next(self) -> None:
        job, future = self._ahead[0]
        loaded = future.result()
        self._read_ahead()  # while this one is computed
        self._ahead.popleft()
        if isinstance(loaded, Loaded):
            derained = self._derained(loaded)
            self._writing[self._writers.submit(self._finish, job, derained)] = loaded.px
        else:
            self._finish(job, loaded)

    def _derained(self, loaded: Loaded) -> DerainedPhoto | Failed | PutBack:
        job, megapixels = loaded.job, loaded.photo.megapixels
        self._eta.learn(job.source, megapixels)
        self._eta.begin()
        self._progress.tell(job, State.RUNNING)
        step = partial(
            work.compute,
            loaded,
            self.engine,
            lambda done: self._progress.tell(job, State.RUNNING, share=done.done / done.total),
            self._cancel,
            self.clock,
        )
        try:
            self._cancel.raise_if_cancelled()
            derained = guarded(job, step)
        except Cancelled:
            return PutBack()
        if not isinstance(derained, Failed):
            self._eta.computed(job.source, megapixels)
        return derained

    def _finish(self, job: BatchJob, photo: DerainedPhoto | Failed | Skipped | PutBack) -> None:
        outcome: Outcome | None = None
        try:
            if not isinstance(photo, DerainedPhoto):
                outcome = photo
            elif self._error is not None:
                outcome = PutBack()
            else:
                outcome = guarded(job, partial(work.save, photo, self._settings))
            self._progress.finish(job, outcome)
        except STOPPING as error:
            self._stop(error)
            if not isinstance(outcome, Done):  # else the file is there, and the next run's own
                with suppress(*STOPPING):  # else the next run does it again
                    self.queue.finish(job, PutBack())
        except BaseException:
            # A fault of ours, or of `on_update`: nothing more is computed.
            self._cancel.cancel()
            raise

    def _stop(self, error: DerainError) -> None:
        log.debug("the batch stops", exc_info=error)
        self._error = self._error or error
        self._cancel.cancel()
