"""OpenVINO's time before its first tile, with and without compiled models on disk.

    .venv/bin/python -m benchmarks.compiling --threads 1

Each run is a separate process: the graph is written down and compiled for a tile of a large
photo, in bfloat16; without a cache, then with one on disk that an earlier run has filled.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from nledn import backends, catalog
from nledn.backends import Trained
from nledn.backends.openvino import OpenVinoBackend, _core
from nledn.device import Choice

RUNS = 5
STEPS = ("load_s", "compile_s", "first_s", "next_s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=448)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside is not None:
        print(json.dumps(measured(asked.side, asked.threads, asked.inside)))
        return
    print("| cache | loading, s | compiling, s | first tile, s | next tile, s | on disk, MB |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for cache in ("", folder):
            runs = [in_process(asked, cache) for _ in range(RUNS + 1)][1:]
            times = [f"{statistics.median(run[step] for run in runs):.2f}" for step in STEPS]
            size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
            print(f"| {'filled' if cache else 'none'} | {' | '.join(times)} | {size:.1f} |")


def in_process(asked: argparse.Namespace, cache: str) -> dict[str, float]:
    """The figures of a fresh process."""
    command = [sys.executable, "-m", "benchmarks.compiling", "--inside", cache]
    command += ["--side", str(asked.side), "--threads", str(asked.threads)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measured(side: int, threads: int, cache: str) -> dict[str, float]:
    """Seconds of each step, as the window's engine goes through them."""
    card = catalog.find("auto")
    times = [time.perf_counter()]
    weights = catalog.load(card)
    trained = Trained(weights.arrays, card.regions)
    choice = Choice("cpu", "openvino", "bf16", threads, ())
    backend = backends.create(choice, trained)
    assert isinstance(backend, OpenVinoBackend)
    if cache:
        _core().set_property({"CACHE_DIR": cache})
    times.append(time.perf_counter())
    backend._compiled((side, side))
    times.append(time.perf_counter())
    for _ in range(2):
        backend.rain(np.zeros((1, 3, side, side), np.float32))
        times.append(time.perf_counter())
    return dict(zip(STEPS, np.diff(times).tolist(), strict=True))


if __name__ == "__main__":
    main()
