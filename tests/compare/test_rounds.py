"""Several checkpoints on one photo: whose turn it is, what is kept, who fails alone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nledn import Cancelled, CancelToken, Derainer, Focus
from nledn.compare import Comparison, Event
from nledn.errors import CheckpointNotFound, OutOfMemory, UnknownCheckpoint
from nledn.models import PHOTOS_KEPT, LayerCache, LoadedModels
from nledn.options import Options
from nledn.photo import Photo
from nledn.tiling import Rect
from tests.compare.conftest import TILED, scene

Weights = Callable[[float], Path]


def asked(*paths: Path) -> list[Options]:
    return [replace(TILED, weights=str(path)) for path in paths]


def events_of(
    comparison: Comparison, look: Rect | None = None, *, whole: bool = True
) -> list[Event]:
    events: list[Event] = []
    comparison.run(Focus(look), whole=whole, on_event=events.append)
    return [event for event in events if event.progress or event.error]


@pytest.mark.usefixtures("quick")
def test_a_tile_of_each_in_turn(photo: Photo, weights: Weights) -> None:
    comparison = Comparison(photo, asked(weights(5), weights(9), weights(12)), LoadedModels())
    events = events_of(comparison)
    assert all(event.progress for event in events)
    assert [event.lane for event in events] == [0, 1, 2] * (len(events) // 3)
    assert all(lane.is_done() for lane in comparison.lanes)


def test_each_pane_is_what_derain_gives(photo: Photo, weights: Weights) -> None:
    options = [replace(each, strength=0.7) for each in asked(weights(5), weights(9))]
    comparison = Comparison(photo, options, LoadedModels())
    comparison.run()
    part = Rect(30, 11, 101, 80)
    for lane in comparison.lanes:
        alone = Derainer.load(lane.options).derain(photo.pixels)
        expected = alone.apply(photo.pixels, lane.options.strength)
        np.testing.assert_array_equal(lane.pixels(photo), expected)
        np.testing.assert_array_equal(lane.pixels(photo, part), expected[part.slices])


@pytest.mark.usefixtures("quick")
def test_what_is_looked_at_comes_first_and_the_rest_only_when_asked(weights: Weights) -> None:
    photo = Photo(scene(200, 200))
    comparison = Comparison(photo, asked(weights(5), weights(9)), LoadedModels())
    look = Rect(150, 150, 190, 190)
    events = events_of(comparison, look, whole=False)
    assert all(event.progress for event in events)
    for lane in comparison.lanes:
        assert lane.is_done(look)
        assert not lane.is_done()
    first = [event.progress.rect for event in events[:2] if event.progress]
    assert first[0] == first[1]
    assert first[0].distance(look) == 0
    assert events_of(comparison, look, whole=False) == []  # nothing is computed twice
    assert len(events_of(comparison)) + len(events) == 2 * len(comparison.lanes[0].layer.done)  # type: ignore[union-attr]


@pytest.mark.usefixtures("quick")
def test_going_back_computes_nothing(photo: Photo, weights: Weights) -> None:
    models = LoadedModels()
    paths = weights(5), weights(9)
    events_of(Comparison(photo, asked(*paths), models))
    again = Comparison(photo, [replace(each, strength=0.5) for each in asked(*paths)], models)
    assert events_of(again) == []
    assert all(lane.is_done() for lane in again.lanes)
    other = Comparison(Photo(scene(seed=1)), asked(*paths), models)
    assert events_of(other)


@pytest.mark.usefixtures("quick")
def test_two_strengths_of_one_checkpoint_are_computed_once(photo: Photo, weights: Weights) -> None:
    options = asked(weights(5))[0]
    comparison = Comparison(photo, [options, replace(options, strength=0.5)], LoadedModels())
    seen = events_of(comparison)
    one, other = comparison.lanes
    assert one.layer is other.layer
    assert len(seen) == 2 * len(one.layer.done)  # type: ignore[union-attr]  # both panes get it
    assert not np.array_equal(one.pixels(photo), other.pixels(photo))


@pytest.mark.usefixtures("quick")
def test_the_cache_is_bounded(weights: Weights) -> None:
    layer_bytes = 96 * 144 * 3 * 2
    cache = LayerCache(limit_bytes=2 * layer_bytes)
    models = LoadedModels(layers=cache)
    for seed in range(4):
        events_of(Comparison(Photo(scene(seed=seed)), asked(weights(5)), models))
        assert cache.held_bytes <= 2 * layer_bytes
    assert events_of(Comparison(Photo(scene(seed=3)), asked(weights(5)), models)) == []
    assert events_of(Comparison(Photo(scene(seed=0)), asked(weights(5)), models))


@pytest.mark.usefixtures("quick")
def test_the_last_photos_are_kept_and_no_more(weights: Weights) -> None:
    models = LoadedModels()
    for seed in range(PHOTOS_KEPT + 1):
        events_of(Comparison(Photo(scene(seed=seed)), asked(weights(5)), models))
    assert events_of(Comparison(Photo(scene(seed=1)), asked(weights(5)), models)) == []
    assert events_of(Comparison(Photo(scene(seed=0)), asked(weights(5)), models))


@pytest.mark.usefixtures("quick")
def test_other_settings_take_the_place_of_the_last(photo: Photo, weights: Weights) -> None:
    models, (options,) = LoadedModels(), asked(weights(5))
    events_of(Comparison(photo, [options], models))
    once = models.layers.held_bytes
    events_of(Comparison(photo, [replace(options, tile=96)], models))
    assert models.layers.held_bytes == once


@pytest.mark.usefixtures("quick")
def test_one_that_is_removed_or_damaged_says_so_and_the_others_go_on(
    photo: Photo, weights: Weights, tmp_path: Path
) -> None:
    models = LoadedModels()
    gone, good = weights(5), weights(9)
    events_of(Comparison(photo, asked(gone), models))  # it was there, and is loaded
    gone.unlink()
    comparison = Comparison(
        Photo(scene(seed=5)), [*asked(gone, good), replace(TILED, weights="absent")], models
    )
    events = events_of(comparison)
    failed = {event.lane: event.error for event in events if event.error}
    assert {place: type(error) for place, error in failed.items()} == {
        0: CheckpointNotFound,
        2: UnknownCheckpoint,
    }
    assert comparison.lanes[1].is_done()
    assert comparison.lanes[0].error is failed[0]


@pytest.mark.usefixtures("quick")
def test_one_that_runs_out_of_memory_stops_alone(photo: Photo, weights: Weights) -> None:
    hungry, modest = weights(5), weights(9)

    def load(options: Options) -> Derainer:
        derainer = Derainer.load(options)
        if options.weights == str(hungry):
            parts = derainer.card, derainer.choice, derainer._machine
            return Derainer(options, *parts, Hungry())
        return derainer

    comparison = Comparison(photo, asked(hungry, modest), LoadedModels(load))
    events = events_of(comparison)
    assert isinstance(comparison.lanes[0].error, OutOfMemory)
    assert sum(event.error is not None for event in events) == 1
    assert comparison.lanes[1].is_done()


class Hungry:
    def rain(self, rainy: np.ndarray) -> np.ndarray:
        raise OutOfMemory("cpu", max(rainy.shape))


@pytest.mark.usefixtures("quick")
def test_cancel_and_go_on(photo: Photo, weights: Weights) -> None:
    comparison = Comparison(photo, asked(weights(5), weights(9)), LoadedModels())
    token, seen = CancelToken(), []

    def stop_after_three(event: Event) -> None:
        if event.progress:
            seen.append(event)
        if len(seen) == 3:
            token.cancel()

    with pytest.raises(Cancelled):
        comparison.run(on_event=stop_after_three, cancel=token)
    assert len(seen) == 3
    rest = events_of(comparison)
    assert len(rest) + 3 == sum(len(lane.layer.done) for lane in comparison.lanes if lane.layer)
