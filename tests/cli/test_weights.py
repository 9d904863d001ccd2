import os
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from nledn import catalog, checkpoint, places
from nledn.architecture import weight_shapes
from nledn.card import Card
from tests import commands


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shipped").mkdir()
    monkeypatch.setattr(places, "weights", lambda: tmp_path / "shipped")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "shipped"


def put(folder: Path, id: str) -> Path:
    arrays = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes().items()}
    path = folder / f"{id}.safetensors"
    sha256 = checkpoint.write(path, arrays)
    catalog.write_card(Card(id, f"The {id}", sha256, "fixed", path, licence="MIT"))
    return path


exit_code = partial(commands.exit_code, "weights")


def test_without_checkpoints_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("list") == 0
    assert "weights add" in capsys.readouterr().err


def test_a_checkpoint_comes_and_goes(
    tmp_path: Path, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(shipped, "afterrain")
    path = put(tmp_path, "mine")
    assert exit_code("add", path, "--id", "yours", "--title", "Not mine") == 0
    assert "--weights yours" in capsys.readouterr().out
    assert exit_code("list") == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.split()[0] == "afterrain"
    assert "shipped" in first
    assert second.split()[0] == "yours"
    assert "Not mine" in second
    assert exit_code("remove", "yours") == 0
    assert not any(places.user_weights().iterdir())
    assert path.exists()


@pytest.mark.parametrize("by", ["id", "file"])
def test_show_says_what_the_card_says(
    shipped: Path, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    path = put(shipped, "afterrain")
    assert exit_code("show", "afterrain" if by == "id" else path) == 0
    shown = capsys.readouterr().out
    for text in ("The afterrain", "MIT", "fixed", checkpoint.read(path).sha256, str(path)):
        assert text in shown


def test_verify_looks_at_all_and_counts(
    tmp_path: Path, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(shipped, "afterrain")
    assert exit_code("add", put(tmp_path, "mine")) == 0
    assert exit_code("verify") == 0
    stored = places.user_weights() / "mine.safetensors"
    os.truncate(stored, 1000)
    capsys.readouterr()
    assert exit_code("verify") == 2
    said = capsys.readouterr()
    assert "afterrain is sound" in said.out
    assert "mine" not in said.out
    assert str(stored) in said.err
    assert exit_code("verify", "mine") == 1
    assert exit_code("verify", "afterrain") == 0


def test_a_damaged_card_is_said_and_hides_no_other(
    shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(shipped, "afterrain")
    (shipped / "broken.toml").write_text("no card")
    assert exit_code("list") == 2
    said = capsys.readouterr()
    assert "afterrain" in said.out
    assert "broken.toml" in said.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "absent"), 1, "no model named absent"),
        (("remove", "absent"), 1, "no model named absent"),
        (("remove", "afterrain"), 1, "came with AfterRain"),
        (("verify", "absent"), 1, "no model named absent"),
        (("add", "none.pth"), 1, "not found: none.pth"),
        (("add", "words.pth"), 1, "is not a model"),
        (("add", "good.safetensors", "--id", "../x"), 64, "--id"),
        (("add", "good.safetensors", "--id", "afterrain"), 1, "afterrain already exists"),
        (("show",), 64, ""),
        (("paint",), 64, ""),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(  # noqa: PLR0917
    tmp_path: Path,
    shipped: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    put(shipped, "afterrain")
    put(tmp_path, "good")
    (tmp_path / "words.pth").write_text("words")
    assert exit_code(*arguments) == code
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    assert not places.user_weights().exists()
