"""Work for the Compare page: tiles of several checkpoints in turn, files, figures, exports."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from app.compare.blind_test import Vote, keep, tally
from app.imaging.pyramid import Pyramid, first_copies
from app.shell.engines import Engines
from app.tasks import Job, QueueName, Work
from nledn.messages import printable

if TYPE_CHECKING:
    from nledn import Focus, Options
    from nledn.compare import Comparison, Event, Figures, Lane, Pane, TilingCheck
    from nledn.compare.comparison import Kind
    from nledn.errors import DerainError
    from nledn.photo import Photo
    from nledn.pixels import Pixels
    from nledn.tiling import Rect


@dataclass(frozen=True, eq=False)
class Begun:
    """A comparison is about to compute: its lanes fill up from now on."""

    comparison: "Comparison"


@dataclass(frozen=True, eq=False)
class CompareJob(Job["Comparison", "Begun | Event"]):
    """Compute tiles of several checkpoints in turn; reports `Begun`, then the comparison's events.

    Attributes:
        engines: loads the checkpoints.
        photo: the rainy one.
        asked: checkpoints and strengths.
        look: what is looked at; tiles that meet it are computed.
        whole: go on to the whole photo.
        comparison: one of an earlier job, to go on with.
    """

    queue: ClassVar[QueueName] = "compute"
    engines: Engines
    photo: "Photo"
    asked: "tuple[Options, ...]"
    look: "Focus"
    whole: bool = False
    comparison: "Comparison | None" = None

    def run(self, work: "Work[Begun | Event]") -> "Comparison":
        """Compute them."""
        from nledn.compare import Comparison

        comparison = self.comparison or Comparison(self.photo, self.asked, self.engines.models())
        work.report(Begun(comparison))
        comparison.run(self.look, whole=self.whole, on_event=work.report, cancel=work.cancel)
        return comparison


@dataclass(frozen=True, eq=False)
class Attached:
    """A picture that nobody computed here, with the copies that a first view is made from."""

    photo: "Photo"
    copies: Pyramid


@dataclass(frozen=True, eq=False)
class AttachJob(Job[Attached]):
    """Read the truth, or another program's result.

    Attributes:
        photo: the rainy one, whose size it must have.
        path: its file.
    """

    only_reads: ClassVar[bool] = True
    photo: "Photo"
    path: Path

    def run(self, work: Work) -> Attached:
        """Read it."""
        from nledn.compare.files import pixels_like

        pixels = pixels_like(self.photo, self.path, work.cancel)
        like = replace(self.photo, pixels=pixels, alpha=None)
        return Attached(like, first_copies(like))


@dataclass(frozen=True, eq=False)
class FindTruthJob(Job[Path | None]):
    """Look for the photo without rain where sets of pairs have theirs."""

    photo: "Photo"

    def run(self, work: Work) -> Path | None:
        """Look."""
        from nledn.pairs import truth_beside

        return None if self.photo.path is None else truth_beside(self.photo.path)


@dataclass(frozen=True, eq=False)
class Results:
    """Where the pixels of each pane come from, by the panes' keys.

    Attributes:
        photo: the rainy one.
        lanes: checkpoints', as far as they are computed.
        others: the rainy photo's own, other programs', the truth's.
        truth: key of the truth, or None.
    """

    photo: "Photo"
    lanes: "Mapping[int, Lane]"
    others: "Mapping[int, Pixels]"
    truth: int | None = None

    def pixels(self, key: int, rect: "Rect | None" = None) -> "Pixels":
        """A pane's pixels, (h, w, 3), inside a rectangle or all of them."""
        if key in self.lanes:
            return self.lanes[key].pixels(self.photo, rect)
        pixels = self.others[key]
        return pixels if rect is None else pixels[rect.slices]

    def truth_in(self, rect: "Rect | None") -> "Pixels | None":
        """The truth's pixels."""
        return None if self.truth is None else self.pixels(self.truth, rect)


@dataclass(frozen=True, eq=False)
class MeasureJob(Job["dict[int, Figures]"]):
    """Figures of every result inside a rectangle, by the panes' keys; the truth has none."""

    is_patient: ClassVar[bool] = True
    only_reads: ClassVar[bool] = True
    results: Results
    rect: "Rect"

    def run(self, work: Work) -> "dict[int, Figures]":
        """Measure."""
        from nledn.compare import Figures, accuracy_of, removal_of

        results, rect = self.results, self.rect
        rainy, truth = results.photo.pixels[rect.slices], results.truth_in(rect)
        measured = {}
        for key in (*results.lanes, *results.others):
            work.cancel.raise_if_cancelled()
            if key == results.truth:
                continue
            pixels = results.pixels(key, rect)
            is_rainy = key in results.others and results.others[key] is results.photo.pixels
            measured[key] = Figures(
                accuracy=None if truth is None else accuracy_of(pixels, truth),
                removal=None if is_rainy else removal_of(rainy, pixels),
            )
        return measured


@dataclass(frozen=True, eq=False)
class ErrorMapJob(Job["dict[int, Photo]"]):
    """Where each result is wrong, as photos of sRGB, by the panes' keys."""

    is_patient: ClassVar[bool] = True
    only_reads: ClassVar[bool] = True
    results: Results

    def run(self, work: Work) -> "dict[int, Photo]":
        """Draw them."""
        from nledn.compare import error_map
        from nledn.photo import Photo

        results, truth = self.results, self.results.truth_in(None)
        assert truth is not None, "there is something to be wrong against"
        maps = {}
        for key in (*results.lanes, *results.others):
            work.cancel.raise_if_cancelled()
            if key != results.truth:
                maps[key] = Photo(error_map(results.pixels(key), truth))
        return maps


@dataclass(frozen=True, eq=False)
class TilingJob(Job["TilingCheck"]):
    """Compute a region whole and in tiles."""

    queue: ClassVar[QueueName] = "compute"
    engines: Engines
    photo: "Photo"
    rect: "Rect"
    options: "Options"

    def run(self, work: Work) -> "TilingCheck":
        """Compute it."""
        from nledn.compare import check_tiling

        models = self.engines.models()
        return check_tiling(self.photo, self.rect, self.options, models, work.cancel)


@dataclass(frozen=True)
class Exported:
    """A pane of an export; fields as in `nledn.compare.Pane`."""

    key: int
    title: str
    kind: "Kind"
    error: "DerainError | None" = None
    path: Path | None = None


@dataclass(frozen=True, eq=False)
class ExportJob(Job[Path]):
    """Measure what is compared and write it: .png, .html or .csv, by the name's ending.

    Attributes:
        results: the pixels.
        panes: in order.
        region: the part that is exported; None for the whole.
        crop: a rectangle to look at more closely.
        path: the file.
    """

    results: Results
    panes: tuple[Exported, ...]
    region: "Rect | None"
    crop: "Rect | None"
    path: Path

    def run(self, work: Work) -> Path:
        """Write it."""
        from nledn.compare import Board, measured, write_board_csv, write_page, write_sheet
        from nledn.compare.single import with_found_crop

        photo = self.results.photo
        name = printable(photo.path.name) if photo.path else "AfterRain"
        crops = () if self.crop is None else (self.crop,)
        panes = tuple(self._pane(each) for each in self.panes)
        board = Board(photo, name, panes, crops, region=self.region)
        if not crops:
            board = with_found_crop(board)
        writers = {".html": write_page, ".csv": write_board_csv}
        shown = (photo.path, *(each.path for each in self.panes))
        sources = tuple(path for path in shown if path is not None)
        writers.get(self.path.suffix.lower(), write_sheet)(measured(board), self.path, sources)
        return self.path

    def _pane(self, each: Exported) -> "Pane":
        from nledn.compare import Pane

        results = self.results
        if each.error is not None or each.key not in (*results.lanes, *results.others):
            return Pane(each.title, each.kind, error=each.error)
        lane = results.lanes.get(each.key)
        return Pane(
            each.title,
            each.kind,
            results.pixels(each.key, self.region),
            record=lane.layer.record if lane is not None and lane.layer is not None else None,
            strength=None if lane is None else lane.options.strength,
            path=each.path,
        )


@dataclass(frozen=True, eq=False)
class VoteJob(Job["Counter[str]"]):
    """Keep a blind vote, and count those of the photo's folder."""

    vote: Vote

    def run(self, work: Work) -> "Counter[str]":
        """Keep it, count."""
        keep(self.vote)
        return tally(self.vote.photo.parent)
