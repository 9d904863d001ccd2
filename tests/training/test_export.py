import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from nledn import catalog, checkpoint
from nledn.card import Score, read_card
from nledn.network import NLEDN
from nledn.training.__main__ import app, find_recipe
from nledn.training.config import Recipe
from nledn.training.export import About, Blend, export
from nledn.training.loop import Run, Trainer
from nledn.training.material import of_photos

ABOUT = About("two photos", licence="MIT", purpose="Tests", description="For a test.")


@pytest.fixture
def recipe() -> Recipe:
    return replace(find_recipe("afterrain"), id="tiny", title="Tiny", held_out=())


@pytest.fixture
def trained(tmp_path: Path, recipe: Recipe) -> tuple[Path, NLEDN]:
    """A folder as a training leaves it, and the running mean that is in it."""
    trainer = Trainer(recipe, Run(tmp_path, bf16=False), of_photos(recipe, [], []))
    for parameter in trainer.mean.parameters():
        parameter.data.add_(0.01)  # not the network's own weights
    trainer.save()
    return tmp_path, trainer.mean


def scores(folder: Path, sha256: str, psnr_y: float | None = 33.337) -> Path:
    mean = {"psnr_y": psnr_y, "ssim_y": 0.94449, "input_psnr_y": 20.0, "input_ssim_y": 0.5}
    path = folder / "scores.json"
    path.write_text(json.dumps({"mean": mean, "checkpoint_sha256": sha256}))
    return path


def test_the_running_mean_is_what_people_load(
    tmp_path: Path, trained: tuple[Path, NLEDN], recipe: Recipe
) -> None:
    folder, mean = trained
    into = tmp_path / "weights"
    into.mkdir()
    card = export(folder, recipe, ABOUT, into)
    assert sorted(path.name for path in into.iterdir()) == ["tiny.safetensors", "tiny.toml"]
    assert read_card(into / "tiny.toml", "file") == card
    assert (card.id, card.title, card.regions) == ("tiny", "Tiny", "overlapping")
    assert (card.training_data, card.licence, card.purpose, card.description) == (
        ABOUT.training_data,
        ABOUT.licence,
        ABOUT.purpose,
        ABOUT.description,
    )
    found = catalog.load(catalog.find(str(card.path))).arrays
    for name, tensor in mean.state_dict().items():
        np.testing.assert_array_equal(found[name], tensor.numpy())


def test_a_second_export_adds_scores_and_changes_no_weights(
    trained: tuple[Path, NLEDN], recipe: Recipe
) -> None:
    folder, _ = trained
    first = export(folder, recipe, ABOUT, folder)
    assert first.scores == {}
    measured = replace(ABOUT, evaluations={"rain100l": scores(folder, first.sha256)})
    second = export(folder, recipe, measured, folder)
    assert second.sha256 == first.sha256
    assert second.scores == {"rain100l": Score(33.34, 0.9445)}
    assert second.measured_by


def test_weights_are_mixed_with_others(
    tmp_path: Path, trained: tuple[Path, NLEDN], recipe: Recipe
) -> None:
    folder, mean = trained
    others = {name: np.ones(t.shape, np.float32) for name, t in mean.state_dict().items()}
    checkpoint.write(tmp_path / "others.safetensors", others)
    blend = Blend(tmp_path / "others.safetensors", 0.25)
    card = export(folder, recipe, replace(ABOUT, blend=blend), folder)
    found = catalog.load(catalog.find(str(card.path))).arrays
    for name, tensor in mean.state_dict().items():
        np.testing.assert_allclose(found[name], 0.25 + 0.75 * tensor.numpy(), rtol=1e-5)


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, float("nan")])
def test_a_share_that_mixes_nothing_is_refused(tmp_path: Path, share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Blend(tmp_path / "others.safetensors", share)


@pytest.mark.parametrize("text", ["others.safetensors", "others.safetensors=half", "0.5=2"])
def test_a_blend_that_is_misspelt_is_explained(tmp_path: Path, text: str) -> None:
    rest = ["--folder", str(tmp_path), "--training-data", "photos", "--blend", text]
    result = CliRunner().invoke(app, ["export", "afterrain", *rest])
    assert result.exit_code == 2
    assert "FILE=SHARE" in result.output


def test_scores_of_other_weights_are_refused(trained: tuple[Path, NLEDN], recipe: Recipe) -> None:
    folder, _ = trained
    foreign = replace(ABOUT, evaluations={"a": scores(folder, "ab" * 32)})
    with pytest.raises(ValueError, match="another checkpoint"):
        export(folder, recipe, foreign, folder)
    sha256 = export(folder, recipe, ABOUT, folder).sha256
    with pytest.raises(ValueError, match="no finite mean"):
        infinite = scores(folder, sha256, psnr_y=None)
        export(folder, recipe, replace(ABOUT, evaluations={"a": infinite}), folder)


def test_a_refused_export_leaves_weights_and_card_as_they_are(
    tmp_path: Path, trained: tuple[Path, NLEDN], recipe: Recipe
) -> None:
    folder, mean = trained
    others = {name: np.ones(t.shape, np.float32) for name, t in mean.state_dict().items()}
    checkpoint.write(tmp_path / "others.safetensors", others)
    old = export(folder, recipe, ABOUT, folder)
    stale = {"a": scores(folder, old.sha256)}
    blend = Blend(tmp_path / "others.safetensors", 0.5)
    with pytest.raises(ValueError, match="another checkpoint"):
        export(folder, recipe, replace(ABOUT, evaluations=stale, blend=blend), folder)
    assert catalog.load(catalog.find(str(old.path))).sha256 == old.sha256


def test_the_state_of_another_recipe_is_refused(
    trained: tuple[Path, NLEDN], recipe: Recipe
) -> None:
    folder, _ = trained
    with pytest.raises(ValueError, match="recipe tiny"):
        export(folder, replace(recipe, id="other"), ABOUT, folder)
    assert not list(folder.glob("*.safetensors"))


def test_equal_states_give_equal_files(
    tmp_path: Path, trained: tuple[Path, NLEDN], recipe: Recipe
) -> None:
    folder, mean = trained
    one = export(folder, recipe, ABOUT, folder).sha256
    plain = {name: torch.clone(tensor).contiguous() for name, tensor in mean.state_dict().items()}
    arrays = {name: tensor.numpy() for name, tensor in plain.items()}
    assert checkpoint.write(tmp_path / "same.safetensors", arrays) == one
