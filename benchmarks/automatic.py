"""The kinds of rain that `auto` finds: `python -m benchmarks.automatic FOLDER…`.

    .venv/bin/python -m benchmarks.automatic ../shared/data/rain100l/rainy \
        ../shared/data/rain100h/rainy ../shared/data/streaks/rainy ../shared/data/real
    .venv/bin/python -m benchmarks.automatic ../shared/data/photos --held-out --each

Prints a Markdown table, a row a folder: photos by the rain that is found in them, the least and
the greatest share of pixels with rain, and the seconds of processor time that a look takes.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

from nledn import Derainer, Options, auto, catalog, decoder
from nledn.auto import Rain
from nledn.training.config import HELD_OUT_PHOTOS
from nledn.training.data import PHOTO_SUFFIXES

NAMED = [rain for rain in Rain if rain is not Rain.UNKNOWN]


def photos_in(folder: Path, *, held_out: bool) -> list[Path]:
    """The photos of a folder, or those of them that no training has seen."""
    found = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in PHOTO_SUFFIXES]
    names = set(HELD_OUT_PHOTOS.read_text("utf-8").splitlines())
    return [path for path in found if path.name in names or not held_out]


def main() -> None:
    """Look at the photos, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--held-out", action="store_true", help="photos no training has seen")
    parser.add_argument("--each", action="store_true", help="print the share of each photo too")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--threads", type=int)
    asked = parser.parse_args()
    engine = Derainer.load(
        Options(catalog.DEFAULT_ID, precision=asked.precision, threads=asked.threads)
    )
    print("| | " + " | ".join(NAMED) + " | share | seconds |")
    print("|---|" + "---|" * (len(NAMED) + 2))
    for folder in asked.folders:
        shares, began = [], time.process_time()
        for path in photos_in(folder, held_out=asked.held_out):
            photo = decoder.read(path)
            shares.append(auto.coverage(photo.visible, engine, photo.grey, photo.linear))
            if asked.each:
                print(f"{path.name}: {shares[-1]:.1%}, {auto.judged(shares[-1])}")
        counts = Counter(map(auto.judged, shares))
        cells = [str(counts[rain] or "") for rain in NAMED]
        seconds = (time.process_time() - began) / len(shares)
        cells += [f"{min(shares):.1%} to {max(shares):.1%}", f"{seconds:.2f}"]
        print(f"| {folder} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
