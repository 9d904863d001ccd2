"""A kept area is outlined while nothing is painted, and tinted while a brush is at work."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from app.imaging.mask import Brush
from tests.app.views.desk import Desk

ROW = 150  # through the middle of the view, below labels and above nothing


def keep_a_disc(desk: Desk) -> None:
    """Keep a disc of 40 px around the middle of the photo."""
    desk.picture.begin_stroke(Brush(40, feather=0))
    desk.picture.paint([(350, 300)])
    desk.picture.end_stroke()


@pytest.mark.parametrize("zoom", [1.0, 4.0])
def test_the_outline_is_two_pixels_wide_at_every_zoom(desk: Desk, zoom: float) -> None:
    desk.view.arrange(mode="single")
    desk.viewport.set_zoom(zoom)
    away = (desk.viewport.centre - QPointF(350 + 40, 300)) * desk.viewport.zoom
    desk.viewport.pan(away.x(), away.y())  # to its right end
    desk.picture.change_look(strength=0.0)  # so that only the line is new
    keep_a_disc(desk)
    without_rain = desk.shown()
    desk.view.set_brush(Brush(40))
    tinted = desk.shown()
    desk.view.set_brush(None)
    np.testing.assert_array_equal(desk.shown(), without_rain)
    desk.picture.set_mask(None)
    (changed,) = np.nonzero((desk.shown()[ROW] != without_rain[ROW]).any(axis=-1))
    right = changed[changed > 150]
    assert len(right) == 2, "a light pixel and a dark one"
    assert right[1] - right[0] == 1
    assert abs(right.mean() - 200) <= zoom
    inside = slice(right[0] - 20, right[0])
    assert (tinted[ROW, inside] != without_rain[ROW, inside]).any(axis=-1).all()


def test_the_outline_follows_a_stroke_that_is_undone(desk: Desk) -> None:
    desk.view.arrange(mode="single")
    desk.picture.change_look(strength=0.0)
    keep_a_disc(desk)
    outlined = desk.shown()
    desk.picture.begin_stroke(Brush(20, feather=0))
    desk.picture.paint([(420, 300)])
    patch = desk.picture.end_stroke()
    assert (desk.shown() != outlined).any()
    assert patch is not None
    desk.picture.put_patch(patch, undo=True)
    np.testing.assert_array_equal(desk.shown(), outlined)


def test_the_photo_as_it_was_has_no_outline(desk: Desk) -> None:
    desk.view.arrange(mode="single")
    desk.view.arrange(is_flipped=True)
    bare = desk.shown()
    keep_a_disc(desk)
    np.testing.assert_array_equal(desk.shown(), bare)
