"""Before and after, in each of the ways to compare."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.imaging.mask import Brush
from app.imaging.picture import Picture
from app.views.panes import Mode
from app.views.photo_view import SETTLING_MS, PhotoView
from app.views.viewport import Viewport
from nledn.tiling import Rect
from tests.app.conftest import MakeLayer, MakePhoto
from tests.app.views.desk import BELOW_LABELS, HEIGHT, WIDTH, Desk, PixelsOf

BESIDE_LINE = 30  # columns of the handle to each side


def test_before_and_after_meet_at_the_divider(desk: Desk) -> None:
    desk.view.arrange(position=0.4)
    shown, line = desk.shown()[BELOW_LABELS], 160
    left, right = slice(0, line - BESIDE_LINE), slice(line + BESIDE_LINE, WIDTH)
    np.testing.assert_array_equal(shown[:, left], desk.before()[BELOW_LABELS, left])
    np.testing.assert_array_equal(shown[:, right], desk.after()[BELOW_LABELS, right])


def test_before_is_above_a_horizontal_divider(desk: Desk) -> None:
    desk.view.arrange(line=Qt.Orientation.Horizontal)
    shown = desk.shown()
    np.testing.assert_array_equal(shown[60:120], desk.before()[60:120])
    np.testing.assert_array_equal(shown[180:240], desk.after()[180:240])


def test_side_by_side_both_show_the_same_place(desk: Desk) -> None:
    desk.view.arrange(mode="side_by_side")
    shown = desk.shown()[BELOW_LABELS]
    before, after = desk.before()[BELOW_LABELS], desk.after()[BELOW_LABELS]
    assert before.shape[1] == 199
    np.testing.assert_array_equal(shown[:, :199], before)
    np.testing.assert_array_equal(shown[:, 201:], after)


def test_the_single_view_shows_the_result(desk: Desk) -> None:
    desk.view.arrange(mode="single")
    np.testing.assert_array_equal(desk.shown()[BELOW_LABELS], desk.after()[BELOW_LABELS])


def test_the_rain_has_a_view_of_its_own(desk: Desk) -> None:
    desk.view.arrange(mode="rain")
    rain = desk.picture.pixels("rain", 0, desk.viewport.visible_rect)
    np.testing.assert_array_equal(desk.shown()[BELOW_LABELS], rain[BELOW_LABELS])
    assert desk.view.labels() == ("Rain × 2",)


def test_switching_views_keeps_the_place(qtbot: QtBot, desk: Desk) -> None:
    desk.viewport.set_zoom(3, QPointF(30, 40))
    centre = desk.viewport.centre
    modes: tuple[Mode, ...] = ("side_by_side", "single", "rain", "before_after")
    for mode in modes:
        with qtbot.waitSignal(desk.view.mode_changed) as changed:
            desk.view.arrange(mode=mode)
        assert changed.args == [mode]
        assert (desk.viewport.zoom, desk.viewport.centre) == (3, centre)


def test_labels_say_which_is_which(desk: Desk, make_layer: MakeLayer) -> None:
    view, picture = desk.view, desk.picture
    assert view.labels() == ("Before", "After")
    picture.set_layer(make_layer(picture.photo, tiles=2))
    assert view.labels() == ("Before", "After: in part")
    picture.set_layer(None)
    assert view.labels() == ("Before",)
    view.arrange(mode="side_by_side")
    assert view.labels() == ("Before", "After: not derained yet")


@pytest.mark.parametrize("position", [0.0, 0.5, 1.0])
def test_both_labels_are_always_in_sight(desk: Desk, position: float) -> None:
    desk.view.arrange(position=position)
    shown = desk.shown()
    photo = desk.before() if position == 1 else desk.after()
    for corner in (slice(16, 60), slice(WIDTH - 60, WIDTH - 16)):
        difference = shown[16:36, corner].astype(int) - photo[16:36, corner]
        assert np.abs(difference).mean() > 20


def test_without_rain_there_is_nothing_to_divide(desk: Desk, make_layer: MakeLayer) -> None:
    desk.picture.set_layer(None)
    assert not desk.view.handle.isVisible()
    desk.picture.set_layer(make_layer(desk.picture.photo, tiles=1))
    assert desk.view.handle.isVisible()


def test_above_200_per_cent_pixels_are_squares(desk: Desk) -> None:
    desk.view.arrange(mode="single")
    desk.viewport.set_zoom(4)
    seen = desk.viewport.visible_rect
    after = desk.picture.pixels("after", 0, seen)
    large = after.repeat(4, axis=0).repeat(4, axis=1)
    top = desk.viewport.origin.y() + seen.top * 4
    left = desk.viewport.origin.x() + seen.left * 4
    expected = large[-top : -top + HEIGHT, -left : -left + WIDTH]
    np.testing.assert_array_equal(desk.shown()[BELOW_LABELS], expected[BELOW_LABELS])


def test_rain_that_arrives_is_shown(desk: Desk, make_layer: MakeLayer) -> None:
    desk.view.arrange(mode="single")
    picture = desk.picture
    complete = make_layer(picture.photo)
    layer = make_layer(picture.photo, tiles=0)
    picture.set_layer(layer)
    np.testing.assert_array_equal(desk.shown()[BELOW_LABELS], desk.before()[BELOW_LABELS])
    layer.plane[:] = complete.plane
    picture.rain_added(Rect(0, 0, 700, 600))
    np.testing.assert_array_equal(desk.shown()[BELOW_LABELS], desk.after()[BELOW_LABELS])
    assert (desk.after() != desk.before()).any()


def test_strength_is_live(qtbot: QtBot, desk: Desk) -> None:
    desk.view.arrange(mode="single")
    for strength in (0.2, 1.4):
        desk.picture.change_look(strength=strength)
        np.testing.assert_array_equal(desk.shown()[BELOW_LABELS], desk.after()[BELOW_LABELS])


def test_a_hand_on_the_strength_may_see_a_coarser_level_but_not_for_long(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.view.arrange(mode="single")
    desk.viewport.set_zoom(0.6)
    qtbot.wait_until(lambda: not desk.view.is_settling, timeout=20 * SETTLING_MS)
    sharp = desk.shown()
    desk.picture.change_look(strength=0.5)
    desk.picture.change_look(strength=1.0)
    assert np.abs(desk.shown().astype(int) - sharp).max() > 20
    qtbot.wait_until(lambda: not desk.view.is_settling, timeout=20 * SETTLING_MS)
    np.testing.assert_array_equal(desk.shown(), sharp)


def test_transparent_photos_lie_on_checks(desk: Desk, make_photo: MakePhoto) -> None:
    photo = make_photo(700, 600)
    alpha = np.zeros((600, 700), np.uint8)
    desk.picture.set_photo(replace(photo, alpha=alpha))
    desk.viewport.set_zoom(1)
    shown = desk.shown()[BELOW_LABELS]
    assert set(np.unique(shown)) == {204, 255}


class Dense(PhotoView):
    """On a screen with two physical pixels for a logical one, each way."""

    def devicePixelRatio(self) -> float:  # noqa: N802 - Qt's name
        return 2.0


def test_on_a_dense_screen_100_per_cent_is_still_exact(
    qtbot: QtBot, make_photo: MakePhoto, pixels_of: PixelsOf
) -> None:
    picture, viewport = Picture(), Viewport()
    view = Dense(picture, viewport)
    qtbot.addWidget(view)
    view.resize(WIDTH // 2, HEIGHT // 2)
    photo = make_photo(700, 600)
    picture.set_photo(photo)
    view.show()
    viewport.set_zoom(1)
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2)
    view.render(image)
    rows = slice(100, HEIGHT)
    expected = photo.pixels[viewport.visible_rect.slices]
    np.testing.assert_array_equal(pixels_of(image)[rows], expected[rows])


OPERATIONS = st.one_of(
    st.tuples(st.just("pan"), st.integers(-150, 150), st.integers(-150, 150)),
    st.tuples(st.just("zoom"), st.sampled_from([0.3, 0.5, 0.7, 1.0, 1.5, 3.0]), st.just(0)),
    st.tuples(st.just("divider"), st.floats(0, 1), st.just(0)),
    st.tuples(st.just("rain"), st.integers(0, 600), st.integers(0, 500)),
    st.tuples(st.just("mode"), st.sampled_from(["single", "rain", "before_after"]), st.just(0)),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(OPERATIONS, min_size=1, max_size=8))
def test_what_was_kept_looks_as_if_drawn_anew(
    desk: Desk, operations: list[tuple[str, float, float]]
) -> None:
    for name, first, second in operations:
        operate(desk, name, first, second)
        desk.view.grab()
    assert_as_if_drawn_anew(desk)


@pytest.mark.parametrize("zoom", [0.3, 0.7, 1.0, 1.3, 2.0, 3.7])
@pytest.mark.parametrize(
    "operation",
    [("pan", dx, dy) for dx in range(1, 12, 2) for dy in (-4, 9)]
    + [("rain", 330, 260), ("rain", 331, 257), ("divider", 0.37, 0)],
)
def test_new_edges_fit_what_is_there(
    desk: Desk, zoom: float, operation: tuple[str, float, float]
) -> None:
    desk.view.arrange(mode="single" if operation[0] != "divider" else "before_after")
    desk.viewport.set_zoom(zoom)
    desk.view.grab()
    operate(desk, *operation)
    assert_as_if_drawn_anew(desk)


def assert_as_if_drawn_anew(desk: Desk) -> None:
    desk.view.clearFocus()
    fresh = PhotoView(desk.picture, desk.viewport)
    fresh.resize(WIDTH, HEIGHT)
    arranged = desk.view.arrangement
    fresh.arrange(mode=arranged.mode, position=arranged.position)
    expected = desk.pixels_of(fresh.grab().toImage()).astype(int)
    fresh.deleteLater()
    # Where a level is smoothed, the same pixel drawn from another corner may round differently.
    assert np.abs(desk.shown() - expected).max() <= 2


def operate(desk: Desk, name: str, first: float, second: float) -> None:
    if name == "pan":
        desk.viewport.pan(first, second)
    elif name == "zoom":
        desk.viewport.set_zoom(first)
    elif name == "divider":
        desk.view.handle.drag_to(QPointF(first * WIDTH, 0))
    elif name == "mode":
        desk.view.arrange(mode=first)
    else:
        rect = Rect(int(first), int(second), int(first) + 90, int(second) + 80)
        assert desk.picture.layer is not None
        plane = desk.picture.layer.plane
        plane[rect.slices] = 3000 - plane[rect.slices] // 2
        desk.picture.rain_added(rect)


class Watched(PhotoView):
    """Remembers what it was asked to repaint."""

    repainted = QRegion()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        self.repainted += event.region()
        super().paintEvent(event)


def complete(desk: Desk) -> None:
    """The last tile comes: the label of a result in part gives way to a shorter one."""
    assert desk.picture.layer is not None
    desk.picture.layer.done[:] = True
    operate(desk, "rain", 300, 220)


def hover(desk: Desk) -> None:
    move_pointer(desk.view, QPointF(120, 70))


def paint(desk: Desk) -> None:
    desk.picture.begin_stroke(Brush(15))
    desk.picture.paint([(320, 260), (350, 280)])


@pytest.mark.parametrize(
    ("change", "most"),
    [
        (lambda desk: operate(desk, "divider", 0.8, 0), 0.6),
        (lambda desk: operate(desk, "divider", 0.3, 0), 0.6),
        (lambda desk: operate(desk, "divider", 0.87, 0), 0.8),
        (lambda desk: operate(desk, "rain", 300, 220), 0.35),
        (lambda desk: operate(desk, "pan", 9, 0), 1.0),
        (complete, 0.5),
        (hover, 0.35),
        (paint, 0.35),
    ],
)
@pytest.mark.parametrize("zoom", [1.0, 1.5])
def test_what_changes_is_repainted_and_little_else(
    qtbot: QtBot, desk: Desk, change: Callable[[Desk], None], most: float, zoom: float
) -> None:
    view = Watched(desk.picture, desk.viewport)
    qtbot.addWidget(view)
    view.resize(WIDTH, HEIGHT)
    view.setFocus()
    view.set_brush(Brush(12))
    with qtbot.waitExposed(view):
        view.show()
    desk.viewport.set_zoom(zoom)
    watched = replace(desk, view=view)
    assert desk.picture.layer is not None
    desk.picture.layer.done[0] = False  # a long label, which a divider crosses slowly
    move_pointer(view, QPointF(100, 60))
    before = watched.shown()
    repaint(view)
    view.repainted = QRegion()
    change(watched)
    repaint(view)
    repainted = QRegion(view.repainted)
    changed = (watched.shown() != before).any(axis=2)
    assert changed.any()
    covered = np.zeros(changed.shape, bool)
    for rect in repainted:  # type: ignore[attr-defined]  # iterable, which its stub does not say
        covered[rect.top() : rect.bottom() + 1, rect.left() : rect.right() + 1] = True
    assert covered[changed].all()
    assert covered.mean() <= most


def repaint(view: PhotoView) -> None:
    QApplication.sendEvent(view, QEvent(QEvent.Type.UpdateRequest))


def move_pointer(view: PhotoView, to: QPointF) -> None:
    kind, none = QEvent.Type.MouseMove, Qt.MouseButton.NoButton
    keys = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(view, QMouseEvent(kind, to, to, none, none, keys))


def test_the_part_that_is_shown_derained_is_told_as_it_changes(qtbot: QtBot, desk: Desk) -> None:
    view, seen = desk.view, desk.viewport.visible_rect
    view.arrange(position=0.25)
    assert view.after_rect == Rect(seen.left + 100, seen.top, seen.right, seen.bottom)
    with qtbot.waitSignal(view.sight_changed):
        view.handle.moved.emit(0.75)
    assert view.after_rect == Rect(seen.left + 300, seen.top, seen.right, seen.bottom)
    view.arrange(is_flipped=True)
    assert view.after_rect.left == seen.left + 300, "it is only covered for a moment"
    view.arrange(is_flipped=False)
    view.arrange(line=Qt.Orientation.Horizontal)
    assert view.after_rect == Rect(seen.left, seen.top + 225, seen.right, seen.bottom)
    view.arrange(position=1.0)
    assert view.after_rect == seen
    for mode in ("single", "rain"):
        view.arrange(mode=mode)
        assert view.after_rect == seen
    view.arrange(mode="side_by_side")
    assert view.after_rect == desk.viewport.visible_rect


def test_each_photo_tells_anew_what_is_in_sight(
    qtbot: QtBot, desk: Desk, make_photo: MakePhoto
) -> None:
    with qtbot.waitSignal(desk.view.sight_changed):
        desk.picture.set_photo(make_photo(700, 600))
    with qtbot.waitSignal(desk.view.sight_changed):
        desk.picture.set_photo(make_photo(700, 600))
