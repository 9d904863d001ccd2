"""The speed of two tiles at once, a core each, against one tile on both cores.

    .venv/bin/python -m benchmarks.in_flight [--side 448]

Both ways in turn in one process, on the same pixels; seconds are those of a tile in a row of them.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from nledn import backends, catalog, device
from nledn.backends import Backend, Trained
from nledn.backends.openvino import PRECISION_HINTS, _core, _joined_by, _openvino
from nledn.backends.openvino_graph import Part, build
from nledn.device import Choice
from nledn.errors import DeviceError
from nledn.options import Options
from nledn.pixels import Floats

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
    trained = Trained(weights.arrays, card.regions)
    tile = np.random.default_rng(1).random((1, 3, asked.side, asked.side), dtype=np.float32)
    print("| way | one at a time, s | two at once, s a tile | of it |")
    print("|---|---|---|---|")
    for name, made in (("torch", by_torch), ("openvino", by_openvino)):
        for precision in ("fp32", "bf16"):
            try:
                one, two = (made(precision, count, trained, asked.side) for count in (1, CORES))
            except DeviceError:
                continue
            seconds = in_turn([one, two], tile)
            print(
                f"| {name} {precision} | {seconds[0]:.3f} | {seconds[1]:.3f} "
                f"| {seconds[1] / seconds[0]:.2f} |",
                flush=True,
            )


def by_torch(precision: str, count: int, trained: Trained, side: int) -> Sequence[Backend]:
    """So many backends that share the cores."""
    choice = chosen("torch", precision, CORES // count)
    return [backends.create(choice, trained) for _ in range(count)]


def by_openvino(precision: str, count: int, trained: Trained, side: int) -> Sequence[Backend]:
    """One compiled model with so many streams: models apart would keep to the same core."""
    choice = chosen("openvino", precision, CORES)
    hint = PRECISION_HINTS[choice.precision]
    compiled = []
    hints: dict[Part, str] = {"trunk": hint, "tail": "f32"}
    for part, precision_hint in hints.items():
        model = build(part, (side, side), trained.regions, trained.arrays, _openvino())
        settings = {
            "NUM_STREAMS": count,
            "INFERENCE_NUM_THREADS": CORES,
            "INFERENCE_PRECISION_HINT": precision_hint,
        }
        compiled.append(_core().compile_model(_joined_by(hint, part, model), "CPU", settings))
    return [Stream(*(model.create_infer_request() for model in compiled)) for _ in range(count)]


def chosen(name: str, precision: str, threads: int) -> Choice:
    """That backend, if this machine has it."""
    options = Options(backend=name, precision=precision, device="cpu", threads=threads)
    return device.choose(options, backends.read_machine())


@dataclass(frozen=True)
class Stream:
    """Requests for trunk and tail, as OpenVinoBackend has them for a shape."""

    trunk: Any
    tail: Any

    def rain(self, rainy: Floats) -> Floats:
        """See `nledn.backends.Backend`."""
        self.trunk.infer([rainy])
        self.tail.infer([self.trunk.get_output_tensor()])
        return np.array(self.tail.get_output_tensor().data)


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
    """A row of tiles, dealt out to the backends of a way, each on its own thread."""

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
