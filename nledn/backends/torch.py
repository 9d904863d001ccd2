"""The reference backend: PyTorch on the CPU, on NVIDIA's and AMD's GPUs, and on Apple's."""

import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from nledn import malloc
from nledn.backends import Trained
from nledn.device import NO_DRIVER, TORCH_FOR_CPU, Choice, Gpu
from nledn.errors import OutOfMemory
from nledn.network import NLEDN
from nledn.pixels import Floats

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
DRIVER_FILE = Path("/proc/driver/nvidia/version")
# Compiled operations that oneDNN keeps, 1024 by default: 80 MB more once so many shapes were met,
# after an hour of photos of all sizes. Four tile shapes, which a photo has at most, need 256.
KEPT_OPERATIONS = 256
FP16_CAPABILITY = (7, 0)  # Volta: the first with tensor cores; before it fp16 is no faster
_OUT_OF_MEMORY = (
    "can't allocate memory",  # Linux and macOS
    "not enough memory",  # Windows
    "out of memory",  # drivers
)


class TorchBackend:
    """NLEDN on a torch device."""

    def __init__(self, choice: Choice, trained: Trained) -> None:
        self._device = torch.device(choice.device)
        if self._device.type == "cpu":
            torch.set_num_threads(choice.threads)
            malloc.keep_freed()
            os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(KEPT_OPERATIONS))
        # By default cuDNN rounds the inputs of fp32 convolutions to TF32's ten bits.
        torch.backends.cudnn.allow_tf32 = choice.precision != "fp32"
        network = network_of(trained)
        network.channels_last().to(self._device, DTYPES[choice.precision])
        network.to_rain.float()  # the tail stays float32, as `NLEDN.tail` says
        self._network = network

    def rain(self, rainy: Floats) -> Floats:
        """See `Backend.rain`."""
        try:
            return self._rain(rainy)
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
        # Outside the handler: the traceback would keep the tensors that filled the memory.
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        raise OutOfMemory(str(self._device), max(rainy.shape[2:]))

    def _rain(self, rainy: Floats) -> Floats:
        # inference_mode belongs to the thread, so it is entered where the work is done.
        with torch.inference_mode():
            x: Tensor = torch.from_numpy(np.ascontiguousarray(rainy))
            x = x.to(self._device, memory_format=torch.channels_last)
            return np.asarray(self._network(x).cpu().numpy(), np.float32)


def network_of(trained: Trained) -> NLEDN:
    """The network with its weights, in float32 on the CPU, ready to compute."""
    network = NLEDN(trained.regions)
    network.load_state_dict({name: torch.tensor(array) for name, array in trained.arrays.items()})
    return network.eval().requires_grad_(False)


def _is_out_of_memory(error: BaseException) -> bool:
    # The CPU's allocator has no error class of its own.
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or any(
        words in str(error) for words in _OUT_OF_MEMORY
    )


def built_for() -> str:
    """Return what this torch computes on, such as `CPU` or `CUDA 12.8`."""
    if torch.version.cuda:
        return f"CUDA {torch.version.cuda}"
    return f"ROCm {torch.version.hip}" if torch.version.hip else "CPU"


def has_cpu_bf16() -> bool:
    """Return whether the processor multiplies bfloat16 in hardware (AVX-512 BF16 or AMX)."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def has_mps() -> bool:
    """Return whether Apple's GPU can be used."""
    return torch.backends.mps.is_available()


def read_gpus() -> tuple[tuple[Gpu, ...], str]:
    """The GPUs that torch can use, by its index, or why there are none."""
    if not torch.cuda.is_available():
        built = torch.version.cuda or torch.version.hip
        return (), NO_DRIVER if built else TORCH_FOR_CPU
    return tuple(_gpu(index) for index in range(torch.cuda.device_count())), ""


def _gpu(index: int) -> Gpu:
    try:
        free, total = torch.cuda.mem_get_info(index)
    except RuntimeError:  # full, or lent to another program alone; the others may do
        free, total = 0, 0
    return Gpu(
        name=torch.cuda.get_device_name(index),
        free_bytes=free,
        total_bytes=total,
        fp16=torch.cuda.get_device_capability(index) >= FP16_CAPABILITY,
        driver=f"{torch.version.cuda or torch.version.hip} {_driver()}",
    )


def _driver() -> str:
    """The driver's version line; torch does not tell, and only Linux has it in a file."""
    try:
        return DRIVER_FILE.read_text("utf-8", "replace").partition("\n")[0]
    except OSError:
        return ""
