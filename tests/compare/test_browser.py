"""The page in a real browser: lines that are dragged, linked zoom, keys."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nledn.compare import Board, Pane, measured, write_board
from nledn.photo import Photo
from nledn.tiling import Rect
from tests.compare.browser import Browser, browser, is_there

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not is_there(), reason="needs Debian's chromium and chromium-driver"),
]
COLOURS = {"Red": (200, 30, 30), "Green": (30, 160, 30), "Blue": (30, 30, 200)}


def flat(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((300, 400, 3), colour, np.uint8)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Browser]:
    red, green, blue = (flat(colour) for colour in COLOURS.values())
    panes = (
        Pane("Red", "rainy", red),
        Pane("Green", "result", green),
        Pane("Blue", "truth", blue),
    )
    board = Board(Photo(red), "street.jpg", panes, (Rect(100, 50, 200, 125),))
    write_board(measured(board), tmp_path / "page.html")
    with browser(tmp_path / "profile") as opened:
        opened.open(tmp_path / "page.html")
        yield opened


def shares(page: Browser) -> dict[str, float]:
    """The share of the photo's width that each picture takes."""
    left, top, width, height = page.box("#stage img")
    row = page.screenshot()[top + height - 20, left : left + width].astype(int)
    return {
        name: float((np.abs(row - colour).max(axis=1) < 12).mean())
        for name, colour in COLOURS.items()
    }


def test_each_line_is_dragged_and_the_pictures_follow(page: Browser) -> None:
    assert page.run("document.querySelectorAll('[role=slider]').length") == 2
    assert all(abs(share - 1 / 3) < 0.03 for share in shares(page).values())
    width = page.box("#stage img")[2]
    page.drag(".line", -round(width * 0.2))
    moved = shares(page)
    assert moved["Red"] == pytest.approx(1 / 3 - 0.2, abs=0.03)
    assert moved["Green"] == pytest.approx(1 / 3 + 0.2, abs=0.03)
    assert moved["Blue"] == pytest.approx(1 / 3, abs=0.03)
    now = page.run("Number(document.querySelector('.line').ariaValueNow)")
    assert now == pytest.approx(13, abs=2)
    page.drag(".line", round(width * 0.7))  # it pushes the other along, and never crosses it
    assert page.run("[...document.querySelectorAll('.line')].map(l => Number(l.ariaValueNow))")[
        1
    ] >= page.run("Number(document.querySelector('.line').ariaValueNow)")
    labels = page.run("[...document.querySelectorAll('.label')].map(l => l.textContent)")
    assert labels == list(COLOURS)


def test_lines_work_from_the_keyboard(page: Browser) -> None:
    page.run("document.querySelector('.line').focus()")
    before = page.run("Number(document.activeElement.ariaValueNow)")
    page.press("\ue014", "\ue014")  # right
    assert page.run("Number(document.activeElement.ariaValueNow)") == before + 2
    page.press("\ue011")  # home
    assert page.run("Number(document.activeElement.ariaValueNow)") == 0
    assert shares(page)["Red"] < 0.02
    assert "Red" in page.run("document.activeElement.ariaLabel")


def test_all_panes_zoom_together(page: Browser) -> None:
    page.run("document.querySelector('[data-mode=grid]').click()")
    assert page.run("document.querySelectorAll('.view').length") == 3
    page.run("document.querySelector('.crop').click()")
    transforms = page.run(
        "[...document.querySelectorAll('#stage img')].map(i => i.style.transform)"
    )
    assert len(set(transforms)) == 1
    fitted = page.run("document.querySelector('#zoom').value")
    page.press("0")
    assert page.run("document.querySelector('#zoom').value") != fitted
    page.press("2")
    assert shares(page)["Green"] > 0.97
    page.press("\ue00c")  # escape
    assert page.run("document.querySelectorAll('.view').length") == 3


def test_error_maps_take_the_pictures_places(page: Browser) -> None:
    page.run("document.querySelector('#errors').click()")
    assert shares(page)["Red"] < 0.02
    assert page.run("document.querySelector('#errors').ariaPressed") == "true"


def test_nothing_is_loaded_and_nothing_is_reported(page: Browser) -> None:
    assert (
        page.run(
            "performance.getEntriesByType('resource')"
            ".filter(r => !r.name.startsWith('data:')).length"
        )
        == 0
    )
    unnamed = page.run(
        "[...document.querySelectorAll('button, [role=slider]')]"
        ".filter(e => !(e.textContent.trim() || e.ariaLabel)).length"
    )
    assert unnamed == 0
