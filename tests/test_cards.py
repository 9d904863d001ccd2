"""Usable and unusable cards: a faked `torch.cuda` and a faked NVML."""

import ctypes
import warnings
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from nledn import Options, backends, device
from nledn.backends import cards
from nledn.backends import torch as torch_backend
from nledn.device import LOST, NO_DRIVER, TORCH_FOR_CPU
from nledn.errors import DeviceUnavailable
from nledn.machine import Machine

GIB = 2**30
CUDA_13 = ["sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120", "compute_120"]
TOO_OLD = (
    "CUDA initialization: The NVIDIA driver on your system is too old (found version 12020). Please"
    " update your GPU driver by downloading and installing a new version. (Triggered internally)"
)


def card(name: str, capability: tuple[int, int], processors: int = 40, gib: int = 8) -> Any:
    return SimpleNamespace(
        name=name,
        major=capability[0],
        minor=capability[1],
        multi_processor_count=processors,
        total_memory=gib * GIB,
        uuid=name,
        gcnArchName="gfx1100:sramecc+",
    )


RTX_4080 = card("NVIDIA GeForce RTX 4080", (8, 9), 76, 16)
TESLA_P40 = card("Tesla P40", (6, 1), 30, 24)
GTX_1660 = card("NVIDIA GeForce GTX 1660", (7, 5), 22, 6)


class Cuda:
    """The driver as torch shows it.

    Attributes:
        cards: what is there, by torch's index.
        free: free bytes of each; an error for a card that cannot be opened.
        opened: cards whose context was opened by asking them.
        kept_bytes: what torch keeps for its next tensors.
        warns: what it says when it does not start.
    """

    def __init__(self) -> None:
        self.cards: list[Any] = []
        self.free: dict[int, int] = {}
        self.opened: list[int] = []
        self.kept_bytes = 0
        self.warns = ""
        self.archs = CUDA_13

    def is_available(self) -> bool:
        if self.warns:
            warnings.warn(self.warns, UserWarning, stacklevel=2)
            self.warns = ""  # it warns once a process
        return bool(self.cards)

    def device_count(self) -> int:
        return len(self.cards)

    def get_device_properties(self, index: int) -> Any:
        return self.cards[index]

    def mem_get_info(self, index: int) -> tuple[int, int]:
        self.opened.append(index)
        if index not in self.free:
            raise RuntimeError("CUDA error: all CUDA-capable devices are busy or unavailable")
        return self.free[index], self.cards[index].total_memory

    def memory_reserved(self, _index: int) -> int:
        return self.kept_bytes

    def memory_allocated(self, _index: int) -> int:
        return 0

    def get_arch_list(self) -> list[str]:
        return self.archs


class Nvml:
    """NVIDIA's library: free bytes by the card's name; -1 for one that does not tell."""

    def __init__(self, free: dict[str, int], driver: str) -> None:
        self._free = free
        self._driver = driver
        self._names: list[str] = []

    def nvmlSystemGetDriverVersion(self, text: Any, _length: int) -> int:  # noqa: N802
        text.value = self._driver.encode()
        return 0

    def nvmlDeviceGetHandleByUUID(self, name: bytes, handle: Any) -> int:  # noqa: N802
        self._names.append(name.decode().removeprefix("GPU-"))
        handle._obj.value = len(self._names)
        return 0

    def nvmlDeviceGetMemoryInfo(self, handle: ctypes.c_void_p, found: Any) -> int:  # noqa: N802
        assert handle.value is not None
        free = self._free[self._names[handle.value - 1]]
        found._obj.free, found._obj.total = free, 24 * GIB
        return int(free < 0)


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> Cuda:
    found = Cuda()
    for name in [name for name in vars(Cuda) if not name.startswith("_")]:
        monkeypatch.setattr(torch.cuda, name, getattr(found, name))
    monkeypatch.setattr(cards, "_PROCESS", cards._Process())
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(cards, "_nvml", lambda: None)
    return found


def machine() -> Machine:
    gpus, reason = cards.read_gpus()
    return Machine("CPU", 4, 8 * GIB, cpu_bf16=False, gpus=gpus, no_gpu_reason=reason)


def test_a_driver_that_is_too_old_is_told_with_the_one_that_is_needed(cuda: Cuda) -> None:
    cuda.warns = TOO_OLD
    for _ in range(2):
        choice = device.choose(Options(), machine())
        assert choice.device == "cpu"
        assert choice.reasons[0] == (
            "the NVIDIA driver is too old: it supports CUDA 12.2, this PyTorch needs 13.0, that is"
            " driver 580 or newer"
        )


def test_another_reason_why_cuda_does_not_start_is_passed_on(cuda: Cuda) -> None:
    cuda.warns = "CUDA initialization: CUDA unknown error - this may be due to an incorrect set-up."
    assert "CUDA unknown error" in machine().no_gpu_reason


def test_no_driver_and_no_cuda_are_told_apart(cuda: Cuda, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine().no_gpu_reason == NO_DRIVER
    monkeypatch.setattr(torch.version, "cuda", None)
    assert machine().no_gpu_reason == TORCH_FOR_CPU


def test_a_card_that_this_torch_has_no_kernels_for_is_not_used(cuda: Cuda) -> None:
    cuda.cards, cuda.free = [TESLA_P40], {0: 20 * GIB}
    found = machine()
    choice = device.choose(Options(), found)
    assert choice.device == "cpu"
    assert "Tesla P40 is not used: this PyTorch has no kernels for it" in choice.reasons[0]
    with pytest.raises(DeviceUnavailable):
        device.choose(Options(device="cuda:0"), found)
    cuda.archs = ["sm_50", "sm_60", "sm_70", "sm_80"]  # of CUDA 12: sm_60's code runs on 6.1
    choice = device.choose(Options(), machine())
    assert (choice.device, choice.precision) == ("cuda:0", "fp32")


@pytest.mark.parametrize(
    ("capability", "runs"), [((7, 5), True), ((7, 0), False), ((8, 9), True), ((12, 1), True)]
)
def test_code_runs_on_its_generation_and_what_the_driver_compiles_on_later_ones(
    cuda: Cuda, capability: tuple[int, int], runs: bool
) -> None:
    cuda.cards, cuda.free = [card("Some", capability)], {0: GIB}
    assert (machine().gpus[0].problem == "") == runs


def test_amds_cards_are_told_by_their_own_names(
    cuda: Cuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", "7.0")
    cuda.cards, cuda.free = [card("Radeon RX 7900", (11, 0))], {0: 20 * GIB}
    cuda.archs = ["gfx90a", "gfx1100"]
    (gpu,) = machine().gpus
    assert (gpu.problem, gpu.compiles_shapes) == ("", True)
    cuda.archs = ["gfx90a"]
    assert machine().gpus[0].problem == "this PyTorch has no kernels for it (gfx1100)"


def test_a_gtx_16_has_the_number_but_not_the_tensor_cores(cuda: Cuda) -> None:
    cuda.cards, cuda.free = [GTX_1660], {0: 5 * GIB}
    assert device.choose(Options(), machine()).precision == "fp32"


def test_of_two_cards_the_faster_is_taken_although_it_is_smaller(cuda: Cuda) -> None:
    cuda.cards, cuda.free = [TESLA_P40, RTX_4080], {0: 23 * GIB, 1: 9 * GIB}
    cuda.archs = ["sm_60", "sm_80"]
    choice = device.choose(Options(), machine())
    assert choice.device == "cuda:1"
    assert choice.reasons[0] == "NVIDIA GeForce RTX 4080 is the fastest of 2"
    cuda.free[1] = GIB // 8  # others have filled it
    assert device.choose(Options(), machine()).device == "cuda:0"


def test_a_card_that_cannot_be_opened_leaves_the_others(cuda: Cuda) -> None:
    cuda.cards, cuda.free = [card("GPU 0", (8, 0)), card("GPU 1", (8, 0))], {1: 8 * GIB}
    found = machine()
    assert [(gpu.name, gpu.free_bytes) for gpu in found.gpus] == [("GPU 0", 0), ("GPU 1", 8 * GIB)]
    assert not found.no_gpu_reason


def test_what_torch_keeps_for_its_next_tensors_is_free(cuda: Cuda) -> None:
    cuda.cards, cuda.free, cuda.kept_bytes = [RTX_4080], {0: GIB}, 3 * GIB
    assert machine().gpus[0].free_bytes == 4 * GIB


def test_nvidias_library_tells_the_memory_without_opening_a_card(
    cuda: Cuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuda.cards, cuda.free = [RTX_4080, TESLA_P40], {1: 5 * GIB}
    library = Nvml({RTX_4080.name: 2 * GIB, TESLA_P40.name: -1}, "580.65.06")
    monkeypatch.setattr(cards, "_nvml", lambda: library)
    first, second = machine().gpus
    assert (first.free_bytes, first.total_bytes) == (2 * GIB, 24 * GIB)
    assert second.free_bytes == 5 * GIB
    assert cuda.opened == [1], "only where the library does not tell"
    assert first.driver == "13.0 580.65.06", "on Windows too"


def test_after_a_lost_card_none_is_used_until_a_restart(cuda: Cuda) -> None:
    cuda.cards, cuda.free = [RTX_4080], {0: GIB}
    cards.lose()
    choice = device.choose(Options(), machine())
    assert (choice.device, choice.reasons[0]) == ("cpu", LOST)
    assert "restart" in LOST
    assert cuda.opened == [], "each question would fail"


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), "memory"),
        (MemoryError(), "memory"),
        (RuntimeError("CUDA error: out of memory"), "memory"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), "memory"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublas"), "memory"),
        (RuntimeError("GET was unable to find an engine to execute this computation"), "memory"),
        (RuntimeError("MPS backend out of memory (MPS allocated: 5.00 GB)"), "memory"),
        (RuntimeError("Insufficient Memory (00000008:kIOGPUCommandBufferCallbackError)"), "memory"),
        (RuntimeError("HIP out of memory. Tried to allocate 20.00 MiB"), "memory"),
        (torch.AcceleratorError("CUDA error: unknown error"), "lost"),
        (torch.AcceleratorError("CUDA error: unspecified launch failure"), "lost"),
        (torch.AcceleratorError("CUDA error: an illegal memory access was encountered"), "lost"),
        (torch.AcceleratorError("HIP error: the device was lost"), "lost"),
        (torch.AcceleratorError("CUDA error: no kernel image is available"), "other"),
        (RuntimeError("a bug"), "other"),
    ],
)  # fmt: skip
def test_what_an_error_means(error: BaseException, failure: str) -> None:
    assert torch_backend.failure_of(error) == failure


def test_on_windows_an_allocation_fails_before_the_driver_moves_it(
    cuda: Cuda, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = []
    monkeypatch.setattr(
        torch.cuda, "set_per_process_memory_fraction", lambda share, _: shares.append(share)
    )
    cuda.cards, cuda.free, cuda.kept_bytes = [RTX_4080], {0: 7 * GIB}, GIB
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (7 * GIB, 16 * GIB))
    torch_backend.keep_on_card(torch.device("cuda:0"))
    assert shares == [pytest.approx(0.95 / 2)]


def test_memory_is_given_back_while_nobody_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: given.append("cuda"))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.mps, "empty_cache", lambda: given.append("mps"))
    backends.rest()
    assert given == ["cuda", "mps"]


@pytest.mark.parametrize(
    ("place", "precision", "layout"),
    [
        ("cpu", "fp32", torch.channels_last),
        ("cuda:0", "fp16", torch.channels_last),
        ("cuda:0", "fp32", torch.contiguous_format),
        ("mps", "fp16", torch.contiguous_format),
    ],
)
def test_the_order_of_pixels(place: str, precision: str, layout: torch.memory_format) -> None:
    choice = device.Choice(place, "torch", precision, 1, ())
    assert torch_backend.layout_of(choice) is layout
