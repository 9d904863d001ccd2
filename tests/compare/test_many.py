"""A folder of pairs: means, wins, differences, and what fails alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn.compare import (
    Contest,
    ContestRequest,
    OtherResult,
    compare_pairs,
    contest_json,
)
from nledn.compare.contest import ContestRow
from nledn.pairs import Pair, find_pairs
from tests.compare.conftest import TILED, scene

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def pairs(tmp_path: Path) -> tuple[Pair, ...]:
    for n, rain in enumerate((4, 6, 11, 6)):
        clean = scene(24, 40, n)
        for kind, pixels in (("clean", clean), ("rainy", clean + np.uint8(rain))):
            (tmp_path / "pairs" / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / "pairs" / kind / f"{n}.png")
    return find_pairs(tmp_path / "pairs").pairs


@pytest.fixture
def request_(weights: Callable[[float], Path], tmp_path: Path) -> ContestRequest:
    asked = tuple(replace(TILED, weights=str(weights(levels))) for levels in (5, 9))
    return ContestRequest(asked, (OtherResult("theirs", tmp_path / "pairs" / "clean"),))


@pytest.fixture
def contest(pairs: tuple[Pair, ...], request_: ContestRequest) -> Contest:
    return compare_pairs(pairs, request_)


def test_who_wins_where(contest: Contest) -> None:
    assert contest.names == ("Rainy", "rain-5", "rain-9", "theirs")
    assert [row.winner for row in contest.rows] == [3, 3, 3, 3]  # theirs is the truth itself
    assert contest.wins() == (0, 0, 0, 4)
    without = Contest(
        contest.names[:3],
        tuple(
            replace(row, accuracies=row.accuracies[:3], errors=row.errors[:3])
            for row in contest.rows
        ),
        "pillow",
    )
    assert [row.winner for row in without.rows] == [1, 1, 2, 1]
    assert without.wins() == (0, 3, 1)


def test_means_and_paired_differences(contest: Contest) -> None:
    means = contest.means()
    psnr = [row.accuracies[2].psnr_y for row in contest.rows if row.accuracies[2]]
    assert means[2] is not None
    assert means[2].psnr_y == pytest.approx(sum(psnr) / 4)
    first, to_nine = contest.differences()[1:3]
    assert first is None  # it is what the others are held against
    assert to_nine is not None
    assert means[1] is not None
    assert to_nine.mean == pytest.approx(
        np.mean(
            [
                row.accuracies[2].psnr_y - row.accuracies[1].psnr_y
                for row in contest.rows
                if row.accuracies[1] and row.accuracies[2] and np.isfinite(row.accuracies[1].psnr_y)
            ]
        )
    )
    assert to_nine.low <= to_nine.mean <= to_nine.high


def test_what_fails_leaves_its_place_empty(
    pairs: tuple[Pair, ...], request_: ContestRequest, tmp_path: Path
) -> None:
    (tmp_path / "pairs" / "clean" / "1.png").write_bytes(b"no photo")
    asked = (*request_.asked, replace(TILED, weights="absent"))
    rows: list[ContestRow] = []
    contest = compare_pairs(pairs, ContestRequest(asked), on_row=rows.append)
    assert tuple(rows) == contest.rows
    assert contest.rows[1].accuracies == (None,) * 4
    assert contest.rows[1].errors[0] is not None
    assert contest.rows[0].accuracies[3] is None
    assert contest.rows[0].errors[3] is not None
    assert contest.wins()[3] == 0
    assert contest.means() == (None,) * 4  # there is no photo that all of them have
    json.dumps(contest_json(contest), allow_nan=False)


def test_json(contest: Contest) -> None:
    content = json.loads(json.dumps(contest_json(contest), allow_nan=False))
    assert [each["wins"] for each in content["contenders"]] == [0, 0, 0, 4]
    assert content["images"][0]["winner"] == "theirs"
    assert content["images"][0]["scores"][3]["psnr_y"] is None  # equal: JSON has no infinity
