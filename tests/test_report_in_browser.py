"""The HTML report as people use it: headings are clicked in a real browser."""

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
NAMES = '[...document.querySelectorAll("tbody .name")].map((cell) => cell.textContent)'
SORTED_BY = (
    '[...document.querySelectorAll("th[aria-sort]")]'
    '.map((head) => [head.textContent.trim(), head.getAttribute("aria-sort")])'
)


def test_a_click_on_a_heading_sorts_and_another_turns_it_round(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    report.write(Report("Rain", (), ROWS), path)
    with browser(tmp_path / "profile") as page:
        page.open(path)
        headings = page.run("[...document.querySelectorAll('th')].map((head) => head.textContent)")
        assert headings == [*ASCENDING, "Look at"]
        for column, (heading, order) in enumerate(ASCENDING.items(), start=1):
            page.open(path)  # rows that are equal keep the order that they had
            for direction in ("ascending", "descending"):
                page.click(f"th:nth-child({column}) button")
                names = [name.removesuffix(".jpg") for name in page.run(NAMES)]
                assert names == (order if direction == "ascending" else order[::-1]), heading
                assert page.run(SORTED_BY) == [[heading, direction]]
