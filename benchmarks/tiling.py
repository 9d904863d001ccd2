"""How wide must tiles overlap, and how much of an edge must be left out?

Derains squares of 1024 px whole and in tiles, and prints the PSNR between the two (and to the
clean photo, where there is one) for each overlap and edge width:

    .venv/bin/python benchmarks/tiling.py PHOTO… [--weights ID] [--precision fp32]
"""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nledn import Derainer, Options, photo, tiling
from nledn.rain import Pixels, RainLayer

SIDE_PX = 1024
TILE_PX = 512
OVERLAPS_PX = (0, 8, 16, 32, 64)
EDGES_PX = (0, 2, 4, 8)

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Case:
    """One row: PSNR of tiles against the whole photo, dB, and seconds for all photos."""

    overlap_px: int
    edge_px: int
    psnr_to_whole: float
    largest_difference: float
    seconds: float


def square(path: Path) -> Pixels:
    """The middle 1024 px of a photo."""
    pixels = photo.read(path).pixels
    top, left = ((side - SIDE_PX) // 2 for side in pixels.shape[:2])
    if min(top, left) < 0:
        raise SystemExit(f"{path} is smaller than {SIDE_PX} px")
    return np.ascontiguousarray(pixels[top : top + SIDE_PX, left : left + SIDE_PX])


class Tiles:
    """The rain of each tile of a photo, computed once and blended in several ways."""

    def __init__(self, whole: Derainer, pixels: Pixels, overlap_px: int) -> None:
        self._tiling = tiling.balanced(SIDE_PX, SIDE_PX, TILE_PX, overlap_px)
        self._record = whole.start((SIDE_PX, SIDE_PX)).record
        self._rains: list[Floats] = []
        started = time.perf_counter()
        for tile in self._tiling.tiles:
            crop = np.ascontiguousarray(pixels[tile.rect.slices])
            self._rains.append(whole.derain(crop).rain())
        self.seconds = time.perf_counter() - started

    def blended(self, edge_px: int) -> Floats:
        """The whole plane, with that many pixels of an inner edge left out."""
        before, tiling.EDGE_PX = tiling.EDGE_PX, edge_px
        try:
            # A new layer, because an axis keeps its weights once they are computed.
            axes = [replace(axis) for axis in (self._tiling.vertical, self._tiling.horizontal)]
            layer = RainLayer(tiling.Tiling(*axes), self._record)
            for tile, rain in zip(layer.tiling.tiles, self._rains, strict=True):
                layer.add(tile, rain)
            return layer.rain()
        finally:
            tiling.EDGE_PX = before


def measure(photos: list[Pixels], options: Options) -> list[Case]:
    """All overlaps and edges over all photos."""
    whole = Derainer.load(options)
    truths = [whole.derain(pixels).rain() for pixels in photos]
    cases = []
    for overlap_px in OVERLAPS_PX:
        tiles = [Tiles(whole, pixels, overlap_px) for pixels in photos]
        for edge_px in EDGES_PX:
            errors = [
                one.blended(edge_px) - truth for one, truth in zip(tiles, truths, strict=True)
            ]
            mean_square = float(np.mean([np.square(error).mean() for error in errors]))
            cases.append(
                Case(
                    overlap_px=overlap_px,
                    edge_px=edge_px,
                    psnr_to_whole=-10 * np.log10(mean_square),
                    largest_difference=max(float(np.abs(error).max()) for error in errors),
                    seconds=sum(one.seconds for one in tiles),
                )
            )
    return cases


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--weights", default="auto")
    parser.add_argument("--precision", default="fp32")
    arguments = parser.parse_args()
    options = Options(weights=arguments.weights, precision=arguments.precision, tile="whole")
    print("| overlap, px | edge, px | PSNR to whole, dB | largest difference | seconds |")
    print("|---|---|---|---|---|")
    for case in measure([square(path) for path in arguments.photos], options):
        print(
            f"| {case.overlap_px} | {case.edge_px} | {case.psnr_to_whole:.1f} "
            f"| {case.largest_difference:.3f} | {case.seconds:.1f} |"
        )


if __name__ == "__main__":
    main()
