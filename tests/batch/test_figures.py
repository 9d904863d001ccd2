import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from nledn import photo
from nledn.batch.figures import change_of, marks_of, scores_of, small, thumbnail
from nledn.errors import PairSizesDiffer, PairTooSmall
from nledn.metrics import Change
from nledn.pairs import truth_of
from nledn.photo import Photo
from nledn.pixels import Pixels
from tests.batch.batches import make_photo
from tests.photo.icc_profiles import adobe_rgb


def as_pixels(levels: npt.NDArray[np.int_], depth: str) -> Pixels:
    return levels.astype(np.uint8) if depth == "8 bits" else (levels * 257).astype(np.uint16)


@pytest.mark.parametrize("depth", ["8 bits", "16 bits"])
def test_change_is_in_levels_of_255(depth: str) -> None:
    levels = np.full((700, 900, 3), 100)
    streaked = levels.copy()
    streaked[:, :300] += 30  # streaks on a third
    change = change_of(as_pixels(streaked, depth), as_pixels(levels, depth))
    assert change.taken == pytest.approx(10, abs=0.1)
    assert change.brightness == 0  # most pixels stayed
    darker = change_of(as_pixels(levels, depth), as_pixels(levels - 6, depth))
    assert darker.brightness == pytest.approx(-6)


def test_rows_to_look_at_are_marked() -> None:
    assert marks_of(Change(taken=4.0, brightness=-2.0)) == ()
    assert marks_of(Change(taken=0.2, brightness=0.0)) == ("nearly nothing changed",)
    assert marks_of(Change(taken=9.0, brightness=-9.0)) == ("overall darker by 9 of 255",)
    assert marks_of(Change(taken=9.0, brightness=6.0)) == ("overall brighter by 6 of 255",)


def test_small_pictures_are_in_srgb() -> None:
    pixels = np.full((400, 200, 3), (200, 60, 60), np.uint8)
    plain, wide = (
        Image.open(io.BytesIO(thumbnail(Photo(pixels, icc=icc)))) for icc in (None, adobe_rgb())
    )
    assert plain.size == wide.size == (160, 320)
    reds = [np.asarray(image)[160, 80].astype(int) for image in (plain, wide)]
    assert np.abs(reds[0] - (200, 60, 60)).max() <= 4
    assert reds[1][0] > reds[0][0] + 8  # the same numbers mean a stronger red there


def test_small_pictures_of_any_photo(tmp_path: Path) -> None:
    for kind, pixels in (
        ("grey", np.full((1, 3), 9, np.uint8)),
        ("deep", np.full((9, 5), 999, np.uint16)),
    ):
        path = tmp_path / f"{kind}.png"
        Image.fromarray(pixels).save(path)
        assert Image.open(io.BytesIO(thumbnail(photo.read(path)))).format == "WEBP"


@pytest.mark.parametrize(
    ("rainy", "clean"),
    [
        ("a/1.jpg", "a/1.jpg"),
        ("a/1.jpg", "1.PNG"),
        ("a/7_12.jpg", "7.jpg"),
        ("rain-3.png", "norain-3.png"),
        ("4.png", "no4.png"),
    ],
)
def test_the_photo_without_rain_is_found_by_name(tmp_path: Path, rainy: str, clean: str) -> None:
    make_photo(tmp_path / "other.jpg")
    assert truth_of(Path(rainy), tmp_path) is None
    assert truth_of(Path(rainy), make_photo(tmp_path / clean).parent) == tmp_path / clean


def test_scores_are_of_the_saved_result_and_of_the_photo(tmp_path: Path) -> None:
    clean = make_photo(tmp_path / "clean.png")
    other = make_photo(tmp_path / "other.png", seed=5)
    scores = scores_of(other, clean, clean)
    assert scores.psnr_y == float("inf")
    assert scores.ssim_y == 1
    assert scores.input_psnr_y < 20
    with pytest.raises(PairSizesDiffer):
        scores_of(other, clean, make_photo(tmp_path / "large.png", size=(30, 30)))
    tiny = make_photo(tmp_path / "tiny.png", size=(6, 30))
    with pytest.raises(PairTooSmall):
        scores_of(tiny, tiny, tiny)


@pytest.mark.parametrize(("side_px", "size"), [(120, (120, 80)), (1000, (600, 400))])
def test_a_small_picture_is_never_larger(side_px: int, size: tuple[int, int]) -> None:
    picture = Photo(np.zeros((400, 600, 3), np.uint8))
    assert small(picture, side_px).size == size
