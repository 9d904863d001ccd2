"""The trial of OpenVINO in a process of its own, beside a program that people work with.

A crash there ends nothing else, and neither does whoever wants the processor at once: `end` stops
it where it is. So it gets a second chance where it once ended its process, as somebody may have
switched the machine off.
"""

import os
import subprocess
import sys
import threading
from contextlib import suppress

import psutil

from nledn import backends, device, interpreter
from nledn.backends import trial
from nledn.device import Machine
from nledn.options import Options

ARGUMENT = "--hold-trial"
"""By which the window's program in a bundle is asked to be this process; not for people."""

ROOM_BYTES = 3 * 2**30  # it took 1.4 GB (512 px, one core, bfloat16); nobody else is to be pushed
_END_S = 2.0  # a process that is stuck in the kernel cannot be waited for
_LOWEST = 19  # of POSIX's priorities: anything else goes first


def is_due(options: Options, machine: Machine) -> bool:
    """Whether it should be held, once nobody waits for anything.

    Raises:
        DeviceUnavailable, BackendUnavailable, PrecisionUnavailable: as `nledn.device.choose`.
    """
    if machine.openvino_trial not in (None, trial.BEGAN):
        return False
    return trial.would_decide(options, machine) and device.read_memory_bytes() >= ROOM_BYTES


class Attempt:
    """Starts the process.

    Args:
        machine: what is known of it.

    Attributes:
        is_held: the process came to its end by itself; read it when `is_over`.

    Raises:
        OSError: it does not start.
    """

    def __init__(self, machine: Machine) -> None:
        self.is_held = False
        self._machine = machine
        self._is_ended = False
        self._popen = subprocess.Popen(  # noqa: S603  # this program, in another role
            _command(),
            stdin=subprocess.PIPE,  # its end tells the process that this one is gone
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **interpreter.settings(),
        )

    def is_over(self) -> bool:
        """Look whether the process is gone."""
        code = self._popen.poll()
        if code is None:
            return False
        assert self._popen.stdin is not None, "it is a pipe"
        self._popen.stdin.close()
        self.is_held = code == 0 or not self._is_ended
        if not self.is_held:
            trial.take_back(self._machine)
        return True

    def end(self) -> None:
        """Stop it, whatever it does; it is over a moment later, and counts for nothing.

        One that was done just before counts.
        """
        self._is_ended = True
        self._popen.kill()

    def close(self) -> None:
        """Stop it, and wait until it is gone."""
        self.end()
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(_END_S)
        self.is_over()


def _command() -> list[str]:
    if interpreter.is_bundled():
        return [sys.executable, ARGUMENT]
    return interpreter.command("nledn.backends.apart")


def main() -> None:
    """Be the process."""
    _let_others_go_first()
    machine = backends.read_machine()
    threading.Thread(target=_end_with_owner, args=(machine,), daemon=True).start()
    trial.hold(machine)


def _let_others_go_first() -> None:
    if sys.platform == "win32":
        psutil.Process().nice(psutil.IDLE_PRIORITY_CLASS)
    else:
        os.nice(_LOWEST)


def _end_with_owner(machine: Machine) -> None:
    """Nobody is there any more who would stop it for somebody else."""
    with suppress(OSError):
        os.read(0, 1)
    trial.take_back(machine)
    os._exit(1)


if __name__ == "__main__":
    main()
