"""Error maps need the whole photo; as long as they are asked for, it is computed."""

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.compare.model import CompareModel
from app.main_window import MainWindow
from tests.app.compare.conftest import Begin, is_settled
from tests.app.conftest import OPTIONS, StandIn, invented_card
from tests.app.window import open_photo


def shows_maps(window: MainWindow) -> list[bool]:
    maps = window.compare.controller.model.metrics.error_maps.values()
    return [one.picture in maps for one in window.compare.grid.shown]


@pytest.fixture
def zoomed_in(
    qtbot: QtBot, window: MainWindow, begin: Begin, backend: StandIn, pair: Path
) -> CompareModel:
    """A comparison with the truth, computed only where it is looked at."""
    backend.hold()
    model = begin(pair, wait=False)
    window.compare.grid.link.leader.set_zoom(30.0)
    backend.free()
    qtbot.waitUntil(lambda: model.truth is not None and is_settled(window))
    assert model.is_computed(model.visible)
    assert not model.is_whole
    return model


def test_a_model_that_is_added_gets_its_map(
    qtbot: QtBot, window: MainWindow, zoomed_in: CompareModel
) -> None:
    errors = window.compare.panel.errors
    errors.click()
    qtbot.waitUntil(lambda: shows_maps(window) == [True, True, True, False])
    zoomed_in.add_checkpoint(invented_card(replace(OPTIONS, weights="other")))
    qtbot.waitUntil(lambda: shows_maps(window) == [True, True, True, True, False])
    assert errors.isChecked()


def test_stop_ends_what_error_maps_need(
    qtbot: QtBot, window: MainWindow, zoomed_in: CompareModel, backend: StandIn
) -> None:
    panel = window.compare.panel
    backend.hold()
    panel.errors.click()
    panel.stop.click()
    assert not panel.errors.isChecked()
    backend.free()
    zoomed_in.set_strength(zoomed_in.panes[1].key, 0.5)
    qtbot.waitUntil(lambda: is_settled(window))
    assert not zoomed_in.is_whole


def test_error_maps_wait_for_a_photo_with_a_truth(
    qtbot: QtBot, window: MainWindow, begin: Begin, pair: Path, picture_file: Path
) -> None:
    errors = window.compare.panel.errors
    begin(pair)
    qtbot.waitUntil(errors.isEnabled)
    errors.click()
    open_photo(qtbot, window, picture_file)
    assert not errors.isChecked()
    open_photo(qtbot, window, pair)
    qtbot.waitUntil(lambda: shows_maps(window) == [True, True, True, False])
    assert errors.isChecked()
