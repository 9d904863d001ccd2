import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from nledn.errors import InputNotFound, NoPairs, PairSizesDiffer, PhotoError
from nledn.pairs import (
    HALVES_TITLE,
    LAYOUTS,
    find_pairs,
    result_of,
    truth_beside,
    truth_of,
)

Bytes = npt.NDArray[np.uint8]


def scene(seed: int, height: int = 60, width: int = 80) -> Bytes:
    """A picture of blocks, as unlike any other scene as two photos are."""
    blocks = np.random.default_rng(seed).integers(40, 200, (height // 5, width // 5, 3))
    return blocks.repeat(5, axis=0).repeat(5, axis=1).astype(np.uint8)


def rained_on(clean: Bytes) -> Bytes:
    streaks = np.random.default_rng(9).random(clean.shape[:2]) < 0.05
    return np.where(streaks[:, :, None], 230, clean).astype(np.uint8)


def put(path: Path, pixels: Bytes | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(scene(0) if pixels is None else pixels).save(path, quality=95, subsampling=0)


def names(folder: Path) -> list[tuple[str, str]]:
    return [
        (str(pair.rainy.relative_to(folder)), str(pair.clean and pair.clean.relative_to(folder)))
        for pair in find_pairs(folder).pairs
    ]


@pytest.mark.parametrize(
    ("rainy", "clean"),
    [
        ("rainy/{}.png", "clean/{}.png"),
        ("input/{}.png", "target/{}.png"),
        ("Rainy/{}.png", "Clean/{}.jpg"),
        ("rain-{}.png", "norain-{}.png"),
        ("rain-{}x2.png", "norain-{}x2.png"),
        ("{}.png", "no{}.png"),
    ],
)
def test_layouts_of_one_clean_photo_for_one_rainy(tmp_path: Path, rainy: str, clean: str) -> None:
    for n in (10, 2, 1):
        put(tmp_path / rainy.format(n))
        put(tmp_path / clean.format(n))
    expected = [(rainy.format(n), clean.format(n)) for n in (1, 2, 10)]
    assert names(tmp_path) == expected


def test_fourteen_rains_on_one_clean_photo(tmp_path: Path) -> None:
    for n in (1, 12):
        put(tmp_path / "ground_truth" / f"{n}.jpg")
        for m in range(1, 15):
            put(tmp_path / "rainy_image" / f"{n}_{m}.jpg")
    found = find_pairs(tmp_path).pairs
    assert [pair.name for pair in found] == [f"{n}_{m}.jpg" for n in (1, 12) for m in range(1, 15)]
    assert {pair.clean for pair in found[14:]} == {tmp_path / "ground_truth" / "12.jpg"}


def test_halves_side_by_side(tmp_path: Path) -> None:
    for n in (1, 2, 10):
        clean = scene(n)
        put(tmp_path / f"{n}.jpg", np.hstack([rained_on(clean), clean]))
    found = find_pairs(tmp_path)
    assert found.layout == HALVES_TITLE
    assert [(pair.name, pair.clean) for pair in found.pairs] == [
        ("1.jpg", None),
        ("2.jpg", None),
        ("10.jpg", None),
    ]
    pixels = found.pairs[0].read()
    assert pixels.clean.shape == pixels.rainy.shape == (60, 80, 3)
    difference = np.abs(pixels.clean.astype(int) - scene(1)).mean()
    assert difference < 8  # the right half is the clean one; JPEG moves it a little
    assert pixels.rainy.mean() > pixels.clean.mean()


def test_ordinary_photos_are_no_halves(tmp_path: Path) -> None:
    for n in range(4):
        put(tmp_path / f"{n}.jpg", np.hstack([scene(n), scene(n + 50)]))
    with pytest.raises(NoPairs):
        find_pairs(tmp_path)


def test_one_photo_that_resembles_itself_does_not_decide(tmp_path: Path) -> None:
    for n in range(3):
        put(tmp_path / f"{n}.jpg", np.hstack([scene(n), scene(n + 50 if n else n)]))
    with pytest.raises(NoPairs):
        find_pairs(tmp_path)


def test_flat_and_unreadable_photos_are_no_halves(tmp_path: Path) -> None:
    put(tmp_path / "1.jpg", np.full((20, 40, 3), 7, np.uint8))
    (tmp_path / "2.jpg").write_bytes(b"no photo")
    with pytest.raises(NoPairs):
        find_pairs(tmp_path)


def test_a_pair_reads_as_it_was_written(tmp_path: Path) -> None:
    clean = scene(3)
    put(tmp_path / "clean" / "a.png", clean)
    put(tmp_path / "rainy" / "a.png", rained_on(clean))
    pixels = find_pairs(tmp_path).pairs[0].read()
    np.testing.assert_array_equal(pixels.clean, clean)
    np.testing.assert_array_equal(pixels.rainy, rained_on(clean))


def test_junk_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "rainy" / "a.png")
    put(tmp_path / "clean" / "a.png")
    for folder in ("rainy", "clean"):
        for name in ("._a.png", ".DS_Store", "Thumbs.db", "desktop.ini"):
            (tmp_path / folder / name).write_bytes(b"junk")
        (tmp_path / folder / "b.png").mkdir()
    found = find_pairs(tmp_path)
    assert [pair.name for pair in found.pairs] == ["a.png"]
    assert found.unmatched == ()


@pytest.mark.parametrize("folders", [("rainy", "clean"), ("Input", "Target")])
def test_sidecars_are_no_photos(tmp_path: Path, folders: tuple[str, str]) -> None:
    for folder in folders:
        put(tmp_path / folder / "001.png")
        put(tmp_path / folder / "002.PNG")
        for name in ("001.txt", "001.xmp", "003.json"):
            (tmp_path / folder / name).write_text("words")
    rainy, clean = folders
    assert names(tmp_path) == [
        (f"{rainy}/{name}", f"{clean}/{name}") for name in ("001.png", "002.PNG")
    ]
    assert find_pairs(tmp_path).unmatched == ()


def test_a_sidecar_is_no_truth(tmp_path: Path) -> None:
    for folder in ("rainy", "clean"):
        put(tmp_path / folder / "001.png")
        (tmp_path / folder / "001.xmp").write_text("words")
    assert truth_beside(tmp_path / "rainy" / "001.png") == tmp_path / "clean" / "001.png"


def test_only_folders_of_a_layout_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "rainy" / "a.png")
    put(tmp_path / "clean" / "a.png")
    (tmp_path / "lost+found").mkdir()
    real = Path.iterdir

    def refusing(path: Path) -> Iterator[Path]:
        if path.name == "lost+found":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "iterdir", refusing)  # the tests may run as root
    assert names(tmp_path) == [("rainy/a.png", "clean/a.png")]


def test_a_photo_is_its_own_result_only_where_nothing_else_is(tmp_path: Path) -> None:
    photo = tmp_path / "holiday.jpg"
    put(photo)
    assert result_of(Path(photo.name), tmp_path, photo) == photo
    assert result_of(Path(photo.name), tmp_path, tmp_path / "gone.jpg") == photo
    put(tmp_path / "holiday_derained.jpg")
    assert result_of(Path(photo.name), tmp_path, photo) == tmp_path / "holiday_derained.jpg"
    assert result_of(Path(photo.name), tmp_path) == photo


@pytest.mark.parametrize(("rainy", "clean"), [("rain-1.png", "norain-1.png"), ("1.png", "no1.png")])
def test_a_photo_is_its_own_truth_only_where_nothing_else_is(
    tmp_path: Path, rainy: str, clean: str
) -> None:
    photo = tmp_path / rainy
    put(photo)
    assert truth_of(Path(rainy), tmp_path, photo) == photo
    put(tmp_path / clean)
    assert truth_of(Path(rainy), tmp_path, photo) == tmp_path / clean


@pytest.mark.parametrize("find", [truth_of, result_of])
def test_a_name_that_leaves_no_room_for_more_letters_is_looked_for(
    tmp_path: Path, find: Callable[[Path, Path], Path | None]
) -> None:
    name = Path(f"{'rain' * 62}.jpg")
    assert find(name, tmp_path) is None
    put(tmp_path / name.with_suffix(".png"))
    assert find(name, tmp_path) == tmp_path / name.with_suffix(".png")


def test_rainy_photos_without_a_clean_one_are_named(tmp_path: Path) -> None:
    put(tmp_path / "rainy" / "a.png")
    put(tmp_path / "rainy" / "b.png")
    put(tmp_path / "clean" / "a.png")
    found = find_pairs(tmp_path)
    assert [pair.name for pair in found.pairs] == ["a.png"]
    assert found.unmatched == (tmp_path / "rainy" / "b.png",)


def test_sizes_that_differ_are_refused_on_reading(tmp_path: Path) -> None:
    put(tmp_path / "rainy" / "a.png", scene(0, 60, 80))
    put(tmp_path / "clean" / "a.png", scene(0, 80, 60))
    with pytest.raises(PairSizesDiffer) as caught:
        find_pairs(tmp_path).pairs[0].read()
    error = caught.value
    assert (error.rainy_size, error.clean_size) == ((80, 60), (60, 80))
    assert error.path.name == "a.png"


def test_an_odd_width_has_no_halves(tmp_path: Path) -> None:
    clean = scene(0)
    for n in (1, 2, 3):
        put(tmp_path / f"{n}.jpg", np.hstack([clean, clean]))
    put(tmp_path / "4.jpg", np.hstack([clean, clean[:, 1:]]))
    with pytest.raises(PairSizesDiffer):
        find_pairs(tmp_path).pairs[3].read()


def test_a_damaged_photo_is_an_error_of_its_pair_alone(tmp_path: Path) -> None:
    put(tmp_path / "rainy" / "a.png")
    put(tmp_path / "clean" / "a.png")
    put(tmp_path / "rainy" / "b.png")
    (tmp_path / "clean" / "b.png").write_bytes(b"no photo")
    good, bad = find_pairs(tmp_path).pairs
    good.read()
    with pytest.raises(PhotoError):
        bad.read()


def test_a_folder_of_anything_else_says_what_was_found_and_expected(tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / f"page{n}.txt").write_text("words")
    with pytest.raises(NoPairs) as caught:
        find_pairs(tmp_path)
    assert caught.value.found == tuple(f"page{n}.txt" for n in range(5))
    assert len(caught.value.layouts) == len(LAYOUTS) + 1


def test_an_empty_folder_has_no_pairs(tmp_path: Path) -> None:
    (tmp_path / "rainy").mkdir()
    (tmp_path / "clean").mkdir()
    with pytest.raises(NoPairs):
        find_pairs(tmp_path)


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("words")
    for path in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(InputNotFound):
            find_pairs(path)
