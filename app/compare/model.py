"""What is compared, and what comes of it; it knows signals and no widgets.

Checkpoints are computed where the person looks, a tile of each in turn; the rest of the photo
follows when it is asked for. A result comes with its job, and one that is no longer wanted is
dropped.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from PySide6.QtCore import QObject, QTimer, Signal

from app.compare import panes as rows
from app.compare.jobs import Begun, CompareJob, Results
from app.compare.metrics import Metrics
from app.compare.panes import Progress, Slot, Slots, counted
from app.compare.references import References
from app.compare.sources import results_of, truth_of
from app.imaging.opened import Opened
from app.imaging.picture import Picture
from app.imaging.pyramid import Pyramid
from app.photo.document import Document
from app.tasks import AnyJob, Tasks
from nledn.card import Card
from nledn.options import Options
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.compare import Comparison, Lane
    from nledn.photo import Photo

MEASURE_AFTER_MS = 250  # figures follow when the photo has come to rest
NO_RECT = Rect(0, 0, 0, 0)


class CompareModel(QObject):
    """One photo, and the panes in which it is compared.

    Attributes:
        photo_changed: (int, int) another photo, of this size.
        changed: slots, failures or figures are others now.
        progressed: (Progress).
        failed: (exception) something that belongs to no pane.
    """

    photo_changed = Signal(int, int)
    changed = Signal()
    progressed = Signal(object)
    failed = Signal(object)

    def __init__(self, document: Document, tasks: Tasks) -> None:
        super().__init__(document)
        self._document = document
        self._tasks = tasks
        self.engines = document.engines
        self.photo: Photo | None = None
        self.slots: Slots = ()
        self.pictures: dict[int, Picture] = {}
        self.failures: dict[int, BaseException] = {}
        self.metrics = Metrics(tasks, self)
        self.metrics.changed.connect(self.changed)
        self.metrics.failed.connect(self.failed)
        self.files = References(tasks, self)
        self.files.attached.connect(self._take_attached)
        self.files.failed.connect(self._fail)
        self.files.truth_found.connect(lambda path: self.attach("truth", path))
        self.selection: Rect | None = None
        self.shows_errors = False
        self.visible = NO_RECT
        self._screen_profile: bytes | None = None
        self._copies: Pyramid | None = None
        self._comparison: Comparison | None = None
        self._compared: tuple[int, ...] = ()
        self._job: CompareJob | None = None
        self._asked: WeakSet[AnyJob] = WeakSet()  # of the same panes; cancelled ones end their step
        self._wants_whole = False
        self._is_active = False
        self._next_key = 0
        self._measure_soon = QTimer(self, singleShot=True, interval=MEASURE_AFTER_MS)
        self._measure_soon.timeout.connect(self._measure)
        self._measure_soon.timeout.connect(self._map_errors)
        self._settings = _settings_of(document.options)

    # What is compared

    def open(self, opened: Opened, first: Sequence[Card] = ()) -> None:
        """Compare on another photo: the same, or the first at the strength of the Photo page."""
        kept = [slot for slot in self.slots if slot.kind in ("rainy", "checkpoint")]
        if not any(slot.kind == "checkpoint" for slot in kept):
            computed = (self._computed(card, self._document.strength) for card in first)
            kept = [self._slot("rainy", ""), *computed]
        self.photo, self._copies = opened.photo, opened.copies
        self.slots, self.pictures, self.selection = (), {}, None
        self._wants_whole = False
        for slot in kept:
            self._put(slot)
        self.files.find_truth(opened.photo)
        self.photo_changed.emit(*opened.photo.size)
        self._restart()

    def add_checkpoint(self, card: Card, strength: float = 1.0) -> None:
        """Compare one more, if there is room."""
        self._put(self._computed(card, strength))
        self._restart()

    def attach(self, kind: rows.Kind, path: Any) -> None:
        """Read the truth, or another program's result."""
        if self.photo is None or (kind != "truth" and len(self.slots) >= rows.MOST):
            return
        slot = replace(self._slot(kind, path.stem), path=path)
        self._put(slot)
        self.files.read(slot.key, self.photo, path)
        self.changed.emit()

    def show_difference(self, photo: "Photo", title: str) -> None:
        """A pane that shows what tiles change."""
        slot = self._slot("difference", title)
        self._put(slot, photo, Pyramid(photo.pixels))
        self.changed.emit()

    def remove(self, key: int) -> None:
        """Compare one less; the rainy photo stays, and so do two panes."""
        is_computed = any(slot.key == key and slot.kind == "checkpoint" for slot in self.slots)
        self.slots = rows.without(self.slots, key)
        self._forget_lost()
        if is_computed:
            self._restart()
        else:
            self._invalidate()

    def move(self, source: int, target: int) -> None:
        """Another order."""
        self.slots = rows.moved(self.slots, source, target)
        self.changed.emit()

    def set_strength(self, key: int, strength: float) -> None:
        """A checkpoint at another strength: arithmetic, nothing is computed anew."""
        self.slots = rows.with_strength(self.slots, key, strength)
        self.pictures[key].strength = strength
        self._invalidate()

    # Where, and how much

    def set_active(self, is_active: bool) -> None:
        """The page is in sight: compute what is looked at. Out of sight: stop."""
        self._is_active = is_active
        if is_active:
            self._go_on()
        else:
            self._cancel()

    def look_at(self, rect: Rect) -> None:
        """What the person sees now."""
        self.visible = rect
        if self._job is not None:
            self._job.look.rect = rect
        self._go_on()
        self._measure_soon.start()

    def compute_whole(self) -> None:
        """Go on to the whole photo, also where computing has failed before."""
        self._wants_whole = self._is_active = True
        self._cancel()
        self._go_on()

    def stop(self) -> None:
        """Compute only what is looked at."""
        self._wants_whole = False
        self._cancel()
        self._go_on()

    def select(self, rect: Rect | None) -> None:
        """Measure inside a rectangle, or what there is."""
        self.selection = rect
        self._invalidate()

    def show_errors(self, shows: bool) -> None:
        """Show where each result is wrong; the whole photo is computed for that."""
        self.shows_errors = shows
        if shows and not self.metrics.error_maps:
            self.compute_whole()
            self._map_errors()
        self.changed.emit()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is being computed, and nothing waits to be measured."""
        return not (self._job or self._measure_soon.isActive() or self.metrics.is_measuring)

    @property
    def truth(self) -> int | None:
        """Key of the pane with the photo without rain, once it is read."""
        return truth_of(self.slots, self.pictures)

    @property
    def is_whole(self) -> bool:
        """Whether every checkpoint that can is computed everywhere."""
        return self._is_computed(None)

    @property
    def is_ready(self) -> bool:
        """Whether what is in sight is computed."""
        return self._is_computed(self.visible)

    def results(self) -> Results:
        """Where the pixels of all panes come from."""
        assert self.photo is not None
        lanes: dict[int, Lane] = {}
        if self._comparison is not None:
            lanes = dict(zip(self._compared, self._comparison.lanes, strict=True))
        return results_of(self.photo, self.slots, self.pictures, lanes)

    def set_options(self, options: Options) -> None:
        """The settings: another device or precision gives other pixels."""
        if _settings_of(options) != self._settings:
            self._settings = _settings_of(options)
            self._restart()

    def set_screen_profile(self, profile: bytes | None) -> None:
        """Show colours as the screen needs them."""
        self._screen_profile = profile
        for picture in self.pictures.values():
            picture.screen_profile = profile

    # What comes back

    def reported(self, job: AnyJob, value: Any) -> None:
        """A comparison began, or one of its lanes has something to tell; nothing comes twice."""
        if job not in self._asked:
            return
        if isinstance(value, Begun):
            self._comparison = value.comparison
            return
        from nledn.compare import LaneFailed, TileDone

        assert self._comparison is not None
        key, lane = self._compared[value.lane], self._comparison.lanes[value.lane]
        if isinstance(value, TileDone):
            self.pictures[key].rain_added(value.progress.rect)
        elif isinstance(value, LaneFailed):
            self._fail(key, value.error)
        else:
            self.pictures[key].set_layer(lane.layer)
            self.changed.emit()
        self._tell_progress()

    def finished(self, job: AnyJob, result: Any) -> None:
        """A job is done."""
        if job is self._job:
            self._job = None
            if self.is_whole:
                self._wants_whole = False
            self._go_on()
            self._measure_soon.start()
            self._map_errors()
        else:
            self.metrics.finished(job, result)
            self.files.finished(job, result)

    def stopped(self, job: AnyJob) -> None:
        """A job was cancelled by somebody else."""
        if job is self._job:
            self._job = None
            self._tell_progress()

    def job_failed(self, job: AnyJob, error: BaseException) -> None:
        """A job could not be done."""
        if job is self._job:
            self._job = None
            self._is_active = False  # it would fail again at once, unless somebody asks for it
            self._tell_progress()
            self.failed.emit(error)
        else:
            self.metrics.job_failed(job, error)
            self.files.job_failed(job, error)

    # Inside

    def _slot(self, kind: rows.Kind, title: str) -> Slot:
        self._next_key += 1
        return Slot(self._next_key, kind, title)

    def _computed(self, card: Card, strength: float) -> Slot:
        return replace(self._slot("checkpoint", card.title), weights=card.id, strength=strength)

    def _put(self, slot: Slot, photo: "Photo | None" = None, copies: Pyramid | None = None) -> None:
        """One more pane; the rainy photo and checkpoints show the photo that is open."""
        before = self.slots
        self.slots = rows.with_slot(self.slots, slot)
        if self.slots == before:
            return
        picture = Picture()
        picture.strength = slot.strength
        picture.screen_profile = self._screen_profile
        if slot.kind in ("rainy", "checkpoint"):
            photo, copies = self.photo, self._copies
        picture.set_photo(photo, copies)
        self.pictures[slot.key] = picture
        self._forget_lost()

    def _forget_lost(self) -> None:
        keys = {slot.key for slot in self.slots}
        self.pictures = {key: held for key, held in self.pictures.items() if key in keys}
        self.failures = {key: held for key, held in self.failures.items() if key in keys}

    def _restart(self) -> None:
        """Other checkpoints or another photo; what was found is kept by the engines."""
        self._comparison, self._compared = None, ()
        self._asked.clear()
        computed = [slot.key for slot in self.slots if slot.kind == "checkpoint"]
        for key in computed:
            self.failures.pop(key, None)
        self._cancel()
        self._invalidate()
        self._go_on()

    def _cancel(self) -> None:
        """What is being computed is no longer wanted; its last tile ends before the next begins."""
        if self._job is not None:
            self._tasks.cancel(self._job)
            self._job = None
            self._tell_progress()

    def _invalidate(self) -> None:
        """Figures and error maps are of what was."""
        self.metrics.forget()
        self._measure_soon.start()
        self.changed.emit()

    def _go_on(self) -> None:
        """Compute what is missing in sight, or everywhere if that was asked for."""
        computed = tuple(slot for slot in self.slots if slot.kind == "checkpoint")
        is_empty = not (self.visible.width and self.visible.height)
        if not self._is_active or self._job or self.photo is None or not computed or is_empty:
            return
        rect = None if self._wants_whole else self.visible
        if self._is_computed(rect):
            self._tell_progress()
            return
        from nledn import Focus

        by_key = {slot.key: slot for slot in computed}
        self._compared = self._compared or tuple(by_key)  # the order that its lanes began in
        asked = tuple(self._options(by_key[key]) for key in self._compared)
        look, whole = Focus(self.visible), self._wants_whole
        self._job = CompareJob(self.engines, self.photo, asked, look, whole, self._comparison)
        self._asked.add(self._job)
        self._tasks.submit(self._job)
        self._tell_progress()

    def _is_computed(self, rect: Rect | None) -> bool:
        """Whether no checkpoint has anything left to do in `rect`, or anywhere."""
        if not any(slot.kind == "checkpoint" for slot in self.slots):
            return True
        return self._comparison is not None and all(
            lane.error is not None or lane.is_done(rect) for lane in self._comparison.lanes
        )

    def _options(self, slot: Slot) -> Options:
        return replace(self._document.options, weights=slot.weights, strength=1.0)

    def _fail(self, key: int, error: BaseException) -> None:
        self.failures[key] = error
        self.changed.emit()

    def _take_attached(self, key: int, attached: Any) -> None:
        if key in self.pictures:
            self.pictures[key].set_photo(attached.photo, attached.copies)
            self._invalidate()

    def _measure(self) -> None:
        """Figures of the rectangle, of the whole, or of what is in sight, as far as it is there."""
        rect = self.selection or self._measurable()
        if rect is None or not self._is_active or not self._is_computed(rect):
            return
        self.metrics.measure(self.results(), rect)

    def _measurable(self) -> Rect | None:
        if self.photo is None:
            return None
        width, height = self.photo.size
        rect = Rect(0, 0, width, height) if self.is_whole else self.visible
        return rect if min(rect.width, rect.height) >= 7 else None

    def _map_errors(self) -> None:
        if self.shows_errors and self.is_whole and self.truth is not None:
            self.metrics.map_errors(self.results())

    def _tell_progress(self) -> None:
        rect = None if self._wants_whole else self.visible
        tiles = counted(self._comparison, rect) if self._comparison is not None else (0, 0)
        self.progressed.emit(Progress(*tiles, self._job is not None, self.is_whole))


def _settings_of(options: Options) -> Options:
    return replace(options, weights="auto", strength=1.0)
