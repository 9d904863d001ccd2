"""Backends that take over where one fails, and the sentence that says so."""

from collections.abc import Callable

import numpy as np
import pytest

from nledn import device
from nledn.backends import Backend
from nledn.backends.recovering import Recovering
from nledn.device import LOST, Choice
from nledn.errors import DeviceFailed, OutOfMemory
from nledn.machine import Gpu, Machine, Trial
from nledn.options import Options
from nledn.pixels import Floats

GIB = 2**30
GPU = Gpu("Card", 20 * GIB, 24 * GIB, fp16=True)
MACHINE = Machine(
    "CPU", 2, 8 * GIB, cpu_bf16=True, gpus=(GPU,), openvino="1", openvino_trial=Trial(True, 2.0)
)
Rain = Callable[[Floats], Floats]


def half(rainy: Floats) -> Floats:
    return rainy / np.float32(2)


def overflow(rainy: Floats) -> Floats:
    return np.where(rainy.max(axis=(1, 2, 3), keepdims=True) > 0.9, np.nan, half(rainy))


def be_lost(_rainy: Floats) -> Floats:
    raise DeviceFailed("cuda:0", LOST)


def fits(most_px: int) -> Rain:
    """As a card whose memory takes so many pixels at a time."""

    def rain(rainy: Floats) -> Floats:
        if rainy[:, 0].size > most_px:
            raise OutOfMemory("cuda:0", max(rainy.shape[2:]))
        return half(rainy)

    return rain


class Watched:
    def __init__(self, name: str, rain: Rain, seen: list[tuple[str, tuple[int, ...]]]) -> None:
        self._name, self._rain, self._seen = name, rain, seen

    def rain(self, rainy: Floats) -> Floats:
        self._seen.append((self._name, rainy.shape))
        return self._rain(rainy)


class Case:
    """A card with what it falls back to.

    Attributes:
        seen: who computed what shape.
        notes: the sentences.
    """

    def __init__(self, options: Options | None = None, **computes: Rain) -> None:
        self.seen: list[tuple[str, tuple[int, ...]]] = []
        self.notes: list[str] = []
        self._computes = computes
        options = options or Options()
        choice = device.choose(options, MACHINE)
        later = device.fallbacks(choice, options, MACHINE)
        self.backend = Recovering(choice, self.create(choice), later, self.create)

    def create(self, choice: Choice) -> Backend:
        name = f"{choice.device.partition(':')[0]}_{choice.precision}"
        return Watched(name, self._computes.get(name, half), self.seen)

    def rain(self, rainy: Floats) -> Floats:
        found = self.backend.rain(rainy, self.notes.append)
        np.testing.assert_allclose(found, half(rainy), atol=1e-6)
        return found

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.seen]


def tiles(count: int, side: int = 64, brightest: float = 0.5) -> Floats:
    rainy = np.random.default_rng(1).random((count, 3, side, side), np.float32) * np.float32(0.5)
    rainy[-1, 0, 0, 0] = brightest
    return rainy


def test_what_overflows_is_done_in_float32_on_the_same_card_first() -> None:
    case = Case(cuda_fp16=overflow)
    case.rain(tiles(3, brightest=1.0))
    assert case.seen == [("cuda_fp16", (3, 3, 64, 64)), ("cuda_fp32", (1, 3, 64, 64))]
    assert case.notes == ["some tiles overflowed in fp16 and were done in fp32"]
    assert case.backend.choice.precision == "fp16"


def test_after_two_overflows_float32_computes_for_good() -> None:
    case = Case(cuda_fp16=overflow)
    for _ in range(3):
        case.rain(tiles(1, brightest=1.0))
    assert case.names == ["cuda_fp16", "cuda_fp32"] * 2 + ["cuda_fp32"]
    assert case.backend.choice.name == ("cuda:0", "torch", "fp32")


def test_where_float32_gives_no_numbers_on_the_card_the_processor_does_it() -> None:
    case = Case(cuda_fp16=overflow, cuda_fp32=overflow)
    case.rain(tiles(1, brightest=1.0))
    assert case.names == ["cuda_fp16", "cuda_fp32", "cpu_bf16"]


def test_no_numbers_from_anybody_come_back_as_they_are() -> None:
    case = Case(cuda_fp16=overflow, cuda_fp32=overflow, cpu_bf16=overflow, cpu_fp32=overflow)
    rain = case.backend.rain(tiles(1, brightest=1.0), case.notes.append)
    assert not np.isfinite(rain).all()


def test_a_card_lost_in_sleep_is_left_for_the_fastest_way_of_the_processor() -> None:
    case = Case(cuda_fp16=be_lost)
    case.rain(tiles(4))
    case.rain(tiles(1))
    assert case.names == ["cuda_fp16"] + ["cpu_bf16"] * 5
    assert case.seen[1] == ("cpu_bf16", (1, 3, 64, 64)), "a batch is for cards"
    assert case.backend.choice.name == ("cpu", "openvino", "bf16")
    assert case.notes == [
        "cuda:0 is not used: it stopped responding, as cards can after sleep; restart the program"
        " to use it again; cpu openvino bf16 took over"
    ]


def test_nothing_takes_over_from_the_processor() -> None:
    case = Case(Options(device="cpu"), cpu_bf16=be_lost)
    with pytest.raises(DeviceFailed):
        case.rain(tiles(1))


def test_a_batch_that_does_not_fit_is_done_one_by_one_from_then_on() -> None:
    case = Case(cuda_fp16=fits(64 * 64))
    case.rain(tiles(2))
    case.rain(tiles(2))
    assert [shape[0] for _, shape in case.seen] == [2, 1, 1, 1, 1]
    assert case.notes == ["memory ran out: tiles were computed one by one"]


def test_the_size_that_fits_is_remembered_for_the_photo() -> None:
    case = Case(cuda_fp16=fits(100 * 100))
    for _ in range(2):
        case.rain(tiles(1, side=256))
    assert [shape for _, shape in case.seen].count((1, 3, 256, 256)) == 1
    case.backend.photo_begins()
    case.rain(tiles(1, side=256))
    assert [shape for _, shape in case.seen].count((1, 3, 256, 256)) == 2, "once a photo"


def test_a_card_that_others_fill_is_left_when_not_even_the_smallest_part_fits() -> None:
    case = Case(cuda_fp16=fits(10), cuda_fp32=fits(10))
    case.rain(tiles(1))
    assert case.names[-1] == "cpu_bf16"
    assert case.seen[-1][1] == (1, 3, 32, 32)
    case.rain(tiles(1))
    assert case.seen[-1][1] == (1, 3, 64, 64), "the processor has room"
    assert case.notes[-1] == "the memory of cuda:0 does not suffice; cpu openvino bf16 took over"
