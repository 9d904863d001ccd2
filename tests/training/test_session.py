"""Trainings by their commands: started, stopped, taken up, shared by processes, told apart."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nledn import catalog
from nledn.network import NLEDN
from nledn.training.__main__ import run
from nledn.training.journal import LOG_FILE, SAMPLES_FOLDER
from nledn.training.loop import BEST_FILE, STATE_FILE
from nledn.training.session import RECIPE_FILE, SETTINGS_FILE

REPOSITORY = Path(__file__).resolve().parents[2]
RECIPE = """
id = "tiny"
title = "Tiny"
regions = "fixed"
seed = 5
peak_rate = 1e-3
floor_rate = 1e-5
warmup_steps = 1
weight_decay = 1e-4
ema_decay = 0.9
clip_norm = 1.0
checkpoint_steps = 2
validate_steps = 2
held_out = ["c.png"]

[[phases]]
steps = 3
batch = 2
patch_px = 16
"""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in ("a", "b", "c"):
        Image.fromarray(rng.integers(0, 255, (40, 60, 3), np.uint8)).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE)
    return path


def command(*arguments: object) -> str | int | None:
    """Run a command; what it ends with: 0, or a sentence."""
    with pytest.raises(SystemExit) as caught:
        run([str(argument) for argument in arguments])
    return caught.value.code


def train(recipe: Path, photos: Path, folder: Path, *more: object) -> str | int | None:
    fixed = ("--threads", 1, "--precision", "fp32")
    return command("train", recipe, "--photos", photos, "--folder", folder, *fixed, *more)


def weights_in(folder: Path) -> dict[str, torch.Tensor]:
    state = torch.load(folder / STATE_FILE, weights_only=True)
    network: dict[str, torch.Tensor] = state["network"]
    return network


def test_a_stopped_training_is_taken_up_by_its_folder_alone(
    tmp_path: Path, recipe: Path, photos: Path
) -> None:
    assert train(recipe, photos, tmp_path / "straight") == 0
    assert train(recipe, photos, tmp_path / "stopped", "--until-step", 1) == 0
    recipe.unlink()
    assert command("resume", "--folder", tmp_path / "stopped") == 0
    straight, resumed = weights_in(tmp_path / "straight"), weights_in(tmp_path / "stopped")
    assert straight.keys() == resumed.keys()
    for name, tensor in straight.items():
        assert torch.equal(tensor, resumed[name]), name


def test_a_training_begins_with_the_weights_it_is_given_and_remembers_them(
    tmp_path: Path, recipe: Path, photos: Path
) -> None:
    assert train(recipe, photos, tmp_path / "first") == 0
    said = ("--training-data", "two photos", "--into", tmp_path)
    assert command("export", recipe, "--folder", tmp_path / "first", *said) == 0
    exported = torch.load(tmp_path / "first" / STATE_FILE, weights_only=True)["mean"]
    recipe.write_text('starts_from = "tiny"\n' + RECIPE.replace("1e-3", "1e-7"))
    beginning = ("--start", tmp_path / "tiny.safetensors")
    assert train(recipe, photos, tmp_path / "second", *beginning, "--until-step", 1) == 0
    for name, tensor in weights_in(tmp_path / "second").items():
        assert float((tensor - exported[name]).abs().max()) < 1e-6, name
    (tmp_path / "second" / STATE_FILE).unlink()  # killed before its first save
    assert command("resume", "--folder", tmp_path / "second", "--until-step", 1) == 0
    for name, tensor in weights_in(tmp_path / "second").items():
        assert float((tensor - exported[name]).abs().max()) < 1e-6, name


def test_a_mistake_does_not_spoil_the_folder(tmp_path: Path, recipe: Path, photos: Path) -> None:
    folder = tmp_path / "run"
    assert train(recipe, photos, folder, "--until-step", 1) == 0
    kept = {name: (folder / name).read_bytes() for name in (RECIPE_FILE, SETTINGS_FILE)}
    assert "folder not found" in str(train(recipe, tmp_path / "photso", folder))
    other = tmp_path / "other.toml"
    other.write_text(RECIPE.replace('"tiny"', '"other"'))
    assert "belongs to the recipe tiny" in str(train(other, photos, folder))
    assert {name: (folder / name).read_bytes() for name in kept} == kept
    assert command("resume", "--folder", folder) == 0


def test_a_recipe_that_was_changed_on_the_way_is_said(
    tmp_path: Path, recipe: Path, photos: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert train(recipe, photos, tmp_path / "run", "--until-step", 1) == 0
    assert "not the one that this training began with" not in caplog.text
    recipe.write_text(RECIPE.replace("steps = 3", "steps = 2"))
    assert train(recipe, photos, tmp_path / "run") == 0
    assert "not the one that this training began with" in caplog.text


def test_a_training_leaves_a_log_pictures_and_its_best(
    tmp_path: Path, recipe: Path, photos: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "run"
    with caplog.at_level("INFO"):
        assert train(recipe, photos, folder, "--tensorboard") == 0
    assert "0 min left" in caplog.text
    assert list(folder.glob("events.out.tfevents.*"))
    with (folder / LOG_FILE).open() as file:
        rows = list(csv.DictReader(file))
    with Image.open(folder / SAMPLES_FOLDER / "0000003.jpg") as sheet:
        assert sheet.size == (3 * 32, 32), "rainy, derained and clean of the one held out"
    best = torch.load(folder / BEST_FILE, weights_only=True)
    top = max(rows, key=lambda row: float(row["psnr_derained"]))
    assert best["step"] == int(top["step"])
    assert best["psnr"] == pytest.approx(float(top["psnr_derained"]), abs=1e-3)
    assert (folder / STATE_FILE).stat().st_size <= 16_500_000


def test_without_tensorboard_what_to_install_is_said(
    tmp_path: Path, recipe: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert "pip install tensorboard" in str(
        train(recipe, photos, tmp_path / "run", "--tensorboard")
    )


@pytest.mark.parametrize("best", [(), ("--best",)])
def test_last_and_best_are_exported(
    tmp_path: Path, recipe: Path, photos: Path, best: tuple[str, ...]
) -> None:
    folder = tmp_path / "run"
    assert train(recipe, photos, folder) == 0
    said = ("--training-data", "two photos", "--into", tmp_path)
    assert command("export", recipe, "--folder", folder, *said, *best) == 0
    file = BEST_FILE if best else STATE_FILE
    expected = torch.load(folder / file, weights_only=True)["mean"]
    found = catalog.load(catalog.find(str(tmp_path / "tiny.safetensors"))).arrays
    for name, tensor in expected.items():
        np.testing.assert_array_equal(found[name], tensor.numpy())


@pytest.mark.parametrize("variant", ["rd", "dot_product"])
def test_a_variant_cannot_be_exported_as_nledn(
    tmp_path: Path, recipe: Path, photos: Path, variant: str
) -> None:
    recipe.write_text(f'variant = "{variant}"\n' + RECIPE)
    assert train(recipe, photos, tmp_path / "run", "--until-step", 1) == 0
    ended = command("export", recipe, "--folder", tmp_path / "run", "--training-data", "x")
    assert f"is its {variant}" in str(ended)


def test_what_cannot_be_trained_ends_in_a_sentence(
    tmp_path: Path, recipe: Path, photos: Path
) -> None:
    assert "no training was started" in str(command("resume", "--folder", tmp_path))
    (photos / "c.png").unlink()
    assert "1 of the held-out ones missing" in str(train(recipe, photos, tmp_path / "run"))
    recipe.write_text(RECIPE.replace('held_out = ["c.png"]', "") + '[data]\nkind = "rain100h"')
    ended = str(train(recipe, photos, tmp_path / "run"))
    assert "1,800 pairs to train with" in ended
    assert "https://" in ended
    recipe.write_text('schedule = "stairs"\n' + RECIPE)
    assert "schedule is 'stairs', none of cosine, constant, plateau" in str(
        train(recipe, photos, tmp_path / "run")
    )


def test_a_set_is_synthesised_by_command(tmp_path: Path, recipe: Path, photos: Path) -> None:
    more = ("--count", 2, "--side-px", 24)
    assert (
        command("synthesise", recipe, "--photos", photos, "--folder", tmp_path / "set", *more) == 0
    )
    assert len(list((tmp_path / "set" / "rainy").iterdir())) == 2
    again = command("synthesise", recipe, "--photos", photos, "--folder", tmp_path / "set", *more)
    assert "exists" in str(again)


@pytest.mark.slow
def test_two_processes_of_batch_1_equal_one_of_batch_2(
    tmp_path: Path, recipe: Path, photos: Path
) -> None:
    # Adam divides a gradient by its own size, so that what is rounding noise in a gradient near
    # 0 moves its weight by a part of the rate: a warm-up keeps that, not the others, below 1e-6.
    recipe.write_text(RECIPE.replace("warmup_steps = 1", "warmup_steps = 10"))
    assert train(recipe, photos, tmp_path / "one") == 0
    launched = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    training = ("-m", "nledn.training", "train", recipe, "--photos", photos)
    how = ("--folder", tmp_path / "two", "--threads", "1", "--precision", "fp32")
    done = subprocess.run(
        [sys.executable, "-m", *launched, *training, *how],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    one, two = weights_in(tmp_path / "one"), weights_in(tmp_path / "two")
    for name, tensor in one.items():
        assert float((two[name] - tensor).abs().max()) <= 1e-6, name
    torch.manual_seed(5)
    untrained = NLEDN("fixed").state_dict()
    moved = [float((one[name] - tensor).abs().max()) for name, tensor in untrained.items()]
    assert max(moved) > 1e-4, "else nothing was shown"
    with (tmp_path / "two" / LOG_FILE).open() as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["2", "3"], "one process reports"
