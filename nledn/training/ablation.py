"""A small table 2: variants trained alike, scored on held-out pairs."""

import csv
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean, stdev

import torch

from nledn.architecture import VARIANTS
from nledn.atomic import replacing_text
from nledn.metrics import agreement, to_uint8_cut
from nledn.network import NLEDN
from nledn.pairs import Pair
from nledn.pixels import as_floats, to_8_bits
from nledn.training.config import Recipe
from nledn.training.loop import Run, Trainer
from nledn.training.material import all_pairs, of_pairs, trained_on

log = logging.getLogger(__name__)

RESULTS_FILE = "results.csv"
TABLE_FILE = "table.md"
ALIKE_FILE = "alike.json"
SETS_FILE = "sets.json"
HELD_OUT = "held out"


@dataclass(frozen=True)
class AblationResult:
    """Scores of one training: means over a set's pairs, by the authors' protocol."""

    variant: str
    seed: int
    set_name: str
    psnr_y: float
    ssim_y: float


@dataclass(frozen=True)
class AblationPlan:
    """The plan of a comparison: each variant is trained once with each seed.

    The recipe's last pairs are held out; the folders of `also` are scored on, never trained on.
    `bf16` is the trunk's precision in training; scores are always in float32.
    """

    variants: Sequence[str]
    seeds: Sequence[int]
    pairs: Path
    also: Mapping[str, Path]
    bf16: bool = False


def ablate(recipe: Recipe, plan: AblationPlan, folder: Path) -> list[AblationResult]:
    """Train and score the rest of a plan; a stopped training continues.

    The folder gets a folder a training, `results.csv` and `table.md`.

    Raises:
        PairsError: a folder holds no pairs.
        ValueError: an unknown variant, no pairs held out or too few to hold them out, rainy photos
            without a clean one, or the folder's results are of another recipe, other pairs or
            another precision, or of other pairs by a name of `also`.
    """
    _check(recipe, plan)
    pairs = all_pairs(plan.pairs)
    sets = {HELD_OUT: pairs[trained_on(recipe, pairs) :]}
    sets |= {name: all_pairs(path) for name, path in plan.also.items()}
    folder.mkdir(parents=True, exist_ok=True)
    _keep_alike(recipe, plan, folder / ALIKE_FILE)
    _keep_sets(plan, folder / SETS_FILE)
    results = _read(folder / RESULTS_FILE)
    for seed in plan.seeds:  # all variants once before any twice: a table can be had early
        for variant in plan.variants:
            done = {r.set_name for r in results if (r.variant, r.seed) == (variant, seed)}
            if not sets.keys() <= done:
                own = replace(recipe, variant=variant, seed=seed)
                run = Run(folder / f"{variant}-{seed}", bf16=plan.bf16)
                network = _trained(own, run, pairs)
                missing = sorted(sets.keys() - done)
                results += [_score(network, own, name, sets[name]) for name in missing]
                _write(folder / RESULTS_FILE, results)
    (folder / TABLE_FILE).write_text(table(results), "utf-8")
    return results


def _check(recipe: Recipe, plan: AblationPlan) -> None:
    unknown = [name for name in plan.variants if name not in VARIANTS]
    if unknown:
        raise ValueError(
            f"no variant is called {', '.join(unknown)}; choose from {', '.join(VARIANTS)}"
        )
    if recipe.data.held_out_pairs < 1:
        raise ValueError(f"the recipe {recipe.id} holds no pairs out to score on")


def _keep_alike(recipe: Recipe, plan: AblationPlan, path: Path) -> None:
    """Note the common settings of a folder's trainings, and refuse others."""
    common = asdict(replace(recipe, variant="", seed=0))
    common |= {"pairs": str(plan.pairs.resolve()), "bf16": plan.bf16}
    text = json.dumps(common, indent=1)
    if path.exists() and path.read_text("utf-8") != text:
        wrong = "another recipe, other pairs or another precision"
        raise ValueError(f"{path.parent} has results of {wrong}: they would not be comparable")
    path.write_text(text, "utf-8")


def _keep_sets(plan: AblationPlan, path: Path) -> None:
    """Note the folders of the sets, and refuse another one under a name that has scores."""
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    sets = {name: str(folder.resolve()) for name, folder in plan.also.items()}
    for name in sets.keys() & kept.keys():
        if sets[name] != kept[name]:
            raise ValueError(f"{path.parent} has scores of other pairs named {name}: {kept[name]}")
    path.write_text(json.dumps(kept | sets, indent=1), "utf-8")


def _trained(recipe: Recipe, run: Run, pairs: Sequence[Pair]) -> NLEDN:
    log.info("%s, seed %d", recipe.variant, recipe.seed)
    run.folder.mkdir(exist_ok=True)
    trainer = Trainer(recipe, run, of_pairs(recipe, pairs))
    trainer.resume()
    trainer.train()
    return trainer.mean


@torch.inference_mode()
def _score(network: NLEDN, recipe: Recipe, name: str, pairs: Sequence[Pair]) -> AblationResult:
    scores = []
    for pair in pairs:
        pixels = pair.read()
        rainy = torch.from_numpy(as_floats(pixels.rainy)).permute(2, 0, 1)[None]
        derained = (rainy - network(rainy))[0].permute(1, 2, 0).numpy()
        scores.append(agreement(to_uint8_cut(derained), to_8_bits(pixels.clean)))
    psnr_y, ssim_y = mean(s.psnr_y for s in scores), mean(s.ssim_y for s in scores)
    return AblationResult(recipe.variant, recipe.seed, name, psnr_y, ssim_y)


def _read(path: Path) -> list[AblationResult]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            AblationResult(variant, int(seed), name, float(psnr_y), float(ssim_y))
            for variant, seed, name, psnr_y, ssim_y in list(csv.reader(file))[1:]
        ]


def _write(path: Path, results: Sequence[AblationResult]) -> None:
    with replacing_text(path, overwrite=True) as file:
        writer = csv.DictWriter(file, list(AblationResult.__dataclass_fields__))
        writer.writeheader()
        writer.writerows(vars(result) for result in results)


def table(results: Sequence[AblationResult]) -> str:
    """Mean ± spread by variant, in table 2's order, and set, as Markdown, and which gaps are ties.

    The spread is the standard deviation over the seeds (n - 1). Neighbours in the table whose
    means differ by no more than the larger of their spreads are ties; with one seed there is no
    spread, and no verdict.
    """
    lines = []
    for set_name in dict.fromkeys(result.set_name for result in results):
        lines += [f"### {set_name}", "", "| variant | seeds | PSNR-Y, dB | SSIM-Y | |"]
        lines += ["|---|---|---|---|---|"]
        before: list[AblationResult] = []
        for variant in VARIANTS:
            runs = [r for r in results if (r.set_name, r.variant) == (set_name, variant)]
            if not runs:
                continue
            psnr, ssim = [run.psnr_y for run in runs], [run.ssim_y for run in runs]
            remark = _remark(before, runs)
            lines.append(
                f"| {variant} | {len(runs)} | {_figure(psnr, 2)} | {_figure(ssim, 4)} | {remark} |"
            )
            before = runs
        lines.append("")
    return "\n".join(lines)


def _figure(values: Sequence[float], places: int) -> str:
    spread = f" ± {stdev(values):.{places}f}" if len(values) > 1 else ""
    return f"{mean(values):.{places}f}{spread}"


def _remark(before: Sequence[AblationResult], now: Sequence[AblationResult]) -> str:
    if len(before) < 2 or len(now) < 2:
        return ""
    first, second = ([run.psnr_y for run in runs] for runs in (before, now))
    gap = abs(mean(second) - mean(first))
    return f"a tie with {before[0].variant}" if gap <= max(stdev(first), stdev(second)) else ""
