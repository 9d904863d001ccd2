"""The engine: tiles in any order, cancelled and continued, short of memory, in any precision."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from nledn import Cancelled, CancelToken, Derainer, Focus, Options, backends, places
from nledn import photo as photo_module
from nledn.backends import Backend, Trained, create
from nledn.backends import torch as torch_backend
from nledn.backends.torch import TorchBackend
from nledn.card import Card
from nledn.device import Choice, choose
from nledn.engine import Progress
from nledn.errors import OutOfMemory
from nledn.machine import Machine
from nledn.network import NLEDN
from nledn.rain import srgb_decoded
from nledn.tiling import Rect

Floats = npt.NDArray[np.float32]
MACHINE = Machine("CPU", 1, 8 * 2**30, cpu_bf16=True, no_gpu_reason="none", openvino="0")
CARD = Card(
    id="test", title="Test", sha256="0" * 64, regions="fixed", path=Path("test.safetensors")
)
TILED = Options(tile=64, overlap_px=16, precision="fp32", threads=1)


class Brightest:
    """A backend that takes half of each pixel for rain, and can run out of memory."""

    def __init__(self, largest_px: int = 10_000) -> None:
        self.largest_px = largest_px
        self.seen: list[tuple[int, ...]] = []

    def rain(self, rainy: Floats) -> Floats:
        self.seen.append(rainy.shape)
        if max(rainy.shape) > self.largest_px:
            raise OutOfMemory("cpu", max(rainy.shape))
        return rainy / np.float32(2)


def derainer_of(backend: Backend, options: Options = TILED) -> Derainer:
    return Derainer(options, CARD, choose(options, MACHINE), MACHINE, backend)


@pytest.fixture(scope="module")
def trained() -> Trained:
    """Random weights that do something: the non-local parts start at zero otherwise."""
    torch.manual_seed(3)
    network = NLEDN("fixed")
    for block in (network.encode_1, network.encode_2, network.decode_3, network.decode_1):
        torch.nn.init.normal_(block.non_local.w.weight, std=0.05)
    arrays = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return Trained(arrays, "fixed")


def computed_by(trained: Trained, options: Options) -> Derainer:
    return derainer_of(create(choose(options, MACHINE), trained), options)


def photo(height: int, width: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 255, (height, width, 3), np.uint8, endpoint=True)


def test_progress_counts_every_tile_and_covers_the_photo() -> None:
    seen: list[Progress] = []
    pixels = photo(150, 100)
    layer = derainer_of(Brightest()).derain(pixels, on_tile=seen.append)
    covered = np.zeros((150, 100), bool)
    for progress in seen:
        covered[progress.rect.slices] = True
    assert covered.all()
    assert [progress.done for progress in seen] == list(range(1, len(seen) + 1))
    assert {progress.total for progress in seen} == {len(seen)}
    assert layer.is_complete


@pytest.mark.parametrize("deep", [False, True])
def test_the_rain_of_tiles_blends_to_that_of_the_photo(deep: bool) -> None:
    shallow = photo(150, 100)
    layer = derainer_of(Brightest()).derain(shallow.astype(np.uint16) * 257 if deep else shallow)
    np.testing.assert_allclose(layer.rain(), shallow / 255 / 2, atol=5e-5)


def test_focus_cancel_and_continue_give_the_same_bytes(trained: Trained) -> None:
    derainer, pixels = computed_by(trained, TILED), photo(120, 150)
    straight = derainer.derain(pixels)
    focused = derainer.derain(pixels, focus=Focus(Rect(140, 110, 150, 120)))
    layer, token = derainer.start((120, 150)), CancelToken()

    def cancel_after_two(progress: Progress) -> None:
        if progress.done == 2:
            token.cancel()

    with pytest.raises(Cancelled):
        derainer.derain(pixels, into=layer, on_tile=cancel_after_two, cancel=token)
    assert int(layer.done.sum()) == 2
    continued = derainer.derain(pixels, into=layer, focus=Focus(Rect(0, 100, 20, 120)))
    for other in (focused, continued):
        np.testing.assert_array_equal(straight.plane, other.plane)


def test_what_is_looked_at_comes_first_and_may_move() -> None:
    focus, order = Focus(Rect(150, 150, 160, 160)), []

    def look_elsewhere(progress: Progress) -> None:
        order.append(progress.rect)
        focus.rect = Rect(0, 150, 10, 160)

    derainer_of(Brightest()).derain(photo(160, 160), focus=focus, on_tile=look_elsewhere)
    assert (order[0].right, order[0].bottom) == (160, 160)
    assert (order[1].left, order[1].bottom) == (0, 160)


def test_a_token_set_before_means_no_tile() -> None:
    backend, token = Brightest(), CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        derainer_of(backend).derain(photo(100, 100), cancel=token)
    assert not backend.seen


def test_grey_photos_lose_the_same_from_each_channel(trained: Trained) -> None:
    derainer, grey = computed_by(trained, TILED), photo(80, 80)[:, :, :1].repeat(3, axis=2)
    layer = derainer.derain(grey, into=derainer.start((80, 80), grey=True))
    mean = derainer.derain(grey).rain().mean(axis=2)
    np.testing.assert_array_equal(layer.plane[:, :, 0], layer.plane[:, :, 2])
    np.testing.assert_allclose(layer.rain()[:, :, 1], mean, atol=1e-4)


def test_linear_light_is_seen_through_the_srgb_curve() -> None:
    encoded = np.linspace(0, 1, 300, dtype=np.float32).reshape(10, 10, 3)
    light = np.rint(srgb_decoded(encoded) * 65535).astype(np.uint16)
    derainer = derainer_of(Brightest())
    layer = derainer.derain(light, into=derainer.start((10, 10), linear=True))
    np.testing.assert_allclose(layer.rain(), encoded / 2, atol=2e-4)
    np.testing.assert_allclose(
        layer.apply(light) / 65535, srgb_decoded(encoded / np.float32(2)), atol=2e-4
    )


def test_a_tile_that_does_not_fit_is_computed_in_parts_and_that_is_recorded() -> None:
    backend, pixels = Brightest(largest_px=80), photo(300, 200)
    options = Options(tile=256, precision="fp32")
    layer = derainer_of(backend, options).derain(pixels)
    np.testing.assert_allclose(layer.rain(), pixels / 255 / 2, atol=5e-5)
    assert any(max(shape) > 80 for shape in backend.seen)
    assert any("memory ran out" in note for note in layer.record.notes)


def test_a_layer_that_another_backend_goes_on_with_says_so() -> None:
    cancel, torchs = CancelToken(), derainer_of(Brightest())
    pixels, layer = photo(100, 100), torchs.start((100, 100))
    with pytest.raises(Cancelled):
        torchs.derain(pixels, into=layer, on_tile=lambda _: cancel.cancel(), cancel=cancel)
    assert not layer.record.notes
    options = replace(TILED, backend="openvino")
    derainer_of(Brightest(), options).derain(pixels, into=layer)
    assert layer.record.notes == ("some tiles were computed on cpu, with openvino fp32",)


def test_when_even_the_smallest_part_does_not_fit_that_is_raised() -> None:
    with pytest.raises(OutOfMemory):
        derainer_of(Brightest(largest_px=10)).derain(photo(300, 200))


@pytest.mark.parametrize(
    "failure",
    [
        torch.OutOfMemoryError("x"),
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried to"),
    ],
)
def test_torchs_ways_to_run_out_of_memory_are_one(
    trained: Trained, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail(_self: TorchBackend, _rainy: Floats) -> Floats:
        raise failure

    monkeypatch.setattr(TorchBackend, "_rain", fail)
    backend = create(Choice("cpu", "torch", "fp32", 1, ()), trained)
    with pytest.raises(OutOfMemory) as caught:
        backend.rain(np.zeros((1, 3, 32, 48), np.float32))
    assert caught.value.tile_px == 48


def test_memory_that_others_gave_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    full = replace(MACHINE, memory_bytes=2**20)
    derainer = Derainer(Options(), CARD, choose(Options(), full), full, Brightest())
    monkeypatch.setattr(backends, "read_machine", lambda: full)
    with pytest.raises(OutOfMemory):
        derainer.start((1000, 1000))
    monkeypatch.setattr(backends, "read_machine", lambda: MACHINE)
    assert not derainer.start((1000, 1000)).is_complete


def test_other_failures_are_not_taken_for_a_lack_of_memory(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: TorchBackend, _rainy: Floats) -> Floats:
        raise RuntimeError("a bug")

    monkeypatch.setattr(TorchBackend, "_rain", fail)
    with pytest.raises(RuntimeError, match="a bug"):
        create(Choice("cpu", "torch", "fp32", 1, ()), trained).rain(
            np.zeros((1, 3, 9, 9), np.float32)
        )


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (7, 9), (64, 65), (33, 513)])
def test_any_size_comes_back(trained: Trained, size: tuple[int, int]) -> None:
    pixels = photo(*size)
    layer = computed_by(trained, Options(precision="fp32")).derain(pixels)
    assert layer.apply(pixels).shape == pixels.shape
    assert layer.is_complete


def test_a_photo_computed_whole_is_what_the_network_gives(trained: Trained) -> None:
    pixels = photo(61, 83)
    layer = computed_by(trained, Options(precision="fp32")).derain(pixels)
    network = torch_backend.network_of(trained)
    rainy = torch.from_numpy(pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    rain = network(rainy)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(layer.rain(), rain, atol=3e-5)
    assert layer.record.tile == "whole"


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_smooth_16_bit_gradient_keeps_its_levels(trained: Trained, precision: str) -> None:
    ramp = np.linspace(20_000, 30_000, 96 * 96).reshape(96, 96, 1).repeat(3, axis=2)
    pixels = np.rint(ramp).astype(np.uint16)
    levels = {}
    for name in ("fp32", precision):
        derainer = computed_by(trained, Options(precision=name))
        levels[name] = np.unique(derainer.derain(pixels).apply(pixels)).size
    assert levels[precision] >= 0.9 * levels["fp32"]
    assert levels["fp32"] > 5000


def test_half_precision_stays_near_full(trained: Trained) -> None:
    pixels = photo(96, 80)
    layers = [
        computed_by(trained, Options(precision=precision)).derain(pixels)
        for precision in ("fp32", "bf16")
    ]
    difference = layers[0].rain() - layers[1].rain()
    assert 0 < np.sqrt(np.square(difference).mean()) < 0.01


def test_the_record_says_how_it_was_made(trained: Trained) -> None:
    record = computed_by(trained, TILED).start((200, 100)).record
    assert (record.checkpoint, record.checkpoint_sha256) == ("test", "0" * 64)
    assert (record.device, record.backend, record.precision) == ("cpu", "torch", "fp32")
    assert (record.tile, record.overlap_px) == ("64×64", 16)


@pytest.mark.slow
@pytest.mark.parametrize("sample", ["meadow-rain.jpg", "street-rain.jpg"])
def test_tiles_are_near_the_whole_photo_at_1024_px(sample: str) -> None:
    """40.6 and 43.6 dB were seen; docs/tiling.md has what that means against clean photos."""
    photos = photo_module.read(places.resources() / "samples" / sample)
    pixels = photos.pixels[100:1124, 100:1124].astype(np.uint8)
    whole, tiled = (
        Derainer.load(Options(tile=tile)).derain(pixels).apply(pixels).astype(float)
        for tile in ("whole", "auto")
    )
    assert -10 * np.log10(np.square(whole - tiled).mean() / 255**2) > 40
    assert abs((whole - tiled).mean()) < 0.5, "0.22 of 255 levels were seen"
