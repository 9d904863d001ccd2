"""Reports and logs of `nledn batch`, and the errors if they cannot be written."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nledn import report
from nledn.errors import OutputNotPermitted
from nledn.report import Report
from tests.batch import batches
from tests.batch.batches import even_weights, make_photos, results

PHOTOS = {"1_derained.png", "2_derained.png"}
exit_code = partial(batches.exit_code, Path("ten.safetensors"))


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    make_photos(Path("wet"), ["1.png", "2.png"])
    even_weights(Path("ten.safetensors"))


@pytest.mark.parametrize("out", ["dry/", "{here}/dry"])
def test_reports_go_into_the_folder_that_the_batch_makes(out: str) -> None:
    """The first example of docs/batch.md."""
    log = str(Path.cwd() / "dry" / "log.jsonl")
    asked = ("wet/", out.format(here=Path.cwd()), "--recursive", "--report", "dry/report.html")
    assert exit_code(*asked, "--dry-run", log_json=log) == 0
    assert not Path("dry").exists()
    assert exit_code(*asked, log_json=log) == 0
    assert results(Path("dry")) == PHOTOS | {"report.html", "log.jsonl"}


def test_a_folder_below_the_one_that_the_batch_makes_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code("wet", "dry", "--report", "dry/reports/a.html") == 1
    assert exit_code("wet", "dry", log_json="dry/logs/a.jsonl") == 1
    assert capsys.readouterr().err.count("does not exist") == 2


def test_a_report_that_cannot_be_written_hinders_no_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = report.write

    def refusing(content: Report, path: Path, **rules: Any) -> None:
        if path.suffix == ".html":
            raise OutputNotPermitted(path)
        write(content, path, **rules)

    monkeypatch.setattr(report, "write", refusing)
    assert exit_code("wet", "dry", "--report", "a.html", "--report", "a.json") == 2
    said = capsys.readouterr().err
    assert "Permission denied: a.html. Choose a folder" in said
    assert "The report is in a.json." in said
    assert Path("a.json").exists()


def test_a_report_does_not_replace_the_list_of_photos(capsys: pytest.CaptureFixture[str]) -> None:
    Path("list.csv").write_text("wet/1.png\n")
    assert exit_code("list.csv", "dry", "--report", "list.csv") == 1
    assert "never replaced" in capsys.readouterr().err
    assert not Path("dry").exists()


@pytest.mark.parametrize(
    ("arguments", "settings", "path", "remedy"),
    [
        (("locked/wet", "dry"), {}, "locked/wet", "Check its"),
        (("wet", "locked/dry", "--report", "locked/dry/a.csv"), {}, "locked/dry", "Check its"),
        (("wet", "dry", "--report", "locked/a.csv"), {}, "locked/a.csv", "Choose a folder"),
        (
            ("wet", "dry"),
            {"log_json": "locked/below/a.jsonl"},
            "locked/below/a.jsonl",
            "Choose a folder",
        ),
        (("wet", "dry"), {"truth": "locked/clean"}, "locked/clean", "Check its"),
    ],
)
def test_a_folder_that_may_not_be_entered_is_said(
    arguments: tuple[str, ...],
    settings: dict[str, str],
    path: str,
    remedy: str,
    locked: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code(*arguments, **settings) == 1
    said = capsys.readouterr().err
    assert f"Permission denied: {path}" in said
    assert remedy in said
    assert not results(Path("dry"))
