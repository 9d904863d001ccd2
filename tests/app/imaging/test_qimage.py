"""Pixels to images and back, and the colours of a screen."""

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QColorSpace, QImage

from app.imaging.qimage import ScreenColour, to_photo, to_qimage
from nledn.photo import Photo

D65 = QPointF(0.3127, 0.3290)
RED, GREEN, BLUE = QPointF(0.64, 0.33), QPointF(0.30, 0.60), QPointF(0.15, 0.06)
CURVE = QColorSpace.TransferFunction.SRgb


def profile(space: QColorSpace) -> bytes:
    return bytes(space.iccProfile().data())


SWAPPED = profile(QColorSpace(D65, BLUE, GREEN, RED, CURVE))  # its red is sRGB's blue
LINEAR_GREY = profile(QColorSpace(D65, QColorSpace.TransferFunction.Linear))
NAMED_SRGB = profile(QColorSpace(QColorSpace.NamedColorSpace.SRgb))


def colours(depth: str, *values: int) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    pixels = np.zeros((3, 5, 3), np.dtype(depth))
    pixels[:] = np.array(values) * (np.iinfo(depth).max // 255)
    return pixels


def shown(image: QImage) -> tuple[int, int, int]:
    colour = image.pixelColor(4, 2)
    return colour.red(), colour.green(), colour.blue()


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize(
    ("photo", "screen", "expected"),
    [
        (None, None, (250, 100, 20)),
        (NAMED_SRGB, None, (250, 100, 20)),
        (SWAPPED, None, (20, 100, 250)),
        (None, SWAPPED, (20, 100, 250)),
        (SWAPPED, SWAPPED, (250, 100, 20)),
    ],
)
def test_colours_go_from_the_photo_to_the_screen(
    depth: str, photo: bytes | None, screen: bytes | None, expected: tuple[int, int, int]
) -> None:
    image = ScreenColour(photo, screen).image(colours(depth, 250, 100, 20))
    assert image.format() == QImage.Format.Format_RGB32
    np.testing.assert_allclose(shown(image), expected, atol=1)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_a_grey_profile_is_followed(depth: str) -> None:
    image = ScreenColour(LINEAR_GREY).image(colours(depth, 55, 55, 55))
    np.testing.assert_allclose(shown(image), (128, 128, 128), atol=2)


def test_sixteen_bits_are_rounded_not_cut() -> None:
    every = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, axis=2)
    image = ScreenColour(None).image(every)
    values = np.frombuffer(image.constBits(), np.uint8).reshape(256, 256, 4)[:, :, 0]
    np.testing.assert_allclose(values, every[:, :, 0] / 257, atol=0.51)


@pytest.mark.parametrize("icc", [None, SWAPPED])
@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_alpha_stays(depth: str, icc: bytes | None) -> None:
    pixels = colours(depth, 200, 200, 200)
    alpha = colours(depth, 128, 128, 128)[:, :, 0]
    alpha[0] = 0
    image = ScreenColour(icc).image(pixels, alpha)
    assert image.format() == QImage.Format.Format_ARGB32_Premultiplied
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(0, 1).alpha() == 128
    assert abs(image.pixelColor(0, 1).red() - 200) <= 2


def test_an_image_outlives_its_array() -> None:
    pixels = colours("uint8", 1, 2, 3)
    image = to_qimage(pixels)
    pixels[:] = 99
    assert shown(image) == (1, 2, 3)


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_a_pasted_picture_keeps_its_depth_and_alpha(depth: str, has_alpha: bool) -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(0, np.iinfo(depth).max, (4, 7, 4), depth, endpoint=True)
    photo = to_photo(to_qimage(values if has_alpha else values[:, :, :3]))
    assert isinstance(photo, Photo)
    np.testing.assert_array_equal(photo.pixels, values[:, :, :3])
    assert (photo.alpha is not None) is has_alpha
    if photo.alpha is not None:
        np.testing.assert_array_equal(photo.alpha, values[:, :, 3])


def test_a_pasted_picture_keeps_its_colours() -> None:
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor(250, 100, 20))
    assert to_photo(image).icc is None
    image.setColorSpace(QColorSpace.fromIccProfile(SWAPPED))
    found = to_photo(image)
    assert found.icc is not None
    np.testing.assert_allclose(
        shown(ScreenColour(found.icc).image(found.pixels.repeat(3, 0).repeat(3, 1))),
        (20, 100, 250),
        atol=1,
    )
