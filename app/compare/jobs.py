"""Work for the Compare page: tiles of several checkpoints in turn, files, checks, exports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from app.compare.metrics import Results
from app.imaging.pyramid import Opened, first_copies
from app.shell.engines import Engines
from app.tasks import Job, QueueName, Work
from nledn.messages import printable

if TYPE_CHECKING:
    from nledn import Focus, Options
    from nledn.compare import Comparison, Event, Lane, Pane, TilingCheck
    from nledn.photo import Photo
    from nledn.tiling import Rect


@dataclass(frozen=True, eq=False)
class Begun:
    """A comparison begins to compute: its lanes fill up from now on."""

    comparison: "Comparison"


@dataclass(frozen=True, eq=False)
class CompareJob(Job["Comparison", "Begun | Event"]):
    """Compute tiles of several checkpoints in turn; report `Begun`, then the comparison's events.

    Attributes:
        engines: loads the checkpoints.
        photo: the rainy one.
        asked: checkpoints and strengths.
        look: the visible area; tiles that meet it are computed.
        whole: continue to the whole photo.
        comparison: one of an earlier job, to continue.
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


def tiles_of(lanes: "Iterable[Lane]", rect: "Rect | None") -> tuple[int, int]:
    """Count finished and all tiles with pixels in `rect`, or anywhere."""
    done = total = 0
    for lane in lanes:
        if lane.layer is None or lane.error is not None:
            continue
        tiling = lane.layer.tiling
        for tile in tiling.tiles:
            if rect is None or tiling.inside(tile).meets(rect):
                total += 1
                done += bool(lane.layer.done[tile.index])
    return done, total


@dataclass(frozen=True, eq=False)
class AttachJob(Job[Opened]):
    """Read the truth, or another program's result.

    Attributes:
        photo: the rainy one, whose size it must have.
        path: its file.
    """

    only_reads: ClassVar[bool] = True
    photo: "Photo"
    path: Path

    def run(self, work: Work) -> Opened:
        """Read it."""
        from nledn.compare import pixels_like

        pixels = pixels_like(self.photo, self.path, work.cancel)
        like = replace(self.photo, pixels=pixels, alpha=None)
        return Opened(like, first_copies(like))


@dataclass(frozen=True, eq=False)
class FindTruthJob(Job[Path | None]):
    """Find the photo without rain in the layouts of sets of pairs."""

    rainy: Path

    def run(self, work: Work) -> Path | None:
        """Look."""
        from nledn.pairs import truth_beside

        return truth_beside(self.rainy)


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


@dataclass(frozen=True, eq=False)
class ExportJob(Job[Path]):
    """Measure a comparison and write it: .png, .html or .csv, by the name's ending.

    Attributes:
        results: the pixels.
        panes: by their keys, in order; their pixels are filled in here.
        region: the part to export; None for the whole.
        crop: a rectangle to look at more closely.
        path: the file.
    """

    results: Results
    panes: "Mapping[int, Pane]"
    region: "Rect | None"
    crop: "Rect | None"
    path: Path

    def run(self, work: Work) -> Path:
        """Write it."""
        from nledn import compare

        photo = self.results.photo
        name = printable(photo.path.name) if photo.path else "AfterRain"
        crops = () if self.crop is None else (self.crop,)
        panes = tuple(self._filled(key, pane) for key, pane in self.panes.items())
        board = compare.Board(photo, name, panes, crops, region=self.region)
        if not crops:
            board = compare.with_found_crop(board)
        writers = {".html": compare.write_page, ".csv": compare.write_board_csv}
        write = writers.get(self.path.suffix.lower(), compare.write_sheet)
        shown = (photo.path, *(pane.path for pane in panes))
        sources = tuple(path for path in shown if path is not None)
        # The user was asked about an earlier file.
        write(compare.measured(board), self.path, sources, overwrite=True)
        return self.path

    def _filled(self, key: int, pane: "Pane") -> "Pane":
        results = self.results
        if pane.error is not None or key not in results.keys:
            return pane
        pixels, lane = results.pixels(key, self.region), results.lanes.get(key)
        if lane is None or lane.layer is None:
            return replace(pane, pixels=pixels)
        record, strength = lane.layer.record, lane.options.strength
        return replace(pane, pixels=pixels, record=record, strength=strength)
