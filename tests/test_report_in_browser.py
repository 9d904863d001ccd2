"""The HTML report as people use it: photos are sorted, lines are dragged, in a real browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nledn import report
from nledn.batch.figures import thumbnail
from nledn.metrics import Scores
from nledn.photo import Photo
from nledn.report import Report, ReportRow
from tests.compare.browser import Browser, browser, is_there

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not is_there(), reason="needs Debian's chromium and chromium-driver"),
]


def done(n: int, **figures: float) -> ReportRow:
    scores = Scores(figures["psnr"], figures["ssim"], 25.0 - n, 0.5 + n / 100)
    return ReportRow(
        file=Path(f"/wet/{n}.jpg"),
        name=f"{n}.jpg",
        state="done",
        size_bytes=n * 1000,
        width_px=int(figures["width"]),
        height_px=100,
        seconds=figures["seconds"],
        taken=figures["taken"],
        brightness=figures["brightness"],
        scores=scores,
        output=Path(f"/dry/{n}.jpg"),
    )


ROWS = (
    done(2, width=90, seconds=9.5, taken=0.4, brightness=-1, psnr=31.0, ssim=0.9),
    done(9, width=1000, seconds=10.25, taken=12.0, brightness=-12, psnr=float("inf"), ssim=1.0),
    ReportRow(Path("/wet/10.jpg"), "10.jpg", "failed", note="It is empty."),
    done(11, width=400, seconds=0.75, taken=2.5, brightness=3, psnr=9.75, ssim=0.25),
)
ASCENDING = {
    "File": ["2", "9", "10", "11"],
    "State": ["2", "9", "11", "10"],  # done before failed
    "Size": ["10", "2", "11", "9"],
    "Seconds": ["10", "11", "2", "9"],
    "Rain taken": ["10", "2", "11", "9"],
    "Brightness": ["10", "9", "2", "11"],
    "PSNR-Y": ["10", "11", "2", "9"],
    "SSIM-Y": ["10", "11", "2", "9"],
    "Input PSNR-Y": ["10", "11", "9", "2"],
    "Input SSIM-Y": ["10", "2", "9", "11"],
}
NAMES = '[...document.querySelectorAll(".photos > li .name")].map((name) => name.textContent)'
SORTED_BY = (
    '[...document.querySelectorAll("[data-order][aria-pressed=true]")]'
    ".map((button) => [button.textContent, button.dataset.down])"
)


def test_a_click_sorts_and_another_turns_it_round(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    report.write(Report("Rain", (), ROWS), path)
    with browser(tmp_path / "profile") as page:
        page.open(path)
        orders = page.run(
            "[...document.querySelectorAll('[data-order]')].map((o) => o.textContent)"
        )
        assert orders == [*ASCENDING, "To check"]
        assert page.run(NAMES) == ["10.jpg", "2.jpg", "9.jpg", "11.jpg"]  # what failed is first
        for place, (heading, order) in enumerate(ASCENDING.items(), start=1):
            page.open(path)  # photos that are equal keep the order that they had
            for is_down in (False, True):
                page.run(f"document.querySelectorAll('[data-order]')[{place - 1}].click()")
                names = [name.removesuffix(".jpg") for name in page.run(NAMES)]
                assert names == (order[::-1] if is_down else order), heading
                assert page.run(SORTED_BY) == [[heading, str(is_down).lower()]]


RED, GREEN = (200, 30, 30), (30, 160, 30)
SHARE = "Number(document.querySelector('.pair input').value)"


def small(colour: tuple[int, int, int]) -> bytes:
    return thumbnail(Photo(np.full((200, 300, 3), colour, np.uint8)))


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Browser]:
    pictured = replace(ROWS[1], width_px=300, height_px=200, before=small(RED), after=small(GREEN))
    name = "derained/rain/resderainnet_1.jpg"
    rows = (ROWS[0], replace(pictured, name=name, marks=("darker",)), ROWS[2])
    report.write(Report("Rain", (), rows), tmp_path / "report.html")
    with browser(tmp_path / "profile") as opened:
        opened.open(tmp_path / "report.html")
        yield opened


def share_of(colour: tuple[int, int, int], page: Browser) -> float:
    """The share of the picture's width with a colour, a little below its upper edge."""
    left, top, width, _ = page.box(".pair")
    row = page.screenshot()[top + 10, left : left + width].astype(int)
    return float((np.abs(row - colour).max(axis=1) < 12).mean())


def test_the_line_is_dragged_and_moved_by_keys(page: Browser) -> None:
    assert share_of(RED, page) == pytest.approx(0.5, abs=0.03)
    width = page.box(".pair")[2]
    page.drag(".pair", -round(width * 0.3))
    assert share_of(RED, page) == pytest.approx(0.2, abs=0.03)
    assert share_of(GREEN, page) == pytest.approx(0.8, abs=0.03)
    before = page.run(SHARE)
    page.press("\ue014", "\ue014")  # right: a click has given the line the focus
    assert page.run(SHARE) == before + 2
    page.press("\ue010")  # end
    assert share_of(RED, page) > 0.97
    line = "document.querySelector('.pair input')"
    assert page.run(f"{line}.ariaLabel").endswith("derained/rain/resderainnet_1.jpg")
    assert page.run(f"{line}.ariaValueText") == "100 % before"


def test_a_finger_moves_the_line_sideways(page: Browser) -> None:
    left, top, width, height = page.box(".pair")
    page.swipe((left + width // 2, top + height // 2), (-round(width * 0.3), 0))
    assert page.run(SHARE) == pytest.approx(20, abs=3)


def test_a_finger_that_scrolls_moves_no_line(page: Browser) -> None:
    page.resize(400, 500)
    page.run("document.querySelector('.pair').scrollIntoView()")
    left, top, width, height = page.box(".pair")
    page.swipe((left + width // 4, top + height // 2), (4, -100))
    assert page.run(SHARE) == 50


def test_photos_of_a_kind_are_shown_alone(page: Browser) -> None:
    shown = "[...document.querySelectorAll('.photos > li')].filter((row) => row.checkVisibility())"
    for only, names in (("failed", ["10.jpg"]), ("marked", ["derained/rain/resderainnet_1.jpg"])):
        page.click(f"[data-only={only}]")
        found = page.run(f"{shown}.map((row) => row.querySelector('.name').textContent)")
        assert found == names
    page.click('[data-only=""]')
    assert page.run(f"{shown}.length") == 3


def test_a_name_ends_its_line_after_a_slash_or_a_dash(page: Browser) -> None:
    """Each piece of a name is on one line, however narrow the card."""
    pieces = page.run(
        "(name => { name.style.width = '9em'; const range = document.createRange();"
        "const texts = document.createNodeIterator(name, NodeFilter.SHOW_TEXT), lines = [];"
        "for (let text; (text = texts.nextNode()); ) { range.selectNode(text);"
        "lines.push([text.data, range.getClientRects().length]); } return lines; })"
        "([...document.querySelectorAll('.name')].find((name) => name.textContent.includes('/')))"
    )
    assert pieces == [["derained/", 1], ["rain/", 1], ["resderainnet_", 1], ["1.jpg", 1]]


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_lies_beside_the_page(page: Browser, width: int) -> None:
    page.resize(width)
    assert page.run("document.documentElement.scrollWidth") == width
    assert (
        page.run(
            "performance.getEntriesByType('resource').filter("
            "(entry) => !entry.name.startsWith('data:')).length"
        )
        == 0
    )


def test_hostile_names_do_nothing(tmp_path: Path) -> None:
    names = (
        '"><img src=x onerror=alert(1)>.jpg',
        "' onfocus=alert(1) autofocus '/x.jpg",
        "</style></script><script>alert(1)</script>/{{ 7 * 7 }}.jpg",
    )
    pictured = replace(ROWS[0], before=small(RED), after=small(GREEN))
    rows = [replace(pictured, name=name, note=name, marks=(name,)) for name in names]
    content = Report(names[0], ((names[1], names[2]),), tuple(rows), ((names[2], names[0]),))
    report.write(content, tmp_path / "report.html")
    with browser(tmp_path / "profile") as page:
        page.open(tmp_path / "report.html")  # a dialog would fail each of these
        assert page.run("[...document.querySelectorAll('[onerror], [onfocus]')].length") == 0
        assert page.run("[document.scripts.length, document.images.length]") == [1, 6]
        assert page.run(NAMES) == list(names)
