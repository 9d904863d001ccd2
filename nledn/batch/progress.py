"""Progress of a run, and its end."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nledn.batch.eta import Eta, probe
from nledn.batch.queue import Queue
from nledn.batch.rows import BatchJob, Counts, Outcome, Row, State
from nledn.errors import DerainError


@dataclass(frozen=True)
class Update:
    """A change in a run.

    Attributes:
        source: the photo it happened to.
        state: what the photo has become; `RUNNING` after each of its tiles.
        finished: photos with nothing left to do, earlier runs' included.
        total: photos of this run.
        share: of the photo that is computed, 0 to 1.
        seconds: of computing, when it is done.
        megapixels_per_second: so far; None before the first photo is done.
        seconds_left: estimated; None before the first photo is done.
        row: as it stands in the journal; None while the photo is running.
    """

    source: Path
    state: State
    finished: int
    total: int
    share: float
    seconds: float
    megapixels_per_second: float | None
    seconds_left: float | None
    row: Row | None = None

    @property
    def error(self) -> DerainError | None:
        """Return why it failed or was skipped."""
        return None if self.row is None else self.row.error

    @property
    def notes(self) -> tuple[str, ...]:
        """Return the notes on dropped or converted data and on fallbacks, as sentences."""
        return () if self.row is None or self.row.figures is None else self.row.figures.notes


OnUpdate = Callable[[Update], None]


@dataclass(frozen=True)
class Ending:
    """The end of a run.

    Attributes:
        counts: of its photos.
        cancelled: the user stopped it.
        error: what stopped it, if anything.
    """

    counts: Counts
    cancelled: bool = False
    error: DerainError | None = None


class BatchProgress:
    """Counts and times a run, and reports one update at a time.

    Attributes:
        eta: learns from photos that are done.
    """

    def __init__(
        self, queue: Queue, on_update: OnUpdate | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._on_update = on_update or (lambda _: None)
        self._guard = threading.Lock()
        counts = queue.counts()
        self._queue = queue
        self._total, self._finished = counts.total, counts.finished
        self._coming = [row.source for row in queue.rows() if row.state is State.PLANNED]
        self.eta = Eta(self._coming, clock)

    @contextmanager
    def probing(self) -> Iterator[None]:
        """Read the sizes of photos that are still to come, meanwhile."""
        over = threading.Event()
        thread = threading.Thread(target=probe, args=(self._coming, self.eta, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def finish(self, job: BatchJob, outcome: Outcome) -> None:
        """Record the outcome of a job, and report it.

        Raises:
            JournalFailed, OutputDiskFull, BatchBusy: as `Queue.finish`.
        """
        row = self._queue.finish(job, outcome)
        if row.state is State.PLANNED:
            return
        if row.state is not State.DONE:
            self.eta.passed_over(job.source)
        self.tell(job, row.state, row=row)

    def tell(
        self, job: BatchJob, state: State, *, share: float = 0.0, row: Row | None = None
    ) -> None:
        """Report the state of a photo; any other than `RUNNING` is final."""
        with self._guard:
            if state is not State.RUNNING:
                self._finished += 1
            update = Update(
                source=job.source,
                state=state,
                finished=self._finished,
                total=self._total,
                share=share,
                seconds=0.0 if row is None else row.seconds,
                megapixels_per_second=self.eta.megapixels_per_second,
                seconds_left=self.eta.seconds_left,
                row=row,
            )
            self._on_update(update)
