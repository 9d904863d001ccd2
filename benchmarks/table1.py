"""Table 1 of the paper, on given pairs: `python -m benchmarks.table1 OFFICIAL SET…`.

    .venv/bin/python -m benchmarks.table1 ../shared/official \
        ../shared/data/rain100l ../shared/data/rain100h ../shared/data/streaks

OFFICIAL is a folder with the authors' four files as they published them, each SET a folder of
pairs. Scores by the authors' protocol: fp32, whole photos, PSNR and SSIM of Y. Prints a
Markdown table, a row a checkpoint, all of ours last, and how often each was the best.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nledn import Derainer, Options, catalog
from nledn.evaluate import Evaluation, evaluate
from nledn.pairs import find_pairs

AUTHORS = {
    "authors' Rain100L": "net_Rain100L.pth",
    "authors' Rain100H": "net_Rain100H.pth",
    "authors' DDN": "net_DDN.pth",
    "authors' DIDMDN": "net_DID.pth",
}


def checkpoints(official: Path) -> Iterator[tuple[str, str]]:
    """Name and weights of each row."""
    for name, file in AUTHORS.items():
        yield name, str(official / file)
    for card in catalog.cards():
        if card.origin == "shipped":
            yield card.title, card.id


def scored(weights: str, sets: list[Path], threads: int | None) -> list[Evaluation]:
    """One checkpoint on all sets."""
    derainer = Derainer.load(
        Options(weights=weights, precision="fp32", tile="whole", backend="torch", threads=threads)
    )
    return [evaluate(derainer, find_pairs(folder).pairs) for folder in sets]


def cell(psnr_y: float, ssim_y: float) -> str:
    """As the paper writes it."""
    return f"{psnr_y:.2f} / {ssim_y:.4f}"


def main() -> None:
    """Score, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("official", type=Path)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--threads", type=int)
    asked = parser.parse_args()
    print("| | " + " | ".join(folder.name for folder in asked.sets) + " |")
    print("|---|" + "---|" * len(asked.sets))
    results: dict[str, list[Evaluation]] = {}
    for name, weights in checkpoints(asked.official):
        results[name] = scored(weights, asked.sets, asked.threads)
        if len(results) == 1:
            means = [each.mean for each in results[name]]
            cells = [cell(mean.input_psnr_y, mean.input_ssim_y) for mean in means]
            print("| input | " + " | ".join(cells) + " |")
        means = [each.mean for each in results[name]]
        cells = [cell(mean.psnr_y, mean.ssim_y) for mean in means]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    for place, folder in enumerate(asked.sets):
        print(f"\nBest on {folder.name}, by image: {dict(winners(results, place))}")


def winners(results: dict[str, list[Evaluation]], place: int) -> Counter[str]:
    """Count the images of a set on which each checkpoint has the highest PSNR."""
    names = list(results)
    columns = [[row.scores.psnr_y for row in results[name][place].rows] for name in names]
    images = zip(*columns, strict=True)
    return Counter(names[scores.index(max(scores))] for scores in map(list, images))


if __name__ == "__main__":
    main()
