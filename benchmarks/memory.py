"""Seconds and peak memory of `nledn derain` against the size of the photo.

    .venv/bin/python benchmarks/memory.py [--megapixels 2 12 48 100] [-- OPTION…]

Each size is a separate process, start-up, reading and writing included; the photo is the
shipped large sample, mirrored to the size. Seconds per megapixel also without start-up, as the
program itself reports the computing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nledn import photo, places


@dataclass(frozen=True)
class Row:
    """One size: megapixels, wall and processor seconds, computing seconds, peak resident memory."""

    megapixels: float
    wall_s: float
    processor_s: float
    computing_s: float
    peak_bytes: int


def make_photo(megapixels: float, folder: Path) -> Path:
    """The large sample, mirrored to about 3:2 of that many megapixels."""
    source = photo.read(places.resources() / "samples" / "meadow-rain.jpg")
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    width = round(height * 1.5)
    beyond = [
        (0, max(side - have, 0))
        for side, have in zip((height, width), source.pixels.shape[:2], strict=True)
    ]
    pixels = np.pad(source.pixels, (*beyond, (0, 0)), mode="symmetric")[:height, :width]
    path = folder / f"{megapixels:g}.jpg"
    photo.write(photo.Photo(pixels=np.ascontiguousarray(pixels)), path)
    return path


def measure(megapixels: float, options: list[str]) -> Row:
    """Derain one photo in a separate process."""
    with tempfile.TemporaryDirectory() as folder:
        source = make_photo(megapixels, Path(folder))
        command = [sys.executable, "-m", "nledn", "derain", str(source), "--json", *options]
        started = os.times().elapsed
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        answer = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = os.times().elapsed - started
        if process.returncode:
            raise SystemExit(f"nledn derain ended with {process.returncode}")
    computing_s = json.loads(answer)[0]["seconds"]
    processor_s = usage.ru_utime + usage.ru_stime
    return Row(megapixels, wall_s, processor_s, computing_s, usage.ru_maxrss * 1024)


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", nargs="+", type=float, default=[2, 12, 48, 100])
    parser.add_argument("options", nargs="*", help="passed on to nledn derain")
    arguments = parser.parse_args()
    print("| megapixels | wall, s | processor, s | computing, s | s per megapixel | peak RSS, GB |")
    print("|---" * 6 + "|")
    for megapixels in arguments.megapixels:
        row = measure(megapixels, arguments.options)
        print(
            f"| {row.megapixels:g} | {row.wall_s:.1f} | {row.processor_s:.1f} "
            f"| {row.computing_s:.1f} | {row.computing_s / row.megapixels:.2f} "
            f"| {row.peak_bytes / 1e9:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
