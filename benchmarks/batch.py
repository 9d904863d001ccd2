"""A batch against the engine alone on the same pixels, and its memory over many files.

    .venv/bin/python benchmarks/batch.py [--photos 60] [-- OPTION…]
    .venv/bin/python benchmarks/batch.py --memory [--photos 500] [-- OPTION…]
    .venv/bin/python benchmarks/batch.py --time-left [--photos 60] [-- OPTION…]

The photos are JPEGs of 2 MP (0.05 MP for the memory), cut from the shipped large sample. The
engine alone derains the decoded pixels, one photo after the other; the batch reads, derains and
writes. Each is a process of its own, and both leave out start-up: the engine's seconds are those
of its loop, the batch's those from its first photo to its last. For the time left the photos are
of many sizes, 0.03 to 0.6 MP, in no order; what the batch said at each tenth is held against what
came.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from nledn import photo, places

SPEED_PX = (1154, 1733)  # height and width: 2 MP
MEMORY_PX = (192, 256)
SAMPLED_EVERY_S = 0.2

_ENGINE_ALONE = """
import sys, time
from pathlib import Path
from nledn import Derainer, photo
from nledn.cli.options import takes_options

@takes_options
def alone(folder: Path, options):
    derainer = Derainer.load(options)
    photos = [photo.read(path).pixels for path in sorted(folder.iterdir())]
    derainer.derain(photos[0])
    started = time.perf_counter()
    for pixels in photos:
        derainer.derain(pixels)
    print(time.perf_counter() - started)

import typer
typer.run(alone)
"""


def make_photos(folder: Path, count: int, size: tuple[int, int] | None) -> None:
    """Crops of the large sample, all different; of many sizes if None."""
    source = photo.read(places.resources() / "samples" / "meadow-rain.jpg").pixels
    rng = np.random.default_rng(0)
    for n in range(count):
        height, width = size or (int(side) for side in rng.integers(180, 780, 2))
        top = int(rng.integers(0, source.shape[0] - height + 1))
        left = int(rng.integers(0, source.shape[1] - width + 1))
        pixels = np.ascontiguousarray(source[top : top + height, left : left + width])
        photo.write(photo.Photo(pixels), folder / f"{n:04}.jpg")


def engine_seconds(folder: Path, options: list[str]) -> float:
    """The engine alone on the decoded pixels, after one photo to warm up."""
    command = [sys.executable, "-c", _ENGINE_ALONE, str(folder), *options]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def batch_seconds(folder: Path, out: Path, options: list[str]) -> float:
    """A batch from the end of its first photo to its last, scaled to all of them.

    The first photo warms up, as it does for the engine alone; equal sizes make the scale fair.
    """
    lines = batch_log(folder, out, options)
    first, last = (datetime.fromisoformat(lines[at]["time"]) for at in (0, -1))
    return (last - first).total_seconds() * len(lines) / (len(lines) - 1)


def batch_log(folder: Path, out: Path, options: list[str]) -> list[dict[str, Any]]:
    """What a batch tells of each photo."""
    log = out.with_suffix(".jsonl")
    command = [sys.executable, "-m", "nledn", "batch", str(folder), str(out)]
    command += ["--log-json", str(log), *options]
    subprocess.run(command, capture_output=True, check=True)
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def memory_curve(folder: Path, out: Path, options: list[str]) -> list[tuple[float, int]]:
    """Resident bytes of a batch over its time, seconds since its start."""
    command = [sys.executable, "-m", "nledn", "batch", str(folder), str(out), *options]
    curve = []
    started = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                curve.append((time.perf_counter() - started, watched.memory_info().rss))
            except psutil.NoSuchProcess:
                break
            time.sleep(SAMPLED_EVERY_S)
    if process.returncode:
        raise SystemExit(f"nledn batch ended with {process.returncode}")
    return curve


def say_memory(curve: list[tuple[float, int]]) -> None:
    """Print the highest resident memory of each tenth of the run, as Markdown."""
    print("| tenth of the run | peak RSS, MB |")
    print("|---|---|")
    for tenth, part in enumerate(np.array_split(np.array(curve), 10), start=1):
        print(f"| {tenth} | {part[:, 1].max() / 1e6:.0f} |")


def say_time_left(folder: Path, out: Path, options: list[str]) -> None:
    """Print what a batch said at each tenth and what came, as Markdown."""
    lines = batch_log(folder, out, options)
    ends = [datetime.fromisoformat(line["time"]) for line in lines]
    print("| photos done | said to be left, s | were left, s | error |\n|---|---|---|---|")
    for tenth in range(1, 10):
        at = len(lines) * tenth // 10 - 1
        said, were = lines[at]["seconds_left"], (ends[-1] - ends[at]).total_seconds()
        print(f"| {at + 1} of {len(lines)} | {said:.1f} | {were:.1f} | {said / were - 1:+.0%} |")


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", action="store_true", help="memory instead of speed")
    parser.add_argument("--time-left", action="store_true", help="time left instead of speed")
    parser.add_argument("--photos", type=int, help="60, or 500 for the memory")
    parser.add_argument("options", nargs="*", help="passed on to nledn")
    arguments = parser.parse_args()
    count = arguments.photos or (500 if arguments.memory else 60)
    with tempfile.TemporaryDirectory() as temporary:
        folder, out = Path(temporary, "in"), Path(temporary, "out")
        folder.mkdir()
        if arguments.time_left:
            make_photos(folder, count, None)
            say_time_left(folder, out, arguments.options)
            return
        make_photos(folder, count, MEMORY_PX if arguments.memory else SPEED_PX)
        if arguments.memory:
            say_memory(memory_curve(folder, out, arguments.options))
            return
        alone = engine_seconds(folder, arguments.options)
        batch = batch_seconds(folder, out, arguments.options)
    print(f"| photos of 2 MP | cores | engine alone, s | batch, s | ratio |\n{'|---' * 5}|")
    print(f"| {count} | {os.cpu_count()} | {alone:.1f} | {batch:.1f} | {batch / alone:.3f} |")


if __name__ == "__main__":
    main()
