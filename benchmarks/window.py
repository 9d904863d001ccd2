"""The window's time to appear, its longest freeze, and its memory.

    .venv/bin/python -m benchmarks.window start    # runs of `afterrain`, warm disk cache
    .venv/bin/python -m benchmarks.window derain --megapixels 24
    .venv/bin/python -m benchmarks.window view --megapixels 24
    .venv/bin/python -m benchmarks.window first --megapixels 24
    .venv/bin/python -m benchmarks.window large --megapixels 100

Each run is a separate process with its own settings, on the screen of $DISPLAY, or off the
screen without one. `start`: from the start of the process to the end of the first paint,
and the longest time without a turn of the event loop until the engine is loaded. `derain`: the
engine loaded and the model chosen (`ready_s` after the start), from the click to the first
derained pixels. `view`: from the click to a preview of all of the fitted photo, in `--precision`.
`first`: as `derain`, by either backend in bfloat16, the photo fitted or at 100 %, the engine loaded
or left to the click. `large`: a photo is opened, derained (one tile of each row and column is
enough, `--tiles`), panned and saved; peak memory.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

RUNS = 7
FIRST_RUNS = 5
HEARTBEAT_MS = 2


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("start", "derain", "view", "first", "large"))
    parser.add_argument("--megapixels", type=float, default=24.0)
    parser.add_argument("--tiles", type=int, default=0, help="cancel after so many; 0: all")
    parser.add_argument("--precision", default="auto", help="of `view`")
    parser.add_argument("--backend", default="auto", help="of `view`")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        print(json.dumps(run_inside(asked, json.loads(asked.inside))))
    elif asked.what == "start":
        report_start()
    elif asked.what == "first":
        report_first(asked.megapixels)
    else:
        report_photo(asked)


def report_start() -> None:
    """Several starts; the first one warms the disk cache and does not count."""
    found = [in_process("start", {}) for _ in range(RUNS + 1)][1:]
    for name in ("painted_s", "engine_s", "stall_ms"):
        values = sorted(run[name] for run in found)
        print(f"{name:10} median {statistics.median(values):.3f}  worst {values[-1]:.3f}")


def report_photo(asked: argparse.Namespace) -> None:
    """One run with a photo of so many megapixels."""
    with photo_of(asked.megapixels) as path:
        settings: dict[str, Any] = {"path": str(path), "tiles": asked.tiles}
        if asked.what == "view":
            settings |= {"view": "fit", "precision": asked.precision, "backend": asked.backend}
        for name, value in in_process(asked.what, settings).items():
            print(f"{name:14} {value}")


def report_first(megapixels: float) -> None:
    """Several runs of each kind in one home; the first one of each proves the device, and warms."""
    print("| backend | view | engine | of it loading, s | click to first tile, s | worst |")
    print("|---|---|---|---|---|---|")
    ways = product(("torch", "openvino"), ("fit", "actual"), (True, False))
    with photo_of(megapixels) as path, tempfile.TemporaryDirectory() as home:
        for backend, view, is_loaded in ways:
            asked = {"path": str(path), "view": view, "is_loaded": is_loaded}
            asked |= {"backend": backend, "precision": "bf16"}
            found = [in_process("first", asked, home) for _ in range(FIRST_RUNS + 1)][1:]
            tiles = sorted(run["first_tile_s"] for run in found)
            loading = statistics.median(run["began_s"] for run in found)
            engine = "loaded" if is_loaded else "not loaded"
            took = f"{loading:.2f} | {statistics.median(tiles):.2f} | {tiles[-1]:.2f}"
            print(f"| {backend} | {view} | {engine} | {took} |", flush=True)


@contextmanager
def photo_of(megapixels: float) -> Iterator[Path]:
    """A photo in a new file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        write_photo(path, megapixels)
        yield path


def write_photo(path: Path, megapixels: float) -> None:
    """The larger sample, repeated and cut to size."""
    from nledn import photo, places

    sample = photo.read(places.resources() / "samples" / "meadow-rain.jpg").pixels
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    width = round(height * 1.5)
    times = (-(-height // sample.shape[0]), -(-width // sample.shape[1]), 1)
    photo.write(photo.Photo(np.tile(sample, times)[:height, :width]), path)


def in_process(what: str, settings: dict[str, Any], home: str = "") -> dict[str, float]:
    """The figures of a fresh process, in its own home unless one is given."""
    if not home:
        with tempfile.TemporaryDirectory() as empty:
            return in_process(what, settings, empty)
    environment = {
        **os.environ,
        **{f"XDG_{kind}_HOME": home for kind in ("CONFIG", "CACHE", "DATA", "STATE")},
    }
    if not os.environ.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-m", "benchmarks.window", what, "--inside"]
    settings = {**settings, "started": time.time()}
    done = subprocess.run(
        [*command, json.dumps(settings)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_inside(asked: argparse.Namespace, settings: dict[str, Any]) -> dict[str, float]:
    """In the fresh process: the program itself, watched."""
    from app import start
    from app.shell.settings import Preferences, store
    from benchmarks.watched import Watch

    if "backend" in settings:
        chosen = {name: settings[name] for name in ("backend", "precision")}
        Preferences(store()).change(**chosen, started=True)

    watch = Watch(asked.what, settings)
    original = start.Beginning

    class Watched(original):  # type: ignore[misc, valid-type]
        """The beginning, which knows the window."""

        def first(self) -> None:
            super().first()
            watch.begin(self._window)

        def warm_up(self) -> None:
            if settings.get("is_loaded", True):
                super().warm_up()

    start.Beginning = Watched  # type: ignore[misc]
    start.run(Path(settings["path"]) if "path" in settings else None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {**watch.found, "peak_gb": round(peak, 2)}


if __name__ == "__main__":
    main()
