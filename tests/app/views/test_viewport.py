"""Zoom, place, fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect
from pytestqt.qtbot import QtBot

from app.views.viewport import Link, Viewport
from nledn.tiling import Rect


def viewport(
    photo: tuple[int, int] = (6000, 4000), view: tuple[int, int] = (1500, 900)
) -> Viewport:
    made = Viewport()
    made.set_photo_size(*photo)
    made.set_view_size(*view)
    return made


def test_a_photo_is_fitted_and_stays_so_when_the_view_grows() -> None:
    at = viewport()
    assert at.zoom == 900 / 4000
    assert at.visible_rect == Rect(0, 0, 6000, 4000)
    at.set_view_size(600, 900)
    assert at.zoom == 0.1
    assert at.photo_in_sight == QRect(0, 250, 600, 400)


def test_a_small_photo_is_not_enlarged() -> None:
    at = viewport(photo=(100, 50))
    assert at.zoom == 1
    assert at.photo_in_sight == QRect(700, 425, 100, 50)


def test_a_small_photo_is_enlarged_to_fit_where_that_is_asked_for() -> None:
    at = viewport(photo=(500, 400))
    at.set_enlarges(True)
    assert at.zoom == 900 / 400
    assert at.is_fitted
    at.set_zoom(0.5)
    assert at.zoom == 1, "and can still be seen at its own size"
    at.fit()
    at.set_view_size(1000, 900)
    assert at.zoom == 2
    at.set_enlarges(False)
    assert at.zoom == 1


def test_a_large_photo_is_fitted_the_same_whether_small_ones_are_enlarged() -> None:
    at = viewport()
    at.set_enlarges(True)
    assert at.zoom == 900 / 4000
    at.zoom_by(0.1)
    assert at.is_fitted


@pytest.mark.parametrize("enlarges", [True, False])
def test_linked_views_fit_alike_also_those_added_later(enlarges: bool) -> None:
    link = Link()
    first = link.add()
    first.set_view_size(400, 400)
    link.set_enlarges(enlarges)
    link.set_photo_size(100, 100)
    second = link.add()
    second.set_view_size(400, 400)
    assert first.zoom == second.zoom == (4 if enlarges else 1)


def test_who_zooms_is_not_fitted_any_longer() -> None:
    at = viewport()
    at.set_zoom(1)
    assert not at.is_fitted
    at.set_view_size(800, 800)
    assert at.zoom == 1
    at.fit()
    assert at.zoom == at.fit_zoom == 800 / 6000


def test_zooming_out_ends_fitted() -> None:
    at = viewport()
    at.set_zoom(0.3)
    at.zoom_by(0.1)
    assert at.is_fitted
    assert at.zoom == at.fit_zoom


def test_another_photo_is_fitted() -> None:
    at = viewport()
    at.set_zoom(4)
    at.set_photo_size(3000, 3000)
    assert at.is_fitted
    assert at.zoom == 0.3


@given(st.floats(0.8, 30), st.floats(300, 1200), st.floats(200, 700))
def test_the_place_under_the_pointer_stays(zoom: float, x: float, y: float) -> None:
    at = viewport()
    at.set_zoom(1.0)
    pointer = QPointF(x, y)
    before = at.to_photo(pointer)
    at.set_zoom(zoom, pointer)
    moved = at.to_view(before) - pointer
    assert abs(moved.x()) <= 1  # the corner lies on a whole pixel
    assert abs(moved.y()) <= 1


@given(st.floats(0.01, 40), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_a_photo_is_never_dragged_beyond_its_edge(zoom: float, dx: float, dy: float) -> None:
    at = viewport()
    at.set_zoom(zoom)
    at.pan(dx, dy)
    shown = at.photo_in_sight
    for length, seen, whole in (
        (shown.width(), 1500, 6000 * at.zoom),
        (shown.height(), 900, 4000 * at.zoom),
    ):
        assert abs(length - min(seen, whole)) <= 1
    visible = at.visible_rect
    assert 0 <= visible.left < visible.right <= 6000
    assert 0 <= visible.top < visible.bottom <= 4000


def test_panning_moves_by_pixels_of_the_screen() -> None:
    at = viewport()
    at.set_zoom(2.0)
    before = at.origin
    at.pan(-30, 12)
    assert (at.origin - before).toTuple() == (-30, 12)


def test_a_wheel_stops_once_at_100_per_cent() -> None:
    at = viewport()
    at.set_zoom(0.9)
    at.zoom_by(1.25)
    assert at.zoom == 1
    at.zoom_by(1.25)
    assert at.zoom == 1.25
    at.zoom_by(0.7)
    assert at.zoom == 1
    at.zoom_by(0.8)
    assert at.zoom == pytest.approx(0.8)


def test_who_listens_hears_of_a_new_part_once(qtbot: QtBot) -> None:
    link = Link()
    at = link.add()
    at.set_view_size(1500, 900)
    at.set_photo_size(6000, 4000)
    heard: list[Rect] = []
    link.visible_rect_changed.connect(heard.append)
    at.set_zoom(1)
    at.set_zoom(1)
    assert heard == [at.visible_rect]
    with qtbot.waitSignal(at.changed):
        at.pan(5, 0)
    assert len(heard) == 2


def test_without_a_photo_nothing_is_in_sight() -> None:
    at = viewport(photo=(0, 0))
    at.pan(3, 3)
    at.zoom_by(2)
    assert at.visible_rect == Rect(0, 0, 0, 0)
    assert at.photo_in_sight.isEmpty()
