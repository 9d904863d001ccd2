"""Decisions on device, backend, precision and tile, each with its reason.

`choose` and `plan` decide by the facts of a `Machine`; nothing here asks a driver.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from nledn.errors import BackendUnavailable, DeviceUnavailable, OutOfMemory, PrecisionUnavailable
from nledn.machine import Gpu, Machine, Trial
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
LOST = "it stopped responding, as cards can after sleep; restart the program to use it again"
MPS_UNTESTED = "Apple's GPU is untested by us, and used only when it is asked for"

# Tiles to compute together where the card has memory for it: one of 448 px leaves most of a large
# card idle. Cards sold with 16 GB report a little less.
BATCH_TILES = 4
BATCH_FROM_BYTES = 15 * 2**30

HALVED_BELOW_PX = 256  # fp32 tiles smaller than this lose more in overlap than fp16 loses in speed

# Peak memory of one tile, bytes a pixel, above what the idle process holds. Seen with torch on two
# cores at 256, 512 and 1024 px: 3142, 2826, 2626 (fp32) and 1604, 1644, 1498 (bf16); rounded up.
# fp16 is assumed to equal bf16: no GPU was available.
TILE_BYTES_PER_PX = {"fp32": 3400, "bf16": 1800, "fp16": 1800}
# The photo, its rain plane, the result and the writer's copy, at 16 bits.
PHOTO_BYTES_PER_PX = 6 + 6 + 6 + 8
SHARE_OF_FREE_MEMORY = 0.8  # the rest is for fragmentation and for other programs


Cause = Literal["wrong", "memory", "kernel", "crash", "failed"]
"""Why a device is not used: wrong results, too little memory, no kernels for it in PyTorch, the
end of the program or no end at all, or another failure."""


@dataclass(frozen=True)
class Choice:
    """The place of the computation.

    Attributes:
        device: `cpu`, `cuda:N` or `mps`.
        backend: `torch` or `openvino`.
        precision: `fp32`, `bf16` or `fp16`.
        threads: of the processor.
        reasons: one clause for each decision, in the order device, backend, precision.
        problem: the first choice that is not used here, and why; empty if it is used.
        cause: the kind of the problem.
        graph: replay the operations of a tile as one CUDA graph.
    """

    device: str
    backend: str
    precision: str
    threads: int
    reasons: tuple[str, ...]
    problem: str = ""
    cause: Cause = "wrong"
    graph: bool = False

    @property
    def name(self) -> tuple[str, str, str]:
        """Device, backend and precision."""
        return self.device, self.backend, self.precision

    @property
    def is_reference(self) -> bool:
        """True for the reference that every device is compared with."""
        return self.name == REFERENCE

    @property
    def reference(self) -> "Choice":
        """The same with the reference."""
        place, backend, precision = REFERENCE
        return replace(self, device=place, backend=backend, precision=precision, graph=False)


REFERENCE = ("cpu", "torch", "fp32")


def choose(options: Options, machine: Machine) -> Choice:
    """Decide where and how to compute.

    Raises:
        DeviceUnavailable: the requested device is missing.
        BackendUnavailable: the requested backend is missing.
        PrecisionUnavailable: the device lacks the requested precision.
    """
    if options.device == "auto":
        device, why_device = _fastest(machine)
    else:
        device = _checked(options.device, machine)
        why_device = "asked for; untested by us" if device == "mps" else "asked for"
    backend, why_backend = _backend(options.backend, device, machine)
    precision, why_precision = _precision(options.precision, device, machine)
    return Choice(
        device=device,
        backend=backend,
        precision=precision,
        threads=options.threads or machine.cores,
        reasons=(why_device, why_backend, why_precision),
    )


def fallbacks(choice: Choice, options: Options, machine: Machine) -> Iterator[Choice]:
    """Yield the replacements for `choice`, the fastest first.

    Float32 on the same device, then the fastest way on the processor; last the reference, where
    torch is installed.
    """
    last = choice
    if choice.precision != "fp32":
        last = replace(choice, precision="fp32", graph=False)
        yield last
    if choice.device != "cpu":
        auto = replace(options, device="cpu", backend="auto", precision="auto")
        last = choose(auto, machine)
        yield last
        if last.precision != "fp32":
            last = replace(last, precision="fp32")
            yield last
    if machine.torch and not last.is_reference:
        yield last.reference


def _fastest(machine: Machine) -> tuple[str, str]:
    usable = [gpu for gpu in machine.gpus if not gpu.problem]
    roomy = [gpu for gpu in usable if _tile_that_fits(gpu)]
    if roomy:
        best = max(roomy, key=_rank)
        among = f"{best.name} is the fastest of {len(roomy)}" if len(roomy) > 1 else best.name
        return f"cuda:{machine.gpus.index(best)}", among
    if usable:
        return "cpu", "the GPU has too little free memory"
    if machine.gpus:
        return "cpu", f"{machine.gpus[0].name} is not used: {machine.gpus[0].problem}"
    return "cpu", MPS_UNTESTED if machine.mps else machine.no_gpu_reason


def _tile_that_fits(gpu: Gpu) -> int:
    return _largest_tile(int(gpu.free_bytes * SHARE_OF_FREE_MEMORY), "fp16") or 0


def _rank(gpu: Gpu) -> tuple[bool, int, int]:
    """Rank a card; a fast one that other programs have filled comes after an empty one."""
    return _tile_that_fits(gpu) >= HALVED_BELOW_PX, gpu.speed, gpu.free_bytes


def shared_out(options: Options, machine: Machine, worker: int) -> Options:
    """Return the options of a worker process, so that those of one machine use all of its cards."""
    if options.device != "auto":
        return options
    cards = [
        index
        for index, gpu in enumerate(machine.gpus)
        if not gpu.problem and _tile_that_fits(gpu) >= HALVED_BELOW_PX
    ]
    return replace(options, device=f"cuda:{cards[worker % len(cards)]}") if cards else options


def _checked(asked: str, machine: Machine) -> str:
    """Return the requested device, if it can be used."""
    if asked == "mps" and not machine.mps:
        raise DeviceUnavailable("mps", "this machine has no Apple GPU that torch can use")
    if not asked.startswith("cuda"):
        return asked
    index = int(asked.partition(":")[2] or 0)
    if not machine.gpus:
        raise DeviceUnavailable(asked, machine.no_gpu_reason)
    if index >= len(machine.gpus):
        raise DeviceUnavailable(asked, f"the last GPU is cuda:{len(machine.gpus) - 1}")
    if machine.gpus[index].problem:
        raise DeviceUnavailable(asked, machine.gpus[index].problem)
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
    return "openvino", "asked for" if asked == "openvino" else "the only one in this edition"


def _tried(trial: Trial | None) -> tuple[str, str]:
    if trial is None:
        return (
            "torch",
            "openvino is installed but untested here; `nledn info`, large batches and"
            " the idle window test it",
        )
    if not trial.agrees:
        return "torch", f"openvino is installed but not used: {trial.problem}"
    fast = f"openvino takes a tile {trial.times_as_fast:.2f} times as fast here"
    if trial.times_as_fast < WORTH_OPENVINO:
        return "torch", f"{fast}, too little for tiles of one shape"
    return "openvino", fast


def gpu_of(choice: Choice, machine: Machine) -> Gpu | None:
    """The GPU of torch's `cuda` that is computed on."""
    kind, _, index = choice.device.partition(":")
    return machine.gpus[int(index)] if kind == "cuda" else None


def _precision(asked: str, device: str, machine: Machine) -> tuple[str, str]:
    if device == "cpu" and asked == "fp16":
        raise PrecisionUnavailable("fp16", "no CPU computes in it; bf16 is its like")
    if device == "cpu" and asked == "bf16" and not machine.cpu_bf16:
        raise PrecisionUnavailable("bf16", "this CPU would only imitate it, slowly")
    if asked != "auto":
        return asked, "asked for"
    if device == "cpu":
        has, lacks = "the CPU has it in hardware", "the CPU has no bfloat16 in hardware"
        return ("bf16", has) if machine.cpu_bf16 else ("fp32", lacks)
    if device == "mps":
        return "fp32", "the safe choice on this device"
    return _gpu_precision(machine.gpus[int(device[5:])])


def _gpu_precision(gpu: Gpu) -> tuple[str, str]:
    if gpu.fp16:
        return "fp16", "the GPU has it in hardware"
    largest = _largest_tile(int(gpu.free_bytes * SHARE_OF_FREE_MEMORY), "fp32")
    if (largest or 0) < HALVED_BELOW_PX:
        return "fp16", "the GPU's free memory is small"
    return "fp32", "the GPU has no fast half precision"


def cpu_precision(machine: Machine) -> str:
    """The precision that the processor is fastest in."""
    return _precision("auto", "cpu", machine)[0]


@dataclass(frozen=True)
class Plan:
    """The tiles of one photo."""

    tiling: Tiling
    reason: str


def plan(size: tuple[int, int], options: Options, choice: Choice, machine: Machine) -> Plan:
    """Divide a photo of a size, height and width in px, by the options and the free memory.

    Raises:
        OutOfMemory: not even the smallest tile fits, or the photo asked for whole does not.
    """
    height, width = size
    overlap_px = OVERLAP_PX if options.overlap_px is None else options.overlap_px
    free = free_bytes(choice, machine, height * width)
    gpu = gpu_of(choice, machine)
    # Where each new tile shape is compiled, all tiles should have one.
    one_shape = choice.backend == "openvino" or (gpu is not None and gpu.compiles_shapes)
    if options.tile == "whole":
        if height * width * TILE_BYTES_PER_PX[choice.precision] > free:
            raise OutOfMemory(choice.device, max(size))
        return Plan(whole(height, width), "asked for")
    if isinstance(options.tile, int):
        asked = _divided(size, options.tile, overlap_px, one_shape)
        tile = asked.tiles[0].rect
        if tile.height * tile.width * TILE_BYTES_PER_PX[choice.precision] <= free:
            return Plan(asked, "asked for")
    largest = _largest_tile(free, choice.precision)
    if largest is None:
        raise OutOfMemory(choice.device, TILE_PX[-1])
    if isinstance(options.tile, int):
        reason = f"{options.tile} px would take more than the free memory"
        return Plan(_divided(size, largest, overlap_px, one_shape), reason)
    if max(size) <= min(WHOLE_UP_TO_PX, largest) and not one_shape:
        return Plan(whole(height, width), f"no side is longer than {WHOLE_UP_TO_PX} px")
    reason = "the scale the network was made for"
    if largest < TILE_PX[0]:
        reason = f"{free / 2**30:.1f} GiB of memory is free"
    if one_shape:
        sides = [side for side in STATIC_PX if side <= largest] or [largest]
        tilings = [static(*size, side, min(overlap_px, side // 4)) for side in sides]
        return Plan(min(tilings, key=lambda tiling: tiling.waste), "the least waste of few shapes")
    return Plan(_divided(size, largest, overlap_px, one_shape), reason)


def _divided(size: tuple[int, int], tile_px: int, overlap_px: int, one_shape: bool) -> Tiling:
    overlap_px = min(overlap_px, tile_px // 4)
    if one_shape:
        return static(*size, tile_px // 8 * 8, overlap_px)
    return balanced(*size, tile_px, overlap_px)


def batch_size(tiling: Tiling, choice: Choice, machine: Machine) -> int:
    """Tiles to compute together: as few batches as `BATCH_TILES` make, and those equally full."""
    gpu = gpu_of(choice, machine)
    if gpu is None or gpu.total_bytes < BATCH_FROM_BYTES:
        return 1
    tile, count = tiling.tiles[0].rect, len(tiling.tiles)
    size = -(-count // -(-count // BATCH_TILES))
    needed = size * tile.height * tile.width * TILE_BYTES_PER_PX[choice.precision]
    return size if needed <= free_bytes(choice, machine, 0) else 1


def free_bytes(choice: Choice, machine: Machine, photo_px: int) -> int:
    """Memory that tiles may take on the chosen device, once the photo itself is held."""
    gpu = gpu_of(choice, machine)
    free = machine.memory_bytes - photo_px * PHOTO_BYTES_PER_PX if gpu is None else gpu.free_bytes
    return int(free * SHARE_OF_FREE_MEMORY)


def _largest_tile(free: int, precision: str) -> int | None:
    per_px = TILE_BYTES_PER_PX[precision]
    return next((side for side in TILE_PX if side * side * per_px <= free), None)
