import csv
import json
import re
from pathlib import Path

import pytest

from nledn import report
from nledn.errors import DerainError, OptionInvalid, OutputFolderMissing, PhotoIsEmpty
from nledn.metrics import Scores
from nledn.report import Report, ReportRow

EVIL = "<script>alert('x')</script>.jpg"
DONE = ReportRow(
    file=Path("/photos/wet/1.jpg"),
    name="wet/1.jpg",
    state="done",
    size_bytes=4_000_000,
    width_px=1920,
    height_px=1080,
    seconds=3.21049,
    taken=4.5,
    brightness=-7.25,
    scores=Scores(float("inf"), 1.0, 26.5, 0.8),
    marks=("overall darker by 7 of 255",),
    device="cpu",
    output=Path("/photos/dry/1 é#.jpg"),
    before=b"before",
    after=b"after",
)
FAILED = ReportRow(Path("/photos/wet") / EVIL, EVIL, "failed", note="It is empty.")


def written(tmp_path: Path, suffix: str, *rows: ReportRow) -> str:
    path = tmp_path / f"report{suffix}"
    content = Report("Rain & more", (("Done", "1 of 2"),), rows or (DONE, FAILED))
    report.write(content, path)
    report.write(content, path)  # an earlier report is replaced
    return path.read_text("utf-8")


def test_json_has_a_row_a_photo_and_no_number_that_is_none(tmp_path: Path) -> None:
    content = json.loads(written(tmp_path, ".json"))
    assert content["facts"] == {"Done": "1 of 2"}
    done, failed = content["rows"]
    assert (done["file"], done["state"], done["rain_taken"]) == ("wet/1.jpg", "done", 4.5)
    assert (done["psnr_y"], done["ssim_y"], done["input_psnr_y"]) == (None, 1.0, 26.5)
    assert done["marks"] == "overall darker by 7 of 255"
    assert (failed["seconds"], failed["note"]) == (None, "It is empty.")


def test_json_keeps_errors_as_data_with_names_that_are_no_text(tmp_path: Path) -> None:
    error = PhotoIsEmpty(Path("/photos/wet/\udcff.jpg"))
    row = ReportRow(error.path, r"\xff.jpg", "failed", note=str(error), error=error)
    done, failed = json.loads(written(tmp_path, ".json", DONE, row))["rows"]
    assert "error" not in done
    assert vars(DerainError.from_dict(failed)) == vars(error)
    assert failed["note"] == str(error)


def test_csv_has_the_same_figures(tmp_path: Path) -> None:
    done, failed = csv.DictReader(written(tmp_path, ".csv").splitlines())
    assert list(done) == list(report.plain(DONE))
    assert (done["width_px"], done["seconds"], done["psnr_y"]) == ("1920", "3.21", "")
    assert failed["file"] == EVIL


def test_html_is_one_file_that_fetches_nothing(tmp_path: Path) -> None:
    html = written(tmp_path, ".html")
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", html)
    assert set(re.findall(r'src="(.*?),', html)) == {"data:image/webp;base64"}
    assert "default-src 'none'" in html
    assert "Rain &amp; more" in html


def test_a_page_may_end_in_htm(tmp_path: Path) -> None:
    assert written(tmp_path, ".htm") == written(tmp_path, ".html")


def test_html_shows_names_as_text_and_links_beside_itself(tmp_path: Path) -> None:
    html = written(tmp_path, ".html")
    assert EVIL not in html
    assert "&lt;script&gt;alert" in html
    assert re.search(r'href="[./]*/photos/dry/1%20%C3%A9%23\.jpg"', html)


def test_html_can_be_sorted_by_each_figure(tmp_path: Path) -> None:
    html = written(tmp_path, ".html")
    for heading in ("File", "Size", "Seconds", "Rain taken", "Brightness", "PSNR-Y", "SSIM-Y"):
        assert re.search(rf"<button[^>]*>{heading}</button>", html)
    for value in (1920 * 1080, 3.21049, 4.5, -7.25, "inf"):
        assert f'data-sort="{value}"' in html
    assert html.count('data-sort=""') >= 4  # the failed one has no figures, and sorts last


def test_html_marks_rows_and_leaves_out_empty_columns(tmp_path: Path) -> None:
    html = written(tmp_path, ".html")
    assert 'class="done marked"' in html
    assert 'class="failed"' in html
    plain = written(tmp_path, ".html", FAILED)
    assert "PSNR" not in plain
    assert "Before" not in plain


def test_html_begins_with_the_summary_and_with_what_went_wrong(tmp_path: Path) -> None:
    facts = (("Model file", "sha256 302df859"),)
    summary = (("Done", "1 of 2"), ("Failed", "1"))
    path = tmp_path / "report.html"
    report.write(Report("Kyoto", facts, (DONE, FAILED), summary), path)
    page = path.read_text("utf-8")
    expected = ["Kyoto</h1>", "1 of 2</dd>", "<details>", "302df859", "</details>"]
    places = [page.index(text) for text in (*expected, "It is empty.", "1.jpg</h2>")]
    assert places == sorted(places)


def test_a_page_takes_the_place_of_an_earlier_one_and_of_nothing_else(tmp_path: Path) -> None:
    content = Report("Kyoto", (), (DONE,))
    first, second = tmp_path / "AfterRain report.html", tmp_path / "AfterRain report-2.html"
    assert report.page_in(tmp_path) == first
    report.write(content, first)
    assert report.page_in(tmp_path) == first
    earlier = first.rename(tmp_path / "elsewhere.html")
    first.symlink_to(earlier)
    assert report.page_in(tmp_path) == second
    second.write_text("A page of my own.")
    assert report.page_in(tmp_path) == tmp_path / "AfterRain report-3.html"
    (tmp_path / "AfterRain report-3.html").mkdir()
    assert report.page_in(tmp_path) == tmp_path / "AfterRain report-4.html"


def test_other_endings_and_missing_folders_are_refused(tmp_path: Path) -> None:
    content = Report("", (), ())
    with pytest.raises(OptionInvalid):
        report.write(content, tmp_path / "report.pdf")
    with pytest.raises(OutputFolderMissing):
        report.write(content, tmp_path / "gone" / "report.csv")


def test_a_photo_on_another_drive_is_linked_by_its_whole_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _start: Path) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr("nledn.report.os.path.relpath", refuse)
    assert 'href="file:///photos/dry/1%20' in written(tmp_path, ".html")
