"""Pictures that nobody computes here: the truth, and what other programs made."""

from dataclasses import dataclass
from pathlib import Path

from nledn import decoder
from nledn.cancel import CancelToken
from nledn.compare.board import Pane
from nledn.errors import DerainError, PairSizesDiffer, PhotoNotFound
from nledn.pairs import result_of
from nledn.photo import Photo
from nledn.rain import Pixels
from nledn.tiling import Rect


@dataclass(frozen=True)
class Result:
    """Another program's result.

    Attributes:
        title: what it is called.
        path: its file, or a folder in which it lies by the photo's name.
    """

    title: str
    path: Path


def result_pane(result: Result, rainy: Photo, rainy_path: Path) -> Pane:
    """The pane of another program's result; one that cannot be used says why."""
    path = result.path
    try:
        if path.is_dir():
            found = result_of(Path(rainy_path.name), path)
            if found is None:
                raise PhotoNotFound(path / rainy_path.name)
            path = found
        pixels = pixels_like(rainy, path)
    except DerainError as error:
        return Pane(result.title, "result", error=error, path=path)
    return Pane(result.title, "result", pixels, path=path)


def pixels_like(rainy: Photo, path: Path, cancel: CancelToken | None = None) -> Pixels:
    """Read a picture of the rainy photo's size, and give it the rainy photo's depth.

    Raises:
        PhotoError: it cannot be read.
        PairSizesDiffer: it is of another size.
        Cancelled: `cancel` was set.
    """
    other = decoder.read(path, cancel=cancel)
    if other.size != rainy.size:
        raise PairSizesDiffer(path, rainy.size, other.size)
    return in_depth_of(rainy.pixels, other.pixels)


def in_depth_of(like: Pixels, pixels: Pixels) -> Pixels:
    """8 bits in 16 or 16 in 8, so that all panes are one kind of pixels."""
    if pixels.dtype == like.dtype:
        return pixels
    if pixels.dtype == "uint8":
        return pixels.astype("uint16") * 257
    return (pixels // 257).astype("uint8")


def cut(pane: Pane, region: Rect | None) -> Pixels | None:
    """A pane's pixels inside the region that is compared."""
    return pane.pixels if pane.pixels is None or region is None else pane.pixels[region.slices]
