"""The training loop: it learns, it can be stopped anywhere, and it is not thrown by a NaN."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from nledn import checkpoint
from nledn.pixels import Bytes
from nledn.training import loop
from nledn.training.__main__ import app, find_recipe
from nledn.training.camera import Camera
from nledn.training.config import Optimizer, Phase, Plateau, Recipe, read_recipe
from nledn.training.data import Patches, find_photos, load
from nledn.training.datasets import DATA_SETS
from nledn.training.journal import LOG_FILE
from nledn.training.loop import (
    Run,
    Trainer,
)
from nledn.training.material import of_photos
from nledn.training.optimizer import rate_at
from nledn.training.processes import Share
from nledn.training.session import recipe_path
from nledn.training.synthesis import KINDS, RainMix

STAGES = (
    *("afterrain-base", "afterrain-faint", "afterrain-close", "afterrain-thick"),
    *("afterrain-downpour", "afterrain-pour", "afterrain-facades", "afterrain-lighter"),
    "afterrain-fine",
)
FROM_OVERLAP = ("afterrain-camera", "afterrain-long")
SHIPPED = ("afterrain", "afterrain-dense", "afterrain-light")
RECIPE = Recipe(
    id="tiny",
    title="Tiny",
    regions="fixed",
    seed=5,
    peak_rate=1e-3,
    floor_rate=1e-5,
    warmup_steps=2,
    weight_decay=1e-4,
    ema_decay=0.9,
    clip_norm=1.0,
    checkpoint_steps=2,
    validate_steps=3,
    held_out=("c.png",),
    mix=RainMix(),
    phases=(Phase(3, 2, 16), Phase(2, 1, 24)),
)


@pytest.fixture
def photos() -> list[Bytes]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 255, (60, 80, 3), np.uint8) for _ in range(3)]


def trainer_in(
    folder: Path, photos: list[Bytes], recipe: Recipe = RECIPE, *, bf16: bool = False
) -> Trainer:
    folder.mkdir(exist_ok=True)
    return Trainer(recipe, Run(folder, bf16=bf16), of_photos(recipe, photos, photos[:1]))


@pytest.mark.parametrize(("optimizer", "bf16"), [("adamw", False), ("muon", False), ("muon", True)])
def test_a_resumed_training_gives_the_same_weights(
    tmp_path: Path, photos: list[Bytes], optimizer: Optimizer, bf16: bool
) -> None:
    recipe = replace(RECIPE, optimizer=optimizer)
    straight = trainer_in(tmp_path / "straight", photos, recipe, bf16=bf16)
    straight.train()
    trainer_in(tmp_path / "broken", photos, recipe, bf16=bf16).train(until_step=2)
    resumed = trainer_in(tmp_path / "broken", photos, recipe, bf16=bf16)
    assert resumed.resume()
    assert resumed.step == 2
    resumed.train()
    for one, other in ((straight.network, resumed.network), (straight.mean, resumed.mean)):
        for name, tensor in one.state_dict().items():
            assert torch.equal(tensor, other.state_dict()[name]), name


def test_it_learns_to_leave_a_dry_photo_alone(tmp_path: Path, photos: list[Bytes]) -> None:
    recipe = replace(RECIPE, mix=RainMix(1, 0, 0, 0), phases=(Phase(20, 1, 16),), peak_rate=3e-3)
    trainer = trainer_in(tmp_path, photos, recipe)
    before = trainer.validate()["psnr_dry"]
    trainer.train()
    assert trainer.validate()["psnr_dry"] > before + 3


def test_the_log_has_the_losses_and_the_time(tmp_path: Path, photos: list[Bytes]) -> None:
    trainer_in(tmp_path, photos).train()
    with (tmp_path / LOG_FILE).open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [3, 5]
    assert all(float(row["loss"]) > 0 and float(row["psnr_derained"]) > 0 for row in rows)
    assert 0 < float(rows[0]["cpu_seconds"]) < float(rows[1]["cpu_seconds"])


def test_what_a_kill_has_undone_is_not_in_the_log(tmp_path: Path, photos: list[Bytes]) -> None:
    trainer_in(tmp_path, photos).train(until_step=2)
    with (tmp_path / LOG_FILE).open("a") as file:
        file.write("4,9.0,9.0,0.001,0.5,,,\n")  # after the last state that was saved
    resumed = trainer_in(tmp_path, photos)
    resumed.resume()
    resumed.train()
    with (tmp_path / LOG_FILE).open() as file:
        assert [int(row["step"]) for row in csv.DictReader(file)] == [2, 3, 5]


def test_no_step_is_a_number_of_steps(tmp_path: Path, photos: list[Bytes]) -> None:
    trainer = trainer_in(tmp_path, photos)
    trainer.train(until_step=0)
    assert trainer.step == 0


def test_a_batch_that_cannot_be_shared_is_found_before_the_first_step(
    tmp_path: Path, photos: list[Bytes]
) -> None:
    recipe = replace(RECIPE, phases=(Phase(3, 2, 16), Phase(2, 1, 24)))
    run = Run(tmp_path, bf16=False, share=Share(0, 2))
    with pytest.raises(ValueError, match="batch of 1 cannot be shared"):
        Trainer(recipe, run, of_photos(recipe, photos, photos[:1]))


def test_a_step_with_nan_is_left_out(
    tmp_path: Path, photos: list[Bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = trainer_in(tmp_path, photos)
    before = {name: tensor.clone() for name, tensor in trainer.network.state_dict().items()}
    monkeypatch.setattr(loop, "loss_of", lambda error, _kind: error.sum() * float("nan"))
    trainer.train(until_step=1)
    for name, tensor in trainer.network.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_a_state_of_another_recipe_is_refused(tmp_path: Path, photos: list[Bytes]) -> None:
    trainer_in(tmp_path, photos).train(until_step=2)
    with pytest.raises(ValueError, match="tiny"):
        trainer_in(tmp_path, photos, replace(RECIPE, id="other")).resume()


def test_a_training_by_the_paper_resumes_as_if_uninterrupted(
    tmp_path: Path, photos: list[Bytes]
) -> None:
    recipe = replace(
        RECIPE,
        optimizer="adam",
        schedule="plateau",
        plateau=Plateau(0.5, every_steps=1, patience=0),
        ema_decay=0.0,
        clip_norm=float("inf"),
        phases=(Phase(6, 1, 16),),
    )
    straight = trainer_in(tmp_path / "straight", photos, recipe)
    straight.train()
    trainer_in(tmp_path / "broken", photos, recipe).train(until_step=4)
    resumed = trainer_in(tmp_path / "broken", photos, recipe)
    resumed.resume()
    resumed.train()
    assert resumed.optimizer.param_groups[0]["lr"] < recipe.peak_rate
    for name, tensor in straight.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name]), name
        assert torch.equal(tensor, straight.mean.state_dict()[name]), "without a mean: itself"


def test_nothing_to_resume_is_said(tmp_path: Path, photos: list[Bytes]) -> None:
    assert not trainer_in(tmp_path, photos).resume()


def test_the_rate_rises_to_its_peak_and_falls_to_its_floor() -> None:
    rates = [rate_at(step, RECIPE) for step in range(RECIPE.steps + 1)]
    assert rates[1] == pytest.approx(RECIPE.peak_rate)
    assert rates[-1] == pytest.approx(RECIPE.floor_rate)
    assert rates[2:] == sorted(rates[2:], reverse=True)


def test_progress_counts_pixels_not_steps() -> None:
    assert RECIPE.progress(0) == 0
    assert RECIPE.progress(3) == pytest.approx(1536 / (1536 + 1152))
    assert RECIPE.progress(5) == 1
    assert RECIPE.phase_at(2).patch_px == 16
    assert RECIPE.phase_at(3).patch_px == 24
    with pytest.raises(IndexError):
        RECIPE.phase_at(5)


def test_batches_depend_on_the_step_alone(photos: list[Bytes]) -> None:
    one, other = (Patches(photos, RainMix(), 1) for _ in range(2))
    other.batch(3, 2, 16)
    assert torch.equal(one.batch(7, 2, 16).rainy, other.batch(7, 2, 16).rainy)
    assert not torch.equal(one.batch(7, 2, 16).rainy, one.batch(8, 2, 16).rainy)


def test_a_batch_is_pairs_in_range(photos: list[Bytes]) -> None:
    batch = Patches(photos, RainMix(0, 0, 0, 1), 1).batch(0, 3, 20)
    assert batch.rainy.shape == batch.clean.shape == (3, 3, 20, 20)
    assert float(batch.rainy.min()) >= 0
    assert float(batch.rainy.max()) <= 1
    assert float((batch.rainy - batch.clean).mean()) > 0


def test_photos_kept_out_are_not_trained_on(tmp_path: Path) -> None:
    for name in ("a.png", "b.jpg", "c.png"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    (tmp_path / "notes.txt").touch()
    training, held_out = find_photos(tmp_path, ["c.png"])
    assert [path.name for path in training] == ["a.png", "b.jpg"]
    assert [path.name for path in held_out] == ["c.png"]
    assert load(training)[0].shape == (8, 8, 3)


def test_a_folder_that_is_not_there_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        with pytest.raises(FileNotFoundError, match="folder not found"):
            find_photos(tmp_path / name, [])


def test_a_photo_cut_off_by_a_broken_download_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(ValueError, match=r"a\.png"):
        load([tmp_path / "a.png"])


@pytest.mark.parametrize("held_out", [[], ["missing.jpg"]])
def test_a_wrong_folder_is_explained(tmp_path: Path, held_out: list[str]) -> None:
    if held_out:
        Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(FileNotFoundError, match="photos found"):
        find_photos(tmp_path, held_out)


@pytest.mark.parametrize("name", (*STAGES, *FROM_OVERLAP, *SHIPPED))
def test_the_shipped_recipes_are_read(name: str) -> None:
    recipe = find_recipe(name)
    assert recipe.id == name
    assert len(set(recipe.held_out)) == 30
    assert recipe.held_out == find_recipe("afterrain").held_out, "no stage has seen another's"
    assert sum(getattr(recipe.mix, kind) for kind in KINDS) == pytest.approx(1)


@pytest.mark.parametrize("name", ["paper-ddn", "paper-didmdn", "paper-rain100l", "paper-rain100h"])
def test_the_papers_recipes_have_the_papers_settings(name: str) -> None:
    recipe = find_recipe(name)
    assert recipe.id == name
    assert recipe.regions == "grid"
    assert (recipe.optimizer, recipe.weight_decay) == ("adam", 1e-4)
    assert (recipe.schedule, recipe.peak_rate, recipe.floor_rate) == ("plateau", 5e-4, 1e-4)
    assert recipe.plateau.factor == 0.9
    assert [(phase.batch, phase.patch_px) for phase in recipe.phases] == [(1, 0)]
    data_set = DATA_SETS[recipe.data.kind]
    assert recipe.plateau.every_steps == data_set.train
    assert recipe.steps % data_set.train == 0, "whole passes"
    assert recipe.data.long_side_px < 512
    assert (recipe.ema_decay, recipe.clip_norm) == (0, float("inf"))


def test_adam_has_the_papers_momentum_and_its_decay_in_the_gradient(
    tmp_path: Path, photos: list[Bytes]
) -> None:
    trainer = trainer_in(tmp_path, photos, replace(RECIPE, optimizer="adam"))
    assert type(trainer.optimizer) is torch.optim.Adam
    (group,) = trainer.optimizer.param_groups
    assert group["betas"][0] == 0.9
    assert group["weight_decay"] == 1e-4
    assert type(trainer_in(tmp_path, photos).optimizer) is torch.optim.AdamW


def test_all_stages_keep_the_same_photos_out() -> None:
    starts = {name: find_recipe(name).starts_from for name in (*STAGES, *FROM_OVERLAP, *SHIPPED)}
    assert len({find_recipe(name).held_out for name in starts}) == 1
    assert [starts[name] for name in STAGES] == ["", *STAGES[:-1]]
    assert [starts[name] for name in FROM_OVERLAP] == ["overlap", "afterrain-camera"]
    assert starts["afterrain"] == "afterrain-long"
    for name in ("afterrain-dense", "afterrain-light"):  # continue the weights that shipped before
        assert starts[name] == name


def test_a_recipe_weighs_errors_as_its_phase_says(tmp_path: Path, photos: list[Bytes]) -> None:
    plain, weighed = (trainer_in(tmp_path / name, photos) for name in ("plain", "weighed"))
    phase = replace(RECIPE.phases[0], rain_weight=4.0)
    weighed.recipe = replace(RECIPE, phases=(phase,))
    assert plain._advance() != weighed._advance()


def test_a_share_of_the_patches_is_photographed(photos: list[Bytes]) -> None:
    mix = RainMix(1, 0, 0, 0)
    cameras = (Camera(), Camera(compressed=1.0))
    plain, seen = (Patches(photos, mix, 3, camera).batch(0, 8, 32) for camera in cameras)
    assert torch.equal(plain.rainy, plain.clean)
    assert torch.equal(seen.rainy, seen.clean)
    assert not torch.equal(plain.clean, seen.clean)


def test_a_second_stage_begins_with_the_weights_of_the_first(
    tmp_path: Path, photos: list[Bytes]
) -> None:
    first = trainer_in(tmp_path / "first", photos)
    first.train(until_step=2)
    path = tmp_path / "first.safetensors"
    checkpoint.write(path, {name: t.numpy() for name, t in first.mean.state_dict().items()})
    second = trainer_in(tmp_path / "second", photos)
    second.start_from(checkpoint.read(path))
    for network in (second.network, second.mean):
        for name, tensor in network.state_dict().items():
            assert torch.equal(tensor, first.mean.state_dict()[name]), name


@pytest.mark.parametrize(
    ("recipe", "start"), [("afterrain", []), ("afterrain-base", ["--start", "x.safetensors"])]
)
def test_a_stage_wants_its_beginning(tmp_path: Path, recipe: str, start: list[str]) -> None:
    for name in (*find_recipe(recipe).held_out, "one.png"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    arguments = ["train", recipe, "--photos", str(tmp_path), "--folder", str(tmp_path / "run")]
    result = CliRunner().invoke(app, [*arguments, *start])
    assert result.exit_code == 2
    assert "begins" in result.output


def test_a_recipe_with_an_unknown_loss_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(recipe_path("afterrain").read_text("utf-8").replace('"rmse"', '"vgg"'))
    with pytest.raises(ValueError, match=r"phases\.loss is 'vgg', none of l1, rmse"):
        read_recipe(path)


def test_names_of_photos_kept_out_are_a_list_or_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "some.toml"
    shipped = recipe_path("afterrain").read_text("utf-8")
    path.write_text(shipped.replace('"photos"', '["one.png", "two.png"]'))
    assert read_recipe(path).held_out == ("one.png", "two.png")
    path.write_text(shipped.replace('"photos"', '"phoots"'))
    with pytest.raises(ValueError, match="held_out is 'phoots'"):
        read_recipe(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('schedule = "cosine"', 'schedule = "plateau"', "plateau has no warmup_steps"),
        ("patch_px = 96", "patch_px = 0", "patch_px cannot be 0"),
        ("heavy = 0.1", "heavy = 0.2", r"shares of mix add up to 1\.1, not to 1"),
    ],
)
def test_a_recipe_that_asks_for_what_there_is_not_is_refused(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(recipe_path("afterrain").read_text("utf-8").replace(old, new))
    with pytest.raises(ValueError, match=words):
        read_recipe(path)


@pytest.mark.parametrize("line", ["colour = 1", "[mix]\nfog = 1", "[[phases]]\nsteps = 1"])
def test_a_recipe_with_a_wrong_field_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(line)
    with pytest.raises(ValueError, match=r"wrong\.toml"):
        read_recipe(path)
