"""The size of the bundle, part by part, and the time until its window appears.

    .venv/bin/python -m benchmarks.bundle size [dist/AfterRain]
    .venv/bin/python -m benchmarks.bundle start [dist/AfterRain] [--runs 7]

`size` counts bytes of files, in MB of a million. `start` needs Xvfb: from the start of the process
to the first moment at which the screen shows more than one colour; each run has its own home,
so that all but the first are warm only by the disk cache.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageGrab

# The first that a place begins with names its part; what is under none is Debian's or Python's.
PARTS = {
    "Qt and PySide6": ("PySide6", "shiboken6", "libQt6", "libpyside6", "libshiboken6"),
    "OpenVINO": ("openvino", "libopenvino", "libtbb", "libhwloc"),
    "PyTorch": ("torch", "functorch", "libtorch", "libc10"),
    "NumPy with OpenBLAS": ("numpy", "libscipy_openblas", "libgfortran-", "libquadmath-"),
    "Pillow": ("PIL", "pillow"),
    "libvips": ("pyvips", "_libvips", "libvips"),
    "readers of RAW and HEIC": ("rawpy", "_pi_heif", "pi_heif", "libheif", "libde265"),
    "weights, samples, translations, licences, our code": (
        "app", "nledn", "weights", "resources", "reference", "licences",
    ),
    "Debian's libraries": ("lib",),
}  # fmt: skip
BUILT_IN = sys.stdlib_module_names | {"lib-dynload"}
SCREEN_PX = (1400, 900)
X_SERVER = "Xvfb"
FEWEST_COLOURS = 16
LONGEST_S = 30.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("size", "start"))
    parser.add_argument("folder", type=Path, nargs="?", default=Path("dist/AfterRain"))
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    if asked.what == "size":
        report_size(asked.folder)
    else:
        report_start(asked.folder, asked.runs)


def report_size(folder: Path) -> None:
    """A table of parts, the largest first."""
    sums = Counter[str]()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            sums[part_of(path, folder)] += path.stat().st_size
    print("| part | MB |\n|---|---|")
    for part, size in sums.most_common():
        print(f"| {part} | {size / 1e6:.0f} |")
    print(f"| all | {sums.total() / 1e6:.0f} |")


def part_of(path: Path, folder: Path) -> str:
    """Return the part that a file belongs to."""
    inside = path.relative_to(folder)
    if inside.parts[0] != "_internal":
        return "the two programs"
    name = inside.parts[1]
    for part, beginnings in PARTS.items():
        if name.startswith(beginnings) and not name.startswith("libpython"):
            return part
    is_python = name.startswith(("libpython", "python3")) or module_of(name) in BUILT_IN
    return "Python" if is_python else "other Python packages"


def module_of(name: str) -> str:
    """The module that a file or folder is."""
    return name.partition(".")[0]


def report_start(folder: Path, runs: int) -> None:
    """Several starts; the first one warms the disk cache and is printed separately."""
    with display() as screen:
        seconds = [seconds_to_paint(folder / "AfterRain", screen) for _ in range(runs + 1)]
    warm = sorted(seconds[1:])
    print(f"first {seconds[0]:.2f}  median {statistics.median(warm):.2f}  worst {warm[-1]:.2f} s")


@contextmanager
def display() -> Iterator[str]:
    """An X server without a screen."""
    size = f"{SCREEN_PX[0]}x{SCREEN_PX[1]}x24"
    options = ("-screen", "0", size, "-nolisten", "tcp", "-noreset", "-displayfd", "1")
    with subprocess.Popen(
        [X_SERVER, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
        server.terminate()


def seconds_to_paint(program: Path, screen: str) -> float:
    """From the start of the process to a window on the screen."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "LANG": "C.UTF-8", "DISPLAY": screen, "PATH": os.defpath}
        began = time.perf_counter()
        with subprocess.Popen([program.absolute()], env=environment) as window:
            try:
                while is_one_colour(ImageGrab.grab(xdisplay=screen)):
                    if time.perf_counter() - began > LONGEST_S:
                        raise TimeoutError(f"{program} shows no window")
                    time.sleep(0.005)
                return time.perf_counter() - began
            finally:
                window.kill()
                window.wait()


def is_one_colour(shown: Image.Image) -> bool:
    """Return whether nothing is drawn yet, by every eighth pixel."""
    return shown.reduce(8).getcolors(FEWEST_COLOURS) is not None


if __name__ == "__main__":
    main()
