"""Dropped, skipped and refused data are reported: on the console, as JSON and in a log."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn import decoder, photo
from nledn.errors import PhotoNotPermitted
from nledn.photo import provenance
from tests.batch import batches
from tests.commands import exit_code
from tests.photo import files


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    path = tmp_path / "wet" / "pages.tif"
    path.parent.mkdir()
    first, *others = (Image.fromarray(files.smooth()) for _ in range(3))
    first.save(path, save_all=True, append_images=others)
    return path


SENTENCE = "Only the first of 3 frames or pages was opened."


def test_a_batch_says_what_is_not_kept(
    pages: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    report = tmp_path / "report.csv"
    arguments = (pages.parent, tmp_path / "dry", "--report", report)
    assert batches.exit_code(weights, *arguments, log_json=str(log)) == 0
    assert f"pages.tif: {SENTENCE}" in capsys.readouterr().err
    (line,) = log.read_text("utf-8").splitlines()
    assert json.loads(line)["notes"] == [SENTENCE]
    assert SENTENCE in report.read_text("utf-8")


def test_what_the_format_of_the_result_has_no_room_for_is_said(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = np.dstack([files.smooth(), files.smooth()[:, :, :1]])
    source = files.saved(tmp_path, "a.png", files.encoded(seen, "PNG", exif=files.exif_block()))
    arguments = ("--weights", weights, "-o", tmp_path / "b.bmp", "--json")
    assert exit_code("derain", source, *arguments) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["notes"] == ["Transparency became white.", "The EXIF does not fit into the result."]


def test_damaged_photos_are_opened_when_asked(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = files.encoded(files.colours(300, 200), "JPEG")
    (tmp_path / "wet").mkdir()
    source = files.saved(tmp_path / "wet", "a.jpg", data[: len(data) * 7 // 10])
    assert exit_code("derain", source, "--weights", weights) == 1
    assert "--damaged" in capsys.readouterr().err
    assert exit_code("derain", source, "--weights", weights, "--damaged") == 0
    assert "rows could be read" in capsys.readouterr().err
    assert batches.exit_code(weights, source.parent, tmp_path / "dry", "--damaged") == 0
    assert "rows could be read" in capsys.readouterr().err


def test_earlier_results_among_the_photos_are_skipped_and_counted(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = batches.make_photos(tmp_path / "wet", ["1.png", "2.png"])
    assert exit_code("derain", one, two, "--weights", weights) == 0
    everything = sorted(one.parent.iterdir())
    capsys.readouterr()
    arguments = ("--weights", weights, "--overwrite")
    assert exit_code("derain", *everything, *arguments, "--json") == 0
    said = capsys.readouterr()
    assert "2 results of an earlier run skipped." in said.err
    assert [told["skipped"] for told in json.loads(said.out)] == [False, True, False, True]
    assert sorted(one.parent.iterdir()) == everything
    assert batches.exit_code(weights, one.parent, tmp_path / "dry") == 0
    assert "2 results of an earlier run skipped" in capsys.readouterr().err
    assert batches.results(tmp_path / "dry") == {"1_derained.png", "2_derained.png"}


def test_results_without_a_record_are_known_by_their_names(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = batches.make_photos(tmp_path, ["1.png", "2.png"])
    assert exit_code("derain", one, two, "--weights", weights, "--no-record") == 0
    assert provenance.read_provenance(photo.read(tmp_path / "1_derained.png").xmp) is None
    everything = sorted(tmp_path.glob("*.png"))
    (tmp_path / "dry").mkdir()
    assert exit_code("derain", *everything, "--weights", weights, "-o", tmp_path / "dry") == 0
    assert "2 results of an earlier run skipped." in capsys.readouterr().err
    assert exit_code("derain", *everything, "--weights", weights, "--overwrite") == 2
    assert "never replaced" in capsys.readouterr().err  # a name alone may be a photo's own


def test_one_result_that_is_asked_for_alone_is_derained(tmp_path: Path, weights: Path) -> None:
    one = batches.make_photo(tmp_path / "1.png")
    assert exit_code("derain", one, "--weights", weights) == 0
    assert exit_code("derain", tmp_path / "1_derained.png", "--weights", weights) == 0
    assert (tmp_path / "1_derained_derained.png").exists()


@pytest.mark.parametrize("output", ["noext", "nodir/"])
def test_a_name_without_an_ending_is_told_from_a_folder(
    output: str, tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = batches.make_photo(tmp_path / "1.png")
    target = f"{tmp_path}/{output}"
    assert exit_code("derain", one, "--weights", weights, "-o", target) == 1
    said = capsys.readouterr().err
    assert "is not a folder, and its name has no ending such as .jpg" in said
    assert "Create the folder" in said


def test_a_folder_is_for_a_batch(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("derain", tmp_path, "--weights", weights) == 1
    assert "nledn batch" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["derain", "batch"])
def test_one_photo_without_permission_does_not_end_the_others(
    command: str,
    tmp_path: Path,
    weights: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    paths = batches.make_photos(tmp_path / "wet", ["1.png", "2.png", "3.png"])
    really, read = os.access, decoder.read

    def denied(path: Path, **more: object) -> photo.Photo:
        if Path(path).name == "2.png":
            raise PhotoNotPermitted(Path(path))
        return read(path, **more)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(
        os, "access", lambda path, mode: "2.png" not in str(path) and really(path, mode)
    )
    monkeypatch.setattr(decoder, "read", denied)
    if command == "derain":
        assert exit_code("derain", *paths, "--weights", weights) == 2
        assert len(list(paths[0].parent.glob("*_derained.png"))) == 2
    else:
        listed = tmp_path / "list.txt"
        listed.write_text("\n".join(map(str, paths)))
        assert batches.exit_code(weights, listed, tmp_path / "dry") == 2
        assert len(batches.results(tmp_path / "dry")) == 2
    assert "Permission denied" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("compare",), ("evaluate", "--pairs"), ("batch",)])
def test_what_may_not_be_read_is_no_wrong_command_line(
    command: tuple[str, ...], tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "locked"
    missing.mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)
    last = [tmp_path / "dry"] if command == ("batch",) else []
    assert exit_code(*command, missing, *last, "--weights", weights) == 1


def test_another_programs_result_is_not_called_the_clean_one(
    tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wet = batches.make_photo(tmp_path / "wet.png")
    small = batches.make_photo(tmp_path / "small.png", size=(12, 16))
    exit_code("compare", wet, "--weights", weights, "--result", f"other={small}")
    said = capsys.readouterr().err
    assert "small.png has 16×12 pixels, the photo has 32×24" in said
    assert "clean one" not in said


@pytest.mark.parametrize("arguments", [("-q", "derain"), ("derain", "-q"), ("derain", "--quiet")])
def test_quiet_leaves_results_and_errors(
    arguments: tuple[str, ...], pages: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = pages.with_name("gone.jpg")
    assert exit_code(*arguments, pages, missing, "--weights", weights) == 2
    said = capsys.readouterr()
    assert said.out.strip() == str(pages.with_name("pages_derained.tif"))
    assert said.err.strip().startswith("File not found")
    assert SENTENCE not in said.err
    pages.with_name("pages_derained.tif").unlink()
    assert exit_code("derain", pages, "--weights", weights) == 0
    assert SENTENCE in capsys.readouterr().err


@pytest.mark.parametrize("command", ["derain", "batch"])
def test_metadata_is_left_out_when_asked(command: str, tmp_path: Path, weights: Path) -> None:
    (tmp_path / "wet").mkdir()
    exif = files.exif_block(orientation=1)
    source = files.saved(tmp_path / "wet", "a.png", files.encoded(files.smooth(), "PNG", exif=exif))
    (tmp_path / "dry").mkdir()
    if command == "derain":
        arguments = ("derain", source, "-o", tmp_path / "dry", "--weights", weights)
        assert exit_code(*arguments, "--strip", "all") == 0
    else:
        assert batches.exit_code(weights, source.parent, tmp_path / "dry", "--strip", "all") == 0
    assert photo.read(tmp_path / "dry" / "a_derained.png").exif is None


@pytest.mark.parametrize("command", ["derain", "batch"])
def test_results_get_the_times_of_their_sources_when_asked(
    command: str, tmp_path: Path, weights: Path
) -> None:
    source = batches.make_photo(tmp_path / "wet" / "a.png")
    os.utime(source, ns=(10**18, 10**18 + 123_000_000))
    (tmp_path / "dry").mkdir()
    for name, asked in (("kept", ["--keep-times"]), ("new", [])):
        options = [*asked, "--name", f"{name}{{ext}}"]
        if command == "derain":
            arguments = ("derain", source, "-o", tmp_path / "dry", "--weights", weights)
            assert exit_code(*arguments, *options) == 0
        else:
            assert batches.exit_code(weights, source.parent, tmp_path / "dry", *options) == 0
        found = (tmp_path / "dry" / f"{name}.png").stat().st_mtime_ns
        assert (found == 10**18 + 123_000_000) == bool(asked)
    if command == "batch":  # and an unchanged result is not made again
        again = (weights, source.parent, tmp_path / "dry", "--name", "new{ext}")
        before = (tmp_path / "dry" / "new.png").stat().st_ino
        assert batches.exit_code(*again) == 0
        assert (tmp_path / "dry" / "new.png").stat().st_ino == before
