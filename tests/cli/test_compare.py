"""`nledn compare` as people type it, on small real files."""

import json
import os
import shutil
import stat
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn import photo
from nledn.cli import main
from nledn.errors import OutputDiskFull
from tests import commands
from tests.checkpoint_files import constant_rain

PUBLISHED = ("Rain100L", "Rain100H", "DDN", "DID")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    clean = rng.integers(40, 200, (64, 96, 3)).astype(np.uint8)
    for n in ("1", "2"):
        for kind, pixels in (("clean", clean), ("rainy", clean + np.uint8(7))):
            Path("pairs", kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(Path("pairs", kind, f"{n}.png"))
    constant_rain(Path("five.safetensors"), 5)
    constant_rain(Path("nine.safetensors"), 9)


TWO = ("--weights", "five.safetensors", "--weights", "nine.safetensors")
RAINY, CLEAN = "pairs/rainy/1.png", "pairs/clean/1.png"


exit_code = partial(commands.exit_code, "compare")


def test_a_row_a_pane_and_every_export(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = ("-o", "sheet.png", "-o", "page.html", "--json", "a.json", "-o", "a.csv")
    code = exit_code(RAINY, *TWO, "--truth", CLEAN, "--crop", "10,10,40,30", *outputs)
    assert code == 0
    said = capsys.readouterr()
    rows = [line.split() for line in said.out.splitlines() if line.strip()]
    assert rows[0][:5] == ["Pane", "Part", "PSNR-Y", "SSIM-Y", "PSNR-RGB"]
    assert [row[0] for row in rows[1:]] == ["Rainy", "five", "nine"] * 2
    assert all(Path(name).stat().st_size > 200 for name in outputs[1::2])
    panes = json.loads(Path("a.json").read_text("utf-8"))["panes"]
    assert [pane["title"] for pane in panes] == ["Rainy", "five", "nine", "Without rain"]
    assert f"{panes[1]['figures'][0]['psnr_y']:.2f}" == rows[2][2]


def test_panes_are_what_derain_saves(tmp_path: Path) -> None:
    """Held against the program itself, by the figures of what it saved."""
    for name in ("five", "nine"):
        with pytest.raises(SystemExit):
            weights = ("--weights", f"{name}.safetensors", "--strength", "0.6")
            main(["derain", RAINY, "-o", f"{name}.png", *weights])
    results = [f"--result=saved-{name}={name}.png" for name in ("five", "nine")]
    strengths = [f"--weights={name}.safetensors@0.6" for name in ("five", "nine")]
    assert exit_code(RAINY, *strengths, *results, "--truth", CLEAN, "--json", "a.json") == 0
    panes = json.loads(Path("a.json").read_text("utf-8"))["panes"]
    for one, other in ((1, 3), (2, 4)):
        assert panes[one]["title"].endswith("60%")
        assert panes[one]["figures"] == panes[other]["figures"]


def test_one_that_fails_is_said_and_the_others_are_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code(RAINY, *TWO, "--weights", "absent", "-o", "sheet.png") == 2
    said = capsys.readouterr()
    assert "There is no model named absent" in said.err
    assert "five" in said.out
    assert Path("sheet.png").exists()
    assert exit_code(RAINY, "--weights", "absent") == 1


def test_a_folder_of_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    files = ("--json", "a.json")
    assert exit_code("pairs", *TWO, "--result", "theirs=pairs/rainy", *files) == 0
    said = capsys.readouterr()
    lines = [line for line in said.out.splitlines() if line.strip()]
    assert lines[0].split() == ["File", "Rainy", "five", "nine", "theirs"]
    assert lines[3].startswith("Mean PSNR-Y of 2")
    assert "95 %" in said.out
    assert lines[-1].startswith("Best on")
    assert "rainy/ and clean/" in said.err
    assert exit_code("pairs", *TWO, "--y", "matlab", "--json", "a.json") == 0
    content = json.loads(Path("a.json").read_text("utf-8"))
    assert len(content["images"]) == 2
    assert "matlab" in content["protocol"]


def test_a_checkpoint_that_is_missing_is_said_once_for_a_folder(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code("pairs", *TWO, "--weights", "absent") == 2
    assert capsys.readouterr().err.count("There is no model named absent") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((RAINY,), 64, "--weights"),
        ((RAINY, "--weights", "auto"), 64, "the name of a model"),
        ((RAINY, *TWO, "--weights", "auto@0.5"), 64, "the name of a model"),
        ((RAINY, *TWO, "--crop", "1,2,3"), 64, "four whole numbers"),
        ((RAINY, *TWO, "--crop", "100,0,50,50"), 64, "inside the photo"),
        ((RAINY, *TWO, "--result", "theirs"), 64, "NAME=FILE"),
        ((RAINY, *TWO, "-o", "sheet.pdf"), 64, ".png, .html or .csv"),
        ((RAINY, *TWO, "-o", "none/sheet.png"), 1, "folder of none/sheet.png"),
        ((RAINY, *TWO, "-o", RAINY), 1, "never replaced"),
        ((RAINY, *TWO, "--truth", CLEAN, "--json", CLEAN), 1, "never replaced"),
        ((RAINY, *TWO, "--json", "five.safetensors"), 64, "ends in .json"),
        ((RAINY, *TWO, "-o", "five.safetensors"), 64, "ends in .png"),
        (("pairs", *TWO, "-o", "sheet.png"), 64, "one photo"),
        (("pairs", *TWO, "--truth", CLEAN), 64, "one photo"),
        ((RAINY, "--weights", "five.safetensors@9"), 64, "--strength"),
        (("none.png", *TWO), 1, "not found: none.png"),
        ((".", *TWO), 1, "no pairs"),
    ],
)
def test_what_cannot_be_done_is_said_before_any_work(
    arguments: tuple[str, ...], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*arguments) == code
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


@pytest.mark.parametrize("output", ["-o", "--json"])
def test_a_result_that_was_found_in_a_folder_is_a_source(
    output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = Path("ddn", "1.png")
    theirs.parent.mkdir()
    shutil.copy(CLEAN, theirs)
    before = theirs.read_bytes()
    places = [RAINY] if output == "-o" else [RAINY, "pairs"]
    for place in places:
        assert exit_code(place, *TWO, "--result", "ddn=ddn/", output, theirs) == 1
        said = capsys.readouterr()
        assert "never replaced" in said.err
        assert said.out == ""
    assert theirs.read_bytes() == before


def test_a_result_beside_the_photo_is_not_the_photo() -> None:
    shutil.copy(CLEAN, Path(RAINY).with_name("1_derained.png"))
    result = f"earlier={Path(RAINY).parent}"
    assert exit_code(RAINY, *TWO, "--result", result, "--truth", CLEAN, "--json", "a.json") == 0
    earlier = json.loads(Path("a.json").read_text("utf-8"))["panes"][3]
    assert earlier["title"] == "earlier"
    assert earlier["figures"][0]["psnr_y"] is None  # equal to the truth


def test_checkpoints_of_one_id_can_be_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    for folder, levels in (("run1", 4), ("run2", 8)):
        Path(folder).mkdir()
        constant_rain(Path(folder, "best.safetensors"), levels)
    runs = [f"--weights={folder}/best.safetensors" for folder in ("run1", "run2")]
    assert exit_code(RAINY, *runs, *TWO, "--crop", "10,10,40,30") == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "whole" in line]
    names = [line.partition("  ")[0] for line in lines]
    assert len(set(names)) == 4
    assert names[2:] == ["five", "nine"]


def test_a_file_that_cannot_be_written_hinders_no_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object, **__: object) -> None:
        raise OutputDiskFull(Path("full"))

    monkeypatch.setattr("nledn.compare.exports.page_of", no_space)
    assert exit_code(RAINY, *TWO, "-o", "page.html", "-o", "sheet.png", "-o", "a.csv") == 2
    said = capsys.readouterr().err
    assert said.count("The disk is full") == 1
    written = [line.partition(": ")[2] for line in said.splitlines() if "Written" in line]
    assert written == ["sheet.png", "a.csv"]


def test_a_checkpoint_is_never_replaced_by_figures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = Path("five.safetensors").read_bytes()
    assert exit_code(RAINY, *TWO, "--json", "five.safetensors") == 64
    assert "ends in .json" in capsys.readouterr().err
    assert Path("five.safetensors").read_bytes() == before


def test_a_pipe_is_not_replaced_and_said_before_any_work(
    capsys: pytest.CaptureFixture[str],
) -> None:
    os.mkfifo("pipe")
    for place in (RAINY, "pairs"):
        assert exit_code(place, *TWO, "--json", "pipe") == 1
        said = capsys.readouterr()
        assert "pipe could not be written" in said.err
        assert said.out == ""
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("locked/1.png", *TWO), "locked/1.png. Check its"),
        ((RAINY, *TWO, "--json", "locked/a.json"), "locked/a.json. Choose a folder"),
        ((RAINY, *TWO, "-o", "locked/below/a.png"), "locked/below/a.png. Choose a folder"),
    ],
)
def test_a_folder_that_may_not_be_entered_is_said(
    arguments: tuple[str, ...], words: str, locked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*arguments) == 1
    said = capsys.readouterr()
    assert f"Permission denied: {words}" in said.err
    assert said.out == ""


def test_a_result_in_a_folder_that_may_not_be_entered_leaves_a_pane_that_says_so(
    locked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(RAINY, *TWO, "--result", f"theirs={locked}/1.png", "--json", "a.json") == 2
    assert "Permission denied: locked/1.png. Check its" in capsys.readouterr().err


def test_the_authors_four_checkpoints(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = []
    for name in PUBLISHED:
        with pytest.raises(SystemExit):
            main(["weights", "add", str(shared / "official" / f"net_{name}.pth")])
    capsys.readouterr()
    ids = [f"authors-{name}" for name in ("rain100l", "rain100h", "ddn", "didmdn")]
    rainy = shared / "data" / "rain100l" / "rainy" / "4.png"
    Image.fromarray(photo.read(rainy).pixels[:96, :128]).save("part.png")
    weights = [f"--weights={id}" for id in ids]
    assert exit_code("part.png", *weights, "--json", "a.json", "-o", "sheet.png") == 0
    panes = json.loads(Path("a.json").read_text("utf-8"))["panes"]
    assert [pane["record"]["checkpoint"] for pane in panes[1:]] == ids
    assert len({pane["figures"][0]["taken"] for pane in panes[1:]}) == 4
    for id in ids:
        with pytest.raises(SystemExit):
            main(["derain", "part.png", "--weights", id, "-o", f"{id}.png"])
    results = [f"--result={id}={id}.png" for id in ids]
    assert exit_code("part.png", *weights, *results, "--json", "a.json") == 0
    panes = json.loads(Path("a.json").read_text("utf-8"))["panes"]
    for place in range(1, 5):
        assert panes[place]["figures"] == panes[place + 4]["figures"]
