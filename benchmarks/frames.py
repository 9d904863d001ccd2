"""The time for a million frames: a batch of frames on one core.

    taskset -c 0 .venv/bin/python -m benchmarks.frames [--frames 20] [--height 720] [-- OPTION…]

JPEG frames, cut from the shipped large sample, read, derained and written by `nledn batch` with
`--threads 1`. Counted from the end of the first frame to that of the last: start-up is left out.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.batch import batch_seconds, make_photos

SIZES_PX = ((720, 1280), (1080, 1920))  # height and width
MILLION = 1_000_000


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=20)
    parser.add_argument("--height", type=int, choices=[size[0] for size in SIZES_PX])
    parser.add_argument("options", nargs="*", help="passed on to nledn batch")
    arguments = parser.parse_args()
    print("| frame | seconds a frame | frames a second | core-hours a million |")
    print("|---|---|---|---|")
    for size in SIZES_PX:
        if arguments.height not in (None, size[0]):
            continue
        with tempfile.TemporaryDirectory() as temporary:
            folder, out = Path(temporary, "in"), Path(temporary, "out")
            folder.mkdir()
            make_photos(folder, arguments.frames, size)
            options = ["--threads", "1", *arguments.options]
            each = batch_seconds(folder, out, options) / arguments.frames
        hours = each * MILLION / 3600
        print(f"| {size[1]}×{size[0]} | {each:.2f} | {1 / each:.3f} | {hours:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
