"""Several checkpoints, other programs' results and the truth, on the same place of one photo."""

from nledn.compare.comparison import Board, Pane, measured
from nledn.compare.contest import (
    Contest,
    ContestRequest,
    Difference,
    compare_pairs,
    paired_difference,
)
from nledn.compare.figures import (
    Accuracy,
    Figures,
    Removal,
    accuracy_of,
    main_direction,
    removal_of,
)
from nledn.compare.files import OtherResult, pixels_like
from nledn.compare.page import write_page
from nledn.compare.pictures import error_map
from nledn.compare.scheduler import Comparison, Event, Lane, LaneBegun, LaneFailed, TileDone
from nledn.compare.sheet import write_sheet
from nledn.compare.single import BoardRequest, compare_photo, with_found_crop
from nledn.compare.tables import (
    board_json,
    contest_json,
    write_board_csv,
    write_contest_csv,
)
from nledn.compare.tiling_check import TilingCheck, check_tiling

__all__ = [
    "Accuracy",
    "Board",
    "BoardRequest",
    "Comparison",
    "Contest",
    "ContestRequest",
    "Difference",
    "Event",
    "Figures",
    "Lane",
    "LaneBegun",
    "LaneFailed",
    "OtherResult",
    "Pane",
    "Removal",
    "TileDone",
    "TilingCheck",
    "accuracy_of",
    "board_json",
    "check_tiling",
    "compare_pairs",
    "compare_photo",
    "contest_json",
    "error_map",
    "main_direction",
    "measured",
    "paired_difference",
    "pixels_like",
    "removal_of",
    "with_found_crop",
    "write_board_csv",
    "write_contest_csv",
    "write_page",
    "write_sheet",
]
