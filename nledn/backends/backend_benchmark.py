"""Measure once per machine whether OpenVINO is correct here, and faster than torch.

Without torch, its result is compared with the one of torch that the bundle carries. A benchmark
that never ended, because the process died in it, counts as failed.

The window runs it in a separate process (`Attempt`) while it is idle: a crash there ends nothing
else, and it stops at once when the processor is needed. So it gets a second chance after one that
ended its process: the machine may have been switched off.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import psutil

from nledn import backends, device, interpreter, places
from nledn import machine as machines
from nledn.backends import Backend, reference, verdicts
from nledn.device import Choice
from nledn.machine import Machine, Trial
from nledn.options import Options
from nledn.pixels import Floats

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


def settled(machine: Machine) -> Machine:
    """Add a verdict on a machine without torch; takes some seconds, once.

    A benchmark that never ended is run a second time: the machine may have been switched off.
    """
    if machine.torch or machine.openvino is None:
        return machine
    if machine.openvino_trial not in (None, BEGAN):
        return machine
    return replace(machine, openvino_trial=hold(machine))


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
    _remember(BEGAN_AGAIN if machine.openvino_trial == BEGAN else BEGAN, machine)
    try:
        verdict = _compared(machine) if machine.torch else _held_against_reference(machine)
    except Exception as error:  # any error: a backend that fails is not used
        log.warning("the benchmark of OpenVINO failed", exc_info=True)
        verdict = Trial(agrees=False, times_as_fast=0.0, problem=f"it failed when tried: {error}")
        if not machine.torch:  # no other backend is installed; memory may have been short
            _path(machine).unlink(missing_ok=True)
            return verdict
    except BaseException:
        take_back(machine)  # Ctrl-C says nothing about OpenVINO
        raise
    _remember(verdict, machine)
    return verdict


def take_back(machine: Machine) -> None:
    """Forget a stopped benchmark; a verdict is kept.

    Args:
        machine: as given to `hold`.
    """
    if remembered(machine) not in (BEGAN, BEGAN_AGAIN):
        return
    if machine.openvino_trial is None:
        _path(machine).unlink(missing_ok=True)
    else:
        _remember(machine.openvino_trial, machine)


def _compared(machine: Machine) -> Trial:
    precision = device.cpu_precision(machine)
    trained, rainy = reference.made_up(), reference.tile(SIDE_PX, SIDE_PX)
    exact = backends.create(Choice("cpu", "torch", "fp32", machine.cores, ()), trained).rain(rainy)
    rivals = [
        backends.create(Choice("cpu", name, precision, machine.cores, ()), trained)
        for name in ("torch", "openvino")
    ]
    apart = [reference.rms(each.rain(rainy) - exact) for each in rivals]
    # In turn, so that other work of the machine disturbs both equally.
    rounds = [[_seconds(each, rainy) for each in rivals] for _ in range(ROUNDS)]
    torchs, its = (min(seconds) for seconds in zip(*rounds, strict=True))
    return _judged(apart[1], apart[0], round(torchs / its, 2))


def _held_against_reference(machine: Machine) -> Trial:
    precision = device.cpu_precision(machine)
    kept = reference.read(places.torchs_rain())
    backend = backends.create(
        Choice("cpu", "openvino", precision, machine.cores, ()), reference.made_up()
    )
    rain = reference.kept_of(backend.rain(reference.tile(reference.SIDE_PX, reference.SIDE_PX)))
    return _judged(reference.rms(rain - kept.rain), kept.lost[precision], 1.0)


def _judged(apart: float, torchs_loss: float, times_as_fast: float) -> Trial:
    agrees = apart <= max(TIMES_TORCHS_LOSS * torchs_loss, SMALLEST_TOLERANCE)
    problem = "" if agrees else f"its result is {apart:.2g} from torch's"
    return Trial(agrees, times_as_fast, problem)


def _seconds(backend: Backend, rainy: Floats) -> float:
    started = time.perf_counter()
    backend.rain(rainy)
    return time.perf_counter() - started


def _path(machine: Machine) -> Path:
    precision = device.cpu_precision(machine)
    torch = backends.version("torch")
    facts = (torch, machine.openvino, machine.cpu_name, machine.cores, precision)
    return verdicts.path_of("openvino", *facts)


def _remember(verdict: Trial, machine: Machine) -> None:
    verdicts.write(_path(machine), asdict(verdict))


class Attempt:
    """Run it in another process.

    Args:
        machine: the facts about it.

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
            _command(),
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


def _command() -> list[str]:
    if interpreter.is_bundled():
        return [sys.executable, ARGUMENT]
    return interpreter.command("nledn.backends.backend_benchmark")


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
