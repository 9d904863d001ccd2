"""What the Compare page is asked for: panes to add, votes, checks, exports, and the words back."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.compare.blind_test import NONE, BlindTest, Vote
from app.compare.jobs import Exported, ExportJob, TilingJob, VoteJob
from app.compare.model import CompareModel
from app.compare.panel import Row
from app.compare.panes import MOST, Slot
from app.compare.words import figures_of, name_of, tiling_of, vote_of
from app.imaging.layers import Kind
from app.imaging.opened import Opened
from app.photo.document import Document
from app.shell.banner import Notice
from app.shell.dialogs import Dialogs
from app.shell.messages import explain
from app.shell.translation import tr
from app.tasks import AnyJob, Tasks
from app.views.compare_canvas import Shown
from nledn.card import Card
from nledn.messages import printable
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.compare import TilingCheck

FIRST_CHECKPOINTS = 2  # that a first comparison begins with


class CompareController(QObject):
    """Between the Compare page and its model.

    Attributes:
        shown_changed: (tuple of Shown) the pictures, in the order in which they are seen.
        rows_changed: (tuple of Row) what the panel says of them.
        measured_changed: (str) what the figures are of.
        letters_changed: (tuple of str) what can be voted for; empty when names are shown.
        noticed: (Notice) something to say in the banner.
    """

    shown_changed = Signal(object)
    rows_changed = Signal(object)
    measured_changed = Signal(str)
    letters_changed = Signal(object)
    noticed = Signal(object)

    def __init__(self, document: Document, tasks: Tasks, dialogs: Dialogs) -> None:
        super().__init__(document)
        self._document = document
        self._tasks = tasks
        self._dialogs = dialogs
        self.model = CompareModel(document, tasks)
        self._cards: tuple[Card, ...] = ()
        self._opened: Opened | None = None
        self._blind_test: BlindTest | None = None
        self._wants_blind = False
        self._is_active = False
        self._checking: TilingJob | None = None
        self._exporting: AnyJob | None = None
        self._voting: tuple[AnyJob, str, dict[str, str]] | None = None
        self.model.changed.connect(self.show)
        self.model.failed.connect(self._say_error)

    # The page comes and goes

    def set_active(self, is_active: bool) -> None:
        """The page is in sight, or no longer; it takes up the open photo only when it is."""
        self._is_active = is_active
        if is_active:
            self._take_photo()
        self.model.set_active(is_active)

    def opened(self, opened: Opened) -> None:
        """A photo was opened in the window."""
        self._opened = opened
        if self._is_active:
            self._take_photo()

    def set_cards(self, cards: tuple[Card, ...]) -> None:
        """The checkpoints there are."""
        self._cards = cards

    # Asked for

    def add_checkpoint(self, card: Card) -> None:
        """Compare one more."""
        self.model.add_checkpoint(card)

    def ask_result(self) -> None:
        """Let the person choose another program's result."""
        self._ask("result")

    def ask_truth(self) -> None:
        """Let the person choose the photo without rain."""
        self._ask("truth")

    def move(self, source: int, target: int) -> None:
        """Another order; while names are hidden, it is the shuffle's."""
        if self._blind_test is None:
            self.model.move(source, target)

    def set_blind(self, is_blind: bool) -> None:
        """Hide the names and shuffle, or tell."""
        self._wants_blind = is_blind
        self._shuffle()
        self.show()

    def vote(self, letter: str) -> None:
        """Take a choice, keep it, and tell who is who."""
        photo, blind_test = self.model.photo, self._blind_test
        if blind_test is None or photo is None:
            return
        names = {slot.key: name_of(slot) for slot in self.model.slots}
        letters = {each: names[key] for key, each in blind_test.letters.items()}
        chosen = letters.get(letter, NONE)
        path = photo.path or Path(tr("Pasted picture"))
        job = VoteJob(Vote(path, chosen, tuple(sorted(letters.values()))))
        self._voting = (job, chosen, letters)
        self._tasks.submit(job)
        self._blind_test = None
        self.letters_changed.emit(())
        self.show()

    def check_tiling(self) -> None:
        """Compute what is in sight whole and in tiles, with the first checkpoint."""
        model = self.model
        first = next((slot for slot in model.slots if slot.kind == "checkpoint"), None)
        if model.photo is None or first is None or not model.visible.width:
            return
        options = replace(self._document.options, weights=first.weights, strength=first.strength)
        self._checking = TilingJob(model.engines, model.photo, model.visible, options)
        self._tasks.submit(self._checking)
        self.noticed.emit(Notice(tr("Checking the tiles…")))

    def ask_export(self) -> None:
        """Let the person choose where to save the comparison."""
        model = self.model
        if model.photo is None:
            return
        if not model.is_ready:
            self.noticed.emit(Notice(tr("What is in sight is still being computed. Wait for it.")))
            return
        stem = model.photo.path.stem if model.photo.path else "AfterRain"
        folder = model.photo.path.parent if model.photo.path else Path.home()
        suggested = folder / f"{stem}-compared.html"
        job = self._export_job(suggested)  # what there is now: it may go while the person thinks
        path = self._dialogs.export(suggested)
        if path is not None:
            self._exporting = replace(job, path=path)
            self._tasks.submit(self._exporting)

    # What comes back

    def finished(self, job: AnyJob, result: Any) -> None:
        """A job is done."""
        self.model.finished(job, result)
        if job is self._checking and job.photo is self.model.photo:
            self._show_check(result)
        elif job is self._exporting:
            self.noticed.emit(Notice(tr("Saved {name}.", name=printable(result.name)), "done"))
        elif self._voting is not None and job is self._voting[0]:
            _, chosen, letters = self._voting
            self.noticed.emit(Notice(vote_of(chosen, letters, result), "done"))

    def job_failed(self, job: AnyJob, error: BaseException) -> None:
        """A job could not be done."""
        self.model.job_failed(job, error)
        is_vote = self._voting is not None and job is self._voting[0]
        if job in (self._checking, self._exporting) or is_vote:
            self._say_error(error)

    def show(self) -> None:
        """Tell page and panel what there is."""
        if self._blind_test is not None and not self._blind_test.fits(self.model.slots):
            self._shuffle()
        slots = self._in_order()
        pictures = (self._shown(place, slot) for place, slot in enumerate(slots, start=1))
        self.shown_changed.emit(tuple(pictures))
        self.rows_changed.emit(tuple(self._row(slot) for slot in slots))
        self.measured_changed.emit(self._measured())

    @property
    def can_add(self) -> bool:
        """Whether there is room for one more."""
        return len(self.model.slots) < MOST

    # Inside

    def _take_photo(self) -> None:
        opened, model = self._opened, self.model
        if opened is None or opened.photo is model.photo:
            return
        model.open(opened, self._first_cards())
        self._shuffle()
        self.show()

    def _first_cards(self) -> list[Card]:
        """The checkpoint in use, then others."""
        chosen = self._document.options.weights
        cards = sorted(self._cards, key=lambda card: card.id != chosen)
        return cards[:FIRST_CHECKPOINTS]

    def _shuffle(self) -> None:
        candidates = sum(slot.is_candidate for slot in self.model.slots)
        is_blind = self._wants_blind and candidates > 1
        self._blind_test = BlindTest(self.model.slots) if is_blind else None
        letters: Sequence[str] = ()
        if self._blind_test is not None:
            letters = sorted(self._blind_test.letters.values())
        self.letters_changed.emit(tuple(letters))

    def _in_order(self) -> tuple[Slot, ...]:
        slots = self.model.slots
        return slots if self._blind_test is None else self._blind_test.order(slots)

    def _name(self, slot: Slot) -> str:
        letter = None if self._blind_test is None else self._blind_test.letters.get(slot.key)
        return letter or name_of(slot)

    def _shown(self, place: int, slot: Slot) -> Shown:
        model = self.model
        error = model.failures.get(slot.key)
        failure = "" if error is None else str(explain(error))
        map_shown = model.shows_errors and slot.key in model.metrics.error_maps
        picture = model.metrics.error_maps[slot.key] if map_shown else model.pictures[slot.key]
        kind: Kind = "after" if slot.kind == "checkpoint" and not map_shown else "before"
        return Shown(slot.key, picture, kind, f"{place}  {self._name(slot)}", failure)

    def _row(self, slot: Slot) -> Row:
        is_hidden = self._blind_test is not None and slot.is_candidate
        figures = self.model.metrics.figures.get(slot.key)
        return Row(
            slot.key,
            self._name(slot),
            slot.strength if slot.kind == "checkpoint" and not is_hidden else None,
            "" if figures is None or self._blind_test is not None else figures_of(figures),
            is_removable=slot.kind != "rainy" and not is_hidden,
        )

    def _measured(self) -> str:
        model = self.model
        rect = model.metrics.rect
        if not model.metrics.figures or rect is None or self._blind_test is not None:
            return ""
        if model.selection is not None:
            return tr("Measured in the rectangle, {size}.", size=_size(rect))
        if model.photo is not None and (rect.width, rect.height) == model.photo.size:
            return tr("Measured on the whole photo.")
        return tr("Measured on what is in sight, {size}.", size=_size(rect))

    def _ask(self, kind: Any) -> None:
        from nledn.photo.formats import readable_suffixes

        photo = self.model.photo
        folder = str(photo.path.parent) if photo is not None and photo.path else ""
        path = self._dialogs.photo(folder, readable_suffixes())
        if path is not None:
            self.model.attach(kind, path)

    def _export_job(self, path: Path) -> ExportJob:
        model = self.model
        panes = tuple(
            Exported(slot.key, self._name(slot), slot.kind, _known(model, slot), slot.path)
            for slot in self._in_order()
            if slot.kind != "difference"
        )
        has_lanes = any(slot.kind == "checkpoint" for slot in model.slots)
        region = None if model.is_whole or not has_lanes else model.visible
        crop = model.selection if region is None else None
        return ExportJob(model.results(), panes, region, crop, path)

    def _show_check(self, check: "TilingCheck") -> None:
        self.noticed.emit(Notice(tiling_of(check), "done"))
        photo = self.model.photo
        if photo is not None and check.tiles > 1:
            self.model.show_difference(_placed(check, photo.size), tr("Whole against tiles"))

    def _say_error(self, error: BaseException) -> None:
        self.noticed.emit(Notice(str(explain(error)), "error"))


def _placed(check: "TilingCheck", size: tuple[int, int]) -> Any:
    """The difference where it was found, on black of the photo's size."""
    import numpy as np

    from nledn.photo import Photo

    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[check.rect.slices] = check.difference
    return Photo(pixels)


def _known(model: CompareModel, slot: Slot) -> Any:
    from nledn.errors import DerainError

    error = model.failures.get(slot.key)
    return error if isinstance(error, DerainError) else None


def _size(rect: Rect) -> str:
    return f"{rect.width} × {rect.height} px"
