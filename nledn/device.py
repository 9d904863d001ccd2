"""Decisions on device, backend, precision and tile, each with its reason.

`Machine` holds what was found, `choose` and `plan` decide, and nothing here asks a driver: the
facts come from `nledn.backends.read_machine`, the one place that tests replace.
"""

import platform
from dataclasses import dataclass
from pathlib import Path

import psutil

from nledn.errors import (
    BackendUnavailable,
    DeviceUnavailable,
    EngineFaulty,
    OutOfMemory,
    PrecisionUnavailable,
)
from nledn.options import Options
from nledn.tiling import WHOLE_UP_TO_PX, Tiling, balanced, static, whole

TILE_PX = (512, 384, 256, 192, 128, 64)  # tried from the largest; 512 is the network's own scale
# Where one shape is compiled: the one that wastes least. Smaller ones would waste less still, but
# see less of the photo at a time.
STATIC_PX = (512, 448, 384)
OVERLAP_PX = 16  # docs/tiling.md has the measurement

# OpenVINO compiles one tile shape and computes more pixels twice than balanced tiles do: at 12
# megapixels 17 % beside 9 %.
WORTH_OPENVINO = 1.1

# Why there may be no GPU, as clauses.
NO_DRIVER = "no GPU with a working driver was found"
TORCH_FOR_CPU = "this installation of torch is for the CPU only"
NO_TORCH = "PyTorch, which computes on GPUs, is not part of this edition"

HALVED_BELOW_PX = 256  # fp32 tiles smaller than this lose more in overlap than fp16 loses in speed

# Peak memory of one tile, bytes a pixel, above what the idle process holds. Seen with torch on two
# cores at 256, 512 and 1024 px: 3142, 2826, 2626 (fp32) and 1604, 1644, 1498 (bf16); rounded up.
# fp16 is taken to be like bf16: no GPU was at hand.
TILE_BYTES_PER_PX = {"fp32": 3400, "bf16": 1800, "fp16": 1800}
# The photo, its rain plane, the result and what the writer copies, at 16 bits.
PHOTO_BYTES_PER_PX = 6 + 6 + 6 + 8
CGROUP_ROOT = Path("/sys/fs/cgroup")
BF16_FLAGS = {"avx512_bf16", "amx_bf16"}  # as Linux spells them
SHARE_OF_FREE_MEMORY = 0.8  # the rest is for fragmentation and for other programs


@dataclass(frozen=True)
class Gpu:
    """One GPU as its driver reports it.

    Attributes:
        name: as sold.
        free_bytes: memory that is free now.
        total_bytes: all of it.
        fp16: half precision pays on it (compute capability 7.0 on).
        driver: its version, as far as it can be known; a new one has to prove itself again.
    """

    name: str
    free_bytes: int
    total_bytes: int
    fp16: bool
    driver: str = ""


@dataclass(frozen=True)
class Trial:
    """The result of the benchmark of OpenVINO on this machine.

    Attributes:
        agrees: its result is torch's.
        times_as_fast: torch's seconds for a tile over its own.
        problem: why it does not agree, as a clause.
    """

    agrees: bool
    times_as_fast: float
    problem: str = ""


@dataclass(frozen=True)
class Machine:
    """The abilities of this machine.

    Attributes:
        cpu_name: as sold.
        cores: that this process may use.
        memory_bytes: free now, the limit of a container honoured.
        cpu_bf16: the processor multiplies bfloat16 in hardware.
        gpus: NVIDIA's and AMD's, by torch's index.
        no_gpu_reason: why `gpus` is empty, as a clause.
        mps: Apple's GPU can be used.
        openvino: version that is installed, or None.
        openvino_trial: how it did here; None where it has not been tried.
        torch: it is installed; a bundle can do without.
    """

    cpu_name: str
    cores: int
    memory_bytes: int
    cpu_bf16: bool
    gpus: tuple[Gpu, ...] = ()
    no_gpu_reason: str = ""
    mps: bool = False
    openvino: str | None = None
    openvino_trial: Trial | None = None
    torch: bool = True


@dataclass(frozen=True)
class Choice:
    """The place of the computation.

    Attributes:
        device: `cpu`, `cuda:N` or `mps`.
        backend: `torch` or `openvino`.
        precision: `fp32`, `bf16` or `fp16`.
        threads: of the processor.
        reasons: one clause for each decision, in the order device, backend, precision.
        problem: what would have come first but computes wrongly here, and why; empty for nothing.
    """

    device: str
    backend: str
    precision: str
    threads: int
    reasons: tuple[str, ...]
    problem: str = ""


def choose(options: Options, machine: Machine) -> Choice:
    """Decide where and how to compute.

    Raises:
        DeviceUnavailable: a device was asked for that is not there.
        BackendUnavailable: likewise a backend.
        PrecisionUnavailable: likewise a precision.
    """
    device, why_device = _device(options.device, machine)
    backend, why_backend = _backend(options.backend, device, machine)
    precision, why_precision = _precision(options.precision, device, machine)
    return Choice(
        device=device,
        backend=backend,
        precision=precision,
        threads=options.threads or machine.cores,
        reasons=(why_device, why_backend, why_precision),
    )


def _device(asked: str, machine: Machine) -> tuple[str, str]:
    if asked == "cpu":
        return "cpu", "asked for"
    if asked.startswith("cuda"):
        return _cuda(asked, machine), "asked for"
    if asked == "mps":
        if not machine.mps:
            raise DeviceUnavailable("mps", "this machine has no Apple GPU that torch can use")
        return "mps", "asked for; untested by us"
    roomy = [
        gpu
        for gpu in machine.gpus
        if _largest_tile(int(gpu.free_bytes * SHARE_OF_FREE_MEMORY), "fp16") is not None
    ]
    if roomy:
        best = max(roomy, key=lambda gpu: gpu.free_bytes)
        return f"cuda:{machine.gpus.index(best)}", f"{best.name} has the most free memory"
    if machine.gpus:
        return "cpu", "the GPU has too little free memory"
    return "cpu", machine.no_gpu_reason


def _cuda(asked: str, machine: Machine) -> str:
    index = int(asked.partition(":")[2] or 0)
    if not machine.gpus:
        raise DeviceUnavailable(asked, machine.no_gpu_reason)
    if index >= len(machine.gpus):
        raise DeviceUnavailable(asked, f"the last GPU is cuda:{len(machine.gpus) - 1}")
    return f"cuda:{index}"


def _backend(asked: str, device: str, machine: Machine) -> tuple[str, str]:
    if not machine.torch:
        return _only_openvino(asked, machine)
    if asked == "openvino":
        if machine.openvino is None:
            raise BackendUnavailable("openvino", "the package openvino is not installed")
        if device != "cpu":
            raise BackendUnavailable("openvino", f"it computes on the CPU here, not on {device}")
        return "openvino", "asked for"
    if asked == "torch":
        return "torch", "asked for"
    if device != "cpu" or machine.openvino is None:
        return "torch", "the reference"
    return _tried(machine.openvino_trial)


def _only_openvino(asked: str, machine: Machine) -> tuple[str, str]:
    if asked == "torch":
        raise BackendUnavailable("torch", "PyTorch is not part of this edition")
    if machine.openvino is None:
        raise BackendUnavailable("openvino", "neither it nor PyTorch is installed")
    trial = machine.openvino_trial
    if asked == "openvino" or trial is None:
        return "openvino", "asked for" if asked == "openvino" else "the only one in this edition"
    if not trial.agrees:
        raise EngineFaulty(trial.problem)
    return "openvino", "the only one in this edition; it is right here"


def _tried(trial: Trial | None) -> tuple[str, str]:
    if trial is None:
        return (
            "torch",
            "openvino is installed but has not been tried here; `nledn info`, large batches and"
            " the window, while nobody waits, do that",
        )
    if not trial.agrees:
        return "torch", f"openvino is installed but not used: {trial.problem}"
    fast = f"openvino takes a tile {trial.times_as_fast:.2f} times as fast here"
    if trial.times_as_fast < WORTH_OPENVINO:
        return "torch", f"{fast}, too little for tiles of one shape"
    return "openvino", fast


def _precision(asked: str, device: str, machine: Machine) -> tuple[str, str]:
    if device == "cpu" and asked == "fp16":
        raise PrecisionUnavailable("fp16", "no CPU computes in it; bf16 is its like")
    if device == "cpu" and asked == "bf16" and not machine.cpu_bf16:
        raise PrecisionUnavailable("bf16", "this CPU would only imitate it, slowly")
    if asked != "auto":
        return asked, "asked for"
    if device == "cpu":
        return _cpu_precision(machine)
    if device.startswith("cuda"):
        return _gpu_precision(machine.gpus[int(device[5:])])
    return "fp32", "the safe choice on this device"


def cpu_precision(machine: Machine) -> str:
    """The precision that the processor is fastest in."""
    return _cpu_precision(machine)[0]


def _cpu_precision(machine: Machine) -> tuple[str, str]:
    if machine.cpu_bf16:
        return "bf16", "the CPU has it in hardware"
    return "fp32", "the CPU has no bfloat16 in hardware"


def _gpu_precision(gpu: Gpu) -> tuple[str, str]:
    if gpu.fp16:
        return "fp16", "the GPU has it in hardware"
    largest = _largest_tile(int(gpu.free_bytes * SHARE_OF_FREE_MEMORY), "fp32")
    if (largest or 0) < HALVED_BELOW_PX:
        return "fp16", "the GPU's free memory is small"
    return "fp32", "the GPU has no fast half precision"


@dataclass(frozen=True)
class Plan:
    """The tiles of one photo.

    Attributes:
        tiling: its tiles.
        reason: why these, as a clause.
    """

    tiling: Tiling
    reason: str


def plan(size: tuple[int, int], options: Options, choice: Choice, machine: Machine) -> Plan:
    """Divide a photo.

    Args:
        size: height and width, px.
        options: `tile` and `overlap_px` count.
        choice: where it is computed.
        machine: its free memory counts.

    Raises:
        OutOfMemory: not even the smallest tile fits, or the photo asked for whole does not.
    """
    height, width = size
    overlap_px = OVERLAP_PX if options.overlap_px is None else options.overlap_px
    free = free_bytes(choice, machine, height * width)
    if options.tile == "whole":
        if height * width * TILE_BYTES_PER_PX[choice.precision] > free:
            raise OutOfMemory(choice.device, max(size))
        return Plan(whole(height, width), "asked for")
    if isinstance(options.tile, int):
        asked = _divided(size, options.tile, overlap_px, choice)
        tile = asked.tiles[0].rect
        if tile.height * tile.width * TILE_BYTES_PER_PX[choice.precision] <= free:
            return Plan(asked, "asked for")
    largest = _largest_tile(free, choice.precision)
    if largest is None:
        raise OutOfMemory(choice.device, TILE_PX[-1])
    if isinstance(options.tile, int):
        reason = f"{options.tile} px would take more than the free memory"
        return Plan(_divided(size, largest, overlap_px, choice), reason)
    if max(size) <= min(WHOLE_UP_TO_PX, largest) and choice.backend != "openvino":
        return Plan(whole(height, width), f"no side is longer than {WHOLE_UP_TO_PX} px")
    reason = "the scale the network was made for"
    if largest < TILE_PX[0]:
        reason = f"{free / 2**30:.1f} GiB of memory is free"
    if choice.backend == "openvino":
        sides = [side for side in STATIC_PX if side <= largest] or [largest]
        tilings = [static(*size, side, min(overlap_px, side // 4)) for side in sides]
        return Plan(min(tilings, key=lambda tiling: tiling.waste), "the least waste of few shapes")
    return Plan(_divided(size, largest, overlap_px, choice), reason)


def _divided(size: tuple[int, int], tile_px: int, overlap_px: int, choice: Choice) -> Tiling:
    overlap_px = min(overlap_px, tile_px // 4)
    if choice.backend == "openvino":  # compiles one shape: every tile has it
        return static(*size, tile_px // 8 * 8, overlap_px)
    return balanced(*size, tile_px, overlap_px)


def free_bytes(choice: Choice, machine: Machine, photo_px: int) -> int:
    """Memory that tiles may take on the chosen device, once the photo itself is held."""
    if choice.device.startswith("cuda"):
        free = machine.gpus[int(choice.device[5:])].free_bytes
    else:
        free = machine.memory_bytes - photo_px * PHOTO_BYTES_PER_PX
    return int(free * SHARE_OF_FREE_MEMORY)


def _largest_tile(free: int, precision: str) -> int | None:
    per_px = TILE_BYTES_PER_PX[precision]
    return next((side for side in TILE_PX if side * side * per_px <= free), None)


def read_cpu_name() -> str:
    """The processor as sold, or its architecture where the system does not tell."""
    for line in _lines(Path("/proc/cpuinfo")):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def read_cpu_bf16() -> bool:
    """Return whether the processor multiplies bfloat16 in hardware, as far as Linux tells."""
    for line in _lines(Path("/proc/cpuinfo")):
        if line.startswith("flags"):
            return not BF16_FLAGS.isdisjoint(line.split())
    return False


def read_memory_bytes() -> int:
    """Memory that is free now: the system's, or a container's where that is less."""
    return min([psutil.virtual_memory().available, *_cgroup_free()])


def _cgroup_free() -> list[int]:
    # Version 2, then version 1. "max" or a huge number mean that there is no limit.
    root = CGROUP_ROOT
    versions = (
        (root, "memory.max", "memory.current", "inactive_file"),
        (
            root / "memory",
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file",
        ),
    )
    free = []
    for folder, limit, used, cache in versions:
        texts = [next(iter(_lines(folder / name)), "").strip() for name in (limit, used)]
        if all(text.isdigit() for text in texts):
            # Files that were read count as used, and make room when somebody asks.
            taken = int(texts[1]) - _cgroup_cache(folder, cache)
            free.append(max(int(texts[0]) - taken, 0))
    return free


def _cgroup_cache(folder: Path, name: str) -> int:
    counts = dict(line.split() for line in _lines(folder / "memory.stat") if " " in line)
    return int(counts.get(name, 0))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
