"""The photos of a batch: those of a folder, or of a list."""

import codecs
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from natsort import natsorted, ns

from nledn import decoder, photo
from nledn.errors import (
    BatchInputEmpty,
    BatchInputIsPhoto,
    DerainError,
    InputNotFound,
    OptionInvalid,
    PhotoIsVideo,
)
from nledn.pairs import JUNK

_NUL = "\N{SYMBOL FOR NULL}".encode()


@dataclass(frozen=True)
class Found:
    """The photos of a batch.

    Attributes:
        root: the folder whose tree the results repeat.
        files: relative to `root`; of a folder in natural order, 2 before 10, of a list as listed.
        unlisted: folders that may not be listed.
        videos: files beside the photos that are videos, relative to `root`.
    """

    root: Path
    files: tuple[Path, ...]
    unlisted: tuple[Path, ...] = ()
    videos: tuple[Path, ...] = ()


def in_folder(
    folder: Path, *, recursive: bool = False, patterns: Sequence[str] = (), out: Path | None = None
) -> Found:
    """Find the photos of a folder.

    Files of the system (`._*`, Thumbs.db, desktop.ini), hidden ones, and the output folder where
    it lies inside are left out.

    Args:
        folder: where to look.
        recursive: in its subfolders too, links to folders included, each folder once.
        patterns: take only names, or paths below `folder`, that match one of these, such as
            `frame_*.png`; letter case does not count.
        out: the folder of the results.

    Raises:
        InputNotFound: the folder is missing or cannot be listed.
        BatchInputEmpty: it has no photos.
        PhotoIsVideo: it has only videos.
    """
    root = Path(os.path.abspath(folder))  # not resolved: users see the names that they know
    # Results among their sources are known by the journal, or by their names.
    results = frozenset() if out is None else identity_of(out) - identity_of(root)
    unlisted: list[Path] = []
    walk = _walk(root, recursive, results, unlisted)
    suffixes = frozenset(photo.readable_suffixes())
    matching = [path for path in walk if _matches(path, patterns)]
    files = [path for path in matching if path.suffix.lower() in suffixes]
    videos = sorted(path for path in matching if photo.is_video_suffix(path.suffix))
    if root in unlisted:
        raise InputNotFound(folder)
    if not files and videos:
        raise PhotoIsVideo(root / videos[0])
    if not files:
        raise BatchInputEmpty(folder)
    # Sorted before, so that names which differ by letter case alone have one order everywhere.
    ordered = natsorted(sorted(files), key=lambda path: path.parts, alg=ns.PATH | ns.IGNORECASE)
    return Found(root, tuple(ordered), tuple(unlisted), tuple(videos))


def _walk(
    root: Path, recursive: bool, passed_over: frozenset[tuple[int, int]], unlisted: list[Path]
) -> Iterator[Path]:
    """Yield the files below a folder, relative to it and in no order.

    Args:
        root: the folder.
        recursive: as for `in_folder`.
        passed_over: folders to leave out, as `identity_of` gives them.
        unlisted: gets the folders that cannot be listed.
    """
    for _, folder, names in _folders(root, recursive, passed_over, unlisted):
        yield from (Path(folder, name).relative_to(root) for name in filter(_is_wanted, names))


def _folders(
    root: Path, recursive: bool, passed_over: frozenset[tuple[int, int]], unlisted: list[Path]
) -> Iterator[tuple[Path, str, list[str]]]:
    """Yield each folder once: `root` or the link that led to it, the folder, its files."""

    def note(error: OSError) -> None:
        unlisted.append(Path(error.filename))

    seen, trees = set(passed_over), [root]
    for tree in trees:  # links last, so that a folder which is here anyway keeps its own name
        for folder, subfolders, names in os.walk(tree, onerror=note):
            identity = identity_of(Path(folder))
            is_new = not identity & seen
            seen |= identity
            subfolders[:] = filter(_is_wanted, subfolders if recursive and is_new else ())
            trees += (path for name in subfolders if (path := Path(folder, name)).is_symlink())
            if is_new:
                yield tree, folder, names


def links_below(folder: Path) -> list[Path]:
    """Return the links to other folders that `in_folder` follows below one, recursively."""
    trees = (tree for tree, _, _ in _folders(folder, True, frozenset(), []))
    return [tree for tree in dict.fromkeys(trees) if tree != folder]


def _is_wanted(name: str) -> bool:
    """Return whether a name is neither hidden nor of the system."""
    return not name.startswith(".") and name.lower() not in JUNK


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and its subfolders, in no order."""
    root = Path(os.path.abspath(folder))
    return (root / path for path in _walk(root, True, frozenset(), []))


def identity_of(path: Path) -> frozenset[tuple[int, int]]:
    """Device and inode of a file, links followed: equal for all of its names; empty for none."""
    try:
        state = path.stat()
    except OSError:
        return frozenset()
    return frozenset({(state.st_dev, state.st_ino)})


def _matches(path: Path, patterns: Sequence[str]) -> bool:
    names = (path.name.lower(), path.as_posix().lower())
    return not patterns or any(fnmatch(name, p.lower()) for p in patterns for name in names)


def in_list(lines: Iterable[bytes], listed_in: Path, *, patterns: Sequence[str] = ()) -> Found:
    """Take the photos that a list names, one a line, relative to the present folder.

    The results repeat the tree below the folder that all of them have in common.

    Args:
        lines: as read from the file; the paths' own bytes.
        listed_in: the list, for errors.
        patterns: as for `in_folder`.

    Raises:
        BatchInputEmpty: it names no photo.
        OptionInvalid: they lie on several drives, which have no folder in common.
    """
    # No file has a NUL in its name; the line fails as a photo that is missing.
    named = (os.fsdecode(line.rstrip(b"\r\n").replace(b"\0", _NUL)) for line in lines)
    paths = [Path(os.path.abspath(name)) for name in named if name.strip()]
    paths = [path for path in dict.fromkeys(paths) if _matches(path, patterns)]
    if not paths:
        raise BatchInputEmpty(listed_in)
    root = _in_common([path.parent for path in paths], listed_in)
    return Found(root, tuple(path.relative_to(root) for path in paths))


def together(founds: Iterable[Found]) -> Found:
    """Photos of several folders and lists as those of one batch, each once.

    The results repeat the tree below the folder that all of them have in common.

    Raises:
        OptionInvalid: they lie on several drives, which have no folder in common.
    """
    founds = list(founds)
    root = _in_common([found.root for found in founds], founds[-1].root)
    paths = dict.fromkeys(found.root / file for found in founds for file in found.files)
    unlisted = dict.fromkeys(folder for found in founds for folder in found.unlisted)
    videos = dict.fromkeys(found.root / file for found in founds for file in found.videos)
    return Found(
        root,
        tuple(path.relative_to(root) for path in paths),
        tuple(unlisted),
        tuple(path.relative_to(root) for path in videos),
    )


def _in_common(folders: list[Path], named: Path) -> Path:
    try:
        return Path(os.path.commonpath(folders))
    except ValueError as error:  # drives of Windows
        raise OptionInvalid("input", str(named), "photos of one drive") from error


def read_list(path: Path) -> list[bytes]:
    """The lines of a list of photos.

    Raises:
        BatchInputIsPhoto: it is a photo itself.
        PhotoIsVideo: it is a video.
        InputNotFound: it is missing or cannot be read.
    """
    if path.is_file() and _is_photo(path):
        raise BatchInputIsPhoto(path)
    try:
        return path.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines()
    except OSError as error:
        raise InputNotFound(path) from error


def _is_photo(path: Path) -> bool:
    try:
        decoder.read_header(path)
    except PhotoIsVideo:
        raise
    except DerainError:
        return path.suffix.lower() in photo.readable_suffixes()
    return True
