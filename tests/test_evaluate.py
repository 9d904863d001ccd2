import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from nledn import checkpoint
from nledn.architecture import weight_shapes
from nledn.cancel import CancelToken
from nledn.engine import Derainer
from nledn.errors import Cancelled, PairSizesDiffer, PairTooSmall
from nledn.evaluate import Failure, PairScores, evaluate
from nledn.options import Options
from nledn.pairs import find_pairs

Bytes = npt.NDArray[np.uint8]

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
RAIN = 10  # levels that every made-up rainy photo is brighter
CHECKPOINTS = ("Rain100L", "Rain100H", "DDN", "DID")


def scene(seed: int, height: int = 40, width: int = 56) -> Bytes:
    random = np.random.default_rng(seed)
    return random.integers(20, 200, (height, width, 3)).astype(np.uint8)


def put(folder: Path, name: str, clean: Bytes, rain: int = RAIN) -> None:
    for kind, pixels in (("clean", clean), ("rainy", clean + np.uint8(rain))):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / kind / name)


def checkpoint_that_takes(folder: Path, levels: float) -> Path:
    """Weights of 0 but for the last bias: a rain of so many levels everywhere."""
    arrays = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes().items()}
    arrays["to_rain.bias"][:] = math.atanh(levels / 255)
    checkpoint.write(folder / "flat.safetensors", arrays)
    return folder / "flat.safetensors"


def derainer(weights: Path, **options: Any) -> Derainer:
    chosen = {"precision": "fp32", "tile": "whole", "device": "cpu", "backend": "torch"} | options
    return Derainer.load(Options(weights=str(weights), **chosen))


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    for n in (1, 2, 10):
        put(tmp_path / "pairs", f"{n}.png", scene(n))
    return tmp_path / "pairs"


def test_a_rain_of_nothing_scores_as_the_input_does(tmp_path: Path, pairs: Path) -> None:
    made = evaluate(derainer(checkpoint_that_takes(tmp_path, 0)), find_pairs(pairs).pairs)
    for row in made.rows:
        assert row.scores.psnr_y == row.scores.input_psnr_y
        assert row.scores.ssim_y == row.scores.input_ssim_y
        assert row.scores.input_psnr_y == pytest.approx(20 * math.log10(255 / RAIN), abs=0.1)


def test_the_result_is_cut_not_rounded(tmp_path: Path, pairs: Path) -> None:
    # 9.6 of 10 levels leave 0.4 too much, 9.4 leave 0.6: both are cut away.
    for levels in (9.6, 9.4):
        made = evaluate(derainer(checkpoint_that_takes(tmp_path, levels)), find_pairs(pairs).pairs)
        assert [row.scores.psnr_y for row in made.rows] == [math.inf] * 3


def test_strength_is_applied(tmp_path: Path, pairs: Path) -> None:
    halved = derainer(checkpoint_that_takes(tmp_path, 19), strength=0.5)
    made = evaluate(halved, find_pairs(pairs).pairs)
    assert made.mean.psnr_y == math.inf


def test_photos_of_16_bits_score_like_those_of_8(tmp_path: Path) -> None:
    import tifffile

    clean = scene(4)
    put(tmp_path / "8", "a.png", clean)
    for kind in ("rainy", "clean"):
        (tmp_path / "16" / kind).mkdir(parents=True)
        pixels = np.asarray(Image.open(tmp_path / "8" / kind / "a.png")).astype(np.uint16)
        tifffile.imwrite(tmp_path / "16" / kind / "a.tif", pixels * 257, photometric="rgb")
    flat = derainer(checkpoint_that_takes(tmp_path, 4.5))
    found = [evaluate(flat, find_pairs(tmp_path / depth).pairs).mean for depth in ("8", "16")]
    assert found[0] == found[1]


def test_rows_follow_the_pairs_and_the_mean_is_theirs(tmp_path: Path, pairs: Path) -> None:
    put(pairs, "3.png", scene(3), rain=20)
    heard: list[PairScores | Failure] = []
    made = evaluate(
        derainer(checkpoint_that_takes(tmp_path, 3)),
        find_pairs(pairs).pairs,
        on_image=heard.append,
    )
    assert [row.file for row in made.rows] == ["1.png", "2.png", "3.png", "10.png"]
    assert tuple(heard) == made.rows
    for name in ("psnr_y", "ssim_y", "input_psnr_y", "input_ssim_y"):
        column = [getattr(row.scores, name) for row in made.rows]
        assert getattr(made.mean, name) == pytest.approx(np.mean(column))
        assert np.ptp(column) > 0


def test_a_limit_takes_the_first(tmp_path: Path, pairs: Path) -> None:
    flat = derainer(checkpoint_that_takes(tmp_path, 3))
    made = evaluate(flat, find_pairs(pairs).pairs, limit=2)
    assert [row.file for row in made.rows] == ["1.png", "2.png"]


def test_json_has_the_promised_shape(tmp_path: Path, pairs: Path) -> None:
    weights = checkpoint_that_takes(tmp_path, 3)
    made = evaluate(derainer(weights), find_pairs(pairs).pairs)
    found = json.loads(json.dumps(made.as_json(), allow_nan=False))
    figures = {"psnr_y", "ssim_y", "input_psnr_y", "input_ssim_y"}
    assert found.keys() == {"mean", "images", "checkpoint_sha256", "precision", "protocol"}
    assert found["mean"].keys() == figures
    assert [image.keys() for image in found["images"]] == [{"file", *figures}] * 3
    assert found["images"][0]["psnr_y"] == made.rows[0].scores.psnr_y
    assert found["checkpoint_sha256"] == checkpoint.read(weights).sha256
    assert found["precision"] == "fp32"


def test_json_says_null_where_images_are_equal(tmp_path: Path, pairs: Path) -> None:
    made = evaluate(derainer(checkpoint_that_takes(tmp_path, 9.5)), find_pairs(pairs).pairs)
    found = json.loads(json.dumps(made.as_json(), allow_nan=False))
    assert found["mean"]["psnr_y"] is None
    assert found["mean"]["ssim_y"] == pytest.approx(1)
    assert found["images"][0]["psnr_y"] is None


def test_one_bad_pair_stops_nothing_and_counts_for_nothing(tmp_path: Path, pairs: Path) -> None:
    flat = derainer(checkpoint_that_takes(tmp_path, 3))
    without = evaluate(flat, find_pairs(pairs).pairs)
    put(pairs, "5.png", scene(5, height=6))
    put(pairs, "6.png", scene(6))
    Image.fromarray(scene(6, height=41)).save(pairs / "clean" / "6.png")
    made = evaluate(flat, find_pairs(pairs).pairs)
    assert made.rows == without.rows
    assert made.mean == without.mean
    assert [(failure.file, type(failure.error)) for failure in made.failures] == [
        ("5.png", PairTooSmall),
        ("6.png", PairSizesDiffer),
    ]


def test_without_any_score_the_mean_is_none(tmp_path: Path) -> None:
    put(tmp_path, "5.png", scene(5, height=6))
    flat = derainer(checkpoint_that_takes(tmp_path, 3))
    made = evaluate(flat, find_pairs(tmp_path).pairs)
    assert made.rows == ()
    assert set(made.as_json()["mean"].values()) == {None}


def test_it_can_be_cancelled(tmp_path: Path, pairs: Path) -> None:
    token = CancelToken()
    heard = []

    def stop(result: PairScores | Failure) -> None:
        heard.append(result)
        token.cancel()

    with pytest.raises(Cancelled):
        evaluate(
            derainer(checkpoint_that_takes(tmp_path, 3)),
            find_pairs(pairs).pairs,
            on_image=stop,
            cancel=token,
        )
    assert len(heard) == 1


# The figures of the authors' own code.


def expected(data_set: str, name: str) -> Iterator[dict[str, str]]:
    with (SHARED / "data" / data_set / "expected.tsv").open(newline="") as file:
        yield from (
            row for row in csv.DictReader(file, delimiter="\t") if row["checkpoint"] == name
        )


def assert_as_published(data_set: str, name: str, limit: int | None) -> None:
    weights = SHARED / "official" / f"net_{name}.pth"
    pairs = find_pairs(SHARED / "data" / data_set).pairs
    made = evaluate(derainer(weights), pairs, limit=limit)
    rows = {row["file"]: row for row in expected(data_set, name)}
    assert len(made.rows) == (limit or len(rows))
    for row in made.rows:
        known = rows[row.file]
        assert row.scores.psnr_y == pytest.approx(float(known["psnr_y"]), abs=0.02)
        assert row.scores.ssim_y == pytest.approx(float(known["ssim_y"]), abs=0.0005)
        # The input passes no network: only the table's rounding is between them.
        assert row.scores.input_psnr_y == pytest.approx(float(known["input_psnr_y"]), abs=6e-5)
        assert row.scores.input_ssim_y == pytest.approx(float(known["input_ssim_y"]), abs=6e-6)


needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the data sets are not here")


@needs_shared
@pytest.mark.parametrize("name", CHECKPOINTS)
def test_an_image_has_the_figures_of_the_authors_code(name: str) -> None:
    assert_as_published("rain100l" if name in ("Rain100L", "DDN") else "rain100h", name, limit=1)


@pytest.mark.slow
@needs_shared
@pytest.mark.timeout(600)
@pytest.mark.parametrize("data_set", ["rain100l", "rain100h"])
@pytest.mark.parametrize("name", CHECKPOINTS)
def test_all_images_have_the_figures_of_the_authors_code(data_set: str, name: str) -> None:
    assert_as_published(data_set, name, limit=None)
