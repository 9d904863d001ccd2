"""The best mix of two checkpoints' weights: `python -m benchmarks.blends PHOTOS OLD NEW`.

    taskset -c 0 .venv/bin/python -m benchmarks.blends ../shared/data/photos \
        runs/old.safetensors runs/new.safetensors --shares 1 0.5 0

PHOTOS is the folder that the recipe trains on, and a share is of OLD's weights, as `export --blend
OLD=SHARE` takes them. Each photo that the recipe keeps out gives a square for every weather, once
plain and once with something built into it; prints a Markdown table of mean PSNR (RGB, dB). What is
chosen here was not chosen on the sets that the result is measured with.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

import torch

from nledn import checkpoint, malloc
from nledn.network import NLEDN
from nledn.training.config import read_recipe
from nledn.training.data import Bytes, PatchBatch, Patches, find_photos, load
from nledn.training.export import Blend
from nledn.training.loop import psnr
from nledn.training.session import recipe_path
from nledn.training.synthesis import RainMix
from nledn.training.weather import WEATHERS

SEED = 7
KINDS = ("dry", *WEATHERS)


def mixed(old: Path, new: Path, share: float) -> NLEDN:
    """The network with `share` of the old weights and the rest of the new."""
    if share in (0, 1):
        arrays = checkpoint.read(old if share else new).arrays
    else:
        arrays = Blend(old, share).with_others(dict(checkpoint.read(new).arrays))
    network = NLEDN("fixed")  # the regions of all our recipes
    network.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})
    return network.channels_last()


def only(kind: str, mix: RainMix) -> RainMix:
    """A mix of one weather."""
    return replace(mix, **dict.fromkeys(KINDS, 0.0) | {kind: 1.0})


def squares(photos: Sequence[Bytes], mix: RainMix, built: float, px: int) -> list[PatchBatch]:
    """One of each photo."""
    return [
        Patches([photo], mix, SEED, built=built).batch(index, 1, px)
        for index, photo in enumerate(photos)
    ]


@torch.inference_mode()
def score(network: NLEDN, pairs: Sequence[PatchBatch]) -> float:
    """Mean PSNR of a network's results, dB."""
    results = ((pair.rainy - network(pair.rainy)).clamp(0, 1) for pair in pairs)
    return mean(psnr(result, pair.clean) for result, pair in zip(results, pairs, strict=True))


def rows(asked: argparse.Namespace) -> Iterator[tuple[str, list[float]]]:
    """The kinds of squares, and the score by each share."""
    recipe = read_recipe(recipe_path(asked.recipe))
    photos = load(find_photos(asked.photos, recipe.held_out)[1])
    networks = [mixed(asked.old, asked.new, share) for share in asked.shares]
    for built in (0.0, 1.0):
        for kind in asked.weathers:
            pairs = squares(photos, only(kind, recipe.mix), built, asked.side_px)
            ground = "built" if built else "plain"
            yield f"{ground} | {kind}", [score(network, pairs) for network in networks]


def main() -> None:
    """Score, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("photos", "old", "new"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--shares", type=float, nargs="+", default=[1, 0.75, 0.5, 0.25, 0])
    parser.add_argument("--weathers", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--recipe", default="afterrain")
    parser.add_argument("--side-px", type=int, default=192)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    malloc.keep_freed()
    print("| photos | weather | " + " | ".join(f"{share:g}" for share in asked.shares) + " |")
    print("|---|---|" + "---|" * len(asked.shares))
    for name, scores in rows(asked):
        print(f"| {name} | " + " | ".join(f"{one:.2f}" for one in scores) + " |", flush=True)


if __name__ == "__main__":
    main()
