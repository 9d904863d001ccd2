"""The engine on a card: a backend that is slow on purpose computes while tiles are blended."""

import threading

import numpy as np
import pytest

from nledn import Cancelled, CancelToken, Derainer, Focus, Options, backends
from nledn.device import Choice, batch_size, choose
from nledn.engine import Progress
from nledn.errors import OutOfMemory
from nledn.machine import Gpu, Machine
from nledn.pixels import Floats
from nledn.tiling import Rect, balanced
from tests.test_engine import CARD, photo

GIB = 2**30
LARGE = Gpu("Large", 22 * GIB, 24 * GIB, fp16=True)
LAPTOP = Gpu("Laptop", 3 * GIB, 4 * GIB, fp16=True)
OPTIONS = Options(tile=64, overlap_px=16)
SIZE = (190, 190)  # four tiles a side
WAIT_S = 20.0


def machine_of(gpu: Gpu) -> Machine:
    return Machine("CPU", 2, 8 * GIB, cpu_bf16=True, gpus=(gpu,))


class Slow:
    """A card whose every batch takes until it is let.

    Attributes:
        begun: batches that have begun, by their shapes.
        threads: who called it.
    """

    def __init__(self, *, is_free: bool = True) -> None:
        self.begun: list[tuple[int, ...]] = []
        self.threads: set[int] = set()
        self._changed = threading.Condition()
        self._gate = threading.Semaphore(0)
        self._is_free = is_free

    def rain(self, rainy: Floats) -> Floats:
        self.threads.add(threading.get_ident())
        with self._changed:
            self.begun.append(rainy.shape)
            self._changed.notify_all()
        assert self._is_free or self._gate.acquire(timeout=WAIT_S)
        # As a real one, it depends on what else is in the batch, by a bit: on its size alone.
        return rainy / np.float32(2) + np.float32(1e-3 * len(rainy))

    def let(self) -> None:
        """End a batch."""
        self._gate.release()

    def wait_for(self, count: int) -> None:
        """Wait until so many batches have begun."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.begun) >= count, WAIT_S)


def derainer_of(backend: Slow, gpu: Gpu = LAPTOP) -> Derainer:
    machine = machine_of(gpu)
    return Derainer(OPTIONS, CARD, choose(OPTIONS, machine), machine, backend)


@pytest.fixture(autouse=True)
def _memory_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "read_machine", lambda: machine_of(LAPTOP))


def test_the_next_tile_is_computed_while_one_is_blended() -> None:
    card = Slow(is_free=False)
    derainer = derainer_of(card)
    layer = derainer.start(SIZE)
    total = len(layer.tiling.tiles)

    def on_tile(progress: Progress) -> None:
        card.wait_for(min(progress.done + 1, total))
        card.let()

    card.let()
    derainer.derain(photo(*SIZE), into=layer, on_tile=on_tile)
    assert layer.is_complete
    assert len(card.threads) == 1
    assert threading.get_ident() not in card.threads


@pytest.mark.parametrize("gpu", [LAPTOP, LARGE])
def test_every_order_gives_the_same_bytes(gpu: Gpu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "read_machine", lambda: machine_of(gpu))
    pixels = photo(*SIZE)
    straight = derainer_of(Slow(), gpu).derain(pixels)
    focused = derainer_of(Slow(), gpu).derain(pixels, focus=Focus(Rect(180, 180, 190, 190)))
    derainer, cancel = derainer_of(Slow(), gpu), CancelToken()
    layer = derainer.start(SIZE)
    with pytest.raises(Cancelled):
        derainer.derain(pixels, into=layer, on_tile=lambda _: cancel.cancel(), cancel=cancel)
    assert 0 < layer.done.sum() < len(layer.done)
    continued = derainer.derain(pixels, into=layer)
    for other in (focused, continued):
        np.testing.assert_array_equal(straight.plane, other.plane)


def test_batches_are_all_of_one_size_and_the_last_is_filled_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backends, "read_machine", lambda: machine_of(LARGE))
    card = Slow()
    seen: list[Progress] = []
    layer = derainer_of(card, LARGE).derain(photo(190, 140), on_tile=seen.append)
    assert len(layer.tiling.tiles) == 12
    assert [shape[0] for shape in card.begun] == [4, 4, 4]
    assert [progress.done for progress in seen] == list(range(1, 13))
    card = Slow()
    layer = derainer_of(card, LARGE).derain(photo(100, 240))
    assert len(layer.tiling.tiles) == 10
    assert [shape[0] for shape in card.begun] == [4, 4, 4]
    assert layer.is_complete


def test_what_is_looked_at_moves_the_batch_after_the_one_under_way() -> None:
    order: list[Rect] = []
    focus = Focus(Rect(180, 180, 190, 190))

    def look_elsewhere(progress: Progress) -> None:
        order.append(progress.rect)
        focus.rect = Rect(0, 180, 10, 190)

    derainer_of(Slow()).derain(photo(*SIZE), focus=focus, on_tile=look_elsewhere)
    assert (order[0].right, order[0].bottom) == (190, 190)
    assert order[1].bottom == 190 or order[1].right == 190
    assert (order[2].left, order[2].bottom) == (0, 190)


def test_cancel_takes_hold_within_a_batch() -> None:
    card, cancel = Slow(), CancelToken()
    derainer = derainer_of(card)
    layer = derainer.start(SIZE)

    def cancel_after_two(progress: Progress) -> None:
        if progress.done == 2:
            cancel.cancel()

    with pytest.raises(Cancelled):
        derainer.derain(photo(*SIZE), into=layer, on_tile=cancel_after_two, cancel=cancel)
    assert int(layer.done.sum()) == 2
    assert len(card.begun) == 3, "the one under way, and none after it"
    assert derainer.derain(photo(*SIZE), into=layer).is_complete


class Failing(Slow):
    """One that fails until it is mended."""

    is_mended = False

    def rain(self, rainy: Floats) -> Floats:
        if not self.is_mended:
            raise OutOfMemory("cuda:0", max(rainy.shape))
        return super().rain(rainy)


def test_an_error_of_the_card_comes_out_and_the_next_photo_is_computed() -> None:
    card = Failing()
    derainer = derainer_of(card)
    with pytest.raises(OutOfMemory):
        derainer.derain(photo(*SIZE))
    card.is_mended = True
    assert derainer.derain(photo(*SIZE)).is_complete


def test_a_card_that_others_fill_meanwhile_gets_smaller_tiles_with_the_next_photo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = machine_of(LARGE)
    derainer = Derainer(Options(), CARD, choose(Options(), machine), machine, Slow())
    monkeypatch.setattr(backends, "read_machine", lambda: machine)
    assert derainer.start((3000, 4000)).tiling.vertical.tile_px > 256
    filled = machine_of(Gpu("Large", GIB // 4, 24 * GIB, fp16=True))
    monkeypatch.setattr(backends, "read_machine", lambda: filled)
    assert derainer.start((3000, 4000)).tiling.vertical.tile_px <= 256


@pytest.mark.parametrize(
    ("gpu", "size", "expected"),
    [
        (LARGE, (3000, 4000), 4),
        (LAPTOP, (3000, 4000), 1),
        (LARGE, (440, 440), 1),
        (LARGE, (440, 2100), 3),  # five tiles: two batches of three waste less than of four
        (Gpu("Filled", GIB, 24 * GIB, fp16=True), (3000, 4000), 1),
    ],
)
def test_how_many_tiles_go_together(gpu: Gpu, size: tuple[int, int], expected: int) -> None:
    choice = Choice("cuda:0", "torch", "fp16", 2, ("", "", ""))
    assert batch_size(balanced(*size, 448, 16), choice, machine_of(gpu)) == expected
    on_processor = Choice("cpu", "torch", "fp32", 2, ("", "", ""))
    assert batch_size(balanced(*size, 448, 16), on_processor, machine_of(gpu)) == 1
