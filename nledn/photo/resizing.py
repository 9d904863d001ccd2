"""Smaller results: the longest side that a photo is reduced to."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from nledn.photo.model import Note, Photo
from nledn.pixels import Pixels, Plane, white


def resized(photo: Photo, longest_side_px: int | None) -> Photo:
    """Return a photo whose longest side is at most so long; one that fits comes back unchanged.

    Reduced with Lanczos in the file's own encoding, as photo editors do by default; transparent
    pixels lend no colour to those beside them. The georeference of a GeoTIFF would no longer be
    true and is removed.
    """
    width, height = photo.size
    if longest_side_px is None or max(width, height) <= longest_side_px:
        return photo
    across, along = (
        max(round(side * longest_side_px / max(width, height)), 1) / side
        for side in (width, height)
    )
    depth = photo.pixels.dtype
    most = white(depth)
    image = pyvips.Image.new_from_array(_for_vips(photo.pixels))
    if photo.alpha is not None:
        image = image.bandjoin(pyvips.Image.new_from_array(_for_vips(photo.alpha)))
        image = image.premultiply(max_alpha=most)
    image = image.resize(across, vscale=along, kernel="lanczos3")
    if photo.alpha is not None:
        image = image.unpremultiply(max_alpha=most)
    if depth.kind != "f":
        image = image.rint().cast("uchar" if most == 255 else "ushort")
    values = image.numpy().astype(depth, copy=False)
    return replace(
        photo,
        pixels=np.ascontiguousarray(values[..., :3]),
        alpha=None if photo.alpha is None else np.ascontiguousarray(values[..., 3]),
        geo=None,
        notes=photo.notes if photo.geo is None else (*photo.notes, Note.GEOREFERENCE),
    )


def _for_vips(values: Pixels | Plane) -> NDArray[Any]:
    """Return values as an array of a depth that libvips has: it knows no half floats."""
    return np.ascontiguousarray(values.astype(np.float32) if values.dtype == np.float16 else values)
