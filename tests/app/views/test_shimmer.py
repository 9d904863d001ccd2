"""Light that passes over what is still being computed."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QProxyStyle, QStyle
from pytestqt.qtbot import QtBot

from tests.app.conftest import MakeLayer
from tests.app.views.desk import BELOW_LABELS, WIDTH, Desk


@pytest.fixture
def pending(desk: Desk, make_layer: MakeLayer) -> Desk:
    """Nothing of the photo is derained yet."""
    desk.picture.set_layer(make_layer(desk.picture.photo, tiles=0))
    return desk


def test_light_passes_over_the_after_part(qtbot: QtBot, pending: Desk) -> None:
    view = pending.view
    view.arrange(position=0.5)
    still = pending.shown()
    view.shimmer.set_running(True)
    bands: list[QRect] = []

    def has_moved() -> bool:
        bands.append(view.shimmer.band)
        return len({band.left() for band in bands if band.width() > 50}) > 1

    qtbot.waitUntil(has_moved)
    shown = pending.shown()[BELOW_LABELS].astype(int)
    lighter = shown - still[BELOW_LABELS]
    assert lighter.min() >= 0
    assert 0 < lighter.max() <= 40
    assert not lighter[:, : WIDTH // 2 - 30].any(), "the Before part is complete"
    view.shimmer.set_running(False)
    np.testing.assert_array_equal(pending.shown(), still)


def test_what_is_done_lies_still(qtbot: QtBot, desk: Desk) -> None:
    desk.view.shimmer.set_running(True)
    with pytest.raises(qtbot.TimeoutError):
        qtbot.waitUntil(lambda: not desk.view.shimmer.band.isEmpty(), timeout=300)


class Calm(QProxyStyle):
    """A desktop without animations."""

    def styleHint(self, hint: QStyle.StyleHint, *more: Any) -> int:  # noqa: N802 - Qt's name
        if hint == QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return super().styleHint(hint, *more)


def test_nothing_moves_where_the_desktop_wants_no_animations(qtbot: QtBot, pending: Desk) -> None:
    calm = Calm()
    pending.view.setStyle(calm)
    pending.view.shimmer.set_running(True)
    with pytest.raises(qtbot.TimeoutError):
        qtbot.waitUntil(lambda: not pending.view.shimmer.band.isEmpty(), timeout=300)
