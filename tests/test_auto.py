"""The choice of a model for each photo: the rule, what it looks at, and what it is worth."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from nledn import Cancelled, CancelToken, Derainer, Options, auto, catalog, decoder, places
from nledn.auto import Automatic, Rain, choose, coverage, explained, judged
from nledn.card import Card
from nledn.catalog import DENSE_ID, LIGHT_ID
from nledn.device import choose as choose_device
from nledn.errors import OutOfMemory
from nledn.machine import Machine
from nledn.models import LoadedModels, photo_key
from nledn.photo import Photo
from nledn.training.config import HELD_OUT_PHOTOS
from nledn.training.streaks import draw
from nledn.training.synthesis import composite, veiled
from nledn.training.weather import WEATHERS
from tests.conftest import Ship

Floats = npt.NDArray[np.float32]
Pictures = npt.NDArray[np.uint8]

MACHINE = Machine("CPU", 1, 8 * 2**30, cpu_bf16=True, no_gpu_reason="none")
ALLROUND = Card("afterrain", "AfterRain", "a" * 64, "fixed", Path("afterrain.safetensors"))
FP32 = Options(precision="fp32", backend="torch")
BF16 = replace(FP32, precision="bf16")


class Finding:
    """A backend that finds rain by a function, and remembers the tiles that it was shown."""

    def __init__(self, rain: Callable[[Floats], Floats]) -> None:
        self._rain = rain
        self.shown: list[Floats] = []

    def rain(self, rainy: Floats) -> Floats:
        self.shown.append(rainy)
        return self._rain(rainy).astype(np.float32)


def allround(backend: Finding, options: Options = FP32) -> Derainer:
    return Derainer(options, ALLROUND, choose_device(options, MACHINE), MACHINE, backend)


def looked_at(pixels: Pictures, backend: Finding) -> float:
    return coverage(pixels, allround(backend), grey=False, linear=False)


# The rule


@pytest.mark.parametrize(
    ("share", "rain"),
    [
        *((0.0, Rain.NONE), (0.01, Rain.NONE), (0.02, Rain.LIGHT), (0.09, Rain.LIGHT)),
        *((0.11, Rain.MODERATE), (0.4, Rain.MODERATE), (0.6, Rain.DENSE), (1.0, Rain.DENSE)),
    ],
)
def test_the_share_of_pixels_with_rain_names_it(share: float, rain: Rain) -> None:
    assert judged(share) is rain


@pytest.mark.parametrize(("levels", "share"), [(-50, 0), (2, 0), (7, 0), (9, 1), (90, 1)])
def test_a_pixel_has_rain_from_eight_levels_on(levels: float, share: float) -> None:
    backend = Finding(lambda rainy: np.full_like(rainy, levels / 255))
    assert looked_at(np.zeros((64, 64, 3), np.uint8), backend) == share


@pytest.mark.parametrize(
    ("rain", "id"),
    [
        (Rain.NONE, LIGHT_ID),
        (Rain.LIGHT, LIGHT_ID),
        (Rain.MODERATE, "afterrain"),
        (Rain.DENSE, DENSE_ID),
    ],
)
def test_each_rain_has_its_model(ship: Ship, rain: Rain, id: str) -> None:
    for each in ("afterrain", DENSE_ID, LIGHT_ID):
        ship(each, 5)
    chosen = choose(FP32, lambda: rain)
    assert (chosen.options, chosen.reason) == (replace(FP32, weights=id), rain.value)
    assert explained(id, chosen.reason) == rain.value


def test_where_a_model_is_missing_the_allround_one_is_taken_and_it_is_said(
    ship: Ship,
) -> None:
    ship("afterrain", 5)
    ship(DENSE_ID, 5)
    chosen = choose(FP32, lambda: Rain.LIGHT)
    assert chosen.options.weights == "afterrain"
    said = "light rain, but afterrain-light is missing"
    assert explained("afterrain", chosen.reason) == said


def test_a_deleted_file_of_weights_is_a_missing_model(ship: Ship) -> None:
    for each in ("afterrain", DENSE_ID, LIGHT_ID):
        ship(each, 5)
    before = catalog.automatic().sha256
    (places.weights() / f"{DENSE_ID}.safetensors").unlink()
    assert choose(FP32, lambda: Rain.DENSE).options.weights == "afterrain"
    assert catalog.automatic().sha256 != before, "a batch derains again"


def test_where_there_is_no_choice_nobody_looks(ship: Ship) -> None:
    ship("afterrain", 5)
    backend = Finding(np.zeros_like)
    engine = Automatic(FP32, lambda _options: allround(backend))
    layer = engine.derain(np.zeros((64, 64, 3), np.uint8))
    assert len(backend.shown) == 1
    assert (layer.record.checkpoint, layer.record.reason) == ("afterrain", Rain.UNKNOWN)


# What is looked at


def test_a_small_photo_is_looked_at_whole() -> None:
    backend = Finding(np.zeros_like)
    pixels = np.random.default_rng(1).integers(0, 255, (96, 448, 3), np.uint8)
    looked_at(pixels, backend)
    (shown,) = backend.shown
    assert np.array_equal(np.rint(shown[0].transpose(1, 2, 0) * 255), pixels)


def test_a_large_photo_is_looked_at_in_squares_from_edge_to_edge() -> None:
    backend = Finding(np.zeros_like)
    rows, columns = np.mgrid[:1000, :3000]
    pixels = np.stack((rows // 4, columns // 12, np.zeros_like(rows)), axis=2).astype(np.uint8)
    looked_at(pixels, backend)
    (shown,) = backend.shown
    assert shown.shape == (1, 3, 448, 448)
    seen = np.rint(shown[0] * 255)
    assert (seen[0].min(), seen[0].max()) == (0, 999 // 4)
    assert (seen[1].min(), seen[1].max()) == (0, 2999 // 12)
    assert seen[0, 0, 0] == seen[0, 0, 447], "squares of one row come from one height"


def test_rain_that_the_seams_of_the_sample_feign_does_not_count() -> None:
    def at_seams(rainy: Floats) -> Floats:
        rain = np.zeros_like(rainy)
        for seam in range(112, rainy.shape[2], 112):
            rain[:, :, seam - 16 : seam + 16] = 0.5
        return rain

    pixels = np.zeros((1000, 1000, 3), np.uint8)
    assert looked_at(pixels, Finding(at_seams)) == 0
    # In a photo that is looked at whole there are no seams.
    pixels = np.zeros((448, 448, 3), np.uint8)
    assert looked_at(pixels, Finding(at_seams)) == pytest.approx(3 * 32 / 448)


def test_a_cancelled_look_says_so() -> None:
    cancel = CancelToken()
    cancel.cancel()
    photo = np.zeros((64, 64, 3), np.uint8)
    with pytest.raises(Cancelled):
        coverage(photo, allround(Finding(np.zeros_like)), False, False, cancel)


# The engine that chooses


def test_the_chosen_model_derains_and_is_recorded(ship: Ship) -> None:
    for id, levels in (("afterrain", 20), (DENSE_ID, 40), (LIGHT_ID, 3)):
        ship(id, levels)
    engine = auto.load(FP32)
    layer = engine.derain(np.full((70, 64, 3), 99, np.uint8))
    assert layer.record.checkpoint == DENSE_ID
    assert layer.record.checkpoint_sha256 == catalog.find(DENSE_ID).sha256
    assert layer.record.reason == Rain.DENSE
    assert np.allclose(layer.rain() * 255, 40, atol=0.1)
    assert engine.card.id == "auto"


def test_what_was_begun_goes_on_with_its_model(ship: Ship) -> None:
    for id, levels in (("afterrain", 20), (DENSE_ID, 40)):
        ship(id, levels)
    options = replace(FP32, tile=64)
    engine, cancel = auto.load(options), CancelToken()
    pixels = np.full((64, 200, 3), 99, np.uint8)
    layer = engine.start((64, 200))
    with pytest.raises(Cancelled):
        engine.derain(pixels, into=layer, on_tile=lambda _tile: cancel.cancel(), cancel=cancel)
    assert 0 < layer.done.sum() < len(layer.done)
    ship(LIGHT_ID, 3)
    auto.load(options).derain(pixels, into=layer)
    assert np.allclose(layer.rain() * 255, 40, atol=0.1)


def test_what_did_not_fit_is_forgotten_with_the_photo(ship: Ship) -> None:
    for each in ("afterrain", DENSE_ID):
        ship(each, 5)
    room_px = [64]

    def crowded(rainy: Floats) -> Floats:
        if max(rainy.shape) > room_px[0]:
            raise OutOfMemory("cpu", max(rainy.shape))
        return rainy

    backend = Finding(crowded)
    choice = choose_device(FP32, MACHINE)
    dense = Derainer(FP32, replace(ALLROUND, id=DENSE_ID), choice, MACHINE, backend)
    models = {"afterrain": allround(Finding(np.ones_like)), DENSE_ID: dense}
    engine = Automatic(FP32, lambda options: models[options.weights])
    pixels = np.zeros((96, 96, 3), np.uint8)
    assert engine.derain(pixels).record.notes
    room_px[0] = 96
    assert not engine.derain(pixels).record.notes
    assert backend.shown[-1].shape == (1, 3, 96, 96)


def test_models_look_once_and_share_what_a_person_asked_for(
    ship: Ship,
) -> None:
    for id, levels in (("afterrain", 20), (DENSE_ID, 40)):
        ship(id, levels)
    models, photo = LoadedModels(), Photo(np.full((70, 64, 3), 99, np.uint8))
    photo_key(photo)
    assert models.kept(photo, FP32) is None
    engine, named = models.layer(photo, replace(FP32, weights=DENSE_ID))
    engine.derain(photo.visible, into=named)
    _, chosen = models.layer(photo, FP32)
    assert chosen.is_complete
    assert (chosen.record.reason, named.record.reason) == (Rain.DENSE, "")
    kept = models.kept(photo, FP32)
    assert kept is not None
    assert kept.record == chosen.record
    again = models.kept(photo, replace(FP32, weights=DENSE_ID))
    assert again is named


def test_a_photo_that_is_read_again_has_its_rain(ship: Ship) -> None:
    for id, levels in (("afterrain", 20), (DENSE_ID, 40)):
        ship(id, levels)
    models, pixels = LoadedModels(), np.full((70, 64, 3), 99, np.uint8)
    photo, again = Photo(pixels), Photo(pixels.copy())
    engine, layer = models.layer(photo, FP32)
    engine.derain(photo.visible, into=layer)
    photo_key(again)
    kept = models.kept(again, FP32)
    assert kept is not None
    assert kept.plane is layer.plane
    assert kept.record == layer.record


# What the rule is worth, with the network that ships


@pytest.fixture(scope="module")
def network() -> Derainer:
    return Derainer.load(replace(BF16, weights="afterrain"))


def scene(size: int = 256) -> Floats:
    """A dry scene, (size, size, 3): sky above, blurred noise of two sizes below."""
    rng = np.random.default_rng(3)
    ground = cv2.GaussianBlur(rng.random((size, size, 3), np.float32), (0, 0), 6)
    ground = 0.35 + 1.5 * (ground - ground.mean())
    ground += 0.1 * (cv2.GaussianBlur(rng.random((size, size, 3), np.float32), (0, 0), 1.5) - 0.5)
    sky = np.linspace(0.75, 0.5, size, dtype=np.float32)[:, None, None]
    share = np.clip((np.arange(size, dtype=np.float32) - size / 3) / 20, 0, 1)[:, None, None]
    street: Floats = np.clip(sky * (1 - share) + ground * share, 0, 1).astype(np.float32)
    return street


def raining(kind: str, seed: int, veil: float = 0.0) -> Floats:
    rng, clean = np.random.default_rng(seed), scene()
    rain = np.zeros((256, 256), np.float32)
    for layer in WEATHERS[kind](rng):
        rain = 1 - (1 - rain) * (1 - draw(layer, (256, 256), rng))
    return composite(clean, veiled(rain, veil) if veil else rain, "screen", rng)


def share_found(picture: Floats, network: Derainer) -> float:
    return coverage(np.rint(picture * 255).astype(np.uint8), network, grey=False, linear=False)


def test_no_rain_is_found_in_a_scene_without(network: Derainer) -> None:
    assert judged(share_found(scene(), network)) is Rain.NONE


@pytest.mark.parametrize(
    ("kind", "seed", "veil", "rain"),
    [
        ("light", 1, 0.0, Rain.LIGHT),
        ("steady", 1, 0.0, Rain.MODERATE),
        ("steady", 3, 0.0, Rain.MODERATE),
        ("heavy", 1, 0.0, Rain.DENSE),
        ("heavy", 2, 0.5, Rain.DENSE),
        ("curtain", 1, 0.0, Rain.DENSE),
    ],
)
def test_drawn_rain_is_named_by_its_kind(
    network: Derainer, kind: str, seed: int, veil: float, rain: Rain
) -> None:
    assert judged(share_found(raining(kind, seed, veil), network)) is rain


def test_no_rain_is_found_in_dry_photos(shared: Path, network: Derainer) -> None:
    names = HELD_OUT_PHOTOS.read_text("utf-8").splitlines()
    for name in names[::10]:
        photo = decoder.read(shared / "data" / "photos" / name)
        assert judged(coverage(photo.visible, network, False, False)) is Rain.NONE, name


@pytest.mark.parametrize("name", ["meadow-rain.jpg", "street-rain.jpg"])
def test_the_precision_does_not_decide(network: Derainer, name: str) -> None:
    pixels = decoder.read(places.sample_photo().with_name(name)).visible
    exact = Derainer.load(replace(FP32, weights="afterrain"))
    shares = [coverage(pixels, engine, False, False) for engine in (exact, network)]
    assert shares[0] == pytest.approx(shares[1], abs=0.005)
    assert {judged(shares[0] - 0.01), judged(shares[1] + 0.01)} == {Rain.MODERATE}
