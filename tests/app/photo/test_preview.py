"""The visible area is shown derained at once, in a reduced copy, and then tile by tile."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo import deraining
from app.photo.state import PhotoState
from nledn import photo
from nledn.auto import Chosen
from nledn.photo import Photo
from nledn.tiling import Rect
from tests.app.conftest import OPTIONS, FakeEngines, FakeModels, StandIn
from tests.app.window import derain, open_photo, state, whole

PREVIEW_PX = 12_000
TILES = 4  # of the preview: 73×73 px, the largest share whose tiles have no more pixels
Pixels = npt.NDArray[np.uint8]


@pytest.fixture
def pixels() -> Pixels:
    """(400, 400, 3): smooth, so that a reduced copy looks as the photo does."""
    ramp = np.linspace(60, 220, 400).astype(np.uint8)
    return np.repeat(np.repeat(ramp[None, :, None], 400, axis=0), 3, axis=2).copy()


@pytest.fixture
def large(
    qtbot: QtBot,
    window: MainWindow,
    tmp_path: Path,
    pixels: Pixels,
    backend: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> MainWindow:
    """A window with a photo that is worth a preview, before whose first tile the engine waits."""
    monkeypatch.setattr(deraining, "PREVIEW_PX", PREVIEW_PX)
    path = tmp_path / "street.png"
    photo.write(Photo(pixels), path)
    open_photo(qtbot, window, path)
    window.view.arrange(mode="single")
    backend.hold()
    window.controller.derain()
    return window


@pytest.fixture
def previewed(qtbot: QtBot, large: MainWindow, backend: StandIn) -> MainWindow:
    """The preview is complete, and no tile of the photo is there."""
    backend.let(TILES)
    qtbot.waitUntil(lambda: backend.begun == TILES + 1)
    qtbot.waitUntil(lambda: bool(np.ptp(taken(large)) <= 8))
    return large


def taken(window: MainWindow) -> npt.NDArray[np.float64]:
    """The share of each pixel that is taken for rain, in per cent."""
    seen = Rect(0, 0, *window.picture.level_size(0))
    before, after = (
        window.picture.pixels("before", 0, seen).astype(float),
        window.picture.pixels("after", 0, seen),
    )
    share: npt.NDArray[np.float64] = np.rint(100 * (before - after) / before)
    return share


def test_the_model_is_chosen_and_loaded_before_a_click(
    qtbot: QtBot,
    window: MainWindow,
    engines: FakeEngines,
    picture_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = Chosen(replace(window.document.options, weights="other"), "light rain")
    monkeypatch.setattr(FakeModels, "_choose", staticmethod(lambda _options, _look: chosen))
    open_photo(qtbot, window, picture_file)
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert not engines.loaded, "a start does not wait for the look at its photo"
    window.controller.warm_up()
    qtbot.waitUntil(lambda: len(engines.loaded) == 2 and window.tasks.is_idle)
    assert [options.weights for options in engines.loaded] == ["auto", "other"]
    assert state(window) is PhotoState.READY
    engines.loaded.clear()
    derain(qtbot, window)
    record = window.document.status.record
    assert record is not None
    assert record.checkpoint == "other"
    assert not engines.loaded


def test_all_that_is_in_sight_changes_before_the_first_tile(previewed: MainWindow) -> None:
    assert abs(taken(previewed) - 20).max() <= 5
    assert previewed.document.status.done == 0
    assert previewed.view.labels() == ("Preview",)
    assert not previewed.document.is_unsaved, "a preview is no result"


def test_the_result_is_the_same_as_without_a_preview(
    qtbot: QtBot, previewed: MainWindow, backend: StandIn, pixels: Pixels
) -> None:
    backend.free()
    qtbot.waitUntil(lambda: state(previewed) is PhotoState.DONE)
    layer = previewed.document.layer
    assert layer is not None
    again = FakeEngines(StandIn()).get(OPTIONS).derain(pixels)
    assert np.array_equal(layer.plane, again.plane)
    assert np.array_equal(previewed.picture.pixels("after", 0, whole(pixels)), again.apply(pixels))
    assert previewed.view.labels() == ("After",)


@pytest.mark.parametrize("tiles", [1, 3, TILES + 3])
def test_cancel_ends_with_the_tile_that_was_begun_and_leaves_no_preview(
    qtbot: QtBot, large: MainWindow, backend: StandIn, tiles: int
) -> None:
    backend.let(tiles)
    qtbot.waitUntil(lambda: backend.begun == tiles + 1)
    large.controller.cancel()
    backend.let(1)
    ended = (PhotoState.READY, PhotoState.PARTIAL)
    qtbot.waitUntil(lambda: state(large) in ended and large.tasks.is_idle)
    assert backend.tiles == tiles + 1
    layer = large.document.layer
    assert layer is not None
    assert layer.done.sum() == max(0, tiles + 1 - TILES)
    assert large.picture.preview is None
    photo_and_layer = layer.apply(large.picture.pixels("before", 0, Rect(0, 0, 400, 400)))
    shown = large.picture.pixels("after", 0, Rect(0, 0, 400, 400))
    assert np.array_equal(shown, photo_and_layer)


def test_after_the_preview_a_continued_photo_gets_no_second_one_for_little(
    qtbot: QtBot, previewed: MainWindow, backend: StandIn
) -> None:
    layer = previewed.document.layer
    assert layer is not None
    all_but_two = len(layer.done) - 2
    backend.let(all_but_two - 1)
    qtbot.waitUntil(lambda: backend.begun == TILES + all_but_two)
    previewed.controller.cancel()
    backend.let(1)
    qtbot.waitUntil(lambda: state(previewed) is PhotoState.PARTIAL)
    backend.free()
    previewed.controller.derain()
    qtbot.waitUntil(lambda: state(previewed) is PhotoState.DONE)
    assert backend.tiles == TILES + len(layer.done)


def test_a_small_photo_is_derained_without_a_preview(
    derained: Callable[[], object], backend: StandIn
) -> None:
    derained()
    assert backend.tiles == 64
