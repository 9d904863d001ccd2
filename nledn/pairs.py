"""Pairs of rainy and clean photos, in the layouts of the data sets."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from natsort import natsorted
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image

from nledn import decoder, photo
from nledn.errors import DerainError, InputNotFound, NoPairs, PairSizesDiffer
from nledn.messages import printable
from nledn.pixels import Pixels

JUNK = frozenset({"thumbs.db", "desktop.ini"})  # and everything that begins with a dot
FOUND_NAMES = 5  # of a folder without pairs, for its error

HALVES_TITLE = "one JPEG a pair, the rainy and the clean half side by side"
HALVES_SUFFIXES = (".jpg", ".jpeg")
HALVES_SAMPLES = 5
# Fine detail of both halves, at 64 px: on the published pairs it correlates by 0.31 to 0.99, in
# the worst rain too; between the halves of 100 ordinary photos by 0.47 at most, 0.29 but for one.
# The median of a few photos keeps that one from deciding.
HALVES_SIDE_PX = 64
HALVES_BLUR_PX = 9
HALVES_CORRELATION = 0.3


@dataclass(frozen=True)
class PairPixels:
    """A pair's photos, (H, W, 3) uint8 or uint16 RGB, of one size."""

    rainy: Pixels
    clean: Pixels


@dataclass(frozen=True)
class Pair:
    """A rainy photo and the same without rain.

    Attributes:
        rainy: file of the rainy photo.
        clean: file of the clean one; None when it is the right half of `rainy`.
    """

    rainy: Path
    clean: Path | None

    @property
    def name(self) -> str:
        """The rainy photo's file name, for display."""
        return printable(self.rainy.name)

    def read(self) -> PairPixels:
        """Read both photos.

        Raises:
            PhotoError: one of them cannot be read.
            PairSizesDiffer: they are not of one size.
        """
        rainy = decoder.read(self.rainy).pixels
        if self.clean is None:
            return _halves(rainy, self.rainy)
        clean = decoder.read(self.clean).pixels
        if rainy.shape != clean.shape:
            raise PairSizesDiffer(self.rainy, _size(rainy), _size(clean))
        return PairPixels(rainy, clean)


@dataclass(frozen=True)
class PairSet:
    """The pairs of a folder, in natural order of the rainy names: 2 before 10.

    The layout is in words; unmatched rainy photos have no clean one.
    """

    layout: str
    pairs: tuple[Pair, ...]
    unmatched: tuple[Path, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """All photos of the pairs."""
        both = (path for pair in self.pairs for path in (pair.rainy, pair.clean))
        return tuple(path for path in both if path is not None)


@dataclass(frozen=True)
class Layout:
    """The folders of rainy and clean photos, and the rule that matches their names.

    Attributes:
        title: in words.
        rainy_folder: in lower case (any is found); empty for the set's folder itself.
        clean_folder: the same for clean photos.
        rainy_stem: pattern of a rainy name without its ending; its group `key` names the scene.
        clean_stem: the same for clean names.
    """

    title: str
    rainy_folder: str
    clean_folder: str
    rainy_stem: str = r"(?P<key>.+)"
    clean_stem: str = r"(?P<key>.+)"


LAYOUTS = (
    Layout(
        "rainy_image/<n>_<m>.jpg and ground_truth/<n>.jpg",
        "rainy_image",
        "ground_truth",
        rainy_stem=r"(?P<key>.+)_\d+",
    ),
    Layout("rainy/ and clean/ with equal names", "rainy", "clean"),
    Layout("input/ and target/ with equal names", "input", "target"),
    Layout("rain-<n>.png and norain-<n>.png", "", "", r"rain-(?P<key>\w+)", r"norain-(?P<key>\w+)"),
    Layout("<n>.png and no<n>.png", "", "", r"(?P<key>\d+)", r"no(?P<key>\d+)"),
)


def find_pairs(folder: Path) -> PairSet:
    """Find the pairs in a folder, by the first layout that fits.

    Raises:
        InputNotFound: the folder is missing or may not be listed.
        NoPairs: it fits no layout.
    """
    entries = _entries(folder)
    files = _photos(entries)
    # Others are not ours, and may not even be listed, such as lost+found.
    named = {name for layout in LAYOUTS for name in (layout.rainy_folder, layout.clean_folder)}
    inside = [path for path in entries if path.name.lower() in named and path.is_dir()]
    folders = {path.name.lower(): _photos(_entries(path)) for path in inside} | {"": files}
    for layout in LAYOUTS:
        found = _matched(folders, layout)
        if found.pairs:
            return found
    jpegs = [path for path in files if path.suffix.lower() in HALVES_SUFFIXES]
    correlations = [_correlation_of_halves(path) for path in jpegs[:HALVES_SAMPLES]]
    if correlations and float(np.median(correlations)) > HALVES_CORRELATION:
        return PairSet(HALVES_TITLE, tuple(Pair(path, None) for path in jpegs))
    titles = (*(layout.title for layout in LAYOUTS), HALVES_TITLE)
    raise NoPairs(folder, titles, tuple(path.name for path in entries[:FOUND_NAMES]))


def truth_of(photo_path: Path, folder: Path, rainy: Path | None = None) -> Path | None:
    """Find the photo without rain by name: the same name, else one of a known set of pairs.

    `photo_path` is relative to a folder of rainy photos; those without rain lie in `folder`, in the
    same tree or all together. The file `rainy` is taken only if nothing else is found.
    """
    stems = [photo_path.stem]
    for layout in LAYOUTS:
        if key := _key(layout.rainy_stem, photo_path):
            stems += [f"{before}{key}" for before in ("", "norain-", "no")]
    return _first(_named(photo_path, folder, stems), rainy)


def result_of(photo_path: Path, folder: Path, rainy: Path | None = None) -> Path | None:
    """Find another program's result by name: the photo's, whatever its ending, or ours.

    The arguments are those of `truth_of`.
    """
    stems = [photo_path.stem, f"{photo_path.stem}_derained"]
    return _first(_named(photo_path, folder, stems), rainy)


def truth_beside(photo_path: Path) -> Path | None:
    """Find the photo without rain in the layouts of the known sets of pairs."""
    around = photo_path.parent
    for layout in LAYOUTS:
        key = _key(layout.rainy_stem, photo_path)
        folder = around.parent / layout.clean_folder if layout.clean_folder else around
        if key is None or layout.rainy_folder not in ("", around.name.lower()):
            continue
        with suppress(InputNotFound):
            found = _by_key(_photos(_entries(folder)), layout.clean_stem).get(key)
            if found is not None and found != photo_path:
                return found
    return None


def _named(photo_path: Path, folder: Path, stems: list[str]) -> Iterator[Path]:
    """Files of these names, the likeliest first."""
    for place in dict.fromkeys((folder / photo_path.parent, folder)):
        names = [photo_path.name]
        for stem in dict.fromkeys(stems):
            for suffix in photo.readable_suffixes():
                names += [f"{stem}{suffix}", f"{stem}{suffix.upper()}"]
        # Not `Path.is_file`, which raises for a name that is too long or may not be looked at.
        yield from (place / name for name in names if os.path.isfile(place / name))  # noqa: PTH113


def _first(paths: Iterator[Path], rainy: Path | None) -> Path | None:
    """The first file that is not the rainy photo itself, else that one."""
    own = None
    for path in paths:
        with suppress(OSError):
            if rainy is not None and path.samefile(rainy):
                own = own or path
                continue
        return path
    return own


def _entries(folder: Path) -> list[Path]:
    """A folder's files and folders in natural order, without files of the system."""
    try:
        paths = list(folder.iterdir())
    except OSError as error:
        raise InputNotFound(folder) from error
    kept = (path for path in paths if not path.name.startswith("."))
    return natsorted(path for path in kept if path.name.lower() not in JUNK)


def _photos(entries: list[Path]) -> list[Path]:
    """Without sidecars, such as 001.xmp, that would stand for the photo 001.png."""
    suffixes = frozenset(photo.readable_suffixes())
    return [path for path in entries if path.suffix.lower() in suffixes and path.is_file()]


def _matched(folders: Mapping[str, list[Path]], layout: Layout) -> PairSet:
    clean = _by_key(folders.get(layout.clean_folder, []), layout.clean_stem)
    pairs, unmatched = [], []
    for path in folders.get(layout.rainy_folder, []):
        key = _key(layout.rainy_stem, path)
        if key in clean:
            pairs.append(Pair(path, clean[key]))
        elif key is not None:
            unmatched.append(path)
    return PairSet(layout.title, tuple(pairs), tuple(unmatched))


def _by_key(files: list[Path], stem: str) -> dict[str, Path]:
    """The files whose names match, by the scene."""
    return {key: path for path in files if (key := _key(stem, path)) is not None}


def _key(stem: str, path: Path) -> str | None:
    match = re.fullmatch(stem, path.stem, re.DOTALL)
    return match["key"] if match else None


def _correlation_of_halves(path: Path) -> float:
    try:
        halves = _halves(decoder.read(path).pixels, path)
    except DerainError:
        return 0.0  # an unreadable photo says nothing about the others
    rainy, clean = _detail(halves.rainy), _detail(halves.clean)
    norm = float(np.sqrt((rainy**2).sum() * (clean**2).sum()))
    return float((rainy * clean).sum()) / norm if norm > 0 else 0.0


def _detail(pixels: Pixels) -> npt.NDArray[np.float32]:
    """A small grey version without slow changes, since skies make different halves similar."""
    grey = pixels.mean(axis=2, dtype=np.float32)
    size = (HALVES_SIDE_PX, HALVES_SIDE_PX)
    small = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX))
    wide = np.pad(small, HALVES_BLUR_PX // 2, mode="reflect")
    blurred = sliding_window_view(wide, (HALVES_BLUR_PX, HALVES_BLUR_PX)).mean(axis=(2, 3))
    return np.asarray(small - blurred, np.float32)


def _halves(pixels: Pixels, path: Path) -> PairPixels:
    middle = pixels.shape[1] // 2
    rainy, clean = pixels[:, :middle], pixels[:, middle:]
    if middle == 0 or rainy.shape != clean.shape:
        raise PairSizesDiffer(path, _size(rainy), _size(clean))
    return PairPixels(rainy.copy(), clean.copy())


def _size(pixels: Pixels) -> tuple[int, int]:
    return pixels.shape[1], pixels.shape[0]
