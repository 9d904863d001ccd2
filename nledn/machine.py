"""The abilities of a machine, and the system's facts about its processor and memory.

The whole `Machine` comes from `nledn.backends.read_machine`, the one place that tests replace.
"""

import platform
from dataclasses import dataclass
from pathlib import Path

import psutil

CGROUP_ROOT = Path("/sys/fs/cgroup")
BF16_FLAGS = {"avx512_bf16", "amx_bf16"}  # as Linux spells them

# Half-precision multiply-adds that one multiprocessor does in a clock, by compute capability
# (NVIDIA's white papers); without tensor cores as many as it has lanes for float32.
MULTIPLY_ADDS = {(8, 0): 1024, (9, 0): 2048, (10, 0): 4096, (10, 3): 4096}
OF_OTHER_TENSOR_CORES = 512
WITHOUT_TENSOR_CORES = 128


@dataclass(frozen=True)
class Gpu:
    """One GPU as its driver reports it.

    Attributes:
        name: as sold.
        free_bytes: memory that is free now.
        total_bytes: all of it.
        fp16: half precision is faster on it: it has tensor cores or similar units.
        driver: its version, if known; a new one is tested again.
        capability: NVIDIA's compute capability.
        processors: multiprocessors, or AMD's compute units.
        compiles_shapes: it takes seconds over each tile shape that is new (AMD's MIOpen).
        problem: why this PyTorch cannot use it, as a clause; empty where it can.
    """

    name: str
    free_bytes: int
    total_bytes: int
    fp16: bool
    driver: str = ""
    capability: tuple[int, int] = (0, 0)
    processors: int = 0
    compiles_shapes: bool = False
    problem: str = ""

    @property
    def speed(self) -> int:
        """Multiply-adds a clock: ranks the cards of one maker."""
        if not self.fp16:
            return self.processors * WITHOUT_TENSOR_CORES
        return self.processors * MULTIPLY_ADDS.get(self.capability, OF_OTHER_TENSOR_CORES)


@dataclass(frozen=True)
class Trial:
    """The result of the benchmark of OpenVINO on this machine.

    The speed is torch's seconds for a tile over its own; the problem is a clause.
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
        openvino: the installed version, or None.
        openvino_trial: its result here; None if it is untested.
        torch: it is installed; a bundle works without.
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


def read_cpu_name() -> str:
    """The processor as sold, or its architecture if the system does not name it."""
    return _cpuinfo("model name") or platform.processor() or platform.machine()


def read_cpu_bf16() -> bool:
    """Return whether the processor multiplies bfloat16 in hardware, as far as Linux tells."""
    return not BF16_FLAGS.isdisjoint(_cpuinfo("flags").split())


def _cpuinfo(name: str) -> str:
    lines = (line for line in _lines(Path("/proc/cpuinfo")) if line.startswith(name))
    return next(lines, "").partition(":")[2].strip()


def read_memory_bytes() -> int:
    """Memory that is free now: the system's, or a container's where that is less."""
    return min([psutil.virtual_memory().available, *_cgroup_free()])


def _cgroup_free() -> list[int]:
    # Version 2, then version 1. "max" or a huge number mean no limit.
    old = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    versions = (
        (CGROUP_ROOT, "memory.max", "memory.current", "inactive_file"),
        (CGROUP_ROOT / "memory", *old),
    )
    free = []
    for folder, limit, used, cache in versions:
        texts = [next(iter(_lines(folder / name)), "").strip() for name in (limit, used)]
        if all(text.isdigit() for text in texts):
            counts = dict(line.split() for line in _lines(folder / "memory.stat") if " " in line)
            # Cached files count as used, and make room on demand.
            taken = int(texts[1]) - int(counts.get(cache, 0))
            free.append(max(int(texts[0]) - taken, 0))
    return free


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
