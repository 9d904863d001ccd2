"""ICC profiles: checks for validity and linearity, and the way to sRGB."""

import functools
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from nledn.pixels import Plane

_SPACES = {False: (b"RGB ",), True: (b"GRAY", b"RGB ")}  # grey JPEGs often carry an RGB profile
# A profile counts as linear if its greys are within this of sRGB's curve, by levels of 8 bits: a
# gamma of 1.05 is off by 3.
_LINEAR_TOLERANCE = 2
_COARSE = 16  # the darkest greys, which Little CMS rounds by up to 10 levels


@functools.cache
def srgb() -> bytes:
    """The profile of pixels converted to sRGB here, without the time of its making."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes(12) + profile[36:]


def is_usable(profile: bytes, *, grey: bool) -> bool:
    """Return whether `profile` fits the pixels' kind of colour and can convert pixels.

    A photo is read in a separate process, so a profile that crashes ends only that.
    """
    if colour_space(profile) not in _SPACES[grey]:
        return False
    try:
        _greys_in_srgb(profile)
    except (OSError, ImageCms.PyCMSError):
        return False
    return True


def colour_space(profile: bytes) -> bytes:
    """Read the four letters by which a profile names its pixels, as b"RGB " or b"GRAY"."""
    return profile[16:20]


def is_linear(profile: bytes) -> bool:
    """Return whether values are proportional to light, by a usable profile."""
    light = np.linspace(0, 1, 256)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    off = np.abs(_greys_in_srgb(profile) - 255 * encoded)[_COARSE:]
    return bool(off.max() <= _LINEAR_TOLERANCE)


def grey_to_srgb(pixels: Plane, profile: bytes) -> Plane:
    """Convert 8-bit grey, (H, W), with its own profile of kind b"GRAY" into the grey of sRGB."""
    return _greys_in_srgb(profile)[pixels]


@functools.lru_cache(maxsize=4)
def _greys_in_srgb(profile: bytes) -> NDArray[np.uint8]:
    """All greys of 8 bits in a profile, as sRGB has them: (256,)."""
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    return np.asarray(in_srgb(greys, profile))[0, :, 1]


def in_srgb(pixels: NDArray[np.uint8], profile: bytes | None) -> Image.Image:
    """A picture in sRGB of (H, W, 3) uint8, RGB; without a profile it counts as sRGB."""
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
