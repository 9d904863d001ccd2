"""Several checkpoints, other programs' results and the truth, on the same place of one photo."""

from nledn.compare.comparison import Board as Board
from nledn.compare.comparison import Pane as Pane
from nledn.compare.comparison import measured as measured
from nledn.compare.contest import Contest as Contest
from nledn.compare.contest import ContestRequest as ContestRequest
from nledn.compare.contest import compare_pairs as compare_pairs
from nledn.compare.contest import paired_difference as paired_difference
from nledn.compare.exports import board_json as board_json
from nledn.compare.exports import contest_json as contest_json
from nledn.compare.exports import write_board as write_board
from nledn.compare.figures import Accuracy as Accuracy
from nledn.compare.figures import Figures as Figures
from nledn.compare.figures import accuracy_of as accuracy_of
from nledn.compare.figures import removal_of as removal_of
from nledn.compare.pictures import error_map as error_map
from nledn.compare.scheduler import Comparison as Comparison
from nledn.compare.scheduler import Event as Event
from nledn.compare.scheduler import Lane as Lane
from nledn.compare.single import BoardRequest as BoardRequest
from nledn.compare.single import OtherResult as OtherResult
from nledn.compare.single import compare_photo as compare_photo
from nledn.compare.single import pixels_like as pixels_like
from nledn.compare.single import with_found_crop as with_found_crop
from nledn.compare.tiling_check import TilingCheck as TilingCheck
from nledn.compare.tiling_check import check_tiling as check_tiling
