"""The code on a worker: it loads a model once and does one photo after the other."""

import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from distributed import get_worker

from nledn import __version__, auto, backends, device, temporary_files
from nledn.auto import Automatic
from nledn.batch import BatchJob, BatchSettings, Outcome, PutBack, derain_file
from nledn.cancel import CancelToken
from nledn.engine import Derainer
from nledn.errors import Cancelled, CheckpointChanged, DerainError, WorkerUnfit
from nledn.messages import printable

IN_HAND = 3  # photos in memory: read, computed, written; more threads of a worker wait


@dataclass(frozen=True)
class Order:
    """The facts that all jobs of a run share.

    Attributes:
        version: of the client's program.
        checkpoint_sha256: of the client's weights.
        folder: of the photos.
        sign: a file that the client made in the output folder, so that a worker that sees
            another disk by the same name is noticed.
    """

    run: str
    version: str
    settings: BatchSettings
    checkpoint_sha256: str
    folder: Path
    sign: Path


@dataclass(frozen=True)
class Stopped:
    """An error that every other photo would meet as well."""

    error: DerainError


@dataclass(frozen=True)
class Answer:
    """The outcome of a job, and the address of its worker."""

    worker: str
    what: Outcome | Stopped


class _Bench:
    """The state of a worker process between photos: a run's engine, and the stopped runs."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._run = ""
        self._engine: Derainer | Automatic | None = None
        self._tokens: defaultdict[str, CancelToken] = defaultdict(CancelToken)
        self.hands = threading.BoundedSemaphore(IN_HAND)

    def token(self, run: str) -> CancelToken:
        """Set when the client stops a run."""
        with self._guard:
            return self._tokens[run]

    def engine(self, order: Order) -> Derainer | Automatic:
        """The engine of a run, loaded by its first photo; other threads wait meanwhile.

        Raises:
            WorkerUnfit: this worker cannot do the client's work.
        """
        with self._guard:
            if self._engine is None or self._run != order.run:
                temporary_files.remove_abandoned()  # of workers of this machine that were killed
                reason = _unfit(order)
                if reason is not None:
                    raise WorkerUnfit(get_worker().address, reason)
                try:
                    self._engine = _loaded(order)
                except DerainError as error:
                    reason = error.filled(error.sentence).removesuffix(".")
                    raise WorkerUnfit(get_worker().address, reason) from error
                self._run = order.run
            return self._engine


_bench = _Bench()


def _unfit(order: Order) -> str | None:
    if order.version != __version__:
        return f"it runs version {__version__}, the client {order.version}"
    if not order.folder.is_dir():
        return f"it does not see the photos' folder {printable(order.folder)}"
    if not order.sign.exists():
        return f"it does not see the output folder {printable(order.sign.parent)}"
    return None


def _loaded(order: Order) -> Derainer | Automatic:
    number = get_worker().name  # an integer where the workers were started here
    options = order.settings.options
    if isinstance(number, int):
        options = device.shared_out(options, backends.read_machine(), number)
    engine = auto.load(options)
    if engine.card.sha256 != order.checkpoint_sha256:
        raise CheckpointChanged(engine.card.path, order.checkpoint_sha256, engine.card.sha256)
    return engine


def derained(order: Order, job: BatchJob) -> Answer:
    """Do one photo; the task that the scheduler hands out."""
    with _bench.hands:
        return Answer(get_worker().address, _outcome(order, job))


def _outcome(order: Order, job: BatchJob) -> Outcome | Stopped:
    cancel = _bench.token(order.run)
    try:
        cancel.raise_if_cancelled()
        return derain_file(job, order.settings, _bench.engine(order), cancel)
    except Cancelled:
        return PutBack()
    except DerainError as error:
        return Stopped(error)


def stop(run: str) -> None:
    """Stop a run on this worker after the present tile; finished photos are still written."""
    _bench.token(run).cancel()
