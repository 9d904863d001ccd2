"""Whether two tiles at once, a core each, are faster than one tile on both cores.

    .venv/bin/python -m benchmarks.in_flight [--side 448]

Both ways in turn in one process, on the same pixels; seconds are those of a tile in a row of them.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from nledn import backends, catalog, device
from nledn.backends import Backend, Floats, Trained
from nledn.errors import DeviceError
from nledn.options import Options

CORES = 2
TILES = 6
ROUNDS = 5


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=448)
    asked = parser.parse_args()
    card = catalog.find("auto")
    weights = catalog.load(card)
    trained = Trained(weights.arrays, card.regions, weights.sha256)
    tile = np.random.default_rng(1).random((1, 3, asked.side, asked.side), dtype=np.float32)
    print("| way | one at a time, s | two at once, s a tile | of it |")
    print("|---|---|---|---|")
    for name in ("torch", "openvino"):
        for precision in ("fp32", "bf16"):
            try:
                one = [made(name, precision, CORES, trained)]
                two = [made(name, precision, 1, trained) for _ in range(CORES)]
            except DeviceError:
                continue
            seconds = in_turn([one, two], tile)
            print(
                f"| {name} {precision} | {seconds[0]:.3f} | {seconds[1]:.3f} "
                f"| {seconds[1] / seconds[0]:.2f} |",
                flush=True,
            )


def made(name: str, precision: str, threads: int, trained: Trained) -> Backend:
    """A backend with its own threads."""
    options = Options(backend=name, precision=precision, device="cpu", threads=threads)
    return backends.create(device.choose(options, backends.read_machine()), trained)


def in_turn(ways: Sequence[Sequence[Backend]], tile: Floats) -> list[float]:
    """The median seconds of a tile, for each way."""
    times: list[list[float]] = [[] for _ in ways]
    for number in range(ROUNDS + 1):
        for way, found in zip(ways, times, strict=True):
            took = seconds_of(way, tile)
            if number:  # the first one compiles
                found.append(took)
    return [statistics.median(found) for found in times]


def seconds_of(way: Sequence[Backend], tile: Floats) -> float:
    """A row of tiles, dealt out to the backends of a way, each on a thread of its own."""

    def some(backend: Backend) -> None:
        torch.set_num_threads(CORES // len(way))  # OpenMP's number is each thread's own
        for _ in range(TILES // len(way)):
            backend.rain(tile)

    with ThreadPoolExecutor(len(way)) as pool:
        started = time.perf_counter()
        list(pool.map(some, way))
        return (time.perf_counter() - started) / TILES


if __name__ == "__main__":
    main()
