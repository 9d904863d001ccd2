"""The cost of tiles in quality and time, against the whole photo and the clean one.

    .venv/bin/python benchmarks/tiling.py DRY_PHOTO… [--weights ID] [--precision bf16] [--threads N]

Rain is drawn (seeded) on the middle 1024 px of photos without rain; each is derained whole and in
tiles. Two questions, two tables of means over the photos:

- Where tiles meet: four tiles of 512 px share exactly so many pixels; overlap, ramp and edge are
  judged in the band of 128 px around the seams, for that is all that they can change.
- How long a tile should be: the whole square in balanced tiles of several lengths.

Seconds are of the processor, a megapixel of the photo.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nledn import Derainer, Options, photo, tiling
from nledn.pixels import Pixels
from nledn.rain import RainLayer
from nledn.training.synthesis import RainMix, rain_on

SIDE_PX = 1024
TILE_PX = 512
BAND_PX = 64  # on each side of a seam's middle
MIX = RainMix(dry=0, light=0.4, steady=0.3, heavy=0.3)
OVERLAPS_PX = (0, 8, 16, 32, 64, 128)
EDGES_PX = (0, 2, 4, 8)
LENGTHS_PX = (512, 384, 256, 192, 128)

Floats = npt.NDArray[np.float32]
Rise = Callable[[int, int], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Scene:
    """A photo with rain and without, and what is found in it whole.

    Attributes:
        rainy: (1024, 1024, 3) uint8.
        clean: the same as float32 in [0, 1].
        whole: its rain, computed in one piece.
    """

    rainy: Pixels
    clean: Floats
    whole: Floats


@dataclass(frozen=True)
class Score:
    """The distances between results.

    Attributes:
        tiled: PSNR of the tiled result to the clean photo, dB.
        whole: of the whole photo's result to the clean photo, dB.
        between: of the one to the other, dB.
    """

    tiled: float
    whole: float
    between: float


def linear(shared_px: int, edge_px: int) -> npt.NDArray[np.float64]:
    """The program's own ramp over the pixels that two tiles share: 0 to 1."""
    position = np.arange(shared_px) + 0.5
    return np.clip((position - edge_px) / max(shared_px - 2 * edge_px, 1), 0, 1)


def cosine(shared_px: int, edge_px: int) -> npt.NDArray[np.float64]:
    """The same, rounded off at both ends."""
    return (1 - np.cos(np.pi * linear(shared_px, edge_px))) / 2


def cut(shared_px: int, edge_px: int) -> npt.NDArray[np.float64]:
    """No ramp: each tile up to the middle."""
    return (linear(shared_px, edge_px) >= 0.5).astype(np.float64)


def scene(derainer: Derainer, path: Path, seed: int) -> Scene:
    """Rain on the middle of a dry photo."""
    pixels = photo.read(path).pixels
    top, left = ((side - SIDE_PX) // 2 for side in pixels.shape[:2])
    if min(top, left) < 0:
        raise SystemExit(f"{path} is smaller than {SIDE_PX} px")
    clean = pixels[top : top + SIDE_PX, left : left + SIDE_PX].astype(np.float32) / np.float32(255)
    rain = rain_on(clean, MIX, np.random.default_rng(seed))
    rainy = np.rint(rain * 255).astype(np.uint8)
    return Scene(rainy, clean, derainer.derain(rainy).rain())


def corners(derainer: Derainer, rainy: Pixels, overlap_px: int) -> dict[tuple[int, int], Floats]:
    """The rain of the four tiles, by their top and left."""
    starts = (0, TILE_PX - overlap_px)
    return {
        (top, left): derainer.derain(
            np.ascontiguousarray(rainy[top : top + TILE_PX, left : left + TILE_PX])
        ).rain()
        for top in starts
        for left in starts
    }


def put_together(
    tiles: dict[tuple[int, int], Floats], overlap_px: int, rise: npt.NDArray[np.float64]
) -> Floats:
    """Blend the four tiles with a ramp over what they share."""
    side = 2 * TILE_PX - overlap_px
    alone = np.ones(TILE_PX - overlap_px)
    weights = {
        0: np.concatenate([alone, 1 - rise]),
        TILE_PX - overlap_px: np.concatenate([rise, alone]),
    }
    rain = np.zeros((side, side, 3), np.float32)
    for (top, left), found in tiles.items():
        weight = np.outer(weights[top], weights[left])[:, :, None].astype(np.float32)
        rain[top : top + TILE_PX, left : left + TILE_PX] += found * weight
    return rain


def seam_score(one: Scene, rain: Floats, overlap_px: int) -> Score:
    """Scores inside the band around the seams."""
    side, middle = rain.shape[0], TILE_PX - overlap_px // 2
    band = np.zeros((side, side), np.bool_)
    band[middle - BAND_PX : middle + BAND_PX] = True
    band[:, middle - BAND_PX : middle + BAND_PX] = True
    return score(one, rain, band)


def step(one: Scene, rain: Floats, overlap_px: int) -> float:
    """The visibility of a line where tiles meet, in levels of 255.

    The difference to the whole photo's rain changes slowly; where it changes from one row or
    column to the next by more than it does on average, an eye finds a line. This is the largest
    of those changes in the band, less their mean.
    """
    side, middle = rain.shape[0], TILE_PX - overlap_px // 2
    difference = (rain - one.whole[:side, :side]).mean(axis=2)
    steps = []
    for lines in (difference, difference.T):
        changes = np.abs(np.diff(lines[middle - BAND_PX : middle + BAND_PX], axis=0)).mean(axis=1)
        steps.append(255 * float(changes.max() - changes.mean()))
    return max(steps)


def score(one: Scene, rain: Floats, where: npt.NDArray[np.bool_]) -> Score:
    """Scores of the pixels that `where` marks, from the top left."""
    height, width = where.shape
    part = (slice(0, height), slice(0, width))
    rainy = one.rainy[part] / np.float32(255)
    clean, whole = one.clean[part][where], one.whole[part][where]
    tiled_result, whole_result = (
        np.clip(rainy[where] - found, 0, 1) for found in (rain[where], whole)
    )
    return Score(
        psnr(tiled_result, clean), psnr(whole_result, clean), psnr(tiled_result, whole_result)
    )


def psnr(found: Floats, expected: Floats) -> float:
    """Peak signal-to-noise ratio, dB, of values in [0, 1]; at most 100."""
    return float(-10 * np.log10(max(np.square(found - expected).mean(), 1e-10)))


def seam_rows(derainer: Derainer, scenes: list[Scene]) -> Iterator[str]:
    """The first table."""
    for overlap_px in OVERLAPS_PX:
        before = time.process_time()
        tiles = [corners(derainer, one.rainy, overlap_px) for one in scenes]
        covered = len(scenes) * (2 * TILE_PX - overlap_px) ** 2 / 1e6
        seconds = (time.process_time() - before) / covered
        for name, ramp, edge_px in seams(overlap_px):
            rise = ramp(overlap_px, edge_px)
            rains = [put_together(found, overlap_px, rise) for found in tiles]
            pairs = list(zip(scenes, rains, strict=True))
            mean = mean_of([seam_score(one, rain, overlap_px) for one, rain in pairs])
            line = np.mean([step(one, rain, overlap_px) for one, rain in pairs])
            yield (
                f"| {overlap_px} | {name} | {edge_px} | {line:.2f} | {mean.tiled:.3f} "
                f"| {mean.tiled - mean.whole:+.3f} | {mean.between:.1f} | {seconds:.2f} |"
            )


def seams(overlap_px: int) -> Iterator[tuple[str, Rise, int]]:
    """Name, ramp and edge of each way to join tiles that share so many pixels."""
    for edge_px in EDGES_PX:
        if 2 * edge_px < max(overlap_px, 1):
            yield "linear", linear, edge_px
    if overlap_px > 2 * tiling.EDGE_PX:
        yield "cosine", cosine, tiling.EDGE_PX
        yield "cut", cut, tiling.EDGE_PX


def length_rows(derainer: Derainer, scenes: list[Scene]) -> Iterator[str]:
    """The second table."""
    everywhere = np.ones((SIDE_PX, SIDE_PX), np.bool_)
    for name, tiles in lengths():
        before = time.process_time()
        rains = [tiled(derainer, one.rainy, tiles) for one in scenes]
        seconds = (time.process_time() - before) / (len(scenes) * SIDE_PX**2 / 1e6)
        pairs = zip(scenes, rains, strict=True)
        mean = mean_of([score(one, rain, everywhere) for one, rain in pairs])
        yield (
            f"| {name} | {tiles.vertical.tile_px} | {tiles.waste:.0%} | {mean.tiled:.3f} "
            f"| {mean.tiled - mean.whole:+.3f} | {mean.between:.1f} | {seconds:.2f} |"
        )


def lengths() -> Iterator[tuple[str, tiling.Tiling]]:
    """Ways to divide the whole square."""
    for tile_px in LENGTHS_PX:
        yield f"balanced, at most {tile_px}", tiling.balanced(SIDE_PX, SIDE_PX, tile_px, 16)
    yield "all of 512 px", tiling.static(SIDE_PX, SIDE_PX, 512, 16)


def tiled(derainer: Derainer, rainy: Pixels, tiles: tiling.Tiling) -> Floats:
    """The rain of all tiles; `derainer` computes whatever it gets whole."""
    layer = RainLayer(tiles, derainer.start((SIDE_PX, SIDE_PX)).record)
    for tile in tiles.tiles:
        crop = np.ascontiguousarray(rainy[tile.rect.slices])
        layer.add(tile, derainer.derain(crop).rain())
    return layer.rain()


def mean_of(scores: list[Score]) -> Score:
    """Each figure's mean."""
    values = np.mean([(one.tiled, one.whole, one.between) for one in scores], axis=0)
    return Score(*(float(value) for value in values))


def main() -> None:
    """Print both tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--weights", default="auto")
    parser.add_argument("--precision", default="bf16")
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    derainer = Derainer.load(
        Options(
            weights=arguments.weights,
            precision=arguments.precision,
            tile="whole",
            threads=arguments.threads,
        )
    )
    scenes = [scene(derainer, path, 100 + i) for i, path in enumerate(arguments.photos)]
    figures = "PSNR to clean, dB | against the whole photo, dB | between the two, dB | s/MP |"
    print(f"| overlap, px | ramp | edge, px | line, levels | {figures}\n|{'---|' * 8}")
    for row in seam_rows(derainer, scenes):
        print(row, flush=True)
    print(f"\n| tiles | length, px | computed twice | {figures}\n|{'---|' * 7}")
    for row in length_rows(derainer, scenes):
        print(row, flush=True)


if __name__ == "__main__":
    main()
