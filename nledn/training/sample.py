"""`python -m nledn.training.sample ORIGINALS TO`: the rainy photos of resources/samples.

Photos of real rain that may be shipped are hard to find, so these are dry photos with drawn rain.
resources/samples/README.md lists the originals.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from PIL import Image
from PIL.ExifTags import IFD, Base

from nledn.training.streaks import Plane, Streaks, draw
from nledn.training.synthesis import composite, veiled

SEED = 7
ANGLE_DEG, SPREAD_DEG, BEADING = 9, 1.6, 0.45  # of all streaks
JPEG_QUALITY = 90
VEIL_SHARE = 0.4
VEIL_REDUCTION = 8  # the veil has no detail: computed on a small plane, it takes no time


@dataclass(frozen=True)
class Sample:
    """A dry original, by its name in its package, and the rain that falls on it.

    Attributes:
        original: file name inside its package.
        sha256: of the original; other bytes would give another sample.
        name: file name of the rainy photo.
        size: width and height it is scaled to, px.
        layers: length and width in px, density and peak of the streaks, nearest first.
        author: who took the photo.
        licence: of the photo, and so of the sample.
    """

    original: str
    sha256: str
    name: str
    size: tuple[int, int]
    layers: tuple[tuple[float, float, float, float], ...]
    author: str
    licence: str


SAMPLES = (
    Sample(
        original="friends_by_Aitzol_Berasategi.jpg",
        sha256="cc40e313c74e421edffe3403def413c16878ce14661cce7ec5915baeab35538d",
        name="street-rain.jpg",
        size=(1200, 1802),
        layers=(
            (60, 1.5, 1.0e-4, 0.66),
            (46, 1.2, 2.4e-4, 0.58),
            (34, 0.9, 7.5e-4, 0.50),
            (24, 0.7, 1.8e-3, 0.38),
            (13, 0.55, 5.0e-3, 0.24),
        ),
        author="Aitzol Berasategi",
        licence="CC-BY-4.0",
    ),
    Sample(
        original="seeding_by_Clements_Engelhardt.jpg",
        sha256="a5634d1ab5e41a3568e92d4a894a500c92b891f9ff734e50bd224d6e185a605f",
        name="meadow-rain.jpg",
        size=(4624, 2601),
        # Streaks 2.2 times as large, to match the photo; but none over 80 px, the longest that the
        # training drew when this was made.
        layers=(
            (80, 3.3, 2.1e-5, 0.66),
            (80, 2.6, 5.0e-5, 0.58),
            (75, 2.0, 1.6e-4, 0.50),
            (53, 1.5, 3.7e-4, 0.38),
            (29, 1.2, 1.0e-3, 0.24),
        ),
        author="Clemens Engelhardt",
        licence="CC0-1.0",
    ),
)


def rain_over(size: tuple[int, int], sample: Sample) -> Plane:
    """The sample's rain: (height, width) float32 in [0, 1]."""
    rng = np.random.default_rng(SEED)
    rain: Plane = np.zeros(size, np.float32)
    for length_px, width_px, density, peak in sample.layers:
        streaks = Streaks(ANGLE_DEG, SPREAD_DEG, length_px, width_px, density, peak, BEADING)
        rain = 1 - (1 - rain) * (1 - draw(streaks, size, rng))
    small = cv2.resize(
        rain, (size[1] // VEIL_REDUCTION, size[0] // VEIL_REDUCTION), interpolation=cv2.INTER_AREA
    )
    veil = cv2.resize(veiled(np.asarray(small, np.float32), VEIL_SHARE) - small, (size[1], size[0]))
    return np.asarray(np.clip(rain + veil, 0, 1), np.float32)


def make(sample: Sample, originals: Path, folder: Path) -> Path:
    """Write one sample as JPEG, from a folder of originals to another.

    Raises:
        ValueError: the original is another file.
    """
    original = originals / sample.original
    found = hashlib.sha256(original.read_bytes()).hexdigest()
    if found != sample.sha256:
        raise ValueError(f"{original} is not the file that {sample.name} was made from")
    with Image.open(original) as photo:
        dry = photo.convert("RGB").resize(sample.size, Image.Resampling.LANCZOS)
    clean = np.asarray(dry, np.float32) / np.float32(255)
    rain = rain_over((clean.shape[0], clean.shape[1]), sample)
    rainy = composite(clean, rain, "screen", np.random.default_rng(SEED))
    exif = Image.Exif()
    exif[Base.ImageDescription] = f"{sample.original}; the rain is synthetic, drawn by AfterRain"
    exif[Base.Artist] = sample.author
    exif[Base.Copyright] = f"{sample.author}, {sample.licence}"
    exif[Base.Software] = "nledn.training.sample"
    exif.get_ifd(IFD.Exif)[Base.ColorSpace] = 1  # sRGB
    path = folder / sample.name
    pixels = (rainy * 255 + 0.5).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=JPEG_QUALITY, exif=exif, optimize=True)
    return path


def main(
    originals: Annotated[Path, typer.Argument(help="The folder with the dry originals.")],
    folder: Annotated[Path, typer.Argument(help="Gets the rainy photos.")],
) -> None:
    """Draw rain on the originals of the samples."""
    for sample in SAMPLES:
        print(make(sample, originals, folder))


if __name__ == "__main__":
    typer.run(main)
