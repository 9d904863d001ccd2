"""Test at a device's first use whether it computes rightly here, on one small tile.

Every device is compared with torch in float32 on the processor, with made-up weights. A bundle
without torch carries torch's result (`nledn.places.torchs_rain`); `build.spec` has it made. The
verdict is remembered, until a version, the device or its driver changes.
"""

import json
import logging
import math
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from nledn import backends, device, interpreter, places
from nledn.architecture import weight_shapes
from nledn.backends import Backend, Trained, verdicts
from nledn.device import Cause, Choice
from nledn.errors import EngineFaulty, OutOfMemory
from nledn.machine import Machine
from nledn.options import Options
from nledn.pixels import Floats

log = logging.getLogger(__name__)

# Several regions on the first two levels, so that regions are computed together, in pieces of two
# lengths, and by the kernels that large tiles get.
SIZE_PX = (192, 200)
# With 1, rounding in float32 decides which of two equals is a window's maximum so often that right
# results are 2e-4 apart (root mean square, OpenVINO from torch); with 0.8 it is 2e-5.
GAIN = 0.8
KEPT_SIZE_PX = (256, 256)  # of the tile in a bundle: four regions a side on the first level
EVERY_PX = 3  # which of its pixels are kept: odd, so that each corner of a pooling window is met
# Root mean square of the difference, where the rain's own is 0.45. In float32 2e-7 was seen, in
# bfloat16 0.0057, with torch and with OpenVINO alike; float16 has three more bits.
TOLERANCES = {"fp32": 1e-4, "bf16": 0.012, "fp16": 0.012}
ATTEMPTS = 2  # that may end the program; one may have been the user, killing it
PATIENCE_S = 180  # with a process that compiles for each operation, as AMD's may at first
GRAPH_SIDE_PX = 448
GRAPH_GAIN = 1.05  # a graph keeps the memory of a tile: for less it is not worth it
ROUNDS = 5
_NO_KERNEL = ("no kernel image", "invalid device function")


@dataclass(frozen=True)
class Problem:
    """The reason why a device or backend is not used: its kind, and a clause."""

    cause: Cause
    words: str


CRASHED = Problem("crash", "it ended the program when it was tried")


def checked(options: Options, machine: Machine) -> Choice:
    """Choose where to compute, and fall back from what computes wrongly.

    Returns:
        The choice; its `problem` says what was fallen back from, and why.

    Raises:
        DeviceUnavailable, BackendUnavailable, PrecisionUnavailable: as `nledn.device.choose`.
        EngineFaulty: there is nothing to fall back to.
    """
    first = device.choose(options, machine)
    problem = problem_of(first, machine)
    if problem is None:
        return replace(first, graph=gains_by_graph(first, machine))
    told = f"{', '.join(first.name[:2])} {first.precision}: {problem.words}"
    log.warning("%s, %s %s is not used: %s", *first.name, problem.words)
    for choice in device.fallbacks(first, options, machine):
        another = problem_of(choice, machine)
        if another is None:
            reasons = tuple(
                reason if now == before else f"not {before}: {told}"
                for reason, now, before in zip(first.reasons, choice.name, first.name, strict=True)
            )
            return replace(choice, reasons=reasons, problem=told, cause=problem.cause)
        log.warning("%s, %s %s is not used: %s", *choice.name, another.words)
    raise EngineFaulty(told)


def problem_of(choice: Choice, machine: Machine) -> Problem | None:
    """Return why a device or backend is not used; None if it computes correctly."""
    if choice.is_reference or _was_tried(choice, machine):
        return None
    path = _path("proof", choice, machine)
    kept = _read(path)
    if not isinstance(kept, int):
        return kept
    # A test that another process is running has not ended it.
    with verdicts.alone(path):
        return _tried(choice, machine, path)


def _tried(choice: Choice, machine: Machine, path: Path) -> Problem | None:
    kept = _read(path)
    if not isinstance(kept, int):
        return kept
    if kept >= ATTEMPTS:
        return CRASHED
    verdicts.write(path, kept + 1)
    gpu = device.gpu_of(choice, machine)
    try:
        # A card that this torch does not know may hang, or end its process.
        is_risky = gpu is not None and gpu.compiles_shapes and not interpreter.is_bundled()
        problem = _compared_apart(choice) if is_risky else compared(choice, machine)
    except Exception as error:  # any error: nothing is computed where this fails
        log.debug("%s, %s %s failed", *choice.name, exc_info=True)
        problem = _failed(error)
        if problem.cause != "kernel":
            path.unlink(missing_ok=True)  # it may have been busy, or out of memory
            return problem
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    verdicts.write(path, asdict(problem) if problem else "")
    return problem


def _failed(error: Exception) -> Problem:
    words = f"it failed when it was tried: {str(error).partition(chr(10))[0]}"
    if isinstance(error, OutOfMemory):
        return Problem("memory", "its free memory does not suffice")
    return Problem("kernel" if any(said in words for said in _NO_KERNEL) else "failed", words)


def _was_tried(choice: Choice, machine: Machine) -> bool:
    """Return whether the benchmark of OpenVINO has compared the same already."""
    trial = machine.openvino_trial
    is_it = (choice.backend, choice.precision) == ("openvino", device.cpu_precision(machine))
    return is_it and trial is not None and trial.agrees


def compared(choice: Choice, machine: Machine) -> Problem | None:
    """Compute a tile on a device and compare it with torch's result in float32."""
    if machine.torch:
        rainy = made_up_tile(*SIZE_PX)
        exact = backends.create(choice.reference, made_up()).rain(rainy)
        found = backends.create(choice, made_up()).rain(rainy)
    else:
        with np.load(places.torchs_rain()) as kept:
            exact = kept["rain"]
        found = _kept_of(backends.create(choice, made_up()).rain(made_up_tile(*KEPT_SIZE_PX)))
    if not np.isfinite(found).all():
        return Problem("wrong", "its results are no numbers")
    apart = rms(found - exact)
    if apart > TOLERANCES[choice.precision]:
        return Problem("wrong", f"its results are {apart:.2g} from the processor's")
    return None


def made_up() -> Trained:
    """Random weights under which values neither vanish nor grow, so that differences show."""
    rng = np.random.default_rng(0)
    arrays = {}
    for name, shape in weight_shapes().items():
        scale = 0.05 if len(shape) == 1 else GAIN / math.sqrt(math.prod(shape[1:]))
        arrays[name] = rng.standard_normal(shape, np.float32) * np.float32(scale)
    return Trained(arrays, "fixed")


def made_up_tile(height: int, width: int) -> Floats:
    """(1, 3, height, width) float32 in [0, 1]."""
    return np.random.default_rng(0).random((1, 3, height, width), np.float32)


def rms(difference: Floats) -> float:
    """Root mean square."""
    return float(np.sqrt(np.square(difference).mean()))


def best_seconds(rivals: Sequence[Backend], rainy: Floats, rounds: int) -> list[float]:
    """Return each one's shortest time for a tile; in turn, as other work then disturbs all."""
    best = [math.inf] * len(rivals)
    for _ in range(rounds):
        for place, backend in enumerate(rivals):
            began = time.perf_counter()
            backend.rain(rainy)
            best[place] = min(best[place], time.perf_counter() - began)
    return best


def write_torchs_rain(path: Path) -> None:
    """Compute with torch what a bundle carries; the reader makes weights and tile again."""
    rain = backends.create(Choice(*device.REFERENCE, 1, ()), made_up()).rain(
        made_up_tile(*KEPT_SIZE_PX)
    )
    np.savez_compressed(path, rain=_kept_of(rain))


def _kept_of(rain: Floats) -> Floats:
    """The pixels of (1, 3, h, w) that are compared in a bundle."""
    return rain[0, :, ::EVERY_PX, ::EVERY_PX]


def _compared_apart(choice: Choice) -> Problem | None:
    """Do the same in a separate process, which may hang or crash."""
    command = interpreter.command("nledn.backends.self_test", *choice.name)
    try:
        done = subprocess.run(  # noqa: S603  # this program, in another role
            command, capture_output=True, timeout=PATIENCE_S, check=False, **interpreter.settings()
        )
    except subprocess.TimeoutExpired:
        return Problem("crash", "it did not end when it was tried")
    if done.returncode:
        return replace(CRASHED, words="it ended its process when it was tried")
    found = json.loads(done.stdout)
    return None if found is None else Problem(**found)


def gains_by_graph(choice: Choice, machine: Machine) -> bool:
    """Return whether a CUDA graph gives the same bytes here, and faster; tested once."""
    gpu = device.gpu_of(choice, machine)
    if gpu is None or gpu.compiles_shapes:
        return False
    path = _path("graph", choice, machine)
    kept = verdicts.read(path)
    if isinstance(kept, bool):
        return kept
    with verdicts.alone(path):
        verdicts.write(path, False)  # what ends the program is not tried again
        try:
            gains = _gains(choice)
        except Exception:  # any error: the card computes without graphs too
            log.info("CUDA graphs are not used on %s", choice.device, exc_info=True)
            return False
        verdicts.write(path, gains)
    return gains


def _gains(choice: Choice) -> bool:
    rainy = made_up_tile(GRAPH_SIDE_PX, GRAPH_SIDE_PX)
    rivals = [backends.create(replace(choice, graph=graph), made_up()) for graph in (False, True)]
    for _ in range(2):  # the second time it is recorded, and replayed
        exact, found = (each.rain(rainy) for each in rivals)
    if not np.array_equal(exact, found):
        return False
    plain_s, graph_s = best_seconds(rivals, rainy, ROUNDS)
    return plain_s >= GRAPH_GAIN * graph_s


def _path(kind: str, choice: Choice, machine: Machine) -> Path:
    gpu = device.gpu_of(choice, machine)
    return verdicts.path_of(
        kind,
        backends.version("torch"),
        machine.openvino if choice.backend == "openvino" else "",
        machine.cpu_name if gpu is None else (gpu.name, gpu.driver),
        platform.mac_ver()[0] if choice.device == "mps" else "",  # its driver is a part of macOS
        *choice.name,
    )


def _read(path: Path) -> Problem | int | None:
    """Return the verdict, None for a good one, or how many attempts never ended."""
    kept = verdicts.read(path)
    if kept == "":
        return None
    if isinstance(kept, dict):
        try:
            return Problem(**kept)
        except TypeError:
            return 0
    return kept if isinstance(kept, int) else 0


def main() -> None:
    """Be the process of `_compared_apart`: print the problem of the given device as JSON."""
    place, backend, precision = sys.argv[1:]
    machine = backends.read_machine()
    choice = Choice(place, backend, precision, machine.cores, ("", "", ""))
    try:
        problem = compared(choice, machine)
    except Exception as error:  # noqa: BLE001  # it is the other process that decides
        problem = _failed(error)
    print(json.dumps(None if problem is None else asdict(problem)))


if __name__ == "__main__":
    main()
