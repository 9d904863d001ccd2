"""The parts of a view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize, Qt

from app.views.panes import GAP_PX, Arrangement, Mode

VIEW = QSize(801, 601)
PHOTO = QRect(100, 50, 600, 500)
VERTICAL, HORIZONTAL = Qt.Orientation.Vertical, Qt.Orientation.Horizontal
LINES = st.sampled_from([VERTICAL, HORIZONTAL])


@given(LINES, st.floats(0, 1))
def test_a_divider_leaves_no_pixel_out_and_shows_none_twice(
    line: Qt.Orientation, position: float
) -> None:
    before, after = Arrangement("before_after", line, position).panes(VIEW, PHOTO, has_rain=True)
    assert (before.kind, after.kind) == ("before", "after")
    assert before.offset == after.offset == QPoint(0, 0)
    assert not before.part.intersects(after.part)
    areas = [pane.part.width() * pane.part.height() for pane in (before, after)]
    assert sum(areas) == VIEW.width() * VIEW.height()


def test_a_divider_goes_from_end_to_end_of_the_photo() -> None:
    for position, at in ((0.0, 100), (0.5, 400), (1.0, 700)):
        panes = Arrangement(position=position).panes(VIEW, PHOTO, has_rain=True)
        assert panes[1].part.left() == at
    panes = Arrangement(line=HORIZONTAL, position=1.0).panes(VIEW, PHOTO, has_rain=True)
    assert panes[1].part.top() == 550


@pytest.mark.parametrize("line", [VERTICAL, HORIZONTAL])
@pytest.mark.parametrize("has_rain", [True, False])
def test_side_by_side_both_are_as_large(line: Qt.Orientation, has_rain: bool) -> None:
    arrangement = Arrangement("side_by_side", line)
    before, after = arrangement.panes(VIEW, PHOTO, has_rain)
    assert before.part.size() == after.part.size() == arrangement.frame_size(VIEW)
    assert after.offset == after.part.topLeft()
    gap = after.part.topLeft() - before.part.topLeft()
    across, along = (
        (gap.x(), before.part.width()) if line == VERTICAL else (gap.y(), before.part.height())
    )
    assert across - along in (GAP_PX, GAP_PX + 1)
    assert after.part.right() == VIEW.width() - 1
    assert after.part.bottom() == VIEW.height() - 1


@pytest.mark.parametrize(
    ("mode", "is_flipped", "has_rain", "kind"),
    [
        ("single", False, True, "after"),
        ("single", True, True, "before"),
        ("rain", False, True, "rain"),
        ("rain", True, True, "before"),
        ("before_after", True, True, "before"),
        ("before_after", False, False, "before"),
        ("rain", False, False, "before"),
        ("single", False, False, "before"),
    ],
)
def test_one_picture_fills_the_view(
    mode: Mode, is_flipped: bool, has_rain: bool, kind: str
) -> None:
    (pane,) = Arrangement(mode, is_flipped=is_flipped).panes(VIEW, PHOTO, has_rain)
    assert pane.kind == kind
    assert pane.part == QRect(QPoint(0, 0), VIEW)
