"""Photos read by the process that decodes for the program, beside reading them here.

    QT_QPA_PLATFORM=offscreen .venv/bin/python -m benchmarks.decoder [--megapixels 24] [--rounds 7]

The same files in turn, both ways, and the same pixels; the medians. `opened` is what the window
does before it shows the photo: its folder is listed, the pixels are read, the reduced copies of the
first view are made. The first read of all, which starts the process, is not counted: a program does
that while it starts.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np

from app.photo.edits import EditsStore
from app.photo.opening import OpenJob
from app.tasks import Work
from benchmarks.memory import make_photo
from nledn import CancelToken, Options, decoder, photo
from nledn.photo import Photo

GRAIN = 4  # levels of 8 bits up and down, as at ISO 400


def make_files(megapixels: float, folder: Path) -> list[Path]:
    """The large sample in every format that is written, in 16 bits too where there are such.

    With a camera's grain: without it a JPEG is a third as large, and read in half the time.
    """
    smooth = photo.read(make_photo(megapixels, folder)).pixels
    rng = np.random.default_rng(0)
    grain = rng.integers(-GRAIN, GRAIN + 1, smooth.shape, np.int16)
    eight = np.clip(smooth + grain, 0, 255).astype(np.uint8)
    sixteen = eight.astype(np.uint16) * 256 + rng.integers(0, 256, eight.shape, np.uint16)
    paths = []
    for name, pixels in (
        *((f"8 bits.{kind}", eight) for kind in ("jpg", "png", "tif", "webp", "bmp")),
        *((f"16 bits.{kind}", sixteen) for kind in ("png", "tif")),
    ):
        paths.append(folder / name)
        photo.write(Photo(pixels=pixels), paths[-1])
    return paths


def read_here(path: Path, *, damaged: bool = False, cancel: CancelToken | None = None) -> Photo:
    """Without another process."""
    return photo.read(path, damaged=damaged)


def opened(read: Callable[..., Photo], path: Path) -> None:
    """As the window opens it."""
    with mock.patch("app.photo.opening.decoder", SimpleNamespace(read=read)):
        OpenJob(path, Options(), EditsStore()).run(Work(CancelToken(), lambda _value: None))


def compared(here: Callable[[], object], there: Callable[[], object], rounds: int) -> str:
    """Three cells of the table."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(1 + rounds):
        for seconds, read in zip(taken, (here, there), strict=True):
            started = time.perf_counter()
            read()
            seconds.append(time.perf_counter() - started)
    medians = [float(np.median(seconds[1:])) for seconds in taken]
    return f"{medians[0]:.3f} | {medians[1]:.3f} | {medians[1] / medians[0] - 1:+.0%}"


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, default=24)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    print(
        "| file | read here, s | by the decoder, s | more | opened, s | by the decoder, s | more |"
    )
    print("|---" * 7 + "|")
    with tempfile.TemporaryDirectory() as folder:
        for path in make_files(asked.megapixels, Path(folder)):
            assert np.array_equal(photo.read(path).pixels, decoder.read(path).pixels)
            ways = (read_here, decoder.read)
            read = compared(*(partial(way, path) for way in ways), rounds=asked.rounds)
            shown = compared(*(partial(opened, way, path) for way in ways), rounds=asked.rounds)
            mb = path.stat().st_size / 1e6
            print(f"| {path.name}, {mb:.0f} MB | {read} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
