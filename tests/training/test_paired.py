"""Batches of pairs from a disk: whole or in patches, repeatable, each once a pass."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nledn.errors import DataSetWrong, PairSizesDiffer
from nledn.pairs import Pair, find_pairs
from nledn.training.__main__ import find_recipe
from nledn.training.config import Data
from nledn.training.data import PairBatches, Patches
from nledn.training.material import material_of, of_pairs
from nledn.training.paired_set import synthesise
from nledn.training.processes import Share
from nledn.training.synthesis import RainMix

COUNT = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five pairs of 40×24: clean ones of one grey each, rainy ones 20 brighter in the left half."""
    for name in ("rainy", "clean"):
        (tmp_path / name).mkdir()
    for n in range(COUNT):
        pixels = np.full((24, 40, 3), 30 * n + 20, np.uint8)
        Image.fromarray(pixels).save(tmp_path / "clean" / f"{n}.png")
        pixels[:, :20] += 20
        Image.fromarray(pixels).save(tmp_path / "rainy" / f"{n}.png")
    return tmp_path


def batches(folder: Path, long_side_px: int = 0, seed: int = 1) -> PairBatches:
    return PairBatches(find_pairs(folder).pairs, long_side_px, seed)


def test_each_pair_comes_once_a_pass_in_an_order_of_its_own(folder: Path) -> None:
    stream = batches(folder)
    passes = [
        [float(stream.batch(step, 1, 0).clean[0, 0, 0, 0]) for step in range(first, first + COUNT)]
        for first in (0, COUNT, 2 * COUNT)
    ]
    assert len({tuple(sorted(order)) for order in passes}) == 1
    assert len(set(passes[0])) == COUNT
    assert len({tuple(order) for order in passes}) > 1


def test_rainy_and_clean_are_flipped_together(folder: Path) -> None:
    stream = batches(folder)
    flipped = set()
    for step in range(12):
        batch = stream.batch(step, 1, 0)
        rain = (batch.rainy - batch.clean)[0, 0]
        left = float(rain[:, :20].mean()) > 0
        flipped.add(not left)
        half = rain[:, :20] if left else rain[:, 20:]
        assert half.min() == pytest.approx(20 / 255, abs=1e-6)
        assert float(rain.abs().sum()) == pytest.approx(float(half.sum()))
    assert flipped == {True, False}


def test_long_sides_are_scaled_down_and_short_ones_left(folder: Path) -> None:
    assert batches(folder, 20).batch(0, 1, 0).rainy.shape == (1, 3, 12, 20)
    assert batches(folder, 512).batch(0, 1, 0).rainy.shape == (1, 3, 24, 40)


def test_patches_are_cut_at_one_place(folder: Path) -> None:
    batch = batches(folder).batch(0, 3, 16)
    assert batch.rainy.shape == batch.clean.shape == (3, 3, 16, 16)
    rain = ((batch.rainy - batch.clean) * 255).round()
    assert set(rain.flatten().tolist()) <= {0, 20}


def test_a_batch_depends_on_seed_and_step_alone(folder: Path) -> None:
    one, other = batches(folder), batches(folder)
    other.batch(9, 2, 16)
    assert torch.equal(one.batch(4, 2, 16).rainy, other.batch(4, 2, 16).rainy)
    assert not torch.equal(one.batch(4, 2, 16).rainy, batches(folder, seed=2).batch(4, 2, 16).rainy)


def test_shares_make_up_the_batch(folder: Path) -> None:
    stream = batches(folder)
    whole = stream.batch(3, 4, 16).rainy
    shares = [stream.batch(3, 4, 16, Share(rank, 2)).rainy for rank in (0, 1)]
    assert torch.equal(whole[0::2], shares[0])
    assert torch.equal(whole[1::2], shares[1])
    photos = [np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)]
    patches = Patches(photos, RainMix(), 1)
    assert torch.equal(
        patches.batch(3, 4, 16).rainy[1::2], patches.batch(3, 4, 16, Share(1, 2)).rainy
    )


def test_a_batch_that_cannot_be_shared_is_refused() -> None:
    Share(0, 2).check(4)
    with pytest.raises(ValueError, match="batch of 3"):
        Share(0, 2).check(3)


def test_what_cannot_be_cut_or_paired_is_said(folder: Path) -> None:
    with pytest.raises(ValueError, match="smaller than a patch of 32"):
        batches(folder).batch(0, 1, 32)
    Image.new("RGB", (8, 8)).save(folder / "clean" / "0.png")
    with pytest.raises(PairSizesDiffer):
        batches(folder).batch(0, COUNT, 0)


def test_the_last_pairs_are_held_out(folder: Path) -> None:
    recipe = replace(find_recipe("ablation"), data=Data("pairs", held_out_pairs=2))
    material = material_of(recipe, folder)
    greys = {round(float(batch.clean[0, 0, 0, 0]) * 255) for batch in material.held_out}
    assert greys == {110, 140}
    seen = {round(float(material.training.batch(n, 1, 16).clean.max()) * 255) for n in range(6)}
    assert seen == {20, 50, 80}
    with pytest.raises(ValueError, match="5 pairs are too few"):
        of_pairs(replace(recipe, data=Data("pairs", held_out_pairs=5)), find_pairs(folder).pairs)


def test_a_recipe_of_the_paper_wants_its_whole_set(folder: Path) -> None:
    with pytest.raises(DataSetWrong, match="200 pairs to train with"):
        material_of(find_recipe("paper-rain100l"), folder)


def test_a_synthesised_set_is_pairs_with_rain_and_repeatable(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    pixels = np.random.default_rng(0).integers(0, 200, (60, 80, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photos" / "a.png")
    heavy = replace(find_recipe("ablation"), mix=RainMix(0, 0, 0, 1), data=Data())
    for name in ("one", "other"):
        synthesise(tmp_path / "photos", tmp_path / name, heavy, 3, 32, seed=4)
    found = find_pairs(tmp_path / "one").pairs
    assert [pair.name for pair in found] == ["1.png", "2.png", "3.png"]
    for pair, other in zip(found, find_pairs(tmp_path / "other").pairs, strict=True):
        read, again = pair.read(), other.read()
        assert read.rainy.shape == (32, 32, 3)
        assert read.rainy.mean() > read.clean.mean()
        np.testing.assert_array_equal(read.rainy, again.rainy)
    with pytest.raises(FileExistsError):
        synthesise(tmp_path / "photos", tmp_path / "one", heavy, 1, 32, seed=4)


def _photos(folder: Path, count: int) -> Path:
    """Photos of one grey each, so that a clean square tells which it is of."""
    folder.mkdir()
    for number in range(count):
        grey = np.full((40, 40, 3), 20 * number, np.uint8)
        Image.fromarray(grey).save(folder / f"{number}.png")
    return folder


def _greys(pairs: Sequence[Pair]) -> set[int]:
    return {round(float(np.median(pair.read().clean)) / 20) for pair in pairs}


def test_the_pairs_held_out_are_of_photos_that_no_other_is_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nledn.training.data._toned", lambda clean, _rng: clean)
    recipe = replace(find_recipe("ablation"), data=Data("pairs", held_out_pairs=8))
    photos = _photos(tmp_path / "photos", 12)
    synthesise(photos, tmp_path / "set", recipe, 18, 16, seed=4)
    pairs = find_pairs(tmp_path / "set").pairs
    assert len(_greys(pairs[:10])) > 3
    assert _greys(pairs[:10]).isdisjoint(_greys(pairs[10:]))


def test_a_recipes_own_held_out_photos_are_in_no_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nledn.training.data._toned", lambda clean, _rng: clean)
    recipe = replace(find_recipe("ablation"), data=Data(), held_out=("0.png", "2.png"))
    synthesise(_photos(tmp_path / "photos", 3), tmp_path / "set", recipe, 9, 16, seed=4)
    assert len(_greys(find_pairs(tmp_path / "set").pairs)) == 1


def test_too_few_photos_to_hold_pairs_out_are_said(tmp_path: Path) -> None:
    recipe = replace(find_recipe("ablation"), data=Data("pairs", held_out_pairs=1))
    photos = _photos(tmp_path / "photos", 1)
    with pytest.raises(ValueError, match="none is left for the 1 that are held out"):
        synthesise(photos, tmp_path / "set", recipe, 3, 16, seed=4)
