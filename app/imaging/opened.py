"""A photo that was read, with copies for its first view, and its folder's other photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from natsort import natsorted

from app.imaging.pyramid import Pyramid
from nledn.errors import FolderWithoutPhotos, PhotoNotFound
from nledn.naming import source_stem

if TYPE_CHECKING:
    from nledn.photo import Photo
    from nledn.photo.provenance import Provenance


@dataclass(frozen=True, eq=False)
class Opened:
    """A photo that was read.

    Attributes:
        photo: its pixels and all.
        copies: the reduced ones for a first view.
        folder: the photos of its folder in natural order; empty for a pasted one.
        results: of photos in the folder that have one there, which is not listed separately.
        provenance: if it is a result of ours.
        from_folder: a folder was opened, and this is its first photo.
    """

    photo: "Photo"
    copies: Pyramid
    folder: tuple[Path, ...] = ()
    results: Mapping[Path, Path] = field(default_factory=dict)
    provenance: "Provenance | None" = None
    from_folder: bool = False


def photos_in(folder: Path) -> tuple[Path, ...]:
    """Return the photos of a folder in natural order; hidden files and junk are left out."""
    from nledn import photo as photos

    suffixes = set(photos.readable_suffixes())
    try:
        names = [path for path in folder.iterdir() if path.suffix.lower() in suffixes]
    except OSError as error:
        raise PhotoNotFound(folder) from error
    return tuple(natsorted((path for path in names if not path.name.startswith(".")), key=str))


def results_in(photos: Sequence[Path]) -> Mapping[Path, Path]:
    """Return the results among photos of a folder by their names, each with its photo."""
    by_stem: dict[str, Path] = {}
    for path in photos:
        by_stem.setdefault(path.stem, path)
    stems = {path: source_stem(path.stem) for path in photos}
    return {path: by_stem[stem] for path, stem in stems.items() if stem in by_stem}


def without_photos(folder: Path) -> FolderWithoutPhotos:
    """Return the error of a folder without photos, with counts of its other content."""
    seen = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    folders = sum(entry.is_dir() for entry in seen)
    return FolderWithoutPhotos(folder, folders, len(seen) - folders)
