"""Measure once per machine whether OpenVINO is correct here, and faster than torch.

A benchmark that never ended, because the process died in it, counts as failed.

The window runs it in a separate process (`Attempt`) while it is idle: a crash there ends nothing
else, and it stops at once when the processor is needed. So it gets a second chance after one that
ended its process: the machine may have been switched off.
"""

import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import psutil

from nledn import backends, device, interpreter
from nledn import machine as machines
from nledn.backends import self_test, verdicts
from nledn.device import Choice
from nledn.machine import Machine, Trial
from nledn.options import Options

log = logging.getLogger(__name__)

ARGUMENT = "--hold-trial"
"""The internal option that makes a bundle's window program the process of an `Attempt`."""

SIDE_PX = 512  # a tile of the shape that a large photo has
ROUNDS = 3
# Root mean squares of the differences from torch in float32: beyond rounding in float32 itself
# (1e-6 was seen), what torch loses in the same precision may be lost twice.
SMALLEST_TOLERANCE = 1e-4
TIMES_TORCHS_LOSS = 2
BEGAN = Trial(agrees=False, times_as_fast=0.0, problem="it ended the program when it was tried")
BEGAN_AGAIN = replace(BEGAN, problem="it ended the program twice when it was tried")

ROOM_BYTES = 3 * 2**30  # it took 1.4 GB (512 px, one core, bfloat16)
_END_S = 2.0  # a process that hangs in the kernel never ends
_LOWEST = 19  # of POSIX's priorities: anything else goes first


def remembered(machine: Machine) -> Trial | None:
    """Return the verdict on this machine; None without one."""
    try:
        return Trial(**verdicts.read(_path(machine)))
    except TypeError:
        return None


def settled(machine: Machine) -> Trial | None:
    """Return the verdict, once no other process is at it any more; None without one."""
    with verdicts.alone(_path(machine)):
        return remembered(machine)


def would_decide(options: Options, machine: Machine) -> bool:
    """Return whether a benchmark could change the backend.

    Raises:
        DeviceUnavailable, BackendUnavailable, PrecisionUnavailable: as `nledn.device.choose`.
    """
    both = machine.torch and machine.openvino is not None
    return both and options.backend == "auto" and device.choose(options, machine).device == "cpu"


def is_due(options: Options, machine: Machine) -> bool:
    """Return whether to run it in the background, once the program is idle.

    Raises:
        DeviceUnavailable, BackendUnavailable, PrecisionUnavailable: as `nledn.device.choose`.
    """
    if machine.openvino_trial not in (None, BEGAN):
        return False
    return would_decide(options, machine) and machines.read_memory_bytes() >= ROOM_BYTES


def hold(machine: Machine) -> Trial:
    """Compute a tile with both, compare, and remember the verdict; takes some ten seconds.

    Processes that begin together wait for the first one's verdict.
    """
    with verdicts.alone(_path(machine)):
        now = remembered(machine)
        if now not in (None, BEGAN, BEGAN_AGAIN, machine.openvino_trial):
            return now
        return _held(replace(machine, openvino_trial=now))


def _held(machine: Machine) -> Trial:
    verdicts.write(
        _path(machine), asdict(BEGAN_AGAIN if machine.openvino_trial == BEGAN else BEGAN)
    )
    try:
        verdict = _compared(machine)
    except Exception as error:  # any error: a backend that fails is not used
        log.warning("the benchmark of OpenVINO failed", exc_info=True)
        verdict = Trial(agrees=False, times_as_fast=0.0, problem=f"it failed when tried: {error}")
    except BaseException:
        take_back(machine)  # Ctrl-C says nothing about OpenVINO
        raise
    verdicts.write(_path(machine), asdict(verdict))
    return verdict


def take_back(machine: Machine) -> None:
    """Forget a stopped benchmark; a verdict is kept."""
    if remembered(machine) not in (BEGAN, BEGAN_AGAIN):
        return
    if machine.openvino_trial is None:
        _path(machine).unlink(missing_ok=True)
    else:
        verdicts.write(_path(machine), asdict(machine.openvino_trial))


def _compared(machine: Machine) -> Trial:
    precision = device.cpu_precision(machine)
    trained, rainy = self_test.made_up(), self_test.made_up_tile(SIDE_PX, SIDE_PX)
    exact = backends.create(Choice("cpu", "torch", "fp32", machine.cores, ()), trained).rain(rainy)
    rivals = [
        backends.create(Choice("cpu", name, precision, machine.cores, ()), trained)
        for name in ("torch", "openvino")
    ]
    torchs_loss, apart = (self_test.rms(each.rain(rainy) - exact) for each in rivals)
    torchs_s, its_s = self_test.best_seconds(rivals, rainy, ROUNDS)
    agrees = apart <= max(TIMES_TORCHS_LOSS * torchs_loss, SMALLEST_TOLERANCE)
    problem = "" if agrees else f"its result is {apart:.2g} from torch's"
    return Trial(agrees, round(torchs_s / its_s, 2), problem)


def _path(machine: Machine) -> Path:
    precision = device.cpu_precision(machine)
    torch = backends.version("torch")
    facts = (torch, machine.openvino, machine.cpu_name, machine.cores, precision)
    return verdicts.path_of("openvino", *facts)


def command() -> list[str]:
    """The command line of an `Attempt`'s process."""
    if interpreter.is_bundled():
        return [sys.executable, ARGUMENT]
    return interpreter.command("nledn.backends.backend_benchmark")


class Attempt:
    """Run it in another process.

    Attributes:
        is_held: the process ended normally; read it when `is_over`.

    Raises:
        OSError: the process does not start.
    """

    def __init__(self, machine: Machine) -> None:
        self.is_held = False
        self._machine = machine
        self._is_ended = False
        self._popen = subprocess.Popen(  # noqa: S603  # this program, in another role
            command(),
            stdin=subprocess.PIPE,  # its end of file tells the process that this one is gone
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **interpreter.settings(),
        )

    def is_over(self) -> bool:
        """Return whether the process is gone."""
        code = self._popen.poll()
        if code is None:
            return False
        assert self._popen.stdin is not None, "it is a pipe"
        self._popen.stdin.close()
        self.is_held = code == 0 or not self._is_ended
        if not self.is_held:
            take_back(self._machine)
        return True

    def end(self) -> None:
        """Stop it at once; its result is dropped unless it was done just before."""
        self._is_ended = True
        self._popen.kill()

    def close(self) -> None:
        """Stop it, and wait until it is gone."""
        self.end()
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(_END_S)
        self.is_over()


def main() -> None:
    """Be the process of an `Attempt`."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.IDLE_PRIORITY_CLASS)
    else:
        os.nice(_LOWEST)
    machine = backends.read_machine()
    threading.Thread(target=_end_with_owner, args=(machine,), daemon=True).start()
    hold(machine)


def _end_with_owner(machine: Machine) -> None:
    """End this process when the program that started it is gone and could no longer stop it."""
    with suppress(OSError):
        os.read(0, 1)
    take_back(machine)
    os._exit(1)


if __name__ == "__main__":
    main()
