"""Pictures that are not computed here: the truth, and other programs' results."""

from dataclasses import dataclass
from pathlib import Path

from nledn import decoder
from nledn.cancel import CancelToken
from nledn.compare.comparison import Pane
from nledn.errors import (
    DerainError,
    PairSizesDiffer,
    PhotoNotFound,
    PhotoNotPermitted,
    ResultSizeDiffers,
)
from nledn.pairs import result_of
from nledn.photo import Photo
from nledn.pixels import Pixels, in_depth
from nledn.tiling import Rect


@dataclass(frozen=True)
class OtherResult:
    """Another program's result.

    Attributes:
        title: its name.
        path: its file, or a folder in which it lies by the photo's name.
    """

    title: str
    path: Path


def file_of(result: OtherResult, rainy_path: Path) -> Path:
    """The file that a result is read from."""
    try:
        if not result.path.is_dir():
            return result.path
    except PermissionError as error:
        raise PhotoNotPermitted(result.path) from error
    found = result_of(Path(rainy_path.name), result.path, rainy_path)
    if found is None:
        raise PhotoNotFound(result.path / rainy_path.name)
    return found


def result_pane(result: OtherResult, rainy: Photo, rainy_path: Path) -> Pane:
    """Make the pane of another program's result; an unusable one says why."""
    path = result.path
    try:
        path = file_of(result, rainy_path)
        pixels = pixels_like(rainy, path)
    except PairSizesDiffer as error:
        differs = ResultSizeDiffers(path, error.rainy_size, error.clean_size)
        return Pane(result.title, "result", error=differs, path=path)
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
    return in_depth(other.pixels, rainy.pixels.dtype)


def cut(pane: Pane, region: Rect | None) -> Pixels | None:
    """A pane's pixels inside the region that is compared."""
    return pane.pixels if pane.pixels is None or region is None else pane.pixels[region.slices]
