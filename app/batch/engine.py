"""The engine of a batch in the window: it computes on the compute queue, as a patient job.

Work that the user waits for comes first: a step ends after its tile, and the next one begins when
the queue is free again. A pause is the same without an end: the photo, its layer and the lock on
the output folder are kept.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from app.shell.engines import Engines
from app.tasks import Job, QueueName, Tasks, Work
from nledn import Options
from nledn.cancel import CancelToken
from nledn.errors import Cancelled
from nledn.pixels import Pixels
from nledn.rain import RainLayer

if TYPE_CHECKING:
    from nledn import Derainer
    from nledn.auto import Automatic
    from nledn.engine import OnTile

POLL_S = 0.1  # how often a paused batch checks for a stop


R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class _LentJob(Job[tuple[float, R]], Generic[R]):
    """Work for the engine while nothing more urgent waits.

    The answer is the time and the result.
    """

    queue: ClassVar[QueueName] = "compute"
    is_patient: ClassVar[bool] = True
    engines: Engines
    options: Options
    step: "Callable[[Derainer | Automatic, Work], R]" = field(repr=False)

    def run(self, work: Work) -> tuple[float, R]:
        """Do it."""
        began = time.monotonic()
        return began, self.step(self.engines.automatic(self.options), work)


class BatchEngine:
    """A `nledn.pipeline.Engine`; used from the batch's thread, paused and resumed from any."""

    def __init__(self, tasks: Tasks, engines: Engines, options: Options) -> None:
        self._tasks = tasks
        self._engines = engines
        self._options = options
        self._goes = threading.Event()  # not during a pause
        self._goes.set()
        self._stood_s = 0.0
        self.on_stand: Callable[[], None] = lambda: None
        """Called on the batch's thread when a pause begins."""

    def pause(self) -> None:
        """Stop after the present tile."""
        self._goes.clear()

    def resume(self) -> None:
        """Continue."""
        self._goes.set()

    def clock(self) -> float:
        """Seconds of the batch's own work, without pauses and other work."""
        return time.monotonic() - self._stood_s

    def load(self) -> None:
        """Load the engine, with the errors of `nledn.Derainer.load`."""
        self._lend(lambda _engine, _work: None)

    def start(
        self, size: tuple[int, int], *, grey: bool = False, linear: bool = False
    ) -> RainLayer:
        """See `nledn.Derainer.start`."""
        return self._lend(lambda engine, _: engine.start(size, grey=grey, linear=linear))

    def derain(
        self,
        pixels: Pixels,
        *,
        into: RainLayer | None = None,
        on_tile: "OnTile | None" = None,
        cancel: CancelToken | None = None,
    ) -> RainLayer:
        """See `nledn.Derainer.derain`."""
        layer = into or self.start((pixels.shape[0], pixels.shape[1]))
        cancel = cancel or CancelToken()

        def step(engine: "Derainer | Automatic", work: Work) -> None:
            stop = CancelToken(
                lambda: not self._goes.is_set(),
                work.is_waited_for,
                lambda: cancel.is_cancelled,
                lambda: work.cancel.is_cancelled,
            )
            try:
                engine.derain(pixels, into=layer, on_tile=on_tile, cancel=stop)
            except Cancelled:
                cancel.raise_if_cancelled()
                work.cancel.raise_if_cancelled()

        while not layer.is_complete:
            self._stand(cancel)
            self._lend(step)
        return layer

    def _stand(self, cancel: CancelToken) -> None:
        """Wait for the end of a pause."""
        cancel.raise_if_cancelled()
        if self._goes.is_set():
            return
        began = time.monotonic()
        self.on_stand()
        while not self._goes.wait(POLL_S):
            cancel.raise_if_cancelled()
        self._stood_s += time.monotonic() - began
        cancel.raise_if_cancelled()

    def _lend(self, step: "Callable[[Derainer | Automatic, Work], R]") -> R:
        asked = time.monotonic()
        job = _LentJob(self._engines, self._options, step)
        began, value = self._tasks.submit(job).result()
        self._stood_s += began - asked
        return value
