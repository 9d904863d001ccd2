"""`nledn batch` as people type it, on small real files and weights for which it rains evenly."""

import csv
import io
import json
import logging
import math
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO
from unittest.mock import Mock

import pytest

from nledn import backends, errors
from nledn.machine import Machine, Trial
from tests import commands
from tests.batch.batches import batch_config, exit_code, make_photo, mean_of, results
from tests.conftest import Ship

WET = ["1.png", "2.png", "sub/10.jpg"]

MACHINE = Machine("A CPU", 2, 8 * 2**30, cpu_bf16=False, openvino="2026.4")
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("many", [3, 4])
def test_openvino_is_tried_once_where_there_is_much_to_do(
    many: int, wet: Path, dry: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Mock(return_value=Trial(agrees=True, times_as_fast=0.5))
    monkeypatch.setattr("nledn.cli.batch.MANY", many)
    monkeypatch.setattr("nledn.backends.backend_benchmark.hold", hold)
    monkeypatch.setattr(backends, "read_machine", lambda: MACHINE)
    assert exit_code(weights, wet, dry, "--recursive") == 0
    assert hold.call_count == (1 if many == 3 else 0)


def test_a_folder_in_a_folder_out(
    wet: Path, dry: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(weights, wet, dry, "--recursive") == 0
    assert results(dry) == {"1_derained.png", "2_derained.png", "sub/10_derained.jpg"}
    said = capsys.readouterr().err
    assert "3 of 3 photos to do with ten, on cpu in fp32" in said
    for number in (1, 2, 3):
        assert f"{number} of 3  {wet}" in said
    assert "MP/s" in said
    assert "s left" in said
    assert "3 of 3 photos are done." in said
    assert exit_code(weights, wet, dry, "--recursive") == 0
    assert "3 of 3 photos are done." in capsys.readouterr().err


def test_failures_are_listed_at_the_end_and_count_in_the_exit_code(
    wet: Path, dry: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = wet / "failed.jpg"
    bad.touch()
    assert exit_code(weights, wet, dry) == 2
    said = capsys.readouterr().err
    assert "1 of 3 photos failed:\n" in said
    assert "--retry-failed" in said.splitlines()[-2]
    assert said.splitlines()[-1] == "2 of 3 photos are done."
    for photo in wet.glob("*.png"):
        photo.unlink()
    assert exit_code(weights, wet, dry.with_name("none")) == 1
    make_photo(bad)
    assert exit_code(weights, wet, dry) == 0


def test_a_dry_run_writes_nothing(
    wet: Path, dry: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(weights, wet, dry, "--recursive", "--dry-run", "--format", "tiff") == 0
    said = capsys.readouterr()
    assert f"{wet / 'sub' / '10.jpg'} -> {dry / 'sub' / '10_derained.tif'}" in said.out
    assert "3 of 3 photos would be derained" in said.err
    assert not dry.exists()


def test_a_dry_run_lists_only_what_is_left(
    wet: Path, dry: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(weights, wet, dry) == 0
    capsys.readouterr()
    assert exit_code(weights, wet, dry, "--dry-run") == 0
    assert capsys.readouterr() == ("", "Nothing to do: 2 of 2 are done.\n")
    make_photo(wet / "3.png", seed=9)
    assert exit_code(weights, wet, dry, "--dry-run") == 0
    said = capsys.readouterr()
    assert said.out == f"{wet / '3.png'} -> {dry / '3_derained.png'}\n"
    assert "1 of 3 photos would be derained" in said.err


def test_a_list_comes_from_a_file_or_from_stdin(
    wet: Path, dry: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = wet.parent / "list.txt"
    listed.write_text(f"{wet / '2.png'}\n{wet / 'sub' / '10.jpg'}\n")
    assert exit_code(weights, listed, dry) == 0
    assert results(dry) == {"2_derained.png", "sub/10_derained.jpg"}
    stdin = io.TextIOWrapper(io.BytesIO(os.fsencode(wet / "1.png") + b"\n"))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert exit_code(weights, "-", dry) == 0
    assert "1_derained.png" in results(dry)


def test_a_video_gets_a_sentence_with_the_command_that_makes_photos_of_it(
    wet: Path, dry: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = wet / "wet street.mp4"
    video.write_bytes(b"\0\0\0\x20ftypisom")
    assert exit_code(weights, wet, dry) == 0
    command = f"ffmpeg -i {shlex.quote(str(video))} frames/%06d.png"
    assert command in capsys.readouterr().err
    assert results(dry) == {"1_derained.png", "2_derained.png"}
    assert exit_code(weights, video, dry) == 1
    assert command in capsys.readouterr().err
    for number in range(7):
        (wet / f"{number}.avi").touch()
    exit_code(weights, wet, dry, "--dry-run")
    assert "So are 3 more files there." in capsys.readouterr().err


def test_reports_have_pictures_figures_and_scores(
    wet: Path, dry: Path, weights: Path, tmp_path: Path
) -> None:
    assert exit_code(weights, wet, dry, "--recursive") == 0
    (wet / "2.png").unlink()  # done, but its photo is gone
    kinds = [tmp_path / f"report{suffix}" for suffix in (".html", ".csv", ".json")]
    asked = [word for path in kinds for word in ("--report", path)]
    make_photo(wet / "3.png", seed=9)
    assert exit_code(weights, wet, dry, "--recursive", *asked, truth=str(wet)) == 0
    rows = json.loads(kinds[2].read_text("utf-8"))["rows"]
    assert [row["file"] for row in rows] == ["1.png", "3.png", "sub/10.jpg"]
    for row in rows:  # made now, and made before without truth or --report
        assert row["rain_taken"] == pytest.approx(10, abs=0.3)
        assert row["psnr_y"] == pytest.approx(20 * math.log10(255 / 10), abs=0.4)
        assert row["marks"] == "overall darker by 10 of 255"
    assert len(list(csv.DictReader(kinds[1].read_text("utf-8").splitlines()))) == 3
    assert kinds[0].read_text("utf-8").count("data:image/webp") == 6


def test_a_rainy_photo_is_not_its_own_truth_where_there_is_another(
    dry: Path, weights: Path, tmp_path: Path
) -> None:
    both, report = tmp_path / "set", tmp_path / "report.json"
    for name in ("rain-1.png", "norain-1.png"):
        make_photo(both / name, seed=1)
    make_photo(both / "rain-1.png", seed=2)
    settings = {"pattern": ["rain-*"], "truth": str(both)}
    assert exit_code(weights, both, dry, "--report", report, **settings) == 0
    (row,) = json.loads(report.read_text("utf-8"))["rows"]
    assert row["psnr_y"] < 20  # noise of another seed; against itself it were 28


def test_what_happens_is_logged_as_json(
    wet: Path, dry: Path, weights: Path, tmp_path: Path
) -> None:
    (wet / "bad.png").write_bytes(b"bad")
    log = tmp_path / "log.jsonl"
    log.write_text('{"log": "AfterRain batch", "earlier": true}\n')
    assert exit_code(weights, wet, dry, log_json=str(log)) == 2
    earlier, *lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert earlier == {"log": "AfterRain batch", "earlier": True}
    assert {Path(line["file"]).name: line["state"] for line in lines} == {
        "1.png": "done",
        "2.png": "done",
        "bad.png": "failed",
    }
    assert [(line["n"], line["of"]) for line in lines] == [(1, 3), (2, 3), (3, 3)]


def test_a_full_disk_under_the_log_stops_the_batch(
    wet: Path,
    dry: Path,
    weights: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*_: object, **__: object) -> IO[str]:
        return Path("/dev/full").open("a", encoding="utf-8", buffering=1)

    log = wet.with_name("log.jsonl")
    with monkeypatch.context() as patch:
        patch.setattr("nledn.cli.batch.atomic.appending", full)
        assert exit_code(weights, wet, dry, log_json=str(log)) == 2
    before = {name: (dry / name).stat().st_mtime_ns for name in results(dry)}
    said = capsys.readouterr().err
    assert f"The disk is full: {log} was not written." in said
    assert f"{len(before)} of 2 photos are done" in said
    assert exit_code(weights, wet, dry) == 0
    assert before.items() <= {(name, (dry / name).stat().st_mtime_ns) for name in results(dry)}


def test_libvips_does_not_speak_to_people_who_did_not_ask(
    wet: Path, dry: Path, weights: Path
) -> None:
    exit_code(weights, wet, dry, "--dry-run")
    assert not logging.getLogger("pyvips").isEnabledFor(logging.WARNING)


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("{wet}/gone",), 1, "Folder or list not found"),
        (("{wet}/1.png",), 1, "nledn derain"),
        (("{wet}", "--on-conflict", "ask"), 64, "skip, overwrite or rename"),
        (("{wet}", "--format", "gif"), 64, "keep, jpg, png, tiff, webp or jxl"),
        (("{wet}", "--report", "r.pdf"), 64, ".html, .csv or .json"),
        (("{wet}", "--report", "{wet}/gone/r.csv"), 1, "folder"),
        (("{wet}", "--name", "{{title}}"), 64, "{stem}"),
        (("{wet}", "--scheduler", "head:8786"), 64, "tcp://HOST:8786"),
    ],
)
def test_what_cannot_work_is_said_at_once(
    wet: Path,
    weights: Path,
    arguments: tuple[str, ...],
    code: int,
    word: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source, *rest = [argument.format(wet=wet) for argument in arguments]
    dry = wet.parent / "dry"
    assert exit_code(weights, source, dry, *rest) == code
    said = capsys.readouterr().err
    assert word in said
    assert "Traceback" not in said
    assert not results(dry)


def test_a_full_disk_is_said_with_what_to_do(
    wet: Path,
    dry: Path,
    weights: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = errors.OutputDiskFull(dry / "2_derained.png")

    def no_space(*_: object) -> None:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr("nledn.batch.work.save", no_space)
        assert exit_code(weights, wet, dry) == 1
    said = capsys.readouterr().err
    assert str(full) in said
    assert "2 left; run the same command to continue." in said
    assert exit_code(weights, wet, dry) == 0


def test_a_scheduler_that_is_not_there_is_said(
    wet: Path,
    dry: Path,
    weights: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nledn.cluster.connection.CONNECT_TIMEOUT_S", 0.3)
    assert exit_code(weights, wet, dry, "--scheduler", "tcp://127.0.0.1:9") == 1
    said = capsys.readouterr().err
    assert "No scheduler answers at tcp://127.0.0.1:9" in said
    assert "tcp://127.0.0.1:9 is not encrypted" in said
    assert "Traceback" not in said
    assert exit_code(weights, wet, dry) == 0


def test_without_the_extra_a_cluster_is_refused_with_what_to_install(
    wet: Path,
    dry: Path,
    weights: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("dask", "distributed")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.startswith("nledn.cluster")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert exit_code(weights, wet, dry, cluster={"local_workers": 2}) == 1
    assert ".[cluster]" in capsys.readouterr().err


def started(wet: Path, dry: Path, weights: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "nledn", "batch", str(wet), str(dry)]
    config = batch_config(weights.with_suffix(".batch.toml"))
    process = subprocess.Popen(
        [*command, "--weights", str(weights), "--config", str(config)],
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = [process.stderr.readline() for _ in range(3)]  # what is to do, and two photos
    assert said[2].startswith(b"2 of 9 "), said
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_batch_goes_on_with_the_same_command(
    tmp_path: Path, dry: Path, weights: Path, number: int
) -> None:
    many = tmp_path / "many"
    names = [f"{n}.jpg" for n in range(9)]
    for n, name in enumerate(names):
        make_photo(many / name, n, size=(72, 96))
    process = started(many, dry, weights)
    process.send_signal(number)
    said = process.communicate()[1].decode()
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "run the same command to continue" in said
        assert not [name for name in results(dry) if name.startswith(".")]
    done = {name for name in results(dry) if name[0] != "."}
    assert 0 < len(done) < len(names)
    before = {name: (dry / name).stat().st_mtime_ns for name in done}
    assert exit_code(weights, many, dry) == 0
    assert results(dry) == {f"{n}_derained.jpg" for n in range(9)}
    again = [name for name in done if (dry / name).stat().st_mtime_ns != before[name]]
    assert len(again) <= (2 if number == signal.SIGKILL else 0)


def test_report_and_log_name_the_model_of_each_photo_and_why(
    wet: Path, dry: Path, ship: Ship
) -> None:
    for id, levels in (("afterrain", 20), ("afterrain-dense", 40)):
        ship(id, levels)
    log, report = wet.with_name("log.jsonl"), wet.with_name("report.json")
    config = batch_config(wet.with_name("batch.toml"), log_json=str(log))
    asked = ("--report", report, "--report", wet.with_name("report.html"))
    assert commands.exit_code("batch", wet, dry, *asked, "--config", config) == 0
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    content = json.loads(report.read_text("utf-8"))
    for told in (*lines, *content["rows"]):
        assert (told["checkpoint"], told["reason"]) == ("afterrain-dense", "dense rain")
    assert content["facts"]["Model"] == "Automatic"
    assert content["facts"]["Model file"].count("sha256") == 2
    page = wet.with_name("report.html").read_text("utf-8")
    assert page.count("afterrain-dense: dense rain") == len(lines)


def test_a_batch_derains_anew_where_a_model_came(wet: Path, dry: Path, ship: Ship) -> None:
    ship("afterrain", 20)
    config = batch_config(wet.with_name("batch.toml"))
    means = []
    for is_second in (False, True):
        if is_second:
            ship("afterrain-dense", 40)
        assert commands.exit_code("batch", wet, dry, "--config", config) == 0
        means.append([mean_of(dry / name) for name in sorted(results(dry))])
    assert all(after < before - 15 for before, after in zip(*means, strict=True))
