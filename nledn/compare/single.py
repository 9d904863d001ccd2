"""One photo: compute it, read the truth and other programs' results, measure."""

from dataclasses import dataclass, replace
from pathlib import Path

from nledn import decoder
from nledn.cancel import CancelToken
from nledn.compare.comparison import Board, Pane, distinct, measured
from nledn.compare.figures import most_different
from nledn.compare.scheduler import Comparison, Lane, OnEvent
from nledn.errors import (
    DerainError,
    OptionInvalid,
    PairSizesDiffer,
    PhotoNotFound,
    PhotoNotPermitted,
    ResultSizeDiffers,
)
from nledn.messages import printable
from nledn.metrics import WINDOW_PX, LumaName
from nledn.models import LoadedModels
from nledn.options import Options
from nledn.pairs import result_of
from nledn.photo import Photo
from nledn.pixels import Pixels, in_depth
from nledn.tiling import Rect

# The automatic crop: these shares of the photo's sides, which make it a little wider.
FOUND_CROP_SHARES = (0.26, 0.17)
FOUND_CROP_PX = 32  # at least


@dataclass(frozen=True)
class OtherResult:
    """Another program's result.

    Attributes:
        title: its name.
        path: its file, or a folder in which it lies by the photo's name.
    """

    title: str
    path: Path

    def file_for(self, rainy_path: Path) -> Path:
        """The file that it is read from.

        Raises:
            PhotoNotFound: its folder has no file of the photo's name.
            PhotoNotPermitted: its folder may not be read.
        """
        try:
            if not self.path.is_dir():
                return self.path
        except PermissionError as error:
            raise PhotoNotPermitted(self.path) from error
        found = result_of(Path(rainy_path.name), self.path, rainy_path)
        if found is None:
            raise PhotoNotFound(self.path / rainy_path.name)
        return found


@dataclass(frozen=True)
class BoardRequest:
    """A request to compare.

    Attributes:
        photo: the rainy one.
        asked: checkpoints, each with its strength and with where to compute.
        truth: the photo without rain, if there is one.
        results: other programs' results.
        crops: rectangles to look at more closely, in pixels of the photo.
        y: the luma to measure on.
    """

    photo: Path
    asked: tuple[Options, ...]
    truth: Path | None = None
    results: tuple[OtherResult, ...] = ()
    crops: tuple[Rect, ...] = ()
    y: LumaName = "pillow"


def compare_photo(
    request: BoardRequest,
    models: LoadedModels,
    *,
    on_event: OnEvent | None = None,
    cancel: CancelToken | None = None,
) -> Board:
    """Compute every checkpoint's result, read the others, and measure all of them.

    An unusable checkpoint or file becomes a pane that says so.

    Raises:
        PhotoError: the rainy photo, or the truth, cannot be read.
        PairSizesDiffer: the truth is of another size.
        OptionInvalid: a crop outside the photo, or too small.
        Cancelled: `cancel` was set.
    """
    rainy = decoder.read(request.photo, cancel=cancel)
    for crop in request.crops:
        _check_crop(crop, rainy)
    truth = None if request.truth is None else pixels_like(rainy, request.truth, cancel)
    comparison = Comparison(rainy, request.asked, models)
    comparison.run(on_event=on_event, cancel=cancel)
    panes = [
        Pane("Rainy", "rainy", rainy.pixels, path=request.photo),
        *(pane_of(lane, rainy) for lane in comparison.lanes),
        *(result_pane(result, rainy, request.photo) for result in request.results),
    ]
    if truth is not None:
        panes.append(Pane("Without rain", "truth", truth, path=request.truth))
    titles = distinct([pane.title for pane in panes])
    named = (replace(pane, title=title) for pane, title in zip(panes, titles, strict=True))
    board = Board(rainy, printable(request.photo.name), tuple(named), request.crops, request.y)
    return measured(board if board.crops else with_found_crop(board))


def pane_of(lane: Lane, rainy: Photo) -> Pane:
    """Make a pane of a lane's present result."""
    strength = lane.options.strength
    title = printable(lane.title)  # the path that was asked for, where it could not be loaded
    title = title if strength == 1 else f"{title}, {strength:.0%}"
    if lane.error is not None or lane.layer is None:
        return Pane(title, "checkpoint", error=lane.error, strength=strength)
    record = lane.layer.record
    return Pane(title, "checkpoint", lane.pixels(rainy), record=record, strength=strength)


def result_pane(result: OtherResult, rainy: Photo, rainy_path: Path) -> Pane:
    """Make the pane of another program's result; an unusable one says why."""
    pane = Pane(result.title, "result", path=result.path)
    try:
        pane = replace(pane, path=result.file_for(rainy_path))
        assert pane.path is not None
        return replace(pane, pixels=pixels_like(rainy, pane.path))
    except PairSizesDiffer as error:
        sizes = (error.rainy_size, error.clean_size)
        return replace(pane, error=ResultSizeDiffers(error.path, *sizes))
    except DerainError as error:
        return replace(pane, error=error)


def pixels_like(rainy: Photo, path: Path, cancel: CancelToken | None = None) -> Pixels:
    """Read a picture of the rainy photo's size, and give it the rainy photo's depth.

    Raises:
        PhotoError: it cannot be read.
        PairSizesDiffer: it is of another size.
        Cancelled: `cancel` was set.
    """
    other = decoder.read(path, cancel=cancel)
    if other.size != rainy.size:
        raise PairSizesDiffer(path, rainy.size, other.size)
    return in_depth(other.pixels, rainy.pixels.dtype)


def with_found_crop(board: Board) -> Board:
    """Add a crop where the results differ most; a single result gets none."""
    images = [pane.pixels for pane in board.results if pane.pixels is not None]
    if len(images) < 2:
        images.append(board.rainy)
    width, height = (
        max(round(side * share), FOUND_CROP_PX)
        for side, share in zip(board.size, FOUND_CROP_SHARES, strict=True)
    )
    if len(images) < 2 or width * 2 > board.size[0] or height * 2 > board.size[1]:
        return board
    return replace(board, crops=(most_different(images, width, height),), crops_found=True)


def _check_crop(crop: Rect, rainy: Photo) -> None:
    width, height = rainy.size
    inside = crop.clipped(width, height) == crop
    if not inside or min(crop.width, crop.height) < WINDOW_PX:
        found = f"{crop.left},{crop.top},{crop.width},{crop.height}"
        allowed = f"x,y,w,h inside the photo's {width}×{height} pixels, 7 a side at least"
        raise OptionInvalid("crop", found, allowed)
