"""The HTML report as people use it: photos are sorted, lines are dragged, in a real browser."""

from pathlib import Path

import pytest

from nledn import report
from nledn.metrics import Scores
from nledn.report import Report, ReportRow
from tests.compare.browser import browser, is_there

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
    '.map((button) => [button.textContent, button.dataset.down])'
)


def test_a_click_sorts_and_another_turns_it_round(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    report.write(Report("Rain", (), ROWS), path)
    with browser(tmp_path / "profile") as page:
        page.open(path)
        orders = page.run("[...document.querySelectorAll('[data-order]')].map((o) => o.textContent)")
        assert orders == [*ASCENDING, "To check"]
        assert page.run(NAMES) == ["10.jpg", "2.jpg", "9.jpg", "11.jpg"]  # what failed is first
        for place, (heading, order) in enumerate(ASCENDING.items(), start=1):
            page.open(path)  # photos that are equal keep the order that they had
            for is_down in (False, True):
                page.run(f"document.querySelectorAll('[data-order]')[{place - 1}].click()")
                names = [name.removesuffix(".jpg") for name in page.run(NAMES)]
                assert names == (order[::-1] if is_down else order), heading
                assert page.run(SORTED_BY) == [[heading, str(is_down).lower()]]
