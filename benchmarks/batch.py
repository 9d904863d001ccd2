"""A batch against the engine alone on the same pixels, and its memory over many files.

    .venv/bin/python benchmarks/batch.py [--photos 60] [-- OPTION…]
    .venv/bin/python benchmarks/batch.py --memory [--photos 2000] [--history FILE] [-- OPTION…]
    .venv/bin/python benchmarks/batch.py --time-left [--photos 60] [-- OPTION…]

The photos are JPEGs of 2 MP (0.05 MP for the memory), cut from the shipped large sample. The
engine alone derains the decoded pixels, one photo after the other; the batch reads, derains and
writes. Each is a separate process, and both leave out start-up: the engine's seconds are those
of its loop, the batch's those from its first photo to its last. For the time left the photos are
of many sizes, 0.03 to 0.6 MP, in no order; the batch's estimate at each tenth is compared with
the real time. The memory of 2,000 photos may not grow by more than 50 MB from the first tenth that
is past the start to the last, handles and threads by no more than a few; else the exit status is 1.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import tomli_w

from nledn import photo, places

SPEED_PX = (1154, 1733)  # height and width: 2 MP
MEMORY_PX = (192, 256)
SAMPLED_EVERY_S = 0.2
WARM_TENTH = 1  # the first is left out: start, loading, the largest heap that is needed
GROWTH_MB = 50.0
ENGINE_OPTIONS = ("backend", "precision", "tile", "overlap", "threads")
SPARE = 3  # handles and threads that come and go with the photo that is just read

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


def batch_command(
    folder: Path, out: Path, options: list[str], log: Path | None = None
) -> list[str]:
    """Options of `nledn derain` for a batch, those of the engine in a file for `--config`."""
    settings: dict[str, Any] = {} if log is None else {"log_json": str(log)}
    others = []
    for name, value in zip(options[::2], options[1::2], strict=True):
        key = name.removeprefix("--")
        if key in ENGINE_OPTIONS:
            settings[key] = int(value) if value.isdigit() else value
        else:
            others += [name, value]
    config = out.with_suffix(".toml")
    config.write_text(tomli_w.dumps(settings), "utf-8")
    command = [sys.executable, "-m", "nledn", "batch", str(folder), str(out)]
    return [*command, "--config", str(config), *others]


def batch_log(folder: Path, out: Path, options: list[str]) -> list[dict[str, Any]]:
    """The updates of a batch for each photo."""
    log = out.with_suffix(".jsonl")
    subprocess.run(batch_command(folder, out, options, log), capture_output=True, check=True)
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def held_curve(folder: Path, out: Path, options: list[str]) -> list[tuple[float, float, float]]:
    """Resident MB, handles and threads of a batch over its time."""
    command = batch_command(folder, out, options)
    curve = []
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                held = (watched.memory_info().rss / 1e6, watched.num_fds(), watched.num_threads())
            except psutil.Error:
                break
            curve.append(held)
            time.sleep(SAMPLED_EVERY_S)
    if process.returncode:
        raise SystemExit(f"nledn batch ended with {process.returncode}")
    return curve


def tenths_of(curve: list[tuple[float, float, float]]) -> list[dict[str, float]]:
    """The most of each that was held in each tenth of the run."""
    names = ("rss_mb", "handles", "threads")
    parts = np.array_split(np.array(curve), 10)
    return [dict(zip(names, map(float, part.max(axis=0)), strict=True)) for part in parts]


def say_held(tenths: list[dict[str, float]]) -> None:
    """Print it as Markdown."""
    print("| tenth of the run | peak RSS, MB | handles | threads |\n|---|---|---|---|")
    for tenth, held in enumerate(tenths, start=1):
        print(f"| {tenth} | {held['rss_mb']:.0f} | {held['handles']:.0f} | {held['threads']:.0f} |")


def is_flat(tenths: list[dict[str, float]]) -> bool:
    """Return whether nothing grew once it was warm."""
    first, last = tenths[WARM_TENTH], tenths[-1]
    return all(
        last[name] - first[name] <= spare
        for name, spare in (("rss_mb", GROWTH_MB), ("handles", SPARE), ("threads", SPARE))
    )


def note(history: Path, photos: int, tenths: list[dict[str, float]]) -> None:
    """Add a run to a file of runs."""
    runs = json.loads(history.read_text("utf-8")) if history.exists() else []
    made = {"what": "batch", "date": datetime.now(UTC).isoformat(timespec="seconds")}
    runs.append({**made, "machine": platform.platform(), "photos": photos, "tenths": tenths})
    history.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")


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
    parser.add_argument("--photos", type=int, help="60, or 2000 for the memory")
    parser.add_argument("--history", type=Path, help="a JSON file that the memory is added to")
    parser.add_argument("options", nargs="*", help="passed on to nledn")
    arguments = parser.parse_args()
    count = arguments.photos or (2000 if arguments.memory else 60)
    with tempfile.TemporaryDirectory() as temporary:
        folder, out = Path(temporary, "in"), Path(temporary, "out")
        folder.mkdir()
        if arguments.time_left:
            make_photos(folder, count, None)
            say_time_left(folder, out, arguments.options)
            return
        make_photos(folder, count, MEMORY_PX if arguments.memory else SPEED_PX)
        if arguments.memory:
            tenths = tenths_of(held_curve(folder, out, arguments.options))
            say_held(tenths)
            if arguments.history:
                note(arguments.history, count, tenths)
            sys.exit(not is_flat(tenths))
        alone = engine_seconds(folder, arguments.options)
        batch = batch_seconds(folder, out, arguments.options)
    print(f"| photos of 2 MP | cores | engine alone, s | batch, s | ratio |\n{'|---' * 5}|")
    print(f"| {count} | {os.cpu_count()} | {alone:.1f} | {batch:.1f} | {batch / alone:.3f} |")


if __name__ == "__main__":
    main()
