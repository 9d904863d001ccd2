"""Reading photos: from a file, a folder, the clipboard."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from natsort import natsorted
from PySide6.QtGui import QImage

from app.qimage import to_photo
from app.runner import Job, Work
from app.views.picture import first_copies
from app.views.pyramid import Pyramid
from nledn import decoder
from nledn.errors import PhotoIsFolder, PhotoNotFound

if TYPE_CHECKING:
    from nledn.photo import Photo
    from nledn.photo.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Opened:
    """A photo that was read.

    Attributes:
        photo: its pixels and all.
        copies: the reduced ones that a first view is made from.
        folder: the photos of its folder in the order people expect; empty for a pasted one.
        recipe: how it was made, if it is a result of ours.
        from_folder: a folder was asked for, and this is its first photo.
    """

    photo: "Photo"
    copies: Pyramid
    folder: tuple[Path, ...] = ()
    recipe: "Recipe | None" = None
    from_folder: bool = False


@dataclass(frozen=True, eq=False)
class OpenJob(Job):
    """Read a photo, or the first one of a folder."""

    only_reads: ClassVar[bool] = True
    path: Path

    def run(self, work: Work) -> Opened:
        """Read it."""
        from nledn.photo.recipe import read_recipe

        is_folder = self.path.is_dir()
        folder = photos_in(self.path if is_folder else self.path.parent)
        if is_folder and not folder:
            raise PhotoIsFolder(self.path)
        photo = decoder.read(folder[0] if is_folder else self.path, cancel=work.cancel)
        return Opened(
            photo, first_copies(photo), folder, read_recipe(photo.xmp), from_folder=is_folder
        )


@dataclass(frozen=True, eq=False)
class PasteJob(Job):
    """Turn a pasted picture into a photo without a file."""

    image: QImage

    def run(self, work: Work) -> Opened:
        """Convert it."""
        photo = to_photo(self.image)
        return Opened(photo, first_copies(photo))


def photos_in(folder: Path) -> tuple[Path, ...]:
    """The photos of a folder in natural order; hidden files and junk are passed over."""
    from nledn import photo as photos

    suffixes = set(photos.readable_suffixes())
    try:
        names = [path for path in folder.iterdir() if path.suffix.lower() in suffixes]
    except OSError as error:
        raise PhotoNotFound(folder) from error
    return tuple(natsorted((path for path in names if not path.name.startswith(".")), key=str))
