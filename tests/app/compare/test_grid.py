"""Panes under one zoom: linked and alone, cross-hair, reordering, full size, wipe."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.compare.grid import CompareGrid
from app.imaging.picture import Picture
from app.views.compare_canvas import CompareCanvas, ComparedPicture
from nledn.photo import Photo
from nledn.pixels import Bytes
from nledn.tiling import Rect
from tests.app.conftest import MakeLayer
from tests.app.views.fingers import Fingers

Key = Qt.Key
COLOURS = ((200, 30, 30), (30, 160, 30), (30, 30, 200), (200, 200, 30))
PixelsOf = Callable[[QImage], Bytes]


def shown(count: int) -> tuple[ComparedPicture, ...]:
    made = []
    for key in range(count):
        picture = Picture()
        picture.set_photo(Photo(np.full((300, 400, 3), COLOURS[key % 4], np.uint8)))
        made.append(ComparedPicture(key, picture, "before", f"Pane {key}"))
    return tuple(made)


def test_a_result_waits_until_it_has_a_tile(grid: CompareGrid, make_layer: MakeLayer) -> None:
    one = replace(shown(1)[0], kind="after")
    photo = one.picture.photo
    assert photo is not None
    grid.show_pictures((one,))
    canvas = grid.canvases[0]
    waited = [one.is_waiting]
    assert canvas.grab().toImage().pixelColor(200, 100).red() < 120, "dimmed"
    layer = make_layer(photo, tiles=0)
    one.picture.set_layer(layer)
    waited.append(one.is_waiting)
    tile = layer.tiling.tiles[0]
    rain = np.zeros((tile.rect.height, tile.rect.width, 3), np.float32)
    one.picture.rain_added(layer.add(tile, rain))
    waited.append(one.is_waiting)
    assert waited == [True, True, False]
    assert canvas.grab().toImage().pixelColor(200, 100).red() == 200


def test_the_button_stands_beside_the_label_where_there_is_room(grid: CompareGrid) -> None:
    grid.show_pictures((replace(shown(1)[0], action="Use this one"),))
    canvas = grid.canvases[0]
    label = canvas.label_rects()[0]
    assert canvas.button.geometry().center().y() == label.center().y()
    assert canvas.button.x() > label.right()
    grid.resize(150, 300)
    assert canvas.button.y() > label.bottom()


@pytest.fixture
def window(qtbot: QtBot, grid: CompareGrid) -> QWidget:
    """Has the grid, and beside it something else that takes the focus."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.addWidget(QLineEdit())
    row.addWidget(grid)
    made.show()
    qtbot.addWidget(made)
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


@pytest.fixture
def grid(qtbot: QtBot) -> CompareGrid:
    made = CompareGrid()
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.set_photo_size(400, 300)
    made.show_pictures(shown(4))
    made.show()
    qtbot.waitExposed(made)
    return made


def places(grid: CompareGrid) -> set[tuple[float, float, float]]:
    seen = [canvas.viewport for canvas in grid.canvases]
    return {(each.zoom, each.centre.x(), each.centre.y()) for each in seen}


def pressed(canvas: CompareCanvas, begin: QPoint, end: QPoint) -> None:
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(canvas, (begin + end) / 2)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)


def test_one_zoom_and_pan_for_all(grid: CompareGrid) -> None:
    assert len(grid.canvases) == 4
    first = grid.canvases[0].viewport
    first.set_zoom(3.0, QPointF(40, 30))
    first.pan(-17, 9)
    assert len(places(grid)) == 1
    assert grid.canvases[3].viewport.zoom == 3.0
    grid.canvases[2].viewport.fit()
    assert all(canvas.viewport.is_fitted for canvas in grid.canvases)


def test_with_the_key_held_this_pane_moves_alone(
    grid: CompareGrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (canvas.viewport for canvas in grid.canvases[:2])
    first.set_zoom(3.0)
    alt = Qt.KeyboardModifier.AltModifier
    with monkeypatch.context() as held:
        held.setattr(QGuiApplication, "keyboardModifiers", staticmethod(lambda: alt))
        first.pan(-30, 0)
    apart = first.centre.x() - second.centre.x()
    assert apart == pytest.approx(10)
    second.pan(-6, 0)  # from then on all move by the same
    assert first.centre.x() - second.centre.x() == pytest.approx(apart)
    assert len(places(grid)) == 2
    grid.link.leader.fit()
    assert len(places(grid)) == 1


def test_what_is_in_sight_is_told_of_all_panes(grid: CompareGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.link.visible_rect_changed) as told:
        grid.link.leader.set_zoom(4.0)
    assert told.args[0] == grid.canvases[0].viewport.visible_rect


def test_the_cross_hair_is_in_every_pane_with_its_values(grid: CompareGrid) -> None:
    canvas = grid.canvases[1]
    at = canvas.viewport.to_view(QPointF(200.5, 150.5)) / canvas.devicePixelRatio()
    QTest.mouseMove(canvas, at.toPoint())
    for each, colour in zip(grid.canvases, COLOURS, strict=True):
        values = each.values(each.shown[0]).split()
        assert [int(value) for value in values[-3:]] == list(colour)
        assert values[0] in ("199,", "200,", "201,")
    canvas.leaveEvent(None)  # type: ignore[arg-type]
    assert canvas.values(canvas.shown[0]) == ""


def test_labels_never_hide(grid: CompareGrid) -> None:
    grid.resize(300, 240)
    for canvas in (*grid.canvases, grid.wipe):
        for rect in canvas.label_rects():
            assert canvas.rect().intersects(rect)
    grid.resize(900, 700)
    grid.is_wiping = True
    for x, y in ((0.0, 0.0), (1.0, 1.0), (0.5, 0.0)):
        grid.wipe.knob.move_to(x, y)
        rects = grid.wipe.label_rects()
        assert all(grid.wipe.rect().contains(rect) for rect in rects)
        assert not any(one.intersects(two) for one in rects for two in rects if one is not two)


def test_a_label_is_dragged_to_another_pane(grid: CompareGrid, qtbot: QtBot) -> None:
    source, target = grid.canvases[0], grid.canvases[3]
    begin = source.label_rects()[0].center()
    end = source.mapFromGlobal(target.mapToGlobal(target.rect().center()))
    with qtbot.waitSignal(grid.moved) as moved:
        pressed(source, begin, end)
    assert moved.args == [0, 3]
    grid.canvases[2].setFocus()
    with qtbot.waitSignal(grid.moved) as moved:
        QTest.keyClick(grid.canvases[2], Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert moved.args == [2, 1]


def test_reordered_panes_keep_where_they_look(grid: CompareGrid) -> None:
    canvases = list(grid.canvases)
    grid.show_pictures(tuple(reversed(grid.shown)))
    assert grid.canvases == canvases[::-1]
    grid.show_pictures(grid.shown[:2])
    assert grid.canvases == canvases[:1:-1]


def test_enter_shows_one_at_full_size(grid: CompareGrid) -> None:
    grid.canvases[2].setFocus()
    grid.link.leader.set_zoom(2.0)
    QTest.keyClick(grid.canvases[2], Key.Key_Return)
    assert [canvas.isVisible() for canvas in grid.canvases] == [False, False, True, False]
    assert grid.canvases[2].size() == grid.size()
    assert grid.canvases[2].viewport.zoom == 2.0
    QTest.keyClick(grid.canvases[2], Key.Key_Escape)
    assert all(canvas.isVisible() for canvas in grid.canvases)
    for single in (2, None):
        QTest.keyClick(grid.canvases[2], Key.Key_Enter)
        assert grid.single == single


def test_the_pane_at_full_size_is_the_same_until_it_is_removed(grid: CompareGrid) -> None:
    grid.show_single(2)
    large = grid.canvases[2]
    for panes in (grid.shown[1:], tuple(reversed(grid.shown[1:]))):
        grid.show_pictures(panes)
        assert [canvas for canvas in grid.canvases if canvas.isVisible()] == [large]
    grid.show_pictures([one for one in grid.shown if one.key != 2])
    assert grid.single is None
    assert all(canvas.isVisible() for canvas in grid.canvases)


def test_enter_without_a_pane_shows_all(window: QWidget, grid: CompareGrid) -> None:
    grid.setFocus()
    QTest.keyClick(grid, Key.Key_Return)
    assert grid.single is None
    grid.canvases[2].setFocus()
    grid.show_single(1)
    focused = window.focusWidget()
    assert focused is grid
    QTest.keyClick(focused, Key.Key_Escape)
    assert grid.single is None


def test_the_keys_stay_when_the_pane_that_had_them_goes(window: QWidget, grid: CompareGrid) -> None:
    grid.canvases[3].setFocus()
    grid.show_pictures(grid.shown[:3])
    assert window.focusWidget() is grid
    grid.canvases[1].setFocus()
    grid.show_pictures(tuple(reversed(grid.shown)))
    assert window.focusWidget() is grid.canvases[1]  # else it could be moved but once


def test_another_arrangement_takes_no_focus_from_elsewhere(
    window: QWidget, grid: CompareGrid
) -> None:
    beside = window.findChild(QLineEdit)
    assert beside is not None
    beside.setFocus()
    grid.show_single(1)
    assert window.focusWidget() is beside


def test_long_names_stand_beside_each_other_in_a_wipe(grid: CompareGrid) -> None:
    long = "IMG_2041 of the wet street, by another program.jpg"
    grid.show_pictures([replace(one, label=long) for one in grid.shown])
    grid.is_wiping = True
    grid.wipe.resize(400, 300)
    rects = grid.wipe.label_rects()
    assert all(grid.wipe.rect().contains(rect) for rect in rects)
    assert not any(one.intersects(other) for one, other in pairwise(rects))


def test_four_are_wiped_in_one_pane(grid: CompareGrid, pixels_of: PixelsOf) -> None:
    grid.is_wiping = True
    grid.wipe.viewport.fit()
    knob = grid.wipe.knob
    grid.wipe.resize(900, 700)

    def quarters() -> list[tuple[int, ...]]:
        image = pixels_of(grid.wipe.grab().toImage())
        middle = np.array([350, 450])
        return [
            tuple(int(value) for value in image[tuple(middle + np.array(way) * 40)])
            for way in ((-1, -1), (-1, 1), (1, -1), (1, 1))
        ]

    assert quarters() == list(COLOURS)
    knob.move_to(0.9, 0.5)
    assert quarters() == [COLOURS[0], COLOURS[0], COLOURS[2], COLOURS[2]]
    knob.setFocus()
    QTest.keyClick(knob, Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert knob.position.y() == pytest.approx(0.4)
    assert "40" in knob.accessibleName()


@pytest.mark.parametrize(("count", "parts"), [(2, 2), (3, 3), (4, 4), (6, 4)])
def test_a_wipe_covers_the_canvas_without_overlap(
    grid: CompareGrid, count: int, parts: int
) -> None:
    grid.show_pictures(shown(count))
    grid.is_wiping = True
    covered = np.zeros((grid.wipe.height(), grid.wipe.width()), int)
    for pane in grid.wipe.panes():
        rect = pane.part
        covered[rect.top() : rect.bottom() + 1, rect.left() : rect.right() + 1] += 1
    assert (covered == 1).all()
    assert len(grid.wipe.panes()) == parts


def test_a_rectangle_is_drawn_and_told(grid: CompareGrid, qtbot: QtBot) -> None:
    canvas = grid.canvases[0]
    grid.set_selecting(True)
    before = canvas.viewport.centre
    begin, end = (
        (canvas.viewport.to_view(place) / canvas.devicePixelRatio()).toPoint()
        for place in (QPointF(100, 80), QPointF(250, 200))
    )
    with qtbot.waitSignal(grid.selected) as told:
        pressed(canvas, begin, end)
    rect = told.args[0]
    assert isinstance(rect, Rect)
    assert rect.left == pytest.approx(100, abs=2)
    assert rect.bottom == pytest.approx(200, abs=2)
    assert canvas.viewport.centre == before
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor, "another can be drawn"


def test_a_rectangle_that_is_too_small_leaves_the_former_one(
    grid: CompareGrid, pixels_of: PixelsOf
) -> None:
    canvas = grid.canvases[0]
    grid.set_selecting(True)
    grid.set_selection(Rect(100, 80, 250, 200))
    canvas.setFocus()
    before = pixels_of(canvas.grab().toImage())
    pressed(canvas, QPoint(100, 100), QPoint(102, 102))
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    np.testing.assert_array_equal(pixels_of(canvas.grab().toImage()), before)


def test_a_finger_draws_a_rectangle_too(grid: CompareGrid, qtbot: QtBot) -> None:
    grid.set_selecting(True)
    fingers = Fingers(grid.canvases[0])
    with qtbot.waitSignal(grid.selected) as told:
        for place in ((100, 80), (180, 150), (250, 200)):
            fingers.touch(place)
        fingers.touch()
    rect = told.args[0]
    assert isinstance(rect, Rect)
    assert rect.width > rect.height > 50


def test_a_pane_that_failed_says_why(grid: CompareGrid, pixels_of: PixelsOf) -> None:
    whole = grid.shown
    words = ComparedPicture(
        0, whole[0].picture, "before", "Pane 0", "There is no model named gone."
    )
    grid.show_pictures((words, *whole[1:]))
    image = pixels_of(grid.canvases[0].grab().toImage())
    assert not (np.abs(image.astype(int) - COLOURS[0]).max(axis=2) < 8).any()
    assert grid.canvases[0].values(words) == ""


def test_panes_are_laid_out_as_large_as_they_can_be(grid: CompareGrid) -> None:
    grid.resize(1600, 400)
    assert grid.columns() == 4
    grid.resize(300, 1600)
    assert grid.columns() == 1
    grid.resize(900, 700)
    assert grid.columns() == 2
