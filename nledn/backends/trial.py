"""Is OpenVINO right here, and faster than torch? Tried once a machine, and remembered.

Versions, processor, precision and threads are in the verdict's name, so that a change of any of
them asks for another trial. A trial that never ended, because the process died in it, counts as
failed.
"""

import hashlib
import importlib.metadata
import json
import logging
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from nledn import __version__, atomic, backends, device, places
from nledn.architecture import weight_shapes
from nledn.backends import Backend, Floats, Trained
from nledn.device import Choice, Machine, Trial
from nledn.errors import WriteError

log = logging.getLogger(__name__)

SIDE_PX = 512  # a tile of the shape that a large photo has
ROUNDS = 3
# Root mean squares of the differences from torch in float32: beyond rounding in float32 itself
# (1e-6 was seen), what torch loses in the same precision may be lost twice.
SMALLEST_TOLERANCE = 1e-4
TIMES_TORCHS_LOSS = 2
BEGAN = Trial(agrees=False, times_as_fast=0.0, problem="it ended the program when it was tried")


def remembered(machine: Machine) -> Trial | None:
    """The verdict on this machine; None where it has not been tried."""
    try:
        return Trial(**json.loads(_path(machine).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def hold(machine: Machine) -> Trial:
    """Compute a tile with both, compare, and remember the verdict; takes some ten seconds."""
    _remember(BEGAN, machine)
    try:
        verdict = _compared(machine)
    except Exception as error:  # whatever it is: a backend that fails is not used
        log.warning("the trial of OpenVINO failed", exc_info=True)
        verdict = Trial(agrees=False, times_as_fast=0.0, problem=f"it failed when tried: {error}")
    except BaseException:
        _path(machine).unlink(missing_ok=True)  # Ctrl-C says nothing about OpenVINO
        raise
    _remember(verdict, machine)
    return verdict


def random_weights() -> dict[str, Floats]:
    """Scaled so that values neither vanish nor grow, for a comparison that says something."""
    rng = np.random.default_rng(0)
    return {
        name: rng.standard_normal(shape, np.float32)
        / np.float32(np.prod(shape[1:]) ** 0.5 if len(shape) > 1 else 20)
        for name, shape in weight_shapes().items()
    }


def _compared(machine: Machine) -> Trial:
    precision = device.cpu_precision(machine)
    trained = Trained(random_weights(), "fixed", "")
    rainy = np.random.default_rng(0).random((1, 3, SIDE_PX, SIDE_PX), np.float32)
    exact = backends.create(Choice("cpu", "torch", "fp32", machine.cores, ()), trained).rain(rainy)
    apart, seconds = [], []
    for name in ("torch", "openvino"):
        choice = Choice("cpu", name, precision, machine.cores, ())
        rain, took = _timed(backends.create(choice, trained), rainy)
        apart.append(float(np.sqrt(np.square(rain - exact).mean())))
        seconds.append(took)
    agrees = apart[1] <= max(TIMES_TORCHS_LOSS * apart[0], SMALLEST_TOLERANCE)
    problem = "" if agrees else f"its result is {apart[1]:.2g} from torch's"
    return Trial(agrees, round(seconds[0] / seconds[1], 2), problem)


def _timed(backend: Backend, rainy: Floats) -> tuple[Floats, float]:
    rain, seconds = backend.rain(rainy), []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        backend.rain(rainy)
        seconds.append(time.perf_counter() - started)
    return rain, min(seconds)


def _path(machine: Machine) -> Path:
    facts = (
        __version__,
        importlib.metadata.version("torch"),
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
