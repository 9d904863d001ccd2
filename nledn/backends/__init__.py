"""The computation of tiles. A backend takes and returns NumPy arrays and hides its library.

`read_machine` is the one place where facts about devices enter the program.
"""

import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from nledn.architecture import Regions
from nledn.device import NO_TORCH, Choice
from nledn.machine import Machine, read_cpu_bf16, read_cpu_name, read_memory_bytes
from nledn.pixels import Floats


class Backend(Protocol):
    """Computes tiles on one device with one checkpoint."""

    def rain(self, rainy: Floats) -> Floats:
        """Estimate the rain of tiles of one size.

        Args:
            rainy: (n, 3, h, w) float32 in [0, 1], RGB. Any size from 1×1.

        Returns:
            (n, 3, h, w) float32 in (-1, 1): rain to subtract; NaN or infinite where it overflowed.

        Raises:
            OutOfMemory: the tiles do not fit on the device.
            DeviceFailed: the device does not compute, possibly for the rest of this process.
        """
        ...


@dataclass(frozen=True)
class Trained:
    """The weights of a backend.

    Attributes:
        arrays: weights by the names of `nledn.network.NLEDN`, float32.
        regions: layout that they were trained with.
    """

    arrays: Mapping[str, Floats]
    regions: Regions


def create(choice: Choice, trained: Trained) -> Backend:
    """Load the chosen backend and give it the weights."""
    if choice.backend == "openvino":
        from nledn.backends.openvino import OpenVinoBackend

        return OpenVinoBackend(choice, trained)
    from nledn.backends.torch import TorchBackend

    return TorchBackend(choice, trained)


def rest() -> None:
    """Free memory of graphics cards that is only kept for the next tile."""
    if "nledn.backends.torch" in sys.modules:  # it is slow to load, and then has nothing to give
        from nledn.backends import torch as torch_backend

        torch_backend.release_kept()


def read_machine() -> Machine:
    """Read the facts from the system and the drivers."""
    from nledn.backends import backend_benchmark

    machine = Machine(
        cpu_name=read_cpu_name(),
        cores=_cores(),
        memory_bytes=read_memory_bytes(),
        cpu_bf16=read_cpu_bf16(),
        no_gpu_reason=NO_TORCH,
        openvino=version("openvino"),
        torch=importlib.util.find_spec("torch") is not None,
    )
    if machine.torch:
        from nledn.backends import cards
        from nledn.backends import torch as torch_backend

        gpus, no_gpu_reason = cards.read_gpus()
        bf16, mps = torch_backend.has_cpu_bf16(), torch_backend.has_mps()
        machine = replace(machine, cpu_bf16=bf16, gpus=gpus, no_gpu_reason=no_gpu_reason, mps=mps)
    return replace(machine, openvino_trial=backend_benchmark.remembered(machine))


def _cores() -> int:
    # A container or `taskset` may leave fewer than the machine has.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def version(package: str) -> str | None:
    """Return the version of an installed package; None if it is missing."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
