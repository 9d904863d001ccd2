"""One photo in three colour spaces: the results agree once they are shown alike."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageCms

from nledn import Derainer, Options, photo, places
from tests.photo.icc_profiles import adobe_rgb, display_p3

Bytes = npt.NDArray[np.uint8]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def converted(
    pixels: Bytes, source: ImageCms.ImageCmsProfile, target: ImageCms.ImageCmsProfile
) -> Bytes:
    image = ImageCms.profileToProfile(Image.fromarray(pixels), source, target)
    assert image is not None
    return np.asarray(image)


@pytest.mark.parametrize("icc", [display_p3(), adobe_rgb()], ids=["Display P3", "Adobe RGB"])
def test_the_file_keeps_its_colours_and_the_results_agree(tmp_path: Path, icc: bytes) -> None:
    sample = photo.read(places.sample_photo())
    scene = np.ascontiguousarray(sample.pixels[500:756, 300:556]).astype(np.uint8)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    derainer = Derainer.load(Options(precision="fp32"))
    wide = photo.Photo(pixels=converted(scene, SRGB, profile), icc=icc)
    clean = derainer.derain(wide.pixels).apply(wide.pixels)
    photo.write(replace(wide, pixels=clean), tmp_path / "clean.png")
    saved = photo.read(tmp_path / "clean.png")
    assert saved.icc == icc
    shown = converted(saved.pixels.astype(np.uint8), profile, SRGB).astype(float)
    expected = derainer.derain(scene).apply(scene)
    assert np.square(scene - expected.astype(float)).mean() > 20, "there was rain to take"
    psnr = 10 * np.log10(255**2 / np.square(shown - expected).mean())
    assert psnr >= 40
