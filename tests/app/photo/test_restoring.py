"""What a crash left is taken up again, and outlives the next crash as well."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.recovery import Offer, Spill, recover
from nledn import places
from nledn.tiling import Rect
from tests.app.conftest import OPTIONS, FakeEngines, StandIn
from tests.app.window import Pixels


@pytest.fixture
def offer(picture_file: Path, pixels: Pixels) -> Iterator[Offer]:
    """A derained photo with a kept area, left by a process that is gone."""
    layer = FakeEngines(StandIn()).get(OPTIONS).derain(pixels)
    spill = Spill()
    spill.begin(picture_file, OPTIONS, layer)
    spill.mask(Rect(10, 20, 16, 24), np.full((4, 6), 1.0, np.float32), 1)
    (path,) = (places.user_state() / "recovery").iterdir()
    yield Offer(path, picture_file, 9, 9)
    spill.discard()


def test_a_kept_area_outlives_a_second_crash(
    qtbot: QtBot, window: MainWindow, offer: Offer
) -> None:
    with qtbot.waitSignal(window.document.recovered):
        window.document.restore(offer)
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    (path,) = (places.user_state() / "recovery").iterdir()
    assert path != offer.spill
    again = recover(path)
    assert again is not None
    assert again.mask is not None
    assert again.mask.sum() == 24
    np.testing.assert_array_equal(again.mask, window.picture.mask)
    assert not window.controller.history.stack.canUndo()
