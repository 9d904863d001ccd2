import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn.metrics import agreement
from nledn.network import NLEDN
from nledn.pairs import find_pairs
from nledn.training.__main__ import find_recipe, run
from nledn.training.ablation import HELD_OUT, AblationPlan, AblationResult, ablate, table
from nledn.training.config import Data, Phase, Recipe
from nledn.training.loop import Trainer
from nledn.training.session import recipe_path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    folder = tmp_path / "pairs"
    rng = np.random.default_rng(0)
    for name in ("clean", "rainy"):
        (folder / name).mkdir(parents=True)
    for n in range(4):
        clean = rng.integers(0, 180, (20, 24, 3), np.uint8)
        Image.fromarray(clean).save(folder / "clean" / f"{n}.png")
        Image.fromarray(clean + np.uint8(20)).save(folder / "rainy" / f"{n}.png")
    return folder


def tiny() -> Recipe:
    return replace(
        find_recipe("ablation"),
        phases=(Phase(2, 1, 16),),
        data=Data("pairs", held_out_pairs=2),
    )


def test_each_variant_is_trained_once_a_seed_and_scored_on_each_set(
    tmp_path: Path, pairs: Path
) -> None:
    plan = AblationPlan(("ra", "rf"), (1, 2), pairs, {"rain100l": pairs})
    results = ablate(tiny(), plan, tmp_path / "out")
    assert {(r.variant, r.seed, r.set_name) for r in results} == {
        (variant, seed, name)
        for variant in ("ra", "rf")
        for seed in (1, 2)
        for name in (HELD_OUT, "rain100l")
    }
    assert all(result.psnr_y > 5 and 0 < result.ssim_y <= 1 for result in results)
    assert len({result.psnr_y for result in results if result.set_name == HELD_OUT}) == 4
    assert "| rf | 2 |" in (tmp_path / "out" / "table.md").read_text()


def test_what_is_done_is_not_done_again(
    tmp_path: Path, pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ablate(tiny(), AblationPlan(("ra",), (1,), pairs, {}), tmp_path / "out")
    trained = []
    original = Trainer.train

    def noted(self: Trainer) -> None:
        trained.append(self.recipe.variant)
        original(self)

    monkeypatch.setattr(Trainer, "train", noted)
    again = ablate(tiny(), AblationPlan(("ra", "rb"), (1,), pairs, {}), tmp_path / "out")
    assert trained == ["rb"]
    assert again[0] == first[0]


def test_one_folder_compares_only_what_was_trained_alike(tmp_path: Path, pairs: Path) -> None:
    plan = AblationPlan(("ra",), (1,), pairs, {})
    ablate(tiny(), plan, tmp_path / "out")
    longer = replace(tiny(), phases=(Phase(3, 1, 16),))
    for recipe, other in ((longer, plan), (tiny(), replace(plan, bf16=True))):
        with pytest.raises(ValueError, match="not be comparable"):
            ablate(recipe, other, tmp_path / "out")


def test_scores_of_other_pairs_are_not_shown_under_their_name(tmp_path: Path, pairs: Path) -> None:
    others = tmp_path / "others"
    shutil.copytree(pairs, others)
    plan = AblationPlan(("ra",), (1,), pairs, {"more": pairs})
    ablate(tiny(), plan, tmp_path / "out")
    ablate(tiny(), replace(plan, also={}), tmp_path / "out")
    with pytest.raises(ValueError, match="scores of other pairs named more"):
        ablate(tiny(), replace(plan, also={"more": others}), tmp_path / "out")
    found = ablate(tiny(), replace(plan, also={"others": others}), tmp_path / "out")
    assert [each.set_name for each in found] == [HELD_OUT, "more", "others"]


def test_what_cannot_be_compared_is_found_before_the_first_training(
    tmp_path: Path, pairs: Path
) -> None:
    with pytest.raises(ValueError, match="no variant is called rx; choose from ra, rb"):
        ablate(tiny(), AblationPlan(("ra", "rx"), (1,), pairs, {}), tmp_path / "out")
    none_held_out = replace(tiny(), data=Data("pairs"))
    with pytest.raises(ValueError, match="holds no pairs out"):
        ablate(none_held_out, AblationPlan(("ra",), (1,), pairs, {}), tmp_path / "out")
    too_many = replace(tiny(), data=Data("pairs", held_out_pairs=4))
    with pytest.raises(ValueError, match="4 pairs are too few"):
        ablate(too_many, AblationPlan(("ra",), (1,), pairs, {}), tmp_path / "out")
    (pairs / "clean" / "1.png").unlink()
    with pytest.raises(ValueError, match=r"1 rainy photos, such as 1\.png, have no clean one"):
        ablate(tiny(), AblationPlan(("ra",), (1,), pairs, {}), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_variants_are_compared_by_command(
    tmp_path: Path, pairs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = recipe_path("ablation").read_text("utf-8")
    for old, new in (
        ("2000", "2"),
        ("patch_px = 64", "patch_px = 16"),
        ("pairs = 20", "pairs = 2"),
    ):
        text = text.replace(old, new)
    (tmp_path / "tiny.toml").write_text(text)
    fixed = ("--threads", "1", "--precision", "fp32", "--folder", str(tmp_path / "out"))
    asked = ("--pairs", str(pairs), "--variants", "ra, rf", "--also", f"again={pairs}")
    with pytest.raises(SystemExit) as ended:
        run(["ablate", str(tmp_path / "tiny.toml"), *asked, *fixed])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.count("| ra | 1 |") == shown.count("| rf | 1 |") == 2
    assert "### again" in shown


def test_the_held_out_pairs_are_scored_as_the_evaluation_does(
    tmp_path: Path, pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NLEDN, "tail", lambda _, features: 0 * features[:, :3])
    recipe = replace(tiny(), phases=(Phase(1, 1, 16),))
    monkeypatch.setattr(Trainer, "train", lambda _: None)
    (found,) = ablate(recipe, AblationPlan(("rf",), (1,), pairs, {}), tmp_path / "out")
    last = [pair.read() for pair in find_pairs(pairs).pairs[-2:]]
    own = [agreement(pair.rainy.astype(np.uint8), pair.clean.astype(np.uint8)) for pair in last]
    assert found.psnr_y == pytest.approx(sum(each.psnr_y for each in own) / 2)
    assert found.ssim_y == pytest.approx(sum(each.ssim_y for each in own) / 2)


def result(variant: str, seed: int, psnr_y: float) -> AblationResult:
    return AblationResult(variant, seed, HELD_OUT, psnr_y, 0.9)


def test_gaps_inside_the_spread_are_ties() -> None:
    results = [
        *(result("ra", seed, 30 + seed * 0.1) for seed in (1, 2, 3)),
        *(result("rb", seed, 30.05 + seed * 0.1) for seed in (1, 2, 3)),
        *(result("rc", seed, 31 + seed * 0.1) for seed in (1, 2, 3)),
    ]
    ra, rb, rc = (line for line in table(results).splitlines() if line.startswith("| r"))
    assert ra == "| ra | 3 | 30.20 ± 0.10 | 0.9000 ± 0.0000 |  |"
    assert rb.endswith("| a tie with ra |")
    assert "tie" not in rc


def test_one_seed_has_no_spread_and_no_ties() -> None:
    text = table([result("ra", 1, 30.0), result("rb", 1, 30.0)])
    assert "±" not in text
    assert "tie" not in text


def test_the_rows_come_in_the_order_of_table_2() -> None:
    text = table([result(variant, 1, 30.0) for variant in ("rf", "ra", "dot_product", "rd")])
    rows = [line.split()[1] for line in text.splitlines() if line.startswith("| ")][1:]
    assert rows == ["ra", "rd", "rf", "dot_product"]
