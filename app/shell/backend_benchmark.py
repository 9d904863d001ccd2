"""OpenVINO is tried, once, while nobody waits for anything (`nledn.backends.backend_benchmark`).

It begins when the window has been at rest for a while, and gives way to whatever is to be computed;
then it begins again at the next rest.
"""

import logging
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.tasks import Job, Runner
from nledn.errors import DerainError

if TYPE_CHECKING:
    from nledn import Options
    from nledn.backends.backend_benchmark import Attempt
    from nledn.device import Machine

log = logging.getLogger(__name__)

REST_MS = 5000  # who opens a photo clicks Derain sooner, or looks at it first
LOOK_MS = 200  # how soon the end is noticed; it takes some ten seconds


class Computer(Protocol):
    """Who computes, and is told of a verdict."""

    @property
    def options(self) -> "Options":
        """How it computes."""

    def renew(self) -> None:
        """Choose anew where the next photo is computed."""


class BackendBenchmark(QObject):
    """Decides when the trial begins, when it gives way, and when it was held.

    Args:
        computer: its options say whether a verdict counts; it computes as the verdict says.
        runner: tells when nothing is done.

    Attributes:
        held: there may be a verdict; the machine is to be looked at again.
    """

    held = Signal()

    def __init__(self, computer: Computer, runner: Runner) -> None:
        super().__init__(runner)
        self._computer = computer
        self._runner = runner
        self._machine: Machine | None = None
        self._attempt: Attempt | None = None
        self._is_held = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._try)
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._look)
        runner.submitted.connect(self._give_way)
        runner.idled.connect(self._wait)

    @property
    def is_waiting(self) -> bool:
        """Whether it begins when nothing comes between."""
        return self._rest.isActive()

    def consider(self, machine: "Machine") -> None:
        """What this machine computes on is known now, or known better."""
        self._machine = machine
        if not self._is_held:
            return
        from nledn import device

        try:
            choice = device.choose(self._computer.options, machine)
        except DerainError:
            return  # the next derain says it
        if choice.backend == "openvino":
            self._computer.renew()

    def close(self) -> None:
        """The program ends: nothing begins any more."""
        self._machine = None
        self._rest.stop()
        self._looking.stop()
        if self._attempt is not None:
            self._attempt.close()
            self._attempt = None

    def _wait(self) -> None:
        """Nothing is being done."""
        if self._machine is not None and self._attempt is None and not self._is_held:
            self._rest.start()

    def _give_way(self, job: Job) -> None:
        """Something is to be done: the processor is for that."""
        self._rest.stop()
        if self._attempt is not None and job.queue != "files":
            self._attempt.end()

    def _try(self) -> None:
        if not self._runner.is_idle:
            return  # there will be another rest
        if QGuiApplication.mouseButtons().value:
            self._rest.start()
        elif self._is_due():
            self._begin()

    def _is_due(self) -> bool:
        from nledn.backends import backend_benchmark

        if self._machine is None:
            return False
        try:
            return backend_benchmark.is_due(self._computer.options, self._machine)
        except DerainError:
            return False  # such a device is not there, which the next derain says

    def _begin(self) -> None:
        from nledn.backends import backend_benchmark

        assert self._machine is not None, "it is due"
        try:
            self._attempt = backend_benchmark.Attempt(self._machine)
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
            self.held.emit()
        elif self._runner.is_idle:
            self._rest.start()
