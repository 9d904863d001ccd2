"""Test at a device's first use whether it computes rightly here, on one small patch.

Every device is compared with torch in float32 on the processor. The verdict is remembered, until
a version, the device or its driver changes.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from nledn import backends, device, places
from nledn.backends import reference as torchs
from nledn.backends import verdicts
from nledn.device import Choice, Machine
from nledn.errors import EngineFaulty
from nledn.options import Options

log = logging.getLogger(__name__)

SIDE_PX = 64
# Root mean square of the difference, where the rain's own is 0.45. In float32 2e-7 was seen, in
# bfloat16 0.0057, with torch and with OpenVINO alike; float16 has three more bits.
TOLERANCES = {"fp32": 1e-4, "bf16": 0.012, "fp16": 0.012}
ATTEMPTS = 2  # that may end the program; one may have been somebody who was in a hurry
REFERENCE = ("cpu", "torch", "fp32")


def is_reference(choice: Choice) -> bool:
    """Return whether it is what every device is compared with."""
    return _name(choice) == REFERENCE


def reference(choice: Choice) -> Choice:
    """Return the same on what every device is compared with."""
    place, backend, precision = REFERENCE
    return replace(choice, device=place, backend=backend, precision=precision)


def checked(options: Options, machine: Machine) -> Choice:
    """Choose where to compute, and fall back from what computes wrongly.

    Returns:
        The choice; its `problem` says what was fallen back from, and why.

    Raises:
        DeviceUnavailable, BackendUnavailable, PrecisionUnavailable: as `nledn.device.choose`.
        EngineFaulty: there is nothing to fall back to.
    """
    first = device.choose(options, machine)
    told = ""
    for choice in _ladder(first, machine):
        problem = problem_of(choice, machine)
        if not problem:
            return choice if not told else _fallen_back(choice, first, told)
        told = told or f"{first.device}, {first.backend} {first.precision}: {problem}"
        log.warning("%s, %s %s is not used: %s", *_name(choice), problem)
    raise EngineFaulty(told)


def _ladder(choice: Choice, machine: Machine) -> Iterator[Choice]:
    """Yield what to compute on, safer ones later; last the reference, where torch is installed."""
    yield choice
    if choice.precision != "fp32":
        yield replace(choice, precision="fp32")
    if machine.torch and not is_reference(choice):
        yield reference(choice)


def _name(choice: Choice) -> tuple[str, str, str]:
    return (choice.device, choice.backend, choice.precision)


def _fallen_back(choice: Choice, first: Choice, told: str) -> Choice:
    reasons = tuple(
        reason if now == before else f"not {before}: {told}"
        for reason, now, before in zip(first.reasons, _name(choice), _name(first), strict=True)
    )
    return replace(choice, reasons=reasons, problem=told)


def problem_of(choice: Choice, machine: Machine) -> str:
    """Return why something is not to be computed on, as a clause; empty where it is right."""
    if is_reference(choice) or _was_tried(choice, machine):
        return ""
    path = _path(choice, machine)
    kept = _read(path)
    if isinstance(kept, str):
        return kept
    # An attempt that another process is at is none that ended it.
    with verdicts.alone(path):
        return _tried(choice, machine, path)


def _tried(choice: Choice, machine: Machine, path: Path) -> str:
    kept = _read(path)
    if isinstance(kept, str):
        return kept
    if kept >= ATTEMPTS:
        return "it ended the program when it was tried"
    verdicts.write(path, kept + 1)
    try:
        problem = _compared(choice, machine)
    except Exception as error:  # whatever it is: nothing is computed where this fails
        log.debug("%s, %s %s failed", *_name(choice), exc_info=True)
        path.unlink(missing_ok=True)  # it may have been busy, or out of memory
        return f"it failed when it was tried: {error}"
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    verdicts.write(path, problem)
    return problem


def _was_tried(choice: Choice, machine: Machine) -> bool:
    """Return whether the benchmark of OpenVINO has compared the same already."""
    trial = machine.openvino_trial
    is_it = (choice.backend, choice.precision) == ("openvino", device.cpu_precision(machine))
    return is_it and trial is not None and trial.agrees


def _compared(choice: Choice, machine: Machine) -> str:
    made_up = torchs.made_up()
    if machine.torch:
        rainy = torchs.tile(SIDE_PX)
        exact = backends.create(reference(choice), made_up).rain(rainy)
        found = backends.create(choice, made_up).rain(rainy)
    else:
        exact = torchs.read(places.torchs_rain()).rain
        whole = backends.create(choice, made_up).rain(torchs.tile(torchs.SIDE_PX))
        found = torchs.kept_of(whole)
    if not np.isfinite(found).all():
        return "its results are no numbers"
    apart = torchs.rms(found - exact)
    if apart > TOLERANCES[choice.precision]:
        return f"its results are {apart:.2g} from the processor's"
    return ""


def _path(choice: Choice, machine: Machine) -> Path:
    index = choice.device.partition(":")[2]
    gpu = machine.gpus[int(index)] if index else None
    facts = (
        backends.version("torch"),
        machine.openvino if choice.backend == "openvino" else "",
        machine.cpu_name if gpu is None else (gpu.name, gpu.driver),
        *_name(choice),
    )
    return verdicts.path_of("proof", *facts)


def _read(path: Path) -> str | int:
    """Return the verdict, or how many attempts never ended; 0 where there was none."""
    kept = verdicts.read(path)
    return kept if isinstance(kept, str | int) else 0
