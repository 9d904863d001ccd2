"""NVIDIA's management library, which reports on a card without opening it.

CUDA's own question for the free memory opens a context on the card that it asks, which takes some
hundred megabytes of it for as long as the program runs (pytorch#86493).
"""

import ctypes
from functools import cache
from typing import Any

NAMES = ("libnvidia-ml.so.1", "nvml.dll")  # Linux and WSL, Windows; it comes with the driver
_LONGEST = 96  # of its strings


class _Memory(ctypes.Structure):
    _fields_ = (
        ("total", ctypes.c_ulonglong),
        ("free", ctypes.c_ulonglong),
        ("used", ctypes.c_ulonglong),
    )


def driver_version() -> str:
    """Return the driver's version, such as `580.65.06`; empty without one."""
    text = ctypes.create_string_buffer(_LONGEST)
    library = _library()
    if library is None or library.nvmlSystemGetDriverVersion(text, _LONGEST):
        return ""
    return text.value.decode("ascii", "replace")


def memory(uuid: str) -> tuple[int, int] | None:
    """Return a card's free and total memory in bytes; None if it does not report them.

    Args:
        uuid: as CUDA gives it, without its prefix `GPU-`.
    """
    library, card, found = _library(), ctypes.c_void_p(), _Memory()
    if library is None:
        return None
    name = f"GPU-{uuid.removeprefix('GPU-')}".encode()
    if library.nvmlDeviceGetHandleByUUID(name, ctypes.byref(card)):
        return None
    if library.nvmlDeviceGetMemoryInfo(card, ctypes.byref(found)):
        return None
    return int(found.free), int(found.total)


@cache
def _library() -> Any:
    for name in NAMES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        if not library.nvmlInit_v2():
            return library
    return None
