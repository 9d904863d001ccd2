"""Work for the Compare page: tiles of several checkpoints in turn, figures, checks, exports."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QObject, Signal

from app.imaging.picture import Picture
from app.imaging.pyramid import Opened, first_copies
from app.shell.engines import Engines
from app.shell.translation import NOT_SHIFTED, brightness_of, removal_of, tr
from app.tasks import Job, QueueName, Task, Tasks, Work
from nledn.messages import printable
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn import Focus, Options
    from nledn.compare import Comparison, Event, Figures, Lane, Pane, TilingCheck
    from nledn.photo import Photo
    from nledn.pixels import Pixels
    from nledn.tiling import Rect


@dataclass(frozen=True, eq=False)
class Results:
    """The sources of the panes' pixels, by the panes' keys; for any thread.

    Attributes:
        lanes: of the checkpoints, as far as computed.
        others: the rainy photo's own, other programs', the truth's.
        truth: key of the truth, or None.
    """

    photo: "Photo"
    lanes: "Mapping[int, Lane]"
    others: "Mapping[int, Pixels]"
    truth: int | None = None

    @property
    def keys(self) -> tuple[int, ...]:
        """The keys of panes that have pixels."""
        return (*self.lanes, *self.others)

    def pixels(self, key: int, rect: Rect | None = None) -> "Pixels":
        """A pane's pixels, (h, w, 3), inside a rectangle or all of them."""
        if key in self.lanes:
            return self.lanes[key].pixels(self.photo, rect)
        pixels = self.others[key]
        return pixels if rect is None else pixels[rect.slices]


@dataclass(frozen=True, eq=False)
class CompareJob(Job[None, "Comparison | Event"]):
    """Compute tiles of several checkpoints in turn; report the comparison, then its events.

    Attributes:
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

    def run(self, work: "Work[Comparison | Event]") -> None:
        """Compute them."""
        from nledn.compare import Comparison

        comparison = self.comparison or Comparison(self.photo, self.asked, self.engines.models())
        work.report(comparison)
        comparison.run(self.look, whole=self.whole, on_event=work.report, cancel=work.cancel)


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
    """Read the truth, or another program's result, which must have the rainy photo's size."""

    only_reads: ClassVar[bool] = True
    photo: "Photo"
    path: Path

    def run(self, work: Work) -> Opened:
        """Read it."""
        from nledn.compare import pixels_like

        pixels = pixels_like(self.photo, self.path, work.cancel)
        like = replace(self.photo, pixels=pixels, alpha=None)
        return Opened(like, first_copies(like))


def truth_beside(rainy: Path) -> Path | None:
    """Find the photo without rain in the layouts of sets of pairs."""
    from nledn import pairs

    return pairs.truth_beside(rainy)


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
        panes: by their keys, in order; their pixels are filled in here.
        region: the part to export; None for the whole.
        crop: a rectangle to look at more closely.
        unnamed: keys of the panes whose models and files are not named.
    """

    results: Results
    panes: "Mapping[int, Pane]"
    region: "Rect | None"
    crop: "Rect | None"
    path: Path
    unnamed: frozenset[int] = frozenset()

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
        shown = (photo.path, *(pane.path for pane in self.panes.values()))
        sources = tuple(path for path in shown if path is not None)
        # The user was asked about an earlier file.
        compare.write_board(compare.measured(board), self.path, sources, overwrite=True)
        return self.path

    def _filled(self, key: int, pane: "Pane") -> "Pane":
        results = self.results
        if pane.error is not None or key not in results.keys:
            return pane
        pixels, lane = results.pixels(key, self.region), results.lanes.get(key)
        if key in self.unnamed:
            return replace(pane, pixels=pixels, path=None)
        if lane is None or lane.layer is None:
            return replace(pane, pixels=pixels)
        record, strength = lane.layer.record, lane.options.strength
        return replace(pane, pixels=pixels, record=record, strength=strength)


@dataclass(frozen=True, eq=False)
class MeasureJob(Job["dict[int, Figures]"]):
    """Figures of every result inside a rectangle, by the panes' keys; the truth has none."""

    is_patient: ClassVar[bool] = True
    only_reads: ClassVar[bool] = True
    results: Results
    rect: Rect

    def run(self, work: Work) -> "dict[int, Figures]":
        """Measure."""
        from nledn.compare import Figures, accuracy_of, removal_of

        results, rect = self.results, self.rect
        rainy = results.photo.pixels[rect.slices]
        truth = None if results.truth is None else results.pixels(results.truth, rect)
        measured = {}
        for key in results.keys:
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
class ErrorMapJob(Job[dict[int, Opened]]):
    """Error maps of each result, as photos of sRGB with reduced copies, by the panes' keys."""

    is_patient: ClassVar[bool] = True
    only_reads: ClassVar[bool] = True
    results: Results

    def run(self, work: Work) -> dict[int, Opened]:
        """Draw them."""
        from nledn.compare import error_map
        from nledn.photo import Photo

        results = self.results
        assert results.truth is not None, "a truth is set"
        truth = results.pixels(results.truth)
        maps = {}
        for key in results.keys:
            work.cancel.raise_if_cancelled()
            if key != results.truth:
                photo = Photo(error_map(results.pixels(key), truth))
                maps[key] = Opened(photo, first_copies(photo))
        return maps


class Metrics(QObject):
    """Measures results off the main thread; an older request is abandoned."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.figures: dict[int, Figures] = {}
        self.rect: Rect | None = None
        self.error_maps: dict[int, Picture] = {}
        self._measuring: Task[dict[int, Figures]] | None = None
        self._mapping: Task[dict[int, Opened]] | None = None

    @property
    def is_measuring(self) -> bool:
        """True while figures are being measured."""
        return self._measuring is not None and not self._measuring.is_done

    def forget(self) -> None:
        """Forget the figures: the pictures changed."""
        self.figures, self.error_maps = {}, {}
        if self._measuring is not None:
            self._measuring.abandon(cancel=True)
        if self._mapping is not None:
            self._mapping.abandon(cancel=True)
            self._mapping = None

    def measure(self, results: Results, rect: Rect) -> None:
        """Figures inside a rectangle; `changed` follows."""
        self.rect = rect
        if self._measuring is not None:
            self._measuring.abandon(cancel=True)
        task = self._measuring = self._tasks.submit(MeasureJob(results, rect))
        task.succeeded.connect(self._show_figures)
        task.failed.connect(self.failed.emit)

    def map_errors(self, results: Results) -> None:
        """Error maps of the whole photo, once; `changed` follows."""
        if self._mapping is None:
            task = self._mapping = self._tasks.submit(ErrorMapJob(results))
            task.succeeded.connect(self._show_error_maps)
            task.failed.connect(self.failed.emit)

    def _show_figures(self, figures: "dict[int, Figures]") -> None:
        self.figures = figures
        self.changed.emit()

    def _show_error_maps(self, maps: dict[int, Opened]) -> None:
        for key, made in maps.items():
            self.error_maps[key] = Picture()
            self.error_maps[key].set_photo(made.photo, made.copies)
        self.changed.emit()


def figures_of(found: "Figures") -> str:
    """One or two lines under a name; empty without figures.

    The removed rain is in words; `details_of` has the figures.
    """
    lines = []
    if found.accuracy is not None:
        psnr = decibels(found.accuracy.psnr_y)
        lines.append(tr("{psnr} · SSIM {ssim}", psnr=psnr, ssim=f"{found.accuracy.ssim_y:.4f}"))
    if found.removal is not None:
        removal = found.removal
        words = removal_of(removal.taken), brightness_of(removal.brightness)
        lines.append(" · ".join(each for each in words if each))
    return "\n".join(lines)


def details_of(found: "Figures") -> str:
    """The figures of what was taken; empty when there are none."""
    if found.removal is None:
        return ""
    taken, share = f"{found.removal.taken:.1f}", f"{found.removal.share:.0%}"
    words = tr("{taken} levels on {share} of pixels", taken=taken, share=share)
    if abs(found.removal.brightness) < NOT_SHIFTED:
        return words
    levels = f"{found.removal.brightness:+.0f}"
    return f"{words} · {tr('brightness {levels}', levels=levels)}"


def decibels(psnr: float) -> str:
    """`31.24 dB`."""
    return f"{psnr:.2f} dB" if math.isfinite(psnr) else "∞ dB"
