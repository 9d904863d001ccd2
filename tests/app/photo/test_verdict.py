"""One chip over the photo says how a derain went, and a click does what it proposes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.state import PhotoState
from app.photo.verdict import VerdictChip
from app.shell import theme
from app.shell.translation import LITTLE_TAKEN, STRONG_TAKEN
from nledn.card import Card
from nledn.catalog import DENSE_ID
from tests.app import conftest
from tests.app.conftest import StandIn
from tests.app.window import derain, open_photo, state

Floats = npt.NDArray[np.float32]
DENSE = Card(
    id=DENSE_ID,
    title="AfterRain dense",
    sha256="0" * 64,
    regions="fixed",
    path=Path("dense.safetensors"),
    purpose="Dense rain and mist",
)


def chip_of(window: MainWindow) -> VerdictChip:
    return window.photo.verdict


def says(window: MainWindow, words: str) -> bool:
    chip = chip_of(window)
    return chip.isVisible() and chip.text() == words


def taking(backend: StandIn, levels: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, so many levels are taken from one pixel and given to the next."""

    def rain(rainy: Floats) -> Floats:
        signs = np.indices(rainy.shape[2:]).sum(axis=0) % 2 * 2 - 1
        return np.broadcast_to(signs * np.float32(levels / 255), rainy.shape).astype(np.float32)

    monkeypatch.setattr(backend, "rain", rain)


@pytest.fixture
def pixels() -> npt.NDArray[np.uint8]:
    """(120, 160, 3): even grey, which takes any change without a limit."""
    return np.full((120, 160, 3), 120, np.uint8)


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, picture_file: Path) -> MainWindow:
    open_photo(qtbot, window, picture_file)
    return window


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        (STRONG_TAKEN + 1, "Strong removal"),
        (STRONG_TAKEN - 2, "Rain removed"),
        (LITTLE_TAKEN / 2, "Little rain found"),
    ],
)
def test_the_chip_says_how_it_went_and_has_figures_for_who_asks(
    qtbot: QtBot,
    opened: MainWindow,
    backend: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    levels: float,
    words: str,
) -> None:
    taking(backend, levels, monkeypatch)
    derain(qtbot, opened)
    qtbot.waitUntil(lambda: says(opened, words))
    chip = chip_of(opened)
    assert "of 255 levels" in chip.toolTip()
    assert chip.accessibleName() == words
    assert chip.geometry().center().x() == pytest.approx(opened.view.width() / 2, abs=1)
    opened.resize(1100, 700)
    label = opened.view.label_rects()[0]
    assert chip.geometry().center().y() == pytest.approx(label.center().y(), abs=1)
    assert chip.geometry().center().x() == pytest.approx(opened.view.width() / 2, abs=1)
    chip.click()
    assert not chip.isVisible()
    assert state(opened) is PhotoState.DONE


def test_the_line_between_before_and_after_does_not_cross_the_words(
    qtbot: QtBot,
    qapp: QApplication,
    opened: MainWindow,
    backend: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taking(backend, STRONG_TAKEN + 1, monkeypatch)
    derain(qtbot, opened)
    qtbot.waitUntil(lambda: says(opened, "Strong removal"))
    chip, view = chip_of(opened), opened.view
    view.viewport.set_zoom(8.0)
    theme.apply(qapp, "dark")
    assert chip.geometry().intersects(view.handle.geometry())
    with_line = view.grab(chip.geometry()).toImage()
    view.handle.hide()
    without_line = view.grab(chip.geometry()).toImage()
    qapp.setStyleSheet("")
    inside = chip.rect().adjusted(chip.height() // 2, 0, -chip.height() // 2, 0)
    assert with_line.copy(inside) == without_line.copy(inside)


def test_the_chip_lies_on_the_result_where_both_are_side_by_side(
    qtbot: QtBot, opened: MainWindow
) -> None:
    derain(qtbot, opened)
    qtbot.waitUntil(lambda: chip_of(opened).isVisible())
    opened.view.arrange(mode="side_by_side")
    chip, after = chip_of(opened).geometry(), opened.view.after_area
    assert after.left() >= opened.view.width() // 2
    assert after.contains(chip)
    assert chip.center().x() == pytest.approx(after.center().x(), abs=1)


def test_a_photo_that_became_darker_gets_its_brightness_back_by_a_click(
    qtbot: QtBot, opened: MainWindow
) -> None:
    derain(qtbot, opened)  # a fifth of each pixel
    qtbot.waitUntil(lambda: says(opened, "Darker by 24 of 255: keep brightness?"))
    chip_of(opened).click()
    assert opened.document.keep_brightness
    assert opened.photo.panel.strength.keep_brightness.isChecked()
    qtbot.waitUntil(lambda: chip_of(opened).isVisible())
    assert chip_of(opened).text() == "Strong removal"


def test_little_rain_is_tried_again_with_the_model_for_dense_rain(
    qtbot: QtBot, opened: MainWindow, backend: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conftest, "INVENTED", (*conftest.INVENTED, DENSE_ID))
    chip_of(opened).set_cards((DENSE,))
    taking(backend, LITTLE_TAKEN / 2, monkeypatch)
    derain(qtbot, opened)
    qtbot.waitUntil(lambda: says(opened, "Little rain found: try Dense rain and mist"))
    chip_of(opened).click()
    assert opened.document.options.weights == DENSE_ID
    qtbot.waitUntil(lambda: state(opened) is PhotoState.DONE)
    qtbot.waitUntil(lambda: says(opened, "Little rain found"))


def test_what_is_done_with_the_rain_changes_nothing_of_how_much_was_found(
    qtbot: QtBot, opened: MainWindow, backend: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking(backend, STRONG_TAKEN + 3, monkeypatch)
    derain(qtbot, opened)
    qtbot.waitUntil(lambda: says(opened, "Strong removal"))
    figures = chip_of(opened).toolTip()
    opened.document.set_strength(0.2)
    qtbot.waitUntil(lambda: chip_of(opened).toolTip() != figures)
    assert chip_of(opened).text() == "Strong removal"
    opened.document.set_keep_brightness(True)
    qtbot.waitUntil(lambda: chip_of(opened).toolTip() != figures)
    assert chip_of(opened).text() == "Strong removal"


def test_the_chip_goes_with_its_result(
    qtbot: QtBot, opened: MainWindow, picture_file: Path
) -> None:
    derain(qtbot, opened)
    qtbot.waitUntil(lambda: chip_of(opened).isVisible())
    opened.document.set_options(replace(opened.document.options, weights="other"))
    assert not chip_of(opened).isVisible()
    opened.document.set_options(replace(opened.document.options, weights="auto"))
    qtbot.waitUntil(lambda: chip_of(opened).isVisible() or state(opened) is PhotoState.DONE)
    open_photo(qtbot, opened, picture_file)
    assert not chip_of(opened).isVisible()


def test_a_chip_without_a_proposal_goes_by_itself(
    qtbot: QtBot, opened: MainWindow, backend: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.photo.verdict.SHOWN_MS", 500)
    taking(backend, STRONG_TAKEN + 1, monkeypatch)
    derain(qtbot, opened)
    qtbot.waitUntil(lambda: says(opened, "Strong removal"))
    qtbot.waitUntil(lambda: not chip_of(opened).isVisible())
