"""Several checkpoints, other programs' results and the truth, on the same place of one photo."""

from nledn.compare.comparison import Board, Pane, measured
from nledn.compare.contest import Contest, ContestRequest, compare_pairs, paired_difference
from nledn.compare.exports import board_json, contest_json, write_board
from nledn.compare.figures import Accuracy, Figures, accuracy_of, removal_of
from nledn.compare.pictures import error_map
from nledn.compare.scheduler import Comparison, Event, Lane
from nledn.compare.single import (
    BoardRequest,
    OtherResult,
    compare_photo,
    pixels_like,
    with_found_crop,
)
from nledn.compare.tiling_check import TilingCheck, check_tiling

__all__ = [
    "Accuracy",
    "Board",
    "BoardRequest",
    "Comparison",
    "Contest",
    "ContestRequest",
    "Event",
    "Figures",
    "Lane",
    "OtherResult",
    "Pane",
    "TilingCheck",
    "accuracy_of",
    "board_json",
    "check_tiling",
    "compare_pairs",
    "compare_photo",
    "contest_json",
    "error_map",
    "measured",
    "paired_difference",
    "pixels_like",
    "removal_of",
    "with_found_crop",
    "write_board",
]
