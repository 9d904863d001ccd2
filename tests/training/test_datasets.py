from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from nledn.errors import DataSetWrong, InputNotFound
from nledn.training.datasets import DATA_SETS, DataSet, Part, part_of

SMALL = {
    "ddn": replace(DATA_SETS["ddn"], train=28, test=14),
    "didmdn": replace(DATA_SETS["didmdn"], train=6, test=3),
    "rain100l": replace(DATA_SETS["rain100l"], train=4, test=2),
    "rain100h": replace(DATA_SETS["rain100h"], train=4, test=2),
}


def put(path: Path, seed: int = 0, halves: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks = np.random.default_rng(seed).integers(40, 200, (8, 10, 3))
    pixels = blocks.repeat(5, axis=0).repeat(5, axis=1).astype(np.uint8)
    Image.fromarray(np.hstack([pixels, pixels]) if halves else pixels).save(path)


def ddn(folder: Path, scenes: int = 3) -> None:
    for n in range(1, scenes + 1):
        put(folder / "ground_truth" / f"{n}.jpg")
        for m in range(1, 15):
            put(folder / "rainy_image" / f"{n}_{m}.jpg")


def didmdn(folder: Path, count: int = 2) -> None:
    for density in ("Rain_Heavy", "Rain_Medium", "Rain_Light"):
        for n in range(count):
            put(folder / "train" / density / "train2018new" / f"{n}.jpg", n, halves=True)
    for n in range(3):
        put(folder / "test" / f"{n}.jpg", n, halves=True)


def rain100(folder: Path, names: tuple[str, str], count: int) -> None:
    for n in range(1, count + 1):
        for name in names:
            put(folder / name.format(n))


def names_of(data_set: DataSet, folder: Path, part: Part) -> list[str]:
    return [pair.name for pair in part_of(data_set, folder, part)]


def test_the_sets_are_those_of_section_4_1() -> None:
    counts = {name: (data_set.train, data_set.test) for name, data_set in DATA_SETS.items()}
    assert counts == {
        "ddn": (9_100, 4_900),
        "didmdn": (12_000, 1_200),
        "rain100l": (200, 100),
        "rain100h": (1_800, 100),
    }


def test_ddn_is_split_by_whole_scenes(tmp_path: Path) -> None:
    ddn(tmp_path)
    train, test = (names_of(SMALL["ddn"], tmp_path, part) for part in get_args(Part))
    assert train == [f"{n}_{m}.jpg" for n in (1, 2) for m in range(1, 15)]
    assert test == [f"3_{m}.jpg" for m in range(1, 15)]


def test_didmdn_has_its_densities_in_folders(tmp_path: Path) -> None:
    didmdn(tmp_path)
    train = part_of(SMALL["didmdn"], tmp_path, "train")
    assert len(train) == 6
    assert {pair.rainy.parts[-3] for pair in train} == {"Rain_Heavy", "Rain_Medium", "Rain_Light"}
    assert all(pair.clean is None for pair in train)
    assert len(part_of(SMALL["didmdn"], tmp_path, "test")) == 3


@pytest.mark.parametrize(
    "names",
    [
        ("rain-{}.png", "norain-{}.png"),
        ("{}.png", "no{}.png"),
        ("input/{}.png", "target/{}.png"),
        ("rainy/{}.png", "clean/{}.png"),
    ],
)
@pytest.mark.parametrize("folders", [("train", "test"), ("RainTrainL", "Rain100L")])
def test_rain100_in_all_its_layouts(
    tmp_path: Path, names: tuple[str, str], folders: tuple[str, str]
) -> None:
    rain100(tmp_path / folders[0], names, 4)
    rain100(tmp_path / folders[1], names, 2)
    assert len(part_of(SMALL["rain100l"], tmp_path, "train")) == 4
    assert len(part_of(SMALL["rain100l"], tmp_path, "test")) == 2
    assert len(part_of(SMALL["rain100l"], tmp_path / folders[0], "train")) == 4


def test_the_two_rain100_are_not_taken_for_one_another(tmp_path: Path) -> None:
    names = ("rain-{}.png", "norain-{}.png")
    for folder, count in (("RainTrainH", 3), ("RainTrainL", 4), ("Rain100H", 2), ("Rain100L", 2)):
        rain100(tmp_path / folder, names, count)
    assert len(part_of(SMALL["rain100l"], tmp_path, "train")) == 4
    for pair in part_of(SMALL["rain100l"], tmp_path, "test"):
        assert pair.rainy.parent.name == "Rain100L"


def test_a_half_downloaded_set_says_what_is_there_and_where_to_get_the_rest(
    tmp_path: Path,
) -> None:
    rain100(tmp_path, ("rain-{}.png", "norain-{}.png"), 3)
    put(tmp_path / "rain-4.png")
    with pytest.raises(DataSetWrong) as caught:
        part_of(SMALL["rain100l"], tmp_path, "train")
    message = str(caught.value)
    for words in (
        str(tmp_path),
        "expected 4 pairs to train with, as rain-<n>.png and norain-<n>.png",
        "found 3 pairs, 1 rainy photos without their clean one",
        "github.com/csdwren/PReNet",
    ):
        assert words in message


def test_files_of_no_bytes_are_noticed(tmp_path: Path) -> None:
    rain100(tmp_path, ("rain-{}.png", "norain-{}.png"), 4)
    (tmp_path / "norain-2.png").write_bytes(b"")
    with pytest.raises(DataSetWrong, match="1 empty files"):
        part_of(SMALL["rain100h"], tmp_path, "train")


@pytest.mark.parametrize("part", get_args(Part))
def test_too_few_scenes_are_noticed_whichever_part_is_asked_for(tmp_path: Path, part: Part) -> None:
    ddn(tmp_path, scenes=2)
    with pytest.raises(DataSetWrong, match="28 pairs") as caught:
        part_of(SMALL["ddn"], tmp_path, part)
    assert caught.value.expected.startswith("42 pairs, as rainy_image")


def test_a_density_too_few_is_noticed(tmp_path: Path) -> None:
    didmdn(tmp_path, count=1)
    with pytest.raises(DataSetWrong, match="3 pairs"):
        part_of(SMALL["didmdn"], tmp_path, "train")


def test_the_test_part_is_not_taken_for_the_training_part(tmp_path: Path) -> None:
    rain100(tmp_path, ("rain-{}.png", "norain-{}.png"), 2)
    with pytest.raises(DataSetWrong):
        part_of(SMALL["rain100l"], tmp_path, "train")


def test_a_folder_of_anything_else_names_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(DataSetWrong, match=r"0 pairs, files and folders named holiday, notes\.txt"):
        part_of(SMALL["rain100l"], tmp_path, "train")
    with pytest.raises(DataSetWrong, match="an empty folder"):
        part_of(SMALL["ddn"], tmp_path / "holiday", "test")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for data_set in SMALL.values():
        with pytest.raises(InputNotFound):
            part_of(data_set, tmp_path / "none", "train")
