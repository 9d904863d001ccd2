"""Is OpenVINO right here, and faster than torch? Tried once a machine, and remembered.

Where there is no torch, it is held against what torch found when the bundle was made.

Versions, processor, precision and threads are in the verdict's name, so that a change of any of
them asks for another trial. A trial that never ended, because the process died in it, counts as
failed.
"""

import hashlib
import json
import logging
import time
from dataclasses import asdict, replace
from pathlib import Path

from nledn import __version__, atomic, backends, device, locking, places
from nledn.backends import Backend, reference
from nledn.device import Choice, Machine, Trial
from nledn.errors import WriteError
from nledn.options import Options
from nledn.pixels import Floats

log = logging.getLogger(__name__)

SIDE_PX = 512  # a tile of the shape that a large photo has
ROUNDS = 3
PATIENCE_S = 120.0  # with another process that is at the same trial
# Root mean squares of the differences from torch in float32: beyond rounding in float32 itself
# (1e-6 was seen), what torch loses in the same precision may be lost twice.
SMALLEST_TOLERANCE = 1e-4
TIMES_TORCHS_LOSS = 2
BEGAN = Trial(agrees=False, times_as_fast=0.0, problem="it ended the program when it was tried")
BEGAN_AGAIN = replace(BEGAN, problem="it ended the program twice when it was tried")


def remembered(machine: Machine) -> Trial | None:
    """The verdict on this machine; None where it has not been tried."""
    try:
        return Trial(**json.loads(_path(machine).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def would_decide(options: Options, machine: Machine) -> bool:
    """Whether it depends on a verdict what is computed with.

    Raises:
        DeviceUnavailable, BackendUnavailable, PrecisionUnavailable: as `nledn.device.choose`.
    """
    both = machine.torch and machine.openvino is not None
    return both and options.backend == "auto" and device.choose(options, machine).device == "cpu"


def settled(machine: Machine) -> Machine:
    """With a verdict where there is no torch to turn to; takes some seconds, once.

    One that never ended is held a second time: somebody may have switched the machine off.
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
    with locking.alone(_path(machine).with_suffix(".lock"), PATIENCE_S):
        now = remembered(machine)
        if now not in (None, BEGAN, BEGAN_AGAIN, machine.openvino_trial):
            return now
        return _held(replace(machine, openvino_trial=now))


def _held(machine: Machine) -> Trial:
    _remember(BEGAN_AGAIN if machine.openvino_trial == BEGAN else BEGAN, machine)
    try:
        verdict = _compared(machine) if machine.torch else _held_against_reference(machine)
    except Exception as error:  # whatever it is: a backend that fails is not used
        log.warning("the trial of OpenVINO failed", exc_info=True)
        verdict = Trial(agrees=False, times_as_fast=0.0, problem=f"it failed when tried: {error}")
        if not machine.torch:  # there is nothing else to compute with; memory may have been short
            _path(machine).unlink(missing_ok=True)
            return verdict
    except BaseException:
        take_back(machine)  # Ctrl-C says nothing about OpenVINO
        raise
    _remember(verdict, machine)
    return verdict


def take_back(machine: Machine) -> None:
    """Let a trial that was stopped never have begun; a verdict stays.

    Args:
        machine: as it was given to `hold`.
    """
    if remembered(machine) not in (BEGAN, BEGAN_AGAIN):
        return
    if machine.openvino_trial is None:
        _path(machine).unlink(missing_ok=True)
    else:
        _remember(machine.openvino_trial, machine)


def _compared(machine: Machine) -> Trial:
    precision = device.cpu_precision(machine)
    trained, rainy = reference.made_up(), reference.tile(SIDE_PX)
    exact = backends.create(Choice("cpu", "torch", "fp32", machine.cores, ()), trained).rain(rainy)
    rivals = [
        backends.create(Choice("cpu", name, precision, machine.cores, ()), trained)
        for name in ("torch", "openvino")
    ]
    apart = [reference.rms(each.rain(rainy) - exact) for each in rivals]
    # In turn, so that what else the machine does disturbs both alike.
    rounds = [[_seconds(each, rainy) for each in rivals] for _ in range(ROUNDS)]
    torchs, its = (min(seconds) for seconds in zip(*rounds, strict=True))
    return _judged(apart[1], apart[0], round(torchs / its, 2))


def _held_against_reference(machine: Machine) -> Trial:
    precision = device.cpu_precision(machine)
    kept = reference.read(places.torchs_rain())
    backend = backends.create(
        Choice("cpu", "openvino", precision, machine.cores, ()), reference.made_up()
    )
    rain = reference.kept_of(backend.rain(reference.tile(reference.SIDE_PX)))
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
    facts = (
        __version__,
        backends.version("torch"),
        machine.openvino,
        machine.cpu_name,
        machine.cores,
        device.cpu_precision(machine),
    )
    name = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
    return places.user_cache() / "trials" / f"openvino-{name}.json"


def _remember(verdict: Trial, machine: Machine) -> None:
    path = _path(machine)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(path, overwrite=True) as temporary:
            temporary.write_text(json.dumps(asdict(verdict)), "utf-8")
    except (OSError, WriteError):
        log.warning("the verdict on OpenVINO could not be kept in %s", path.parent)
