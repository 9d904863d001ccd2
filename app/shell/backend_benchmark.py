"""The benchmark of OpenVINO, run once while the window is idle.

`nledn.backends.backend_benchmark` measures.

It begins after some idle time and stops for any other computation; then it begins again at the next
idle time.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.shell.banner import Notice
from app.shell.engines import MachineJob
from app.tasks import Job, Tasks
from nledn.errors import DerainError

if TYPE_CHECKING:
    from nledn import Options
    from nledn.backends.backend_benchmark import Attempt
    from nledn.machine import Machine

log = logging.getLogger(__name__)

REST_MS = 5000  # a user who opens a photo clicks Derain sooner, or looks at it first
LOOK_MS = 200  # how often the end is checked; it takes some ten seconds


class BackendBenchmark(QObject):
    """Decides when the benchmark begins, stops and counts.

    Args:
        tasks: signals idle time.
        options: decide whether a verdict counts.
        renew: applies the verdict to the next photo.

    Attributes:
        machine: this machine's devices; None until known.
        machine_found: (Machine) it is known now, or updated.
        noticed: (Notice) an error.
    """

    machine_found = Signal(object)
    noticed = Signal(object)

    def __init__(
        self, tasks: Tasks, options: "Callable[[], Options]", renew: Callable[[], None]
    ) -> None:
        super().__init__(tasks)
        self._options = options
        self._renew = renew
        self._tasks = tasks
        self.machine: Machine | None = None
        self._is_closed = False
        self._attempt: Attempt | None = None
        self._is_held = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._try)
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._look)
        tasks.submitted.connect(self._give_way)
        tasks.idled.connect(self._wait)

    @property
    def is_waiting(self) -> bool:
        """True while it waits to begin."""
        return self._rest.isActive()

    def look_at_machine(self) -> None:
        """Read this machine's devices."""
        task = self._tasks.submit(MachineJob())
        task.succeeded.connect(self._consider)
        task.failed.connect(lambda error: self.noticed.emit(Notice.of(error)))

    def _consider(self, machine: "Machine") -> None:
        self.machine = machine
        self.machine_found.emit(machine)
        if not self._is_held:
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
        self._is_closed = True
        self._rest.stop()
        self._looking.stop()
        if self._attempt is not None:
            self._attempt.close()
            self._attempt = None

    def _wait(self) -> None:
        """Note the beginning of idle time."""
        is_over = self._is_closed or self._is_held
        if self.machine is not None and self._attempt is None and not is_over:
            self._rest.start()

    def _give_way(self, job: Job[Any, Any]) -> None:
        """Stop for other work."""
        self._rest.stop()
        if self._attempt is not None and job.queue != "files":
            self._attempt.end()

    def _try(self) -> None:
        if not self._tasks.is_idle:
            return  # another idle time follows
        if QGuiApplication.mouseButtons().value:
            self._rest.start()
        elif self._is_due():
            self._begin()

    def _is_due(self) -> bool:
        from nledn.backends import backend_benchmark

        if self.machine is None:
            return False
        try:
            return backend_benchmark.is_due(self._options(), self.machine)
        except DerainError:
            return False  # such a device is missing, which the next derain reports

    def _begin(self) -> None:
        from nledn.backends import backend_benchmark

        assert self.machine is not None, "it is due"
        try:
            self._attempt = backend_benchmark.Attempt(self.machine)
        except OSError:
            log.warning("OpenVINO could not be tried", exc_info=True)
            self._is_held = True  # it would fail again
        else:
            self._looking.start()

    def _look(self) -> None:
        attempt = self._attempt
        if attempt is None or not attempt.is_over():
            return
        self._attempt = None
        self._looking.stop()
        self._is_held = attempt.is_held
        if attempt.is_held:
            self.look_at_machine()
        elif self._tasks.is_idle:
            self._rest.start()
