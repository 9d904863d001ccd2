"""The four data sets of the paper (section 4.1): their layouts and splits."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from natsort import natsorted

from nledn.errors import DataSetWrong, InputNotFound, NoPairs
from nledn.pairs import Pair, find_pairs

Part = Literal["train", "test"]

FOUND_NAMES = 5  # of a folder without parts of a set, for its error


@dataclass(frozen=True)
class DataSet:
    """A published set of rainy and clean pairs.

    Attributes:
        title: its name in the paper.
        url: where it is published.
        layout: in words.
        train: pairs of its training part.
        test: pairs of its test part.
        archives: the folder of the training and of the test part in the set's archives, if any.
        is_by_scenes: both parts are one folder, whose first scenes are for training, as many as
            make `train` pairs; else each has a folder.
    """

    title: str
    url: str
    layout: str
    train: int
    test: int
    archives: tuple[str, str] = ("", "")
    is_by_scenes: bool = False


_RAIN100 = "rain-<n>.png and norain-<n>.png, or rainy/ and clean/, or input/ and target/"
_RAIN100_URL = "https://github.com/csdwren/PReNet (the first version, which papers measure with)"
DATA_SETS: Mapping[str, DataSet] = {
    "ddn": DataSet(
        title="DDN-Data (Rain1400, Fu et al. 2017)",
        url="https://xueyangfu.github.io/projects/cvpr2017.html",
        layout="rainy_image/<n>_<1..14>.jpg and ground_truth/<n>.jpg",
        train=9_100,
        test=4_900,
        is_by_scenes=True,
    ),
    "didmdn": DataSet(
        title="DIDMDN-Data (Rain1200, Zhang and Patel 2018)",
        url="https://github.com/hezhangsprinter/DID-MDN",
        layout="JPEGs with the rainy and the clean half side by side, in folders by density",
        train=12_000,
        test=1_200,
    ),
    "rain100l": DataSet(
        title="Rain100L (Yang et al. 2017)",
        url=_RAIN100_URL,
        layout=_RAIN100,
        train=200,
        test=100,
        archives=("raintrainl", "rain100l"),
    ),
    "rain100h": DataSet(
        title="Rain100H (Yang et al. 2017)",
        url=_RAIN100_URL,
        layout=_RAIN100,
        train=1_800,
        test=100,
        archives=("raintrainh", "rain100h"),
    ),
}
"""By the name that recipes use. The paper splits DDN-Data 9,100 to 4,900 without naming them;
650 and 350 whole scenes make exactly that, and no scene is then on both sides."""


def part_of(data_set: DataSet, folder: Path, part: Part) -> tuple[Pair, ...]:
    """The pairs of one part of a set, in natural order; the set must be whole.

    The folder is the set's, with or without a folder for each part, or the part's own.

    Raises:
        InputNotFound: the folder is missing.
        DataSetWrong: it holds another set or an incomplete one.
    """
    names = {part, f"{part}ing", data_set.archives[0 if part == "train" else 1]}
    inside = (path for path in _folders(folder) if path.name.lower() in names)
    if not data_set.is_by_scenes:
        return _whole(data_set, next(inside, folder), part)
    by_scene: dict[Path | None, list[Pair]] = {}
    for pair in _whole(data_set, folder, part):
        by_scene.setdefault(pair.clean, []).append(pair)
    in_order = tuple(pair for scene in by_scene.values() for pair in scene)
    return in_order[: data_set.train] if part == "train" else in_order[data_set.train :]


def _folders(folder: Path) -> list[Path]:
    try:
        return natsorted(path for path in folder.iterdir() if path.is_dir())
    except OSError as error:
        raise InputNotFound(folder) from error


def _below(folder: Path) -> tuple[tuple[Pair, ...], int]:
    """Pairs in a folder, else in the folders inside it, at any depth; and how many lack a half."""
    try:
        found = find_pairs(folder)
        return found.pairs, len(found.unmatched)
    except NoPairs:
        pairs: tuple[Pair, ...] = ()
        unmatched = 0
        for inside in _folders(folder):
            more, lacking = _below(inside)
            pairs, unmatched = pairs + more, unmatched + lacking
        return pairs, unmatched


def _whole(data_set: DataSet, folder: Path, part: Part) -> tuple[Pair, ...]:
    """The pairs in a folder, which must be as many as the set has there, and sound."""
    count, purpose = data_set.train + data_set.test, ""
    if not data_set.is_by_scenes:
        count = data_set.train if part == "train" else data_set.test
        purpose = f" to {part} with"
    found, unmatched = _below(folder)
    files = {path for pair in found for path in (pair.rainy, pair.clean) if path is not None}
    empty = sum(path.stat().st_size == 0 for path in files)  # as an interrupted download leaves
    if len(found) == count and not unmatched and not empty:
        return found
    said = [f"{len(found):,} pairs"]
    if unmatched:
        said.append(f"{unmatched:,} rainy photos without their clean one")
    if empty:
        said.append(f"{empty:,} empty files")
    if not found:
        names = natsorted(path.name for path in folder.iterdir())[:FOUND_NAMES]
        said.append(f"files and folders named {', '.join(names)}" if names else "an empty folder")
    expected = f"{count:,} pairs{purpose}, as {data_set.layout}"
    raise DataSetWrong(folder, data_set.title, expected, ", ".join(said), data_set.url)
