"""ICC profiles: checks for validity and linearity, and the way to sRGB."""

import functools
import io
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from nledn.pixels import Plane

_SPACES = {False: (b"RGB ",), True: (b"GRAY", b"RGB ")}  # grey JPEGs often carry an RGB profile
_CURVES = (b"rTRC", b"gTRC", b"bTRC", b"kTRC")
# A curve counts as linear within this of the straight line: an 8-bit step is 0.004.
_LINEAR_TOLERANCE = 0.002


@functools.cache
def srgb() -> bytes:
    """The profile of pixels converted to sRGB here."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def is_usable(profile: bytes, *, grey: bool) -> bool:
    """Return whether `profile` fits the pixels' kind of colour and can convert a pixel.

    A photo is read in a separate process, so a profile that crashes ends only that.
    """
    if colour_space(profile) not in _SPACES[grey]:
        return False
    try:
        in_srgb(np.zeros((1, 1, 3), np.uint8), profile)
    except (OSError, ImageCms.PyCMSError):
        return False
    return True


def colour_space(profile: bytes) -> bytes:
    """Read the four letters by which a profile names its pixels, as b"RGB " or b"GRAY"."""
    return profile[16:20]


def is_linear(profile: bytes) -> bool:
    """Return whether values are proportional to light, by all of the profile's curves.

    Profiles with tables instead of curves count as not linear.
    """
    curves = [data for tag, data in _tags(profile) if tag in _CURVES]
    return bool(curves) and all(_is_straight(curve) for curve in curves)


def grey_to_srgb(pixels: Plane, profile: bytes) -> Plane:
    """Convert 8-bit grey with its own profile into the grey of sRGB.

    Args:
        pixels: (H, W) uint8.
        profile: a profile of kind b"GRAY".
    """
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), "L", "RGB"
    )
    converted = ImageCms.applyTransform(ramp, transform)
    assert converted is not None  # only in-place transforms give nothing back
    table = np.asarray(converted)[0, :, 1]
    return table[pixels]


def in_srgb(pixels: NDArray[np.uint8], profile: bytes | None) -> Image.Image:
    """A picture in sRGB.

    Args:
        pixels: (H, W, 3) uint8, RGB.
        profile: of the pixels; None counts as sRGB.
    """
    image = Image.fromarray(pixels)
    if profile is None:
        return image
    own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if colour_space(profile) == b"GRAY":
        image = image.getchannel(1)
    converted: Any = ImageCms.profileToProfile(
        image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert isinstance(converted, Image.Image)  # None comes from conversions in place alone
    return converted


def _tags(profile: bytes) -> list[tuple[bytes, bytes]]:
    """The tag table (ICC.1:2010, 7.3); tags outside the profile are left out."""
    if len(profile) < 132:
        return []
    count = min(int.from_bytes(profile[128:132], "big"), (len(profile) - 132) // 12)
    entries = struct.iter_unpack(">4sII", profile[132 : 132 + 12 * count])
    return [(tag, profile[offset : offset + size]) for tag, offset, size in entries]


def _is_straight(curve: bytes) -> bool:
    """Curves as in ICC.1:2010, 10.5 (curveType) and 10.15 (parametricCurveType)."""
    count = int.from_bytes(curve[8:12], "big")
    if curve[:4] == b"para":
        function, gamma = int.from_bytes(curve[8:10], "big"), curve[12:16]
        return function == 0 and abs(int.from_bytes(gamma, "big") / 65536 - 1) < _LINEAR_TOLERANCE
    if curve[:4] != b"curv":
        return False
    if count == 0:
        return True
    values = np.frombuffer(curve, ">u2", min(count, (len(curve) - 12) // 2), 12)
    if count == 1:
        return len(values) == 1 and abs(values[0] / 256 - 1) < _LINEAR_TOLERANCE
    line = np.linspace(0, 1, len(values))
    return bool(
        np.abs(values / 65535 - line).max(initial=1.0 if not len(values) else 0.0)
        < _LINEAR_TOLERANCE
    )
