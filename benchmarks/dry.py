"""Pairs without any rain, to see what a checkpoint takes by mistake: `python -m benchmarks.dry`.

    .venv/bin/python -m benchmarks.dry ../shared/data/photos DRY --held-out
    .venv/bin/python -m benchmarks.table1 OFFICIAL DRY --threads 1

Writes the middle of each photo, 512 px a side, as both its rainy and its clean one.
"""

import argparse
from pathlib import Path

from PIL import Image

from nledn.training.config import HELD_OUT_PHOTOS
from nledn.training.data import PHOTO_SUFFIXES

SIDE_PX = 512


def middle(photo: Image.Image) -> Image.Image:
    """The middle square, smaller where the photo is."""
    side = min(SIDE_PX, *photo.size)
    left, top = ((length - side) // 2 for length in photo.size)
    return photo.crop((left, top, left + side, top + side))


def main() -> None:
    """Write the pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held-out", action="store_true", help="those no training has seen only")
    asked = parser.parse_args()
    wanted = set(HELD_OUT_PHOTOS.read_text("utf-8").splitlines())
    for path in sorted(asked.photos.iterdir()):
        is_wanted = path.name in wanted or not asked.held_out
        if path.suffix.lower() not in PHOTO_SUFFIXES or not is_wanted:
            continue
        with Image.open(path) as photo:
            square = middle(photo.convert("RGB"))
        for name in ("rainy", "clean"):
            (asked.folder / name).mkdir(parents=True, exist_ok=True)
            square.save(asked.folder / name / f"{path.stem}.png")


if __name__ == "__main__":
    main()
