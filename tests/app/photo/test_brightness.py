"""The switch "Keep brightness": live, undone, saved with the result, and the batch's as well."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.edits import FILE_NAME, EditsStore
from app.photo.state import PhotoState
from nledn import photo, places
from nledn.brightness import SlowLight
from nledn.models import LayerCache
from nledn.photo.provenance import read_provenance
from tests.app.conftest import FakeEngines, FakeModels, StandIn
from tests.app.window import Pixels, derain, open_photo, said, save, state, whole


@pytest.fixture
def done(qtbot: QtBot, window: MainWindow, picture_file: Path) -> MainWindow:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    return window


def keeps(window: MainWindow) -> bool:
    return window.document.keep_brightness


def test_the_switch_is_live_and_computes_no_tile(done: MainWindow, backend: StandIn) -> None:
    tiles = backend.tiles
    assert done.picture.photo is not None
    pixels = done.picture.photo.pixels.view(np.uint8)
    without = done.picture.pixels("after", 0, whole(pixels)).copy()
    done.photo.panel.strength.keep_brightness.click()
    kept = done.picture.pixels("after", 0, whole(pixels))
    assert abs(kept.mean() - pixels.mean()) < 0.2 * abs(without.mean() - pixels.mean())
    assert backend.tiles == tiles


def test_the_switch_is_undone_and_is_unsaved_work(qtbot: QtBot, done: MainWindow) -> None:
    switch = done.photo.panel.strength.keep_brightness
    done.named_actions["save"].trigger()
    qtbot.waitUntil(lambda: not done.isWindowModified())
    switch.click()
    assert keeps(done)
    assert done.isWindowModified()
    done.named_actions["undo"].trigger()
    assert not switch.isChecked()
    assert not keeps(done)
    assert not done.isWindowModified()
    done.named_actions["redo"].trigger()
    assert switch.isChecked()


def test_the_file_is_what_is_shown_and_says_so(
    qtbot: QtBot, done: MainWindow, picture_file: Path
) -> None:
    done.photo.panel.strength.keep_brightness.click()
    done.named_actions["save"].trigger()
    qtbot.waitUntil(lambda: said(done).startswith("Saved"))
    saved = photo.read(picture_file.with_name("street_derained.png"))
    layer, pixels = done.document.layer, photo.read(picture_file).pixels.view(np.uint8)
    assert layer is not None
    expected = layer.apply(pixels, light=SlowLight(pixels, layer))
    assert np.array_equal(saved.pixels, expected)
    assert np.array_equal(done.picture.pixels("after", 0, whole(pixels)), expected)
    provenance = read_provenance(saved.xmp)
    assert provenance is not None
    assert provenance.keep_brightness
    open_photo(qtbot, done, picture_file)
    assert keeps(done), "it is remembered with the photo"


def test_the_settings_of_a_result_without_its_photo_bring_it_back(
    qtbot: QtBot, done: MainWindow, picture_file: Path, tmp_path: Path
) -> None:
    switch = done.photo.panel.strength.keep_brightness
    switch.click()
    done.named_actions["save"].trigger()
    qtbot.waitUntil(lambda: said(done).startswith("Saved"))
    picture_file.with_name("street_derained.png").rename(tmp_path / "street_derained.png")
    open_photo(qtbot, done, tmp_path / "street_derained.png")
    assert not keeps(done)
    done.shell.banner.buttons["recipe"].click()
    assert keeps(done)
    assert switch.isChecked()


def test_a_saved_photo_comes_back_with_the_switch_and_its_rain(
    qtbot: QtBot, done: MainWindow, backend: StandIn, picture_file: Path, pixels: Pixels
) -> None:
    shutil.copy(picture_file, picture_file.with_name("tower.png"))
    open_photo(qtbot, done, picture_file)
    qtbot.waitUntil(lambda: state(done) is PhotoState.DONE)
    switch = done.photo.panel.strength.keep_brightness
    switch.click()
    save(qtbot, done)
    tiles = backend.tiles
    for key in ("next", "previous"):
        with qtbot.waitSignal(done.document.photo_opened):
            done.named_actions[key].trigger()
    assert done.windowTitle().startswith("street")
    qtbot.waitUntil(lambda: state(done) is PhotoState.DONE)
    assert switch.isChecked()
    assert not done.document.is_unsaved
    saved = photo.read(picture_file.with_name("street_derained.png")).pixels.view(np.uint8)
    assert np.array_equal(done.picture.pixels("after", 0, whole(saved)), saved)
    switch.click()
    layer = done.document.layer
    assert layer is not None
    assert np.array_equal(done.picture.pixels("after", 0, whole(saved)), layer.apply(pixels))
    assert backend.tiles == tiles, "the rain was kept"


def test_a_result_of_another_start_gives_its_settings_and_no_rain(
    qtbot: QtBot, done: MainWindow, engines: FakeEngines, picture_file: Path
) -> None:
    done.photo.panel.strength.keep_brightness.click()
    save(qtbot, done)
    qtbot.waitUntil(lambda: done.tasks.is_idle)
    (places.user_data() / FILE_NAME).unlink()
    done.controller.series.edits = EditsStore()
    done.document.history.restart()
    other = picture_file.with_name("tower.png")
    photo.write(photo.Photo(np.zeros((20, 30, 3), np.uint8)), other)
    open_photo(qtbot, done, other)
    engines._models = FakeModels(engines._made)
    path = picture_file.with_name("street_derained.png")
    open_photo(qtbot, done, path)
    qtbot.waitUntil(lambda: done.tasks.is_idle)
    assert done.windowTitle().startswith("street.png")
    assert state(done) is PhotoState.READY, "the difference of the two files is not the rain"
    assert done.photo.panel.strength.keep_brightness.isChecked()
    derain(qtbot, done)
    saved = photo.read(path).pixels.view(np.uint8)
    assert np.array_equal(done.picture.pixels("after", 0, whole(saved)), saved)


def test_a_result_that_is_computed_again_goes_to_the_same_file(
    qtbot: QtBot, done: MainWindow, engines: FakeEngines, picture_file: Path
) -> None:
    done.photo.panel.strength.keep_brightness.click()
    save(qtbot, done)
    shutil.copy(picture_file, picture_file.with_name("tower.png"))
    open_photo(qtbot, done, picture_file.with_name("tower.png"))
    engines.models().layers = LayerCache()
    open_photo(qtbot, done, picture_file)
    assert state(done) is PhotoState.READY
    done.document.history.strength_settled(0.5)
    open_photo(qtbot, done, picture_file)
    derain(qtbot, done)
    assert save(qtbot, done).path == picture_file.with_name("street_derained.png")


def test_a_result_beside_its_photo_is_shown_as_it_was_saved(
    qtbot: QtBot, done: MainWindow, picture_file: Path
) -> None:
    done.photo.panel.strength.keep_brightness.click()
    save(qtbot, done)
    path = picture_file.with_name("street_derained.png")
    open_photo(qtbot, done, path)
    qtbot.waitUntil(lambda: state(done) is PhotoState.DONE)
    saved = photo.read(path).pixels.view(np.uint8)
    assert np.array_equal(done.picture.pixels("after", 0, whole(saved)), saved)
    assert not done.document.is_unsaved


def test_a_batch_keeps_the_brightness_as_the_photo_does(done: MainWindow) -> None:
    assert not done.batch_controller.batch.options().keep_brightness
    done.photo.panel.strength.keep_brightness.click()
    done.document.set_strength(0.5)
    options = done.batch_controller.batch.options()
    assert (options.keep_brightness, options.strength) == (True, 0.5)
    assert "brightness kept" in done.batch.panel.made_with.text()
