"""Pixel arrays to and from QImage, and the way from a photo's colours to those of a screen."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColorSpace, QColorTransform, QImage

from nledn.pixels import Pixels, Plane, in_depth, is_float, to_8_bits

if TYPE_CHECKING:
    from nledn.photo import Photo

Format = QImage.Format

SRGB = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
_FORMATS = {
    # Channels and bytes of each: how Qt calls them.
    (1, 1): Format.Format_Grayscale8,
    (1, 2): Format.Format_Grayscale16,
    (3, 1): Format.Format_RGB888,
    (4, 1): Format.Format_RGBA8888,
    (4, 2): Format.Format_RGBA64,
}


class ScreenColour:
    """The way from a photo's colours to those of a screen.

    Args:
        icc: the photo's profile, RGB or grey; None, or one that Qt cannot read, counts as sRGB.
        screen: the screen's profile, RGB; None, or one that Qt cannot read, counts as sRGB.
    """

    def __init__(self, icc: bytes | None, screen: bytes | None = None) -> None:
        source, target = _space(icc), _space(screen)
        self._grey = source.colorModel() == QColorSpace.ColorModel.Gray
        self._transform: QColorTransform | None = None
        if source != target:
            self._transform = source.transformationToColorSpace(target)

    def image(self, pixels: Pixels, alpha: Plane | None = None) -> QImage:
        """Convert pixels for the screen.

        Args:
            pixels: (H, W, 3) RGB, of any depth, in the photo's colours.
            alpha: (H, W) of the same dtype, straight, or None.

        Returns:
            Format_RGB32, or Format_ARGB32_Premultiplied with alpha; in separate memory.
        """
        if self._transform is None:
            return _finished(to_qimage(to_8_bits(pixels)), alpha)
        if is_float(pixels):
            pixels = in_depth(pixels, np.dtype(np.uint16))
        if self._grey:
            grey = to_qimage(pixels[:, :, :1])
            shown = grey.colorTransformed(self._transform, Format.Format_RGB32)
            return _finished(shown, alpha)
        image = to_qimage(pixels)
        image.applyColorTransform(self._transform)
        return _finished(image, alpha)


def to_qimage(pixels: Pixels) -> QImage:
    """Wrap an array without conversion of colour.

    Args:
        pixels: (H, W, C) uint8 or uint16: grey, RGB or RGBA with straight alpha.

    Returns:
        An image in separate memory: 8-bit RGB as Format_RGB32, 16-bit RGB as Format_RGBX64,
        everything else in Qt's format of the same layout.
    """
    height, width, channels = pixels.shape
    if channels == 3 and pixels.dtype == np.uint16:
        opaque = np.full((height, width, 4), 65535, np.uint16)
        opaque[:, :, :3] = pixels
        return to_qimage(opaque).convertToFormat(Format.Format_RGBX64)
    packed = np.ascontiguousarray(pixels)
    kind = _FORMATS[channels, packed.itemsize]
    # Qt reads the array's memory here, and neither keeps the array alive nor copies it.
    seen = QImage(packed.data, width, height, packed.strides[0], kind)
    return seen.convertToFormat(Format.Format_RGB32) if channels == 3 else seen.copy()


def to_photo(image: QImage) -> "Photo":
    """Convert a picture from the clipboard to a photo, with its depth, alpha and colours."""
    from nledn.photo import Photo

    deep = image.pixelFormat().bitsPerPixel() > 32 or image.format() == Format.Format_Grayscale16
    values = _rgba(image.convertToFormat(Format.Format_RGBA64 if deep else Format.Format_RGBA8888))
    space = image.colorSpace()
    icc = bytes(space.iccProfile().data()) if space.isValid() and space != SRGB else None
    colours: Pixels = values[:, :, :3].copy()
    alpha: Plane = values[:, :, 3].copy()
    return Photo(colours, alpha=alpha if image.hasAlphaChannel() else None, icc=icc)


def _rgba(image: QImage) -> Pixels:
    values = np.frombuffer(image.constBits(), np.uint8).copy()  # the image is deleted
    size = (image.height(), image.width(), 4)  # four channels need no padding
    if image.format() == Format.Format_RGBA64:
        return values.view(np.uint16).reshape(size)
    return values.reshape(size)


def _space(icc: bytes | None) -> QColorSpace:
    space = QColorSpace.fromIccProfile(icc) if icc is not None else SRGB
    return space if space.isValid() else SRGB


def _finished(image: QImage, alpha: Plane | None) -> QImage:
    if alpha is None:
        return image.convertToFormat(Format.Format_RGB32)
    image = image.convertToFormat(Format.Format_ARGB32)
    bits = np.frombuffer(image.bits(), np.uint8).reshape(image.height(), image.width(), 4)
    bits[:, :, 3] = to_8_bits(alpha)  # BGRA in memory on every machine Qt runs desktops on
    return image.convertToFormat(Format.Format_ARGB32_Premultiplied)
