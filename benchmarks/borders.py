r"""Steps of the rain at the borders of regions: `python -m benchmarks.borders WEIGHTS…`.

    .venv/bin/python -m benchmarks.borders afterrain ../shared/start/overlap.safetensors \
        --photos ../shared/data/real --dry ../shared/data/photos

A region layout may show: rectangles in the rain layer, and streaks that stop at a line. A step is
the difference of the rain's 4-pixel means on both sides of each multiple of 128 px, averaged in
segments of 64 px along the border, less the same 16 to 32 px beside it; in levels of 255. Photos
are computed whole, so that the borders of the half-size level's `fixed` regions lie there.

- smooth: twenty pictures of 1024 px with nothing but gradients and dense drawn rain, where nothing
  else steps.
- photos: every photo of a folder, whole.
- dry: the middle 1024 px of the photos that no training has seen, without rain.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from nledn import Derainer, Options, photo
from nledn.training.config import HELD_OUT_PHOTOS
from nledn.training.synthesis import KINDS, FloatImage, RainMix, rain_on

BORDER_PX = 128
MEAN_PX = 4
SEGMENT_PX = 64
BESIDE_PX = (-32, -24, -16, 16, 24, 32)
SMOOTH_PX = 1024
SMOOTH_PICTURES = 20
DENSE = ("heavy", "curtain", "fine", "steady")
SEED = 20261129


def step(rain: FloatImage) -> float:
    """The mean step of a rain layer, (H, W) levels, at borders of both directions."""
    steps = [*_steps(rain), *_steps(rain.T)]
    return float(np.mean(steps)) if steps else 0.0


def _steps(rain: FloatImage) -> Iterator[float]:
    margin = max(BESIDE_PX) + MEAN_PX
    for border in range(BORDER_PX, rain.shape[1] - margin, BORDER_PX):
        beside = np.mean([_jumps(rain, border + by) for by in BESIDE_PX], axis=0)
        yield from _jumps(rain, border) - beside


def _jumps(rain: FloatImage, border: int) -> FloatImage:
    """The size of the jump across a column, of each segment."""
    before = rain[:, border - MEAN_PX : border].mean(axis=1)
    after = rain[:, border : border + MEAN_PX].mean(axis=1)
    whole = len(rain) // SEGMENT_PX * SEGMENT_PX
    jumps = (after - before)[:whole].reshape(-1, SEGMENT_PX).mean(axis=1)
    return np.asarray(np.abs(jumps), np.float32)


def smooth_pictures() -> Iterator[FloatImage]:
    """Gradients and skies with dense rain, (H, W, 3) float32 in [0, 1]."""
    for index in range(SMOOTH_PICTURES):
        rng = np.random.default_rng((SEED, index))
        corners = rng.uniform(0.1, 0.7, (3, 3, 3)).astype(np.float32)
        clean = cv2.resize(corners, (SMOOTH_PX, SMOOTH_PX), interpolation=cv2.INTER_CUBIC)
        kind = DENSE[index % len(DENSE)]
        mix = RainMix(**{name: float(name == kind) for name in KINDS}, variety=0.35)
        yield rain_on(np.asarray(np.clip(clean, 0, 1), np.float32), mix, rng)


def steps_of(derainer: Derainer, pictures: Iterator[np.ndarray]) -> list[float]:
    """The step of each picture, (H, W, 3) uint8."""
    found = []
    for pixels in pictures:
        rain = derainer.derain(pixels).rain()
        found.append(step(255 * rain.mean(axis=2)))
    return found


def as_bytes(pictures: Iterator[FloatImage]) -> Iterator[np.ndarray]:
    """Rounded to 8 bits."""
    for picture in pictures:
        yield np.rint(picture * 255).astype(np.uint8)


def middle(pixels: np.ndarray) -> np.ndarray:
    """The middle square of at most 1024 px."""
    height, width = (min(side, SMOOTH_PX) for side in pixels.shape[:2])
    top, left = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
    return np.ascontiguousarray(pixels[top : top + height, left : left + width])


def photos_of(folder: Path, names: set[str] | None = None) -> Iterator[np.ndarray]:
    """The pixels of a folder's photos, or of some of them."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in {".jpg", ".jpeg", ".png"} and (
            names is None or path.name in names
        ):
            yield photo.read(path).pixels.astype(np.uint8)


def main() -> None:
    """Measure, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", nargs="+")
    parser.add_argument("--photos", type=Path, help="a folder of rainy photos")
    parser.add_argument("--dry", type=Path, help="the folder of training photos")
    parser.add_argument("--threads", type=int)
    asked = parser.parse_args()
    kept_out = set(HELD_OUT_PHOTOS.read_text("utf-8").splitlines())
    print("| weights | pictures | mean step | largest | smallest |\n|---|---|---|---|---|")
    for weights in asked.weights:
        derainer = Derainer.load(Options(weights=weights, tile="whole", threads=asked.threads))
        rows = {"smooth, dense rain": as_bytes(smooth_pictures())}
        if asked.photos:
            rows[asked.photos.name] = photos_of(asked.photos)
        if asked.dry:
            rows["dry"] = map(middle, photos_of(asked.dry, kept_out))
        for name, pictures in rows.items():
            steps = steps_of(derainer, pictures)
            figures = f"{np.mean(steps):.3f} | {max(steps):.3f} | {min(steps):.3f}"
            print(f"| {Path(weights).stem} | {name} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
