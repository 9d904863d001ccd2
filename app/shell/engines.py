"""The loaded engine, shared by all pages; the machine's devices, and the benchmark of OpenVINO.

`nledn.backends.backend_benchmark` measures, once while the window is idle: it begins after
some idle time, stops for any other computation, and begins again at the next idle time.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.shell.banner import Notice
from app.tasks import ComputeCall, Job, QueueName, Tasks, Work
from nledn.errors import DerainError
from nledn.options import AUTO, Options

if TYPE_CHECKING:
    from nledn import Derainer, RainLayer
    from nledn.auto import Automatic
    from nledn.backends.backend_benchmark import Attempt
    from nledn.device import Choice
    from nledn.machine import Machine
    from nledn.models import LoadedModels
    from nledn.photo import Photo


class Engines:
    """The models of all pages and their layers; they load and compute on one queue.

    Args:
        load: makes one; None for `nledn.Derainer.load`, which brings in torch.
    """

    def __init__(self, load: "Callable[[Options], Derainer] | None" = None) -> None:
        self._load = load
        self._models: LoadedModels | None = None

    def models(self) -> "LoadedModels":
        """Return the cache; kept while the program runs."""
        if self._models is None:
            from nledn.models import LoadedModels

            self._models = LoadedModels() if self._load is None else LoadedModels(self._load)
        return self._models

    def get(self, options: Options) -> "Derainer":
        """Return the model for `options`, the all-round one for `auto`; loaded unless kept."""
        return self.models().find(options)

    def automatic(self, options: Options) -> "Derainer | Automatic":
        """Return the engine for photos of any rain."""
        from nledn.auto import Automatic

        is_auto = options.weights == AUTO
        return Automatic(options, self.get) if is_auto else self.get(options)

    def kept(self, photo: "Photo | None", options: Options) -> "RainLayer | None":
        """Return the known layer of a photo, from any thread, without computing."""
        if photo is None or self._models is None:
            return None
        return self._models.kept(photo, options)

    def unload(self) -> None:
        """Reload each model at its next use: another device may be chosen now."""
        if self._models is not None:
            self._models.unload()


@dataclass(frozen=True, eq=False)
class LoadJob(Job["Choice"]):
    """Load the engine ahead, so that no click waits for it; again if more is known now.

    Attributes:
        photo: its model is chosen and loaded, which takes as long as a tile, because the all-round
            model looks at the photo.
    """

    queue: ClassVar[QueueName] = "compute"
    is_patient: ClassVar[bool] = True
    only_reads: ClassVar[bool] = True
    engines: Engines
    options: Options
    again: bool = False
    photo: "Photo | None" = None

    def run(self, work: Work) -> "Choice":
        """Load it; the answer is its device."""
        options = self.options
        if self.again:
            self.engines.unload()
        if self.photo is not None:
            options = self.engines.models().chosen(self.photo, options, work.cancel).options
        return self.engines.get(options).choice


def read_machine() -> "Machine":
    """Read the machine's devices, on the compute queue, because torch answers."""
    from nledn import backends

    return backends.read_machine()


def give_memory_back() -> None:
    """Let other programs have what a graphics card keeps for the next tile."""
    from nledn import backends

    backends.rest()


log = logging.getLogger(__name__)

REST_MS = 5000  # a user who opens a photo clicks Derain sooner, or looks at it first
LOOK_MS = 200  # how often the end is checked; it takes some ten seconds


class BackendBenchmark(QObject):
    """Decides when the benchmark begins, stops and counts.

    Args:
        options: decide whether a verdict counts.
        renew: applies the verdict to the next photo.

    Attributes:
        machine: this machine's devices; None until known.
    """

    machine_found = Signal(object)
    noticed = Signal(object)

    def __init__(
        self, tasks: Tasks, options: Callable[[], Options], renew: Callable[[], None]
    ) -> None:
        super().__init__(tasks)
        self._options = options
        self._renew = renew
        self._tasks = tasks
        self.machine: Machine | None = None
        self._attempt: Attempt | None = None
        self._is_over = False  # it has been held, or nothing may begin any more
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._try)
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self._look)
        tasks.submitted.connect(self._give_way)
        tasks.idled.connect(self._wait)

    @property
    def is_waiting(self) -> bool:
        """True while it waits to begin."""
        return self._rest.isActive()

    def look_at_machine(self) -> None:
        """Read this machine's devices."""
        task = self._tasks.submit(ComputeCall(read_machine))
        task.succeeded.connect(self._consider)
        task.failed.connect(lambda error: self.noticed.emit(Notice.of(error)))

    def _consider(self, machine: "Machine") -> None:
        self.machine = machine
        self.machine_found.emit(machine)
        if not self._is_over:
            return
        from nledn import device

        try:
            choice = device.choose(self._options(), machine)
        except DerainError:
            return  # the next derain reports it
        if choice.backend == "openvino":
            self._renew()

    def close(self) -> None:
        """Begin nothing any more: the program ends."""
        self._is_over = True
        self._rest.stop()
        self._looking.stop()
        if self._attempt is not None:
            self._attempt.close()
            self._attempt = None

    def _wait(self) -> None:
        """Note the beginning of idle time."""
        if self.machine is not None and self._attempt is None and not self._is_over:
            self._rest.start()

    def _give_way(self, job: Job[Any, Any]) -> None:
        """Stop for other work."""
        self._rest.stop()
        if self._attempt is not None and job.queue != "files":
            self._attempt.end()

    def _try(self) -> None:
        from nledn.backends import backend_benchmark

        if self.machine is None or not self._tasks.is_idle:
            return  # another idle time follows
        if QGuiApplication.mouseButtons().value:
            self._rest.start()
            return
        try:
            if backend_benchmark.is_due(self._options(), self.machine):
                self._attempt = backend_benchmark.Attempt(self.machine)
                self._looking.start()
        except DerainError:
            log.debug("the next derain reports it", exc_info=True)
        except OSError:
            log.warning("OpenVINO could not be tried", exc_info=True)
            self._is_over = True  # it would fail again

    def _look(self) -> None:
        attempt = self._attempt
        if attempt is None or not attempt.is_over():
            return
        self._attempt = None
        self._looking.stop()
        self._is_over = attempt.is_held
        if attempt.is_held:
            self.look_at_machine()
        elif self._tasks.is_idle:
            self._rest.start()
