"""Whole photos through the engine by every backend and precision, `plain` through it as well.

    make bench
    .venv/bin/python -m benchmarks.photos [--megapixels 2 12 48] [--plain-up-to 12] [--threads 1]

One process, one after the other, on the same pixels and weights: tiles are chosen, cut and blended
as for every photo. Waste is what tiles hold beyond the photo, their overlap and what they are
filled up with. `plain` (see `benchmarks.inference`) gets the tiles that torch in float32 gets; it
takes minutes for a large photo, so only sizes up to `--plain-up-to` have a ratio.
"""

import argparse
import os
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks.inference import PLAIN, Compute, Way, peak_rss_bytes, ways
from benchmarks.memory import make_photo
from nledn import Derainer, backends, catalog, device, malloc, photo
from nledn.backends import Trained
from nledn.device import Choice
from nledn.options import Options
from nledn.pixels import Floats, Pixels
from nledn.tiling import Tiling


@dataclass(frozen=True)
class Computing:
    """A way of `benchmarks.inference` as the engine's backend."""

    compute: Compute

    def rain(self, rainy: Floats) -> Floats:
        """See `nledn.backends.Backend`."""
        return self.compute(rainy)


def derainer(way: Way, threads: int | None) -> Derainer:
    """The engine with that way inside."""
    options = Options(device="cpu", threads=threads)
    choice = way.choice or Choice("cpu", "torch", "fp32", threads or os.cpu_count() or 1, ())
    machine = backends.read_machine()
    return Derainer(options, catalog.find("auto"), choice, machine, Computing(way.compute))


def waste(tiling: Tiling) -> float:
    """Pixels of all tiles over the photo's, less 1."""
    height, width = tiling.size
    return sum(tile.rect.height * tile.rect.width for tile in tiling.tiles) / (height * width) - 1


def row(engine: Derainer, name: str, pixels: Pixels) -> tuple[float, str]:
    """Seconds, and a line of the table without its ratio."""
    layer = engine.start((pixels.shape[0], pixels.shape[1]))
    engine.add_tile(pixels, layer, layer.tiling.tiles[0])  # compiles, where something is compiled
    malloc.give_back()
    Path("/proc/self/clear_refs").write_text("5")  # the highest is the present one
    started = time.perf_counter()
    tiling = engine.derain(pixels).tiling
    seconds = time.perf_counter() - started
    megapixels = pixels.shape[0] * pixels.shape[1] / 1e6
    tile = tiling.tiles[0].rect
    return seconds, (
        f"| {megapixels:.2g} | {name} | {len(tiling.tiles)} of {tile.height}×{tile.width} "
        f"| {waste(tiling):.0%} | {seconds:.1f} | {seconds / megapixels:.2f} "
        f"| {peak_rss_bytes() / 1e6:.0f} |"
    )


def planned(found: list[Way], sizes: list[tuple[int, int]]) -> None:
    """The waste of the sizes that cameras have, computed or not."""
    machine = backends.read_machine()
    choices = {way.choice.backend: way.choice for way in found if way.choice is not None}
    for height, width in sizes:
        for backend, choice in choices.items():
            tiling = device.plan((height, width), Options(), choice, machine).tiling
            print(f"{height * width / 1e6:.0f} MP, {backend}: {waste(tiling):.1%}")


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", nargs="+", type=float, default=[2, 12, 48])
    parser.add_argument("--plain-up-to", type=float, default=12)
    parser.add_argument("--precisions", nargs="+", default=["fp32", "bf16", "fp16"])
    parser.add_argument("--threads", type=int)
    asked = parser.parse_args()
    card = catalog.find("auto")
    weights = catalog.load(card)
    trained = Trained(weights.arrays, card.regions)
    torch.set_num_threads(asked.threads or len(os.sched_getaffinity(0)))
    found = ways(trained, asked.threads, asked.precisions)
    print("| MP | way | tiles | waste | seconds | s per MP | peak RSS, MB | ratio to plain |")
    print("|---" * 8 + "|")
    with TemporaryDirectory() as folder:
        for megapixels in asked.megapixels:
            pixels = photo.read(make_photo(megapixels, Path(folder))).pixels
            plain_s = 0.0
            for way in found:
                if way.name == PLAIN and megapixels > asked.plain_up_to:
                    continue
                seconds, line = row(derainer(way, asked.threads), way.name, pixels)
                plain_s = seconds if way.name == PLAIN else plain_s
                print(line, f"{plain_s / seconds:.2f} |" if plain_s else "|", flush=True)
    planned(found, [(1155, 1732), (2828, 4243), (4000, 6000), (5657, 8485)])


if __name__ == "__main__":
    main()
