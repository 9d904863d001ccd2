"""The graphics cards that torch can use, and why it cannot use others."""

import ctypes
import platform
import re
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from nledn.device import LOST, NO_DRIVER, TORCH_FOR_CPU
from nledn.machine import Gpu

FP16_CAPABILITY = (7, 0)  # Volta: the first with tensor cores; before it fp16 is no faster
# These have the next generation's number but no tensor cores, and some give NaN in half precision
# (pytorch#58123).
WITHOUT_FP16 = "GTX 16"
NVML_NAMES = ("libnvidia-ml.so.1", "nvml.dll")  # Linux and WSL, Windows; with the driver
_LONGEST = 96  # of its strings
OLDEST_DRIVER = {"12": "525", "13": "580"}  # by CUDA's major version; its release notes


@dataclass
class _Process:
    """Facts that this process has read from its driver, which answers only once.

    Attributes:
        warned: why CUDA does not start.
        is_lost: a card stopped responding; until a restart no card can be used.
    """

    warned: str = ""
    is_lost: bool = False


_PROCESS = _Process()


def read_gpus() -> tuple[tuple[Gpu, ...], str]:
    """The GPUs of torch's `cuda`, by its index, or the reason for their absence."""
    if _PROCESS.is_lost:
        return (), LOST
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        is_available = torch.cuda.is_available()
    for warning in caught:
        _PROCESS.warned = _clause(str(warning.message))
    if not is_available:
        built = torch.version.cuda or torch.version.hip
        return (), (_PROCESS.warned or NO_DRIVER) if built else TORCH_FOR_CPU
    return tuple(_gpu(index) for index in range(torch.cuda.device_count())), ""


def lose() -> None:
    """Note that a card stopped responding, so that this process cannot use it again."""
    _PROCESS.is_lost = True


def _clause(warning: str) -> str:
    """Return why CUDA does not start, from torch's warning."""
    found = re.search(r"too old \(found version (\d+)\)", warning)
    if found is None:
        return f"CUDA does not start: {warning.partition(': ')[2].partition('. ')[0] or warning}"
    cuda, version = torch.version.cuda or "", int(found[1])
    oldest = OLDEST_DRIVER.get(cuda.partition(".")[0])
    newer = f"driver {oldest} or newer" if oldest else "a newer one"
    supported = f"{version // 1000}.{version % 1000 // 10}"
    return (
        f"the NVIDIA driver is too old: it supports CUDA {supported}, this PyTorch needs {cuda},"
        f" that is {newer}"
    )


def _gpu(index: int) -> Gpu:
    properties = torch.cuda.get_device_properties(index)
    name, capability = properties.name, (properties.major, properties.minor)
    free, total = _memory(index, properties)
    return Gpu(
        name=name,
        free_bytes=free,
        total_bytes=total,
        fp16=capability >= FP16_CAPABILITY and WITHOUT_FP16 not in name,
        driver=f"{torch.version.cuda or torch.version.hip} {_driver()}",
        capability=capability,
        processors=properties.multi_processor_count,
        compiles_shapes=torch.version.hip is not None,
        problem=_problem(properties),
    )


def _memory(index: int, properties: Any) -> tuple[int, int]:
    """Return free and total bytes; memory kept for this process's next tile counts as free."""
    found = _nvidias_memory(str(properties.uuid)) if torch.version.hip is None else None
    if found is None:
        try:
            found = torch.cuda.mem_get_info(index)
        except RuntimeError:  # full, or lent to another program alone; the others may do
            return 0, 0
    kept = torch.cuda.memory_reserved(index) - torch.cuda.memory_allocated(index)
    return found[0] + kept, found[1]


def _problem(properties: Any) -> str:
    """Return a clause if this torch was not built for the card, else an empty text."""
    built = torch.cuda.get_arch_list()
    if torch.version.hip:
        card = properties.gcnArchName.partition(":")[0]
        fits = card in built
    else:
        card = f"compute capability {properties.major}.{properties.minor}"
        fits = any(_runs(code, properties.major, properties.minor) for code in built)
    return "" if fits or not built else f"this PyTorch has no kernels for it ({card})"


def _runs(code: str, major: int, minor: int) -> bool:
    """Return whether machine code (`sm_86`) or code for the driver (`compute_120`) runs there."""
    kind, _, number = code.partition("_")
    built = divmod(int(number.rstrip("acf")), 10)
    if kind == "compute":
        return built <= (major, minor)
    return built[0] == major and built[1] <= minor


def _driver() -> str:
    """The driver's version, such as `580.65.06`; AMD's is part of Linux."""
    if torch.version.hip:
        return platform.release()
    text, library = ctypes.create_string_buffer(_LONGEST), _nvml()
    if library is None or library.nvmlSystemGetDriverVersion(text, _LONGEST):
        return ""
    return text.value.decode("ascii", "replace")


class _Memory(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_ulonglong) for name in ("total", "free", "used"))


def _nvidias_memory(uuid: str) -> tuple[int, int] | None:
    """Return a card's free and total memory in bytes; None if it does not report them.

    CUDA's own question opens a context on the card that it asks, which takes some hundred
    megabytes of it for as long as the program runs (pytorch#86493).

    Args:
        uuid: as CUDA gives it, without its prefix `GPU-`.
    """
    library, card, found = _nvml(), ctypes.c_void_p(), _Memory()
    if library is None:
        return None
    name = f"GPU-{uuid.removeprefix('GPU-')}".encode()
    if library.nvmlDeviceGetHandleByUUID(name, ctypes.byref(card)):
        return None
    if library.nvmlDeviceGetMemoryInfo(card, ctypes.byref(found)):
        return None
    return int(found.free), int(found.total)


@cache
def _nvml() -> Any:
    """NVIDIA's management library, which reports on a card without opening it."""
    for name in NVML_NAMES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        if not library.nvmlInit_v2():
            return library
    return None
