"""The sheet, the page, and the tables of one photo."""

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn.compare import (
    Board,
    BoardRequest,
    OtherResult,
    board_json,
    compare_photo,
    measured,
    write_board,
)
from nledn.compare.comparison import words_of
from nledn.compare.sheet import draw_sheet
from nledn.compare.single import with_found_crop
from nledn.errors import (
    OptionInvalid,
    PairSizesDiffer,
    PhotoNotFound,
    ResultSizeDiffers,
    WouldReplaceSource,
)
from nledn.models import LoadedModels
from nledn.tiling import Rect
from tests.compare.conftest import TILED, scene

pytestmark = pytest.mark.usefixtures("quick")

EVIL = "<script>alert(1)</script>"
CROPS = (Rect(10, 20, 60, 70), Rect(80, 5, 130, 40))


@pytest.fixture
def request_(rainy: Path, tmp_path: Path, weights: Callable[[float], Path]) -> BoardRequest:
    truth, other = tmp_path / "truth.png", tmp_path / "other.png"
    Image.fromarray(scene() - np.uint8(6)).save(truth)
    Image.fromarray(scene() - np.uint8(20)).save(other)
    asked = tuple(replace(TILED, weights=str(weights(levels))) for levels in (5, 9))
    asked += (replace(TILED, weights="absent"),)
    return BoardRequest(rainy, asked, truth, (OtherResult(EVIL, other),), CROPS)


@pytest.fixture
def board(request_: BoardRequest) -> Board:
    return compare_photo(request_, LoadedModels())


def test_panes_and_their_figures(board: Board) -> None:
    kinds = [pane.kind for pane in board.panes]
    assert kinds == ["rainy", "checkpoint", "checkpoint", "checkpoint", "result", "truth"]
    five, nine = board.panes[1], board.panes[2]
    assert len(five.figures) == 3
    best = [pane.figures[0].accuracy.psnr_y for pane in (five, nine) if pane.figures[0].accuracy]
    assert best[0] > best[1]  # 6 levels were put on
    assert five.figures[0].removal is not None
    assert five.figures[0].removal.taken == pytest.approx(5, abs=0.1)
    assert board.panes[0].figures[0].removal is None
    assert board.panes[5].figures == ()


def test_the_sheet_is_a_picture_of_all_panes(board: Board, tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    write_board(board, path)
    write_board(board, path)  # an earlier one is replaced
    sheet = Image.open(path)
    assert sheet.format == "PNG"
    assert sheet.width > 3 * 360
    pixels = np.asarray(sheet)
    for frame in ((0xE5, 0x32, 0x2D), (0x1F, 0x6F, 0xEB)):  # both crops, on five panes
        assert (pixels == frame).all(axis=2).sum() > 5 * 300
    assert (pixels == (0x0B, 0x7A, 0x3B)).all(axis=2).sum() > 500  # the best one is marked


def test_a_sheet_never_replaces_a_source(board: Board, rainy: Path) -> None:
    with pytest.raises(WouldReplaceSource):
        write_board(board, rainy, (rainy,))


@pytest.mark.parametrize("shape", [(40, 300), (300, 40), (9, 9)])
def test_sheets_of_any_shape(
    shape: tuple[int, int], tmp_path: Path, weights: Callable[[float], Path]
) -> None:
    path = tmp_path / "雨.png"
    Image.fromarray(scene(*shape)).save(path)
    asked = (replace(TILED, weights=str(weights(5))),)
    sheet = draw_sheet(compare_photo(BoardRequest(path, asked), LoadedModels()))
    assert min(sheet.size) > 100


def test_the_page_is_one_file_that_fetches_nothing(board: Board, tmp_path: Path) -> None:
    write_board(board, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert set(re.findall(r'src="(.*?),', page)) == {"data:image/webp;base64"}
    assert "default-src 'none'" in page
    assert EVIL not in page
    assert "&lt;script&gt;alert" in page
    assert page.count("<img ") == 2 * 5  # five panes have a picture, and an error map
    assert "There is no model named absent" in page
    assert 'data-rect="10,20,50,50"' in page


def test_csv_and_json_have_the_same_figures(board: Board, tmp_path: Path) -> None:
    write_board(board, tmp_path / "a.csv")
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text("utf-8").splitlines()))
    content = json.loads(json.dumps(board_json(board), allow_nan=False))
    assert len(rows) == 4 * 3 + 2
    five = content["panes"][1]
    assert rows[3]["psnr_y"] == str(five["figures"][0]["psnr_y"])
    assert (rows[4]["x"], rows[4]["width"]) == ("10", "50")
    assert content["panes"][3]["error"] == rows[9]["error"] != ""
    assert five["record"]["checkpoint"] == "rain-5"
    assert "Y of pillow" in content["protocol"]


def test_without_a_crop_one_is_found_where_results_differ(
    request_: BoardRequest, tmp_path: Path
) -> None:
    pixels = scene()
    pixels[70:90, 20:50] ^= 0x40
    Image.fromarray(pixels).save(tmp_path / "other.png")
    board = compare_photo(replace(request_, crops=()), LoadedModels())
    assert board.crops_found
    assert board.crops[0].distance(Rect(20, 70, 50, 90)) == 0
    assert all(len(pane.figures) == 2 for pane in board.results)


def test_a_part_is_measured_where_it_lies(board: Board) -> None:
    panes = (
        pane if pane.pixels is None else replace(pane, pixels=pane.pixels[CROPS[0].slices])
        for pane in board.panes
    )
    part = measured(replace(board, panes=tuple(panes), crops=(), region=CROPS[0]))
    assert part.size == (50, 50)
    for whole, cut in zip(board.panes, part.panes, strict=True):
        if cut.figures:
            assert cut.figures[0] == whole.figures[1]
    assert board_json(part)["panes"][1]["figures"][0]["area"]["x"] == 10


@pytest.mark.parametrize("crop", [Rect(0, 0, 145, 10), Rect(-1, 0, 10, 10), Rect(0, 0, 6, 50)])
def test_crops_outside_are_refused(request_: BoardRequest, crop: Rect) -> None:
    with pytest.raises(OptionInvalid):
        compare_photo(replace(request_, crops=(crop,)), LoadedModels())


def test_a_truth_of_another_size_is_refused(request_: BoardRequest, tmp_path: Path) -> None:
    Image.fromarray(scene(50, 50)).save(tmp_path / "small.png")
    with pytest.raises(PairSizesDiffer):
        compare_photo(replace(request_, truth=tmp_path / "small.png"), LoadedModels())


def test_other_programs_results_by_file_by_folder_or_not_at_all(
    request_: BoardRequest, tmp_path: Path
) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    Image.fromarray((scene() - np.uint8(3)).astype(np.uint16)[:, :, 0] * 257).save(
        folder / "street_derained.png"
    )
    Image.fromarray(scene(50, 50)).save(tmp_path / "small.png")
    places = (folder, tmp_path / "small.png", tmp_path / "none.png", tmp_path)
    results = tuple(OtherResult("theirs", place) for place in places)
    panes = compare_photo(replace(request_, results=results), LoadedModels()).panes[4:-1]
    assert [type(pane.error) for pane in panes] == [
        type(None),
        ResultSizeDiffers,
        PhotoNotFound,
        type(None),  # the photo itself lies there
    ]
    assert panes[0].pixels is not None
    assert panes[0].pixels.dtype == np.uint8
    assert len({pane.title for pane in panes}) == 4


def test_figures_in_words(board: Board) -> None:
    assert re.fullmatch(r"\d\d\.\d\d dB · SSIM [01]\.\d{4}", words_of(board.panes[1])[0])
    assert words_of(board.panes[1])[1].startswith("5.0 levels on 100% of pixels")
    assert words_of(board.panes[5]) == ("the truth",)
    assert with_found_crop(replace(board, panes=board.panes[:1])).crops == board.crops
