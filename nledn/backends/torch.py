"""The reference backend: PyTorch on the CPU, on NVIDIA's and AMD's GPUs, and on Apple's."""

import os
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from nledn import malloc
from nledn.backends import Trained, cards
from nledn.device import LOST, Choice
from nledn.errors import DeviceFailed, OutOfMemory
from nledn.network import NLEDN, reflect_to
from nledn.pixels import Floats
from nledn.regions import safe_side

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
# Compiled operations that oneDNN keeps, 1024 by default: 80 MB more once so many shapes were met,
# after an hour of photos of all sizes. Four tile shapes, which a photo has at most, need 256.
KEPT_OPERATIONS = 256
# Of the memory that was free at the start, on Windows: beyond all of it the driver does not fail
# but moves tiles to the computer's memory, which is many times slower (pytorch#108858).
SHARE_ON_WINDOWS = 0.95
_OUT_OF_MEMORY = (
    "can't allocate memory",  # Linux and macOS
    "not enough memory",  # Windows
    "out of memory",  # drivers
    "_STATUS_ALLOC_FAILED",  # cuDNN, cuBLAS
    "nable to find an engine",  # cuDNN, where no algorithm has room for its workspace
    "Insufficient Memory",  # Metal
)
# Errors after which the other calls of the process can still succeed.
_PASSING = ("no kernel image", "invalid device function", "invalid argument", "not supported")

KEPT_SHAPES = 2  # of graphs: landscape and portrait; one pool, so a second costs no tile's memory

Failure = Literal["memory", "lost", "other"]


class TorchBackend:
    """NLEDN on a torch device."""

    def __init__(self, choice: Choice, trained: Trained) -> None:
        self._device = torch.device(choice.device)
        # By default cuDNN rounds the inputs of fp32 convolutions to TF32's ten bits; in half
        # precision too, those of the tail, which has to stay float32.
        torch.backends.cudnn.allow_tf32 = False
        if self._device.type == "cpu":
            torch.set_num_threads(choice.threads)
            malloc.keep_freed()
            os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(KEPT_OPERATIONS))
        elif self._device.type == "cuda":
            # cuDNN's attention is the default on some cards, and plans 55 to 400 ms for each shape.
            torch.backends.cuda.enable_cudnn_sdp(False)
            if sys.platform == "win32":
                keep_on_card(self._device)
        network = network_of(trained)
        self._layout = layout_of(choice)
        if self._layout is torch.channels_last:
            network.channels_last()
        network.to(self._device, DTYPES[choice.precision])
        network.to_rain.float()  # the tail stays float32, as `NLEDN.tail` says
        self._network = network
        self._may_overflow = choice.precision == "fp16"
        self._graphs = Graphs(self._computed) if choice.graph else None

    def rain(self, rainy: Floats) -> Floats:
        """See `Backend.rain`."""
        try:
            return self._rain(rainy)
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            failure, reason = failure_of(error), str(error).partition("\n")[0]
            if failure == "other" and self._device.type == "cpu":
                raise
        # Outside the handler: the traceback would keep the tensors that filled the memory.
        if failure == "lost":
            cards.lose()
            raise DeviceFailed(str(self._device), LOST)
        if self._graphs is not None:
            self._graphs.forget()
        release_kept()
        if failure == "memory":
            raise OutOfMemory(str(self._device), max(rainy.shape[2:]))
        raise DeviceFailed(str(self._device), reason)

    def _rain(self, rainy: Floats) -> Floats:
        # inference_mode belongs to the thread, so it is entered where the work is done.
        is_cuda = self._device.type == "cuda"
        entered = torch.cuda.device(self._device) if is_cuda else nullcontext()
        with torch.inference_mode(), entered:
            pixels = torch.from_numpy(np.ascontiguousarray(rainy.transpose(0, 2, 3, 1)))
            if is_cuda:
                # Out of memory that the system cannot move, a copy is one step of the card's.
                pixels = pixels.pin_memory()
            pixels = pixels.to(self._device, non_blocking=True)  # (B, H, W, 3)
            x = pixels.permute(0, 3, 1, 2).contiguous(memory_format=self._layout)
            rain = self._computed(x) if self._graphs is None else self._graphs.run(x)
            return self._on_host(rain.permute(0, 2, 3, 1)).numpy().transpose(0, 3, 1, 2)

    def _computed(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) float32; NaN for a tile whose features overflowed."""
        if not self._may_overflow:
            return self._network(x)  # type: ignore[no-any-return]
        height, width = x.shape[2:]
        regions = self._network.regions
        safe = reflect_to(x, safe_side(height, regions), safe_side(width, regions))
        features = self._network.features(safe)
        # tanh makes ±1 of infinity, so the rain alone does not show it.
        is_finite = torch.isfinite(features).all(dim=(1, 2, 3))[:, None, None, None]
        rain = self._network.tail(features)[:, :, :height, :width]
        return torch.where(is_finite, rain, torch.nan)

    def _on_host(self, rain: Tensor) -> Tensor:
        if self._device.type != "cuda":
            return rain.cpu()
        host = torch.empty(rain.shape, dtype=torch.float32, pin_memory=True)
        host.copy_(rain, non_blocking=True)
        torch.cuda.current_stream().synchronize()
        return host


def layout_of(choice: Choice) -> torch.memory_format:
    """The memory order of tensors: by pixels where half precision or a CPU is fastest so.

    Float32 without TF32 can be slower by pixels on GPUs (pytorch#44943), and Apple's gives wrong
    results (pytorch#180984).
    """
    kind = choice.device.partition(":")[0]
    by_pixels = kind == "cpu" or (kind == "cuda" and choice.precision != "fp32")
    return torch.channels_last if by_pixels else torch.contiguous_format


def network_of(trained: Trained) -> NLEDN:
    """The network with its weights, in float32 on the CPU, ready to compute."""
    network = NLEDN(trained.regions)
    network.load_state_dict({name: torch.tensor(array) for name, array in trained.arrays.items()})
    return network.eval().requires_grad_(False)


def keep_on_card(device: torch.device) -> None:
    """Make allocations beyond the card's memory fail."""
    free, total = torch.cuda.mem_get_info(device)
    own = torch.cuda.memory_reserved(device)
    share = SHARE_ON_WINDOWS * (free + own) / total
    torch.cuda.set_per_process_memory_fraction(share, device)


def release_kept() -> None:
    """Free memory of cards that torch keeps for its next tensors."""
    with suppress(RuntimeError):  # of a card that stopped responding
        if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
            torch.cuda.empty_cache()
        if has_mps():
            torch.mps.empty_cache()


def failure_of(error: BaseException) -> Failure:
    """Return what an error means: a lack of memory, a card that is gone, or something else."""
    words = str(error)
    # The CPU's allocator has no error class.
    if isinstance(error, torch.OutOfMemoryError | MemoryError) or any(
        said in words for said in _OUT_OF_MEMORY
    ):
        return "memory"
    is_of_card = isinstance(error, torch.AcceleratorError) or "CUDA error" in words
    if is_of_card and not any(said in words for said in _PASSING):
        return "lost"
    return "other"


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


class _Recorded(NamedTuple):
    graph: torch.cuda.CUDAGraph
    rainy: Tensor
    rain: Tensor


class Graphs:
    """CUDA graphs: the about 350 operations of a tile, started by one call.

    A tile shape is recorded at its second use, and replayed from then on.

    The first tile of a shape is computed as usual: that chooses kernels and fills caches, which
    cannot be done while recording.

    Args:
        compute: the operations; they may not ask the device for anything.
    """

    def __init__(self, compute: Callable[[Tensor], Tensor]) -> None:
        self._compute = compute
        self._met: set[torch.Size] = set()
        self._recorded: dict[torch.Size, _Recorded] = {}
        self._pool = torch.cuda.graph_pool_handle()

    def run(self, rainy: Tensor) -> Tensor:
        """Return what `compute` does; overwritten by the next run of the same shape."""
        if rainy.shape not in self._met:
            self._met.add(rainy.shape)
            return self._compute(rainy)
        recorded = self._recorded.get(rainy.shape) or self._record(rainy)
        recorded.rainy.copy_(rainy)
        recorded.graph.replay()
        return recorded.rain

    def forget(self) -> None:
        """Free the memory."""
        self._recorded.clear()
        self._met.clear()
        self._pool = torch.cuda.graph_pool_handle()

    def _record(self, rainy: Tensor) -> _Recorded:
        while len(self._recorded) >= KEPT_SHAPES:
            del self._recorded[next(iter(self._recorded))]
        graph, kept = torch.cuda.CUDAGraph(), rainy.clone()
        # Other threads may ask for the free memory meanwhile.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            rain = self._compute(kept)
        self._recorded[rainy.shape] = _Recorded(graph, kept, rain)
        return self._recorded[rainy.shape]
