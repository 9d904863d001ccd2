"""What it costs to have photos decoded by a process of its own.

    .venv/bin/python benchmarks/decoder.py [--megapixels 24] [--rounds 15]

Each photo is read here and there in turn, so that what else the machine does meets both alike; a
round's ratio is of the two that stand beside each other. Seconds of the processor are of decoding
here; memory is what the process had at its peak above what it has when it is idle.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import psutil
from PIL import Image

from nledn import decoder, photo, places
from nledn.cancel import CancelToken
from nledn.decoder.pool import pool
from nledn.decoder.process import Process
from nledn.photo import Photo

GRAIN_LEVELS = 3
STARTS = 5


def scene(megapixels: float) -> Photo:
    """The sample, enlarged, with the grain that a camera adds."""
    small = photo.read(places.resources() / "samples" / "meadow-rain.jpg").pixels
    height, width = small.shape[:2]
    scale = (megapixels * 1e6 / (height * width)) ** 0.5
    size = (round(width * scale), round(height * scale))
    large = cv2.resize(small, size, interpolation=cv2.INTER_CUBIC).astype(np.int16)
    grain = np.random.default_rng(0).integers(-GRAIN_LEVELS, GRAIN_LEVELS, large.shape, np.int16)
    return Photo(np.clip(large + grain, 0, 255).astype(np.uint8))


def deepened(picture: Photo) -> Photo:
    """The same in 16 bits, the low ones filled."""
    low = np.random.default_rng(1).integers(0, 256, picture.pixels.shape, np.uint16)
    return Photo(picture.pixels.astype(np.uint16) * 256 + low)


def made(folder: Path, megapixels: float) -> dict[str, Path]:
    """Files of every kind that can be written here."""
    eight = scene(megapixels)
    sixteen = deepened(eight)
    pictures = {
        "JPEG": ("a.jpg", eight),
        "PNG, 16 bits": ("b.png", sixteen),
        "TIFF, 16 bits": ("c.tif", sixteen),
        "TIFF, 8 bits": ("d.tif", eight),
        "PNG, 8 bits": ("e.png", eight),
        "WebP": ("f.webp", eight),
        "BMP": ("g.bmp", eight),
    }
    for name, picture in pictures.values():
        photo.write(picture, folder / name)
    paths = {kind: folder / name for kind, (name, _) in pictures.items()}
    image = Image.fromarray(eight.pixels)
    for kind, name, options in (
        ("JPEG, progressive", "h.jpg", {"progressive": True, "quality": 95}),
        ("AVIF", "i.avif", {"quality": 80, "speed": 10}),
        ("TIFF, 8 bits, not compressed", "j.tif", {}),
    ):
        paths[kind] = folder / name
        image.save(paths[kind], **options)
    return paths


def seconds(read: Callable[[Path], Photo], path: Path) -> float:
    """How long one reading takes."""
    started = time.perf_counter()
    read(path)
    return time.perf_counter() - started


def process_of(path: Path) -> psutil.Process:
    """The decoder, once it has read a photo."""
    decoder.read(path)
    with pool.lent(CancelToken()) as process:
        return psutil.Process(process.id)


def peak_bytes(process: psutil.Process) -> int:
    """Its peak of memory since it was asked the last time (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    Path(f"/proc/{process.pid}/clear_refs").write_text("5", "ascii")
    return int(peak.split()[1]) * 1024


def row(kind: str, path: Path, rounds: int) -> str:
    """A line of the table."""
    process = process_of(path)
    idle = process.memory_info().rss
    peak_bytes(process)
    decoder.read(path)
    peak = peak_bytes(process) - idle
    began = time.process_time()
    photo.read(path)
    cpu = time.process_time() - began
    pairs = [(seconds(photo.read, path), seconds(decoder.read, path)) for _ in range(rounds)]
    here, there = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(other / own for own, other in pairs)
    megapixels = photo.read_header(path).megapixels
    return (
        f"| {kind} | {here:.3f} | {there:.3f} | {(ratio - 1) * 100:+.0f} % "
        f"| {cpu / megapixels:.3f} | {peak / 2**20:.0f} |"
    )


def start_seconds() -> list[float]:
    """How long it takes to start a decoder."""
    found = []
    for _ in range(STARTS):
        began = time.perf_counter()
        process = Process(CancelToken())
        found.append(time.perf_counter() - began)
        process.end()
    return found


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, default=24)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        paths = made(Path(temporary), arguments.megapixels)
        idle = process_of(paths["JPEG"]).memory_info().rss / 2**20
        starts = start_seconds()
        print(f"Start: {statistics.median(starts):.2f} s. Idle: {idle:.0f} MiB.")
        print("| | here, s | there, s | more | processor, s a megapixel | peak, MiB |")
        print("|---|---|---|---|---|---|")
        for kind, path in paths.items():
            print(row(kind, path, arguments.rounds), flush=True)


if __name__ == "__main__":
    main()
