"""`nledn derain` and `nledn info` as people type them, on small real files."""

import json
import logging
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from nledn import photo
from nledn.engine import Derainer
from nledn.machine import Trial
from nledn.photo.provenance import read_provenance
from nledn.pixels import Pixels
from nledn.rain import RainLayer
from tests.commands import exit_code

ALLROUND = ("--weights", "afterrain")


@pytest.fixture
def rainy(tmp_path: Path) -> Path:
    path = tmp_path / "wet" / "雨 street.png"
    path.parent.mkdir()
    Image.fromarray(streaked(40, 56)).save(path)
    return path


def streaked(height: int, width: int) -> Pixels:
    rng = np.random.default_rng(1)
    ramp = np.linspace(40, 120, width).astype(np.uint8)
    pixels = np.broadcast_to(ramp[None, :, None], (height, width, 3)).copy()
    for column in rng.integers(0, width, 6):
        pixels[5:30, column] = 230
    return pixels


def pixels_of(path: Path) -> Pixels:
    pixels: Pixels = photo.read(path).pixels
    return pixels


def test_the_result_stands_beside_the_source(
    rainy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = rainy.read_bytes()
    assert exit_code("derain", rainy) == 0
    result = rainy.with_name("雨 street_derained.png")
    assert capsys.readouterr().out.strip() == str(result)
    assert pixels_of(result).shape == (40, 56, 3)
    assert not np.array_equal(pixels_of(result), pixels_of(rainy))
    assert rainy.read_bytes() == before
    assert {path.name for path in rainy.parent.iterdir()} == {rainy.name, result.name}


def test_the_saved_file_is_what_the_engine_gives(rainy: Path, tmp_path: Path) -> None:
    asked = (*ALLROUND, "--strength", "0.7", "-o", tmp_path / "clean.png")
    assert exit_code("derain", rainy, *asked) == 0
    pixels = pixels_of(rainy)
    expected = Derainer.load().derain(pixels).apply(pixels, strength=0.7)
    np.testing.assert_array_equal(pixels_of(tmp_path / "clean.png"), expected)


def test_the_brightness_is_kept_where_that_is_asked_for(rainy: Path, tmp_path: Path) -> None:
    assert exit_code("derain", rainy, "--keep-brightness", "-o", tmp_path / "lit.png") == 0
    assert exit_code("derain", rainy, "-o", tmp_path / "plain.png") == 0
    before, lit, plain = (
        pixels_of(path) for path in (rainy, tmp_path / "lit.png", tmp_path / "plain.png")
    )
    assert abs(lit.mean() - before.mean()) < 0.25 * abs(plain.mean() - before.mean())
    for name, keeps in (("lit.png", True), ("plain.png", False)):
        provenance = read_provenance(photo.read(tmp_path / name).xmp)
        assert provenance is not None
        assert provenance.keep_brightness is keeps


def test_strength_zero_gives_the_photo_back(rainy: Path, tmp_path: Path) -> None:
    assert exit_code("derain", rainy, "--strength", "0", "-o", tmp_path / "same.png") == 0
    np.testing.assert_array_equal(pixels_of(tmp_path / "same.png"), pixels_of(rainy))


def test_rain_layer_and_side_by_side_are_written(rainy: Path, tmp_path: Path) -> None:
    arguments = ("--rain-layer", tmp_path / "rain.tif", "--side-by-side", tmp_path / "both.png")
    assert exit_code("derain", rainy, "-o", tmp_path / "clean.png", *arguments) == 0
    rain = tifffile.imread(tmp_path / "rain.tif")
    assert (rain.dtype, rain.shape) == (np.dtype(np.float32), (40, 56, 3))
    difference = pixels_of(rainy).astype(int) - pixels_of(tmp_path / "clean.png")
    assert np.abs(rain * 255 - difference).max() <= 0.51
    both = pixels_of(tmp_path / "both.png")
    np.testing.assert_array_equal(both[:40], pixels_of(rainy))
    np.testing.assert_array_equal(both[-40:], pixels_of(tmp_path / "clean.png"))


def test_a_longest_side_reduces_the_pictures_but_not_the_rain(rainy: Path, tmp_path: Path) -> None:
    small, rain, both = tmp_path / "small.png", tmp_path / "rain.tif", tmp_path / "both.png"
    asked = ("--rain-layer", rain, "--side-by-side", both, "--longest-side", "28")
    assert exit_code("derain", rainy, "-o", small, *asked) == 0
    assert pixels_of(small).shape == (20, 28, 3)
    assert max(pixels_of(both).shape) == 28
    assert tifffile.imread(rain).shape == (40, 56, 3)


def test_the_rain_as_png_is_sixteen_bits_around_the_middle(rainy: Path, tmp_path: Path) -> None:
    target = tmp_path / "rain.png"
    assert exit_code("derain", rainy, "-o", tmp_path, "--rain-layer", target) == 0
    rain = pixels_of(target)
    assert rain.dtype == np.uint16
    assert abs(int(np.median(rain)) - 32768) < 2000


def test_several_photos_go_into_a_folder_by_a_template(rainy: Path, tmp_path: Path) -> None:
    second = rainy.with_name("b.jpg")
    Image.fromarray(streaked(24, 24)).save(second)
    out = tmp_path / "out"
    out.mkdir()
    asked = ("-o", out, "--name", "{n}_{checkpoint}{ext}")
    assert exit_code("derain", rainy, second, *ALLROUND, *asked) == 0
    assert {path.name for path in out.iterdir()} == {"1_afterrain.png", "2_afterrain.jpg"}
    assert exit_code("derain", second, *asked) == 0
    assert (out / "1_auto.jpg").exists(), "names are given before a model is chosen"


@pytest.mark.parametrize(("typed", "suffix"), [("tif", ".tif"), ("jpeg", ".jpg")])
def test_a_format_has_two_names(rainy: Path, tmp_path: Path, typed: str, suffix: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert exit_code("derain", rainy, *ALLROUND, "--format", typed, "-o", out) == 0
    assert [path.suffix for path in out.iterdir()] == [suffix]


def test_a_name_and_a_format_that_differ_are_refused(
    rainy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("derain", rainy, "-o", tmp_path / "x.jpg", "--format", "tiff") == 64
    said = capsys.readouterr().err
    assert "x.jpg does not end in .tif: leave out --format, or name it x.tif." in said


def test_several_photos_cannot_become_one_file(
    rainy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("derain", rainy, rainy, "-o", tmp_path / "one.png") == 64
    said = capsys.readouterr().err
    assert f"There is no folder {tmp_path / 'one.png'}. Several photos need an existing" in said
    assert "existing folder" in said


def test_one_bad_photo_does_not_stop_the_others(
    rainy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty, missing = tmp_path / "empty.jpg", tmp_path / "gone.jpg"
    empty.touch()
    out = tmp_path / "out"
    out.mkdir()
    assert exit_code("derain", empty, rainy, missing, "-o", out) == 2
    assert len(list(out.iterdir())) == 1
    said = capsys.readouterr().err
    assert "empty.jpg is empty" in said
    assert "not found" in said
    assert exit_code("derain", empty, missing) == 1


def test_each_step_is_logged_where_an_error_says_to_ask_for_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)  # set back after the test
    caplog.handler.setLevel(logging.NOTSET)
    assert exit_code("derain", tmp_path / "gone.jpg") == 1
    assert not caplog.text
    assert exit_code("derain", tmp_path / "gone.jpg", "--verbose") == 1
    assert "gone.jpg failed" in caplog.text


@pytest.mark.parametrize("folder", [".", "/"])
def test_a_folder_without_a_name_is_no_photo(
    rainy: Path, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("derain", folder, rainy) == 2
    assert f"{folder} is a folder" in capsys.readouterr().err
    assert rainy.with_name("雨 street_derained.png").exists()


def test_an_earlier_result_is_replaced_only_when_asked(
    rainy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "clean.png"
    target.write_text("mine")
    assert exit_code("derain", rainy, "-o", target) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert exit_code("derain", rainy, "-o", target, "--overwrite") == 0
    assert pixels_of(target).shape == (40, 56, 3)


def test_earlier_results_beside_their_photos_are_named_as_what_they_are(
    rainy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = rainy.with_name("雨 street_derained.png")
    assert exit_code("derain", rainy) == 0
    before = result.read_bytes()
    capsys.readouterr()
    assert exit_code("derain", rainy, result) == 2
    said = capsys.readouterr().err
    assert "already exists. Choose another name, or replace it with --overwrite." in said
    assert result.read_bytes() == before


def test_two_photos_of_one_name_do_not_replace_each_other(rainy: Path, tmp_path: Path) -> None:
    twin = tmp_path / rainy.name
    Image.fromarray(streaked(8, 8)).save(twin)
    out = tmp_path / "out"
    out.mkdir()
    assert exit_code("derain", rainy, twin, "-o", out, "--overwrite") == 2
    (result,) = out.iterdir()
    assert pixels_of(result).shape == (40, 56, 3)


def test_one_name_for_two_results_is_refused(rainy: Path, tmp_path: Path) -> None:
    target = tmp_path / "one.png"
    assert exit_code("derain", rainy, "-o", target, "--side-by-side", target, "--overwrite") == 1
    assert not target.exists()


@pytest.mark.parametrize("link", ["itself", "symlink", "hard link"])
def test_no_option_replaces_a_source(
    rainy: Path, tmp_path: Path, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = rainy if link == "itself" else tmp_path / "other.png"
    if link == "symlink":
        target.symlink_to(rainy)
    elif link == "hard link":
        target.hardlink_to(rainy)
    before = rainy.read_bytes()
    assert exit_code("derain", rainy, "-o", target, "--overwrite") == 1
    assert "source" in capsys.readouterr().err
    assert rainy.read_bytes() == before


def test_a_pipe_is_not_replaced(
    rainy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    assert exit_code("derain", rainy, "-o", pipe, "--overwrite") == 1
    assert "pipe.png could not be written" in capsys.readouterr().err
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("output", ["locked", "locked/a.png", "locked/below/a.png"])
def test_a_folder_that_may_not_be_entered_is_said(
    rainy: Path, output: str, locked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("derain", rainy, "-o", output) == 1
    assert exit_code("derain", rainy, rainy, "-o", output) == 1
    said = capsys.readouterr().err
    assert said.count(f"Permission denied: {locked}/") >= 2


def test_json_tells_what_became_of_each(
    rainy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "gone.jpg"
    assert exit_code("derain", rainy, missing, *ALLROUND, "--json", "--precision", "fp32") == 2
    done, failed = json.loads(capsys.readouterr().out)
    assert done["output"] == str(rainy.with_name("雨 street_derained.png"))
    assert done["record"]["checkpoint"] == "afterrain"
    assert done["record"]["precision"] == "fp32"
    assert done["error"] is None
    assert failed["output"] is None
    assert "File not found" in failed["error"]


@pytest.fixture
def _interrupted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    derain = Derainer.derain

    def press_ctrl_c(self: Derainer, pixels: Pixels, **rest: object) -> RainLayer:
        signal.raise_signal(signal.SIGINT)
        return derain(self, pixels, **rest)  # type: ignore[arg-type]  # passed on as they came

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(Derainer, "derain", press_ctrl_c)
    yield
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.usefixtures("_interrupted")
def test_ctrl_c_leaves_nothing_half_written(
    rainy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("derain", rainy) == 130
    assert [path.name for path in rainy.parent.iterdir()] == [rainy.name]
    assert "Interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("derain",),
        ("rain", "x"),
        ("derain", "x.jpg", "--strength", "2"),
        ("derain", "x.jpg", "--tile", "many"),
        ("derain", "x.jpg", "--name", "{title}"),
        ("derain", "x.jpg", "--quality", "101"),
        ("derain", "x.jpg", "--rain"),
    ],
)
def test_usage_is_64_and_a_sentence(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo_path = tmp_path / "x.jpg"
    Image.fromarray(streaked(8, 8)).save(photo_path)
    typed = [photo_path if argument == "x.jpg" else argument for argument in arguments]
    assert exit_code(*typed) == 64
    said = capsys.readouterr().err
    assert said
    assert "Traceback" not in said


def test_a_photo_above_the_limit_needs_to_be_asked_for(
    rainy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("derain", rainy, "--max-megapixels", "0.001") == 1
    assert "--max-megapixels" in capsys.readouterr().err


@pytest.fixture
def _openvino_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = Trial(agrees=True, times_as_fast=1.5)
    monkeypatch.setattr("nledn.backends.backend_benchmark.remembered", lambda _: verdict)


@pytest.mark.usefixtures("_openvino_was_tried")
def test_info_says_what_where_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("info", "--precision", "fp32", "--tile", "256") == 0
    said = capsys.readouterr().out
    for word in ("Device", "cpu", "fp32 (asked for)", "Tile", "torch", "Your weights", "Settings"):
        assert word in said


def test_info_lists_what_loads_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("info", "--modules") == 0
    assert "nledn.engine" in capsys.readouterr().out.split()


def test_what_was_dropped_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = [Image.fromarray(streaked(16, 16)) for _ in range(3)]
    path = tmp_path / "pages.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert exit_code("derain", path) == 0
    assert "first of 3 frames or pages" in capsys.readouterr().err
