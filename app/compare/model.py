"""The comparison and its results; it knows signals and no widgets.

Checkpoints are computed in the visible area, a tile of each in turn; the rest of the photo follows
on request. One task computes at a time. A cancelled one ends its tile, and another computes the
missing tiles; one whose checkpoints or photo changed is abandoned.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.compare import jobs
from app.compare import panes as rows
from app.compare.panes import ComparePane, PaneKind, Panes
from app.imaging.picture import Picture
from app.imaging.pyramid import Opened, Pyramid
from app.shell.engines import Engines
from app.shell.models import name_of
from app.tasks import Call, Task, Tasks
from nledn.options import Options
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn import Focus
    from nledn.card import Card
    from nledn.compare import Comparison, Event, Lane
    from nledn.photo import Photo
    from nledn.pixels import Pixels

MEASURE_AFTER_MS = 250  # figures follow when the view is idle
SMALLEST_PX = 7  # SSIM's window


class CompareModel(QObject):
    """One photo, and the panes in which it is compared.

    Attributes:
        photo_changed: (int, int) another photo, of this size.
        progressed: computing began, advanced or ended.

    Args:
        options: the present ones of the Photo page.
    """

    photo_changed = Signal(int, int)
    changed = Signal()
    progressed = Signal()
    failed = Signal(object)

    def __init__(self, tasks: Tasks, engines: Engines, options: Options) -> None:
        super().__init__(tasks)
        self._tasks = tasks
        self.engines = engines
        self.options = options
        self.first_strength = self._along = 1.0  # of the open photo; of the compared one
        self.photo: Photo | None = None
        self.panes: Panes = ()
        self.pictures: dict[int, Picture] = {}
        self.failures: dict[int, Exception] = {}
        self.metrics = jobs.Metrics(tasks, self)
        self.metrics.changed.connect(self.changed)
        self.metrics.failed.connect(self.failed)
        self.selection: Rect | None = None
        self.shows_errors = False
        self.visible = Rect(0, 0, 0, 0)
        self._screen_profile: bytes | None = None
        self._copies: Pyramid | None = None
        self._comparison: Comparison | None = None
        self._lanes: dict[int, Lane] = {}  # of the comparison, by the panes' keys
        self._task: Task[None, Comparison | Event] | None = None
        self._look: Focus | None = None  # of the task
        self._is_stopping = False  # the task; another one computes the missing tiles
        self._finding: Task[Path | None] | None = None
        self._wants_whole = False
        self._is_active = False
        self._next_key = 0
        self._measure_soon = QTimer(self, singleShot=True, interval=MEASURE_AFTER_MS)
        self._measure_soon.timeout.connect(self._measure)
        self._measure_soon.timeout.connect(self._map_errors)

    # Panes to compare

    def open(self, opened: Opened, first: "Sequence[Card]" = ()) -> None:
        """Compare on another photo: the same checkpoints at the same strengths, or the first."""
        kept = rows.for_another(self.panes, self._along, self.first_strength)
        if not any(pane.kind == "checkpoint" for pane in kept):
            computed = (self._computed(card, self.first_strength) for card in first)
            kept = (self._pane("rainy", ""), *computed)
        self.photo, self._copies, self._along = opened.photo, opened.copies, self.first_strength
        self.panes, self.pictures, self.selection = (), {}, None
        self._wants_whole = False
        for pane in kept:
            self._put(pane)
        self._find_truth(opened.photo.path)
        self.photo_changed.emit(*opened.photo.size)
        self._restart()

    def add_checkpoint(self, card: "Card", strength: float = 1.0) -> None:
        """Compare one more, if there is room."""
        self._put(self._computed(card, strength))
        self._restart()

    def attach(self, kind: PaneKind, path: Path | None) -> None:
        """Read the truth, or another program's result, if one was chosen or found."""
        if path is None or self.photo is None:
            return
        pane = replace(self._pane(kind, path.stem), path=path)
        self._put(pane)
        self._invalidate()  # another truth may be gone
        task = self._tasks.submit(jobs.AttachJob(self.photo, path))
        task.succeeded.connect(partial(self._show_attached, pane.key))
        task.failed.connect(partial(self._fail, pane.key))

    def show_difference(self, photo: "Photo", title: str) -> None:
        """Add a pane that shows the effect of tiles."""
        pane = self._pane("difference", title)
        self._put(pane)
        if pane.key in self.pictures:
            self.pictures[pane.key].set_photo(photo)
        self.changed.emit()

    def remove(self, key: int) -> None:
        """Remove a pane; the rainy photo and at least two panes stay."""
        is_computed = any(pane.key == key and pane.kind == "checkpoint" for pane in self.panes)
        self.panes = rows.without(self.panes, key)
        self._forget_lost()
        if is_computed:
            self._restart()
        else:
            self._invalidate()

    def move(self, source: int, target: int) -> None:
        """Move a pane."""
        self.panes = rows.moved(self.panes, source, target)
        self.changed.emit()

    def set_strength(self, key: int, strength: float) -> None:
        """Change a checkpoint's strength, which computes no tiles."""
        self.panes = rows.with_strength(self.panes, key, strength)
        self.pictures[key].change_look(strength=strength)
        self._invalidate()

    # The area to compute

    def set_active(self, is_active: bool) -> None:
        """Compute the visible area while the page is visible; stop when it is hidden."""
        self._is_active = is_active
        if is_active:
            self._go_on()
            self._measure_soon.start()  # it does nothing while the page is hidden
        else:
            self._cancel()

    def look_at(self, rect: Rect) -> None:
        """Set the visible area."""
        self.visible = rect
        if self._look is not None:
            self._look.rect = rect
        self._go_on()
        self._measure_soon.start()

    def compute_whole(self) -> None:
        """Continue to the whole photo, also after a failure."""
        self._wants_whole = self._is_active = True
        self._cancel()
        self._go_on()

    def stop(self) -> None:
        """Compute only the visible area, without error maps."""
        self._wants_whole = False
        self._cancel()
        self._go_on()
        self.show_errors(False)

    def select(self, rect: Rect | None) -> None:
        """Measure inside a rectangle, or the computed area."""
        self.selection = rect
        self._invalidate()

    def show_errors(self, shows: bool) -> None:
        """Show error maps, which need the whole photo."""
        self.shows_errors = shows
        if shows and not self.metrics.error_maps:
            self.compute_whole()
            self._map_errors()
        self.changed.emit()

    def set_options(self, options: Options) -> None:
        """Take the Photo page's changed options; another device or precision gives other pixels."""
        before, self.options = self.options, options
        if replace(options, weights=before.weights, strength=before.strength) != before:
            self._restart()

    def set_screen_profile(self, profile: bytes | None) -> None:
        """Show colours in the screen's profile."""
        self._screen_profile = profile
        for picture in self.pictures.values():
            picture.set_screen_profile(profile)

    # State

    @property
    def is_settled(self) -> bool:
        """True if nothing is being computed or waits to be measured."""
        return not (self._task or self._measure_soon.isActive() or self.metrics.is_measuring)

    @property
    def is_computing(self) -> bool:
        """True while tiles are being computed and will be."""
        return self._task is not None and not self._is_stopping

    @property
    def truth(self) -> int | None:
        """Key of the pane with the photo without rain, once it is read."""
        keys = (pane.key for pane in self.panes if pane.kind == "truth")
        return next((key for key in keys if self.pictures[key].photo is not None), None)

    @property
    def is_whole(self) -> bool:
        """True if every working checkpoint is computed everywhere."""
        return self.is_computed(None)

    def is_computed(self, rect: Rect | None) -> bool:
        """Return whether all checkpoints are computed in `rect`, or everywhere."""
        if not any(pane.kind == "checkpoint" for pane in self.panes):
            return True
        lanes = self._lanes.values()
        return bool(lanes) and all(lane.error is not None or lane.is_done(rect) for lane in lanes)

    def tiles(self) -> tuple[int, int]:
        """The finished and the requested tiles, over all checkpoints."""
        return jobs.tiles_of(self._lanes.values(), None if self._wants_whole else self.visible)

    def results(self) -> jobs.Results:
        """The sources of all panes' pixels."""
        assert self.photo is not None
        lanes: dict[int, Lane] = {}
        others: dict[int, Pixels] = {}
        for pane in self.panes:
            lane, shown = self._lanes.get(pane.key), self.pictures[pane.key].photo
            if lane is not None and lane.layer is not None:
                # Its strength may have changed since the lane began.
                options = replace(lane.options, strength=pane.strength)
                lanes[pane.key] = replace(lane, options=options)
            elif pane.kind in ("rainy", "result", "truth") and shown is not None:
                others[pane.key] = shown.pixels
        return jobs.Results(self.photo, lanes, others, self.truth)

    # Panes

    def _pane(self, kind: PaneKind, title: str) -> ComparePane:
        self._next_key += 1
        return ComparePane(self._next_key, kind, title)

    def _computed(self, card: "Card", strength: float) -> ComparePane:
        return replace(self._pane("checkpoint", name_of(card)), weights=card.id, strength=strength)

    def _put(self, pane: ComparePane) -> None:
        """Add a pane; the rainy photo and checkpoints show the open photo."""
        before = self.panes
        self.panes = rows.with_pane(self.panes, pane)
        if self.panes == before:
            return
        picture = self.pictures[pane.key] = Picture()
        picture.change_look(strength=pane.strength)
        picture.set_screen_profile(self._screen_profile)
        if pane.kind in ("rainy", "checkpoint"):
            picture.set_photo(self.photo, self._copies)
        self._forget_lost()

    def _forget_lost(self) -> None:
        keys = {pane.key for pane in self.panes}
        self.pictures = {key: held for key, held in self.pictures.items() if key in keys}
        self.failures = {key: held for key, held in self.failures.items() if key in keys}

    def _find_truth(self, rainy: Path | None) -> None:
        """Attach the truth if a set of pairs has it."""
        if self._finding is not None:
            self._finding.abandon()
        if rainy is not None:
            task = self._finding = self._tasks.submit(Call(partial(jobs.truth_beside, rainy)))
            task.succeeded.connect(partial(self.attach, "truth"))

    def _show_attached(self, key: int, read: Opened) -> None:
        if key in self.pictures:
            self.pictures[key].set_photo(read.photo, read.copies)
            self._invalidate()

    def _fail(self, key: int, error: Exception) -> None:
        if key in self.pictures:
            self.failures[key] = error
            self.changed.emit()

    # Computing

    def _restart(self) -> None:
        """Drop the task for other checkpoints or another photo; the engines keep its layers."""
        if self._task is not None:
            self._task.abandon(cancel=True)
            self._task, self._is_stopping = None, False
        self._comparison, self._lanes = None, {}
        for pane in self.panes:
            if pane.kind == "checkpoint":
                self.failures.pop(pane.key, None)
        self._invalidate()
        self.progressed.emit()

    def _cancel(self) -> None:
        """Stop after the present tile, then compute the missing ones."""
        if self._task is not None:
            self._task.cancel()
            self._is_stopping = True
            self.progressed.emit()

    def _go_on(self) -> None:
        """Compute the missing tiles of the visible area, or of the whole photo on request."""
        computed = {pane.key: pane for pane in self.panes if pane.kind == "checkpoint"}
        is_empty = not (self.visible.width and self.visible.height)
        if not self._is_active or self._task or self.photo is None or not computed or is_empty:
            return
        if not self.is_computed(None if self._wants_whole else self.visible):
            from nledn import Focus

            keys = tuple(self._lanes or computed)
            asked = tuple(
                replace(self.options, weights=computed[key].weights, strength=1.0) for key in keys
            )
            look, whole = Focus(self.visible), self._wants_whole
            job = jobs.CompareJob(self.engines, self.photo, asked, look, whole, self._comparison)
            task = self._tasks.submit(job)
            task.progressed.connect(partial(self._show_event, keys))
            task.succeeded.connect(self._end)
            task.cancelled.connect(self._end_cancelled)
            task.failed.connect(self._end_failed)
            self._task, self._look = task, look
        self.progressed.emit()

    def _show_event(self, keys: tuple[int, ...], event: "Comparison | Event") -> None:
        """Show the beginning of a comparison, or the progress of a lane."""
        from nledn.compare import Comparison

        if isinstance(event, Comparison):
            self._comparison = event
            self._lanes = dict(zip(keys, event.lanes, strict=True))
            return
        key = keys[event.lane]
        if event.progress is not None:
            self.pictures[key].rain_added(event.progress.rect)
        elif event.error is not None:
            self._fail(key, event.error)
        else:
            self.pictures[key].set_layer(self._lanes[key].layer)
            self.changed.emit()
        self.progressed.emit()

    def _end(self, _done: None = None) -> None:
        self._task, self._is_stopping = None, False
        if self.is_whole:
            self._wants_whole = False
        self._go_on()
        self._measure_soon.start()

    def _end_cancelled(self) -> None:
        if not self._is_stopping:  # by the end of the window's work, not by this page
            self._is_active = False
        self._end()

    def _end_failed(self, error: Exception) -> None:
        self._task, self._is_stopping = None, False
        self._is_active = False  # it would fail again at once, unless the user asks for it
        self.progressed.emit()
        self.failed.emit(error)

    # Measuring

    def _invalidate(self) -> None:
        """Forget outdated figures and error maps, and compute what they need again."""
        self.metrics.forget()
        self._wants_whole |= self.shows_errors and self.truth is not None
        self._measure_soon.start()
        self.changed.emit()
        self._go_on()

    def _measure(self) -> None:
        """Measure the rectangle, the whole photo or the visible area, as far as computed."""
        if self.photo is None or not self._is_active:
            return
        seen = Rect(0, 0, *self.photo.size) if self.is_whole else self.visible
        rect = self.selection or seen
        if min(rect.width, rect.height) >= SMALLEST_PX and self.is_computed(rect):
            self.metrics.measure(self.results(), rect)

    def _map_errors(self) -> None:
        if self.shows_errors and self.is_whole and self.truth is not None:
            self.metrics.map_errors(self.results())
