import json
import math
import os
import stat
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn import checkpoint
from nledn.architecture import weight_shapes
from nledn.errors import OutputDiskFull
from nledn.machine import read_cpu_bf16
from tests import commands


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    for n in (1, 2, 10):
        clean = np.random.default_rng(n).integers(20, 200, (24, 40, 3)).astype(np.uint8)
        for kind, pixels in (("clean", clean), ("rainy", clean + np.uint8(10))):
            (tmp_path / "pairs" / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / "pairs" / kind / f"{n}.png")
    return tmp_path / "pairs"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A rain of 5 levels, whatever the photo."""
    arrays = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes().items()}
    arrays["to_rain.bias"][:] = math.atanh(5 / 255)
    checkpoint.write(tmp_path / "five.safetensors", arrays)
    return tmp_path / "five.safetensors"


exit_code = partial(commands.exit_code, "evaluate")


def test_a_row_an_image_then_the_means(
    pairs: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("--pairs", pairs, "--weights", weights) == 0
    said = capsys.readouterr()
    heading, *rows, mean = (line for line in said.out.splitlines() if line.strip())
    assert heading.split()[:3] == ["File", "PSNR-Y", "SSIM-Y"]
    assert [row.split()[0] for row in rows] == ["1.png", "2.png", "10.png"]
    assert mean.startswith("Mean of 3")
    figures = [float(word) for word in mean.split()[3:]]
    assert len(figures) == 4
    assert figures[0] > figures[2] + 4  # taking half of the rain gives some 6 dB
    assert "fp32" in said.err
    assert "rainy/ and clean/" in said.err


def test_json_has_the_same_figures(
    tmp_path: Path, pairs: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "scores.json"
    file.write_text('{"program": "AfterRain"}')
    assert exit_code("--pairs", pairs, "--weights", weights, "--limit", 2, "--json", file) == 0
    written = json.loads(file.read_text("utf-8"))
    assert [image["file"] for image in written["images"]] == ["1.png", "2.png"]
    assert f"{written['images'][0]['psnr_y']:.2f}" in capsys.readouterr().out
    assert written["checkpoint_sha256"] == checkpoint.read(weights).sha256
    assert written["precision"] == "fp32"


@pytest.mark.skipif(not read_cpu_bf16(), reason="this processor has no bfloat16")
def test_a_chosen_precision_is_kept(tmp_path: Path, pairs: Path, weights: Path) -> None:
    file = tmp_path / "scores.json"
    chosen = ("--precision", "bf16", "--tile", 64)
    assert exit_code("--pairs", pairs, "--weights", weights, "--json", file, *chosen) == 0
    assert json.loads(file.read_text("utf-8"))["precision"] == "bf16"


def test_a_damaged_pair_is_said_and_the_others_scored(
    pairs: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pairs / "clean" / "2.png").write_bytes(b"no photo")
    (pairs / "clean" / "10.png").unlink()
    assert exit_code("--pairs", pairs, "--weights", weights) == 2
    said = capsys.readouterr()
    assert "Mean of 1" in said.out
    assert str(pairs / "clean" / "2.png") in said.err
    assert f"{pairs / 'rainy' / '10.png'} has no clean photo" in said.err


def test_without_any_score_nothing_was_done(
    pairs: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (pairs / "clean").iterdir():
        path.write_bytes(b"no photo")
    assert exit_code("--pairs", pairs, "--weights", weights) == 1
    assert "Mean" not in capsys.readouterr().out


def test_a_photo_is_never_replaced_by_scores(
    tmp_path: Path, pairs: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = pairs / "clean" / "1.png"
    before = source.read_bytes()
    (tmp_path / "link.json").symlink_to(source)
    for file in (source, tmp_path / "link.json"):
        assert exit_code("--pairs", pairs, "--weights", weights, "--json", file) == 1
        assert "never replaced" in capsys.readouterr().err
    assert source.read_bytes() == before


def test_a_checkpoint_is_never_replaced_by_scores(
    pairs: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = weights.read_bytes()
    assert exit_code("--pairs", pairs, "--weights", weights, "--json", weights) == 64
    assert "ends in .json" in capsys.readouterr().err
    assert weights.read_bytes() == before


def test_a_pipe_is_not_replaced_and_said_before_any_work(
    tmp_path: Path, pairs: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert exit_code("--pairs", pairs, "--weights", weights, "--json", pipe) == 1
    said = capsys.readouterr()
    assert "pipe could not be written" in said.err
    assert said.out == ""
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_scores_that_cannot_be_written_were_shown(
    tmp_path: Path,
    pairs: Path,
    weights: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_space(path: Path, **_: object) -> None:
        raise OutputDiskFull(path)

    monkeypatch.setattr("nledn.report.replacing_text", no_space)
    file = tmp_path / "a.json"
    assert exit_code("--pairs", pairs, "--weights", weights, "--json", file) == 2
    said = capsys.readouterr()
    assert "Mean of" in said.out
    assert "The disk is full" in said.err


@pytest.mark.parametrize(
    ("name", "path"), [("a.json", "locked/a.json"), ("below/a.json", "locked/below")]
)
def test_a_folder_that_may_not_be_entered_is_said(
    pairs: Path, name: str, path: str, locked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("--pairs", pairs, "--json", f"{locked}/{name}") == 1
    said = capsys.readouterr().err
    assert f"Permission denied: {path}" in said
    assert "Choose a folder that you can write to." in said


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--pairs", "none"), 1, "not found: none"),
        (("--pairs", "."), 1, "no pairs"),
        (("--pairs", "pairs", "--json", "none/a.json"), 1, "folder of none/a.json"),
        (("--pairs", "pairs", "--weights", "absent"), 1, "no model named absent"),
        (("--pairs", "pairs", "--strength", "9"), 64, "--strength"),
        (("--pairs", "pairs", "--limit", "0"), 64, "--limit"),
        ((), 64, "--pairs"),
    ],
)
def test_what_cannot_be_done_is_said_before_any_work(  # noqa: PLR0917
    tmp_path: Path,
    pairs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_code(*arguments) == code
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


def test_a_model_has_to_be_named(pairs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--pairs", pairs) == 64
    assert "Use the name of a model, such as afterrain, for --weights." in capsys.readouterr().err
