"""Progress of a run: its pace, its remaining time, and its end."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nledn import decoder
from nledn.batch.queue import Queue
from nledn.batch.rows import BatchJob, Counts, Outcome, Row, State
from nledn.errors import DerainError

PROBED_AT_MOST = 2000  # headers read beforehand; more of them move the mean by little
_SPREAD = 0.3  # of sizes, by their mean: below it, costs per photo and per pixel look the same
_SETTLED = 3  # photos after which the first, slow by warming up, is left out
_RECENT = 500  # photos that are looked back on: a machine may become busier or cooler


@dataclass(frozen=True)
class Update:
    """A change in a run.

    Attributes:
        state: what the photo has become; `RUNNING` after each of its tiles.
        finished: photos with nothing left to do, earlier runs' included.
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
        """The reason why it failed or was skipped."""
        return None if self.row is None else self.row.error

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on dropped or converted data and on fallbacks, as sentences."""
        return () if self.row is None or self.row.figures is None else self.row.figures.notes


OnUpdate = Callable[[Update], None]


@dataclass(frozen=True)
class Ending:
    """The end of a run: stopped by the user or by an error, or done."""

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


class Eta:
    """Estimates the time of the remaining photos from those that are done.

    Seconds a photo are taken as a + b · megapixels: small photos cost more than their pixels.
    Safe from several threads.
    """

    def __init__(self, coming: Iterable[Path], now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._guard = threading.Lock()
        self._coming = set(coming)
        self._sizes: dict[Path, float] = {}  # of some of them
        self._done: deque[tuple[float, float]] = deque(maxlen=_RECENT)  # megapixels, seconds
        self._warm = False
        self._began: float | None = None

    def learn(self, path: Path, megapixels: float) -> None:
        """Add the size of a photo that is still to come."""
        with self._guard:
            if path in self._coming:
                self._sizes[path] = megapixels

    def begin(self) -> None:
        """Start the clock of a photo: the engine is ready for it."""
        with self._guard:
            if self._began is None:
                self._began = self._now()

    def computed(self, path: Path, megapixels: float) -> None:
        """Note a photo that came through the engine; the next one's clock starts."""
        with self._guard:
            now = self._now()
            assert self._began is not None, "a photo was begun"
            self._done.append((megapixels, now - self._began))
            self._began = now
            self._gone(path)
            if not self._warm and len(self._done) == _SETTLED:
                self._done.popleft()
                self._warm = True

    def passed_over(self, path: Path) -> None:
        """Note a photo that never came to the engine."""
        with self._guard:
            self._gone(path)

    def _gone(self, path: Path) -> None:
        self._coming.discard(path)
        self._sizes.pop(path, None)

    @property
    def megapixels_per_second(self) -> float | None:
        """The pace; None before the first photo is done."""
        with self._guard:
            seconds = sum(seconds for _, seconds in self._done)
            megapixels = sum(megapixels for megapixels, _ in self._done)
        return megapixels / seconds if seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """The remaining time; None before the first photo is done."""
        with self._guard:
            if not self._done or self._began is None or not self._coming:
                return 0.0 if self._done else None
            each, per_megapixel = _cost(list(self._done))
            known = list(self._sizes.values())
            usual = known or [megapixels for megapixels, _ in self._done]
            unknown = len(self._coming) - len(known)
            megapixels = sum(known) + unknown * sum(usual) / len(usual)
            left = len(self._coming) * each + megapixels * per_megapixel
            # The time of the present photo so far, but never more than a photo takes.
            return left - min(self._now() - self._began, left / len(self._coming))


def _cost(done: list[tuple[float, float]]) -> tuple[float, float]:
    """Seconds a photo and seconds a megapixel."""
    megapixels, seconds = np.array(done).T
    ratio = float(seconds.sum() / max(megapixels.sum(), 1e-9))
    if len(done) < _SETTLED - 1 or megapixels.std() < _SPREAD * megapixels.mean():
        return 0.0, ratio
    slope, offset = np.polyfit(megapixels, seconds, 1)
    if offset < 0:
        return 0.0, ratio
    if slope < 0:
        return float(seconds.mean()), 0.0
    return float(offset), float(slope)


def probe(paths: Iterable[Path], eta: Eta, stop: threading.Event) -> None:
    """Add the sizes of photos to `eta` by their headers; of very many, of evenly spread ones."""
    paths = list(paths)
    step = max(1, -(-len(paths) // PROBED_AT_MOST))
    for path in paths[::step]:
        if stop.is_set():
            return
        try:
            eta.learn(path, decoder.read_header(path).megapixels)
        except DerainError:
            continue  # it fails when its turn comes, and costs nothing
