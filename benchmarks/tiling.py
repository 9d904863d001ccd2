"""What do tiles cost in quality, against the whole photo and against the clean one?

    .venv/bin/python benchmarks/tiling.py DRY_PHOTO… [--weights ID] [--precision bf16]

Rain is drawn (seeded) on the middle 1024 px of photos without rain; each is derained whole and in
tiles of several lengths, overlaps and edges. A row is the mean over the photos.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nledn import Derainer, Options, photo, tiling
from nledn.rain import Pixels, RainLayer
from nledn.training.synthesis import RainMix, rain_on

SIDE_PX = 1024
MIX = RainMix(dry=0, light=0.4, steady=0.3, heavy=0.3)
OVERLAPS_PX = (0, 8, 16, 32, 64)
EDGES_PX = (0, 2, 4, 8)

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Pair:
    """A photo with rain and without: (1024, 1024, 3) uint8, and float32 in [0, 1]."""

    rainy: Pixels
    clean: Floats


@dataclass(frozen=True)
class Way:
    """A way to tile: what it is called, where its tiles are, and the edge that is left out."""

    name: str
    tiles: tiling.Tiling
    edge_px: int = tiling.EDGE_PX


def make_pair(path: Path, seed: int) -> Pair:
    """Rain on the middle of a dry photo."""
    pixels = photo.read(path).pixels
    top, left = ((side - SIDE_PX) // 2 for side in pixels.shape[:2])
    if min(top, left) < 0:
        raise SystemExit(f"{path} is smaller than {SIDE_PX} px")
    clean = pixels[top : top + SIDE_PX, left : left + SIDE_PX].astype(np.float32) / np.float32(255)
    rainy = rain_on(clean, MIX, np.random.default_rng(seed))
    return Pair(np.rint(rainy * 255).astype(np.uint8), clean)


def ways() -> Iterator[Way]:
    """All that are compared."""
    for overlap_px in OVERLAPS_PX:
        tiles = tiling.balanced(SIDE_PX, SIDE_PX, 512, overlap_px)
        yield Way(f"balanced, overlap {overlap_px}", tiles)
    for edge_px in EDGES_PX:
        tiles = tiling.balanced(SIDE_PX, SIDE_PX, 512, 16)
        yield Way(f"balanced, overlap 16, edge {edge_px}", tiles, edge_px)
    odd = tiling.Axis(SIDE_PX, 352, (0, 336, 672), 16)
    yield Way("odd regions (352 px), overlap 16", tiling.Tiling(odd, odd))
    yield Way("static 512 px", tiling.static(SIDE_PX, SIDE_PX, 512, 16))


def tiled_rain(derainer: Derainer, pair: Pair, way: Way) -> Floats:
    """The blended rain of all tiles; `derainer` computes whatever it gets whole."""
    before, tiling.EDGE_PX = tiling.EDGE_PX, way.edge_px
    try:
        # New axes, because an axis keeps its weights once they are computed.
        axes = [replace(axis) for axis in (way.tiles.vertical, way.tiles.horizontal)]
        record = derainer.start((SIDE_PX, SIDE_PX)).record
        layer = RainLayer(tiling.Tiling(*axes), record)
        for tile in layer.tiling.tiles:
            crop = np.ascontiguousarray(pair.rainy[tile.rect.slices])
            layer.add(tile, derainer.derain(crop).rain())
        return layer.rain()
    finally:
        tiling.EDGE_PX = before


def psnr(found: Floats, expected: Floats) -> float:
    """Peak signal-to-noise ratio, dB, of values in [0, 1]."""
    return float(-10 * np.log10(np.square(found - expected).mean()))


def main() -> None:
    """Print the table as Markdown."""
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
    pairs = [make_pair(path, 100 + i) for i, path in enumerate(arguments.photos)]
    wholes = [derainer.derain(pair.rainy).rain() for pair in pairs]
    print("| tiles | tile, px | computed twice | PSNR to clean, dB | to the whole photo, dB |")
    print("|---|---|---|---|---|")
    print(f"| whole photo | 1024 | 0 % | {mean_psnr(pairs, wholes):.2f} | – |")
    for way in ways():
        rains = [tiled_rain(derainer, pair, way) for pair in pairs]
        near = np.mean([psnr(rain, whole) for rain, whole in zip(rains, wholes, strict=True)])
        print(
            f"| {way.name} | {way.tiles.vertical.tile_px} | {way.tiles.waste:.0%} "
            f"| {mean_psnr(pairs, rains):.2f} | {near:.1f} |",
            flush=True,
        )


def mean_psnr(pairs: list[Pair], rains: list[Floats]) -> float:
    """Of the results against the clean photos."""
    return float(
        np.mean(
            [
                psnr(np.clip(pair.rainy / np.float32(255) - rain, 0, 1), pair.clean)
                for pair, rain in zip(pairs, rains, strict=True)
            ]
        )
    )


if __name__ == "__main__":
    main()
