"""The actions of the Compare page: panes to add, votes, checks, exports, and messages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.compare.jobs import ExportJob, TilingJob, decibels, details_of, figures_of
from app.compare.model import CompareModel
from app.compare.panel import PaneSummary
from app.compare.panes import (
    MOST,
    NONE,
    BlindTest,
    ComparePane,
    PaneKind,
    Panes,
    keep,
    vote_of,
)
from app.imaging.pyramid import Opened
from app.imaging.tiles import Kind
from app.shell.banner import Action, Notice
from app.shell.dialogs import Dialogs
from app.shell.engines import Engines
from app.shell.file_dialogs import pictures_folder
from app.shell.translation import explain, tr
from app.tasks import Call, Task, Tasks
from app.views.compare_canvas import ComparedPicture
from nledn.errors import DerainError
from nledn.messages import printable
from nledn.options import Options
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.card import Card
    from nledn.compare import TilingCheck
    from nledn.photo import Photo

FIRST_CHECKPOINTS = 2  # of a first comparison if only one model ships


class CompareController(QObject):
    """Between the Compare page and its model.

    Attributes:
        changed: pictures, rows, letters or the words about figures changed.
        shuffled: names were hidden; a pane that is shown alone would be known.
        chosen: (str, float) id and strength of the model chosen for the photo.

    Args:
        options: the present ones of the Photo page.
    """

    changed = Signal()
    shuffled = Signal()
    noticed = Signal(object)
    chosen = Signal(str, float)

    def __init__(self, tasks: Tasks, engines: Engines, options: Options, dialogs: Dialogs) -> None:
        super().__init__(tasks)
        self._tasks = tasks
        self._dialogs = dialogs
        self.model = CompareModel(tasks, engines, options)
        self._cards: tuple[Card, ...] = ()
        self._opened: Opened | None = None
        self._blind_test: BlindTest | None = None
        self._wants_blind = False
        self._is_active = False
        self._checking: Task[TilingCheck] | None = None
        self.model.changed.connect(self._take_change)
        self.model.failed.connect(self._explain)

    # The page comes and goes

    def set_active(self, is_active: bool) -> None:
        """Show or hide the page; only a visible page takes up the open photo."""
        self._is_active = is_active
        if is_active:
            self._take_photo()
        self.model.set_active(is_active)

    def opened(self, opened: Opened) -> None:
        """Take a photo that was opened in the window."""
        self._opened = opened
        if self._is_active:
            self._take_photo()

    def set_cards(self, cards: "tuple[Card, ...]") -> None:
        """Set the available models."""
        self._cards = cards

    # Actions

    def ask_picture(self, kind: PaneKind) -> None:
        """Let the user choose the photo without rain, or another program's result."""
        from nledn.photo.formats import readable_suffixes

        photo = self.model.photo
        folder = photo.path.parent if photo is not None and photo.path else None
        self.model.attach(kind, self._dialogs.photo(folder, readable_suffixes()))

    def move(self, source: int, target: int) -> None:
        """Move a pane; while names are hidden, in the shuffled order."""
        if self._blind_test is None:
            self.model.move(source, target)

    def set_blind(self, is_blind: bool) -> None:
        """Hide the names and shuffle, or show them."""
        self._wants_blind = is_blind
        self._shuffle()
        self.changed.emit()

    def decide(self, key: int) -> None:
        """Take a pane's model and strength to the photo; while names are hidden, vote for it."""
        if self._blind_test is not None:
            self.vote(self._blind_test.letters.get(key, NONE))
            return
        pane = next((pane for pane in self.model.panes if pane.key == key), None)
        if pane is not None and pane.kind == "checkpoint":
            self.chosen.emit(pane.weights, pane.strength)

    def vote(self, letter: str) -> None:
        """Keep a vote, show the names, and offer to use the choice."""
        photo, opened, blind_test = self.model.photo, self._opened, self._blind_test
        if blind_test is None or photo is None:
            return
        letters = blind_test.letters
        panes = {letters[each.key]: each for each in self.model.panes if each.key in letters}
        names = {each: pane.name for each, pane in panes.items()}
        chosen, best = names.get(letter, NONE), panes.get(letter)
        use: tuple[Action, ...] = ()
        if best is not None and best.kind == "checkpoint":
            take = partial(self.chosen.emit, best.weights, best.strength)
            use = (Action("use", tr("Use {name}", name=chosen), take),)

        def tell(counted: Counter[str]) -> None:
            if self._opened is opened:  # the vote is not about another photo
                self.noticed.emit(Notice(vote_of(chosen, names, counted), "info", use))

        path = photo.path or Path(tr("Pasted picture"))
        task = self._tasks.submit(Call(partial(keep, path, chosen, tuple(names.values()))))
        task.succeeded.connect(tell)
        task.failed.connect(self._explain)
        self._blind_test = None
        self.changed.emit()

    def check_tiling(self) -> None:
        """Compute the visible area whole and in tiles, with the first model."""
        model, first = self.model, self.first_model
        if model.photo is None or first is None or not model.visible.width:
            return
        self._drop_check()
        options = replace(model.options, weights=first.weights, strength=first.strength)
        job = TilingJob(model.engines, model.photo, model.visible, options)
        task = self._checking = self._tasks.submit(job)
        task.succeeded.connect(self._show_check)
        task.failed.connect(self._explain)
        self.noticed.emit(Notice(tr("Checking the tiles…")))

    def _show_check(self, check: "TilingCheck") -> None:
        self.noticed.emit(Notice(_words_of(check), "done"))
        photo = self.model.photo
        if photo is not None and check.tiles > 1:
            self.model.show_difference(_placed(check, photo.size), tr("Whole against tiles"))

    def _drop_check(self) -> None:
        if self._checking is not None:
            self._checking.abandon(cancel=True)

    def ask_export(self) -> None:
        """Let the user choose where to save the comparison."""
        model = self.model
        if model.photo is None:
            return
        if not model.is_computed(model.visible):
            self.noticed.emit(
                Notice(tr("The visible part is still being computed. Try again in a moment."))
            )
            return
        stem = model.photo.path.stem if model.photo.path else "AfterRain"
        folder = model.photo.path.parent if model.photo.path else pictures_folder()
        suggested = folder / f"{stem}-compared.html"
        job = self._export_job(
            suggested
        )  # the present state: it may change while the dialog is open
        path = self._dialogs.export(suggested)
        if path is not None:
            task = self._tasks.submit(replace(job, path=path))
            task.succeeded.connect(self._tell_saved)
            task.failed.connect(self._explain)

    def _export_job(self, path: Path) -> ExportJob:
        from nledn.compare import Pane

        model = self.model
        panes: dict[int, Pane] = {}
        for pane in self._in_order():
            if pane.kind != "difference":
                failure = model.failures.get(pane.key)
                error = failure if isinstance(failure, DerainError) else None
                panes[pane.key] = Pane(self._name(pane), pane.kind, error=error, path=pane.path)
        has_lanes = any(pane.kind == "checkpoint" for pane in model.panes)
        region = None if model.is_whole or not has_lanes else model.visible
        crop = model.selection if region is None else None
        unnamed = frozenset(self._blind_test.letters if self._blind_test else ())
        return ExportJob(model.results(), panes, region, crop, path, unnamed)

    def _tell_saved(self, path: Path) -> None:
        self.noticed.emit(Notice(tr("Saved {name}.", name=printable(path.name)), "done"))

    def _explain(self, error: Exception) -> None:
        self.noticed.emit(Notice.of(error))

    # Display

    @property
    def first_model(self) -> ComparePane | None:
        """The pane of a model with which tiles can be checked."""
        return next((pane for pane in self.model.panes if pane.kind == "checkpoint"), None)

    def shown(self) -> tuple[ComparedPicture, ...]:
        """The pictures, in the order of display."""
        return tuple(self._shown_of(pane) for pane in self._in_order())

    def rows(self) -> tuple[PaneSummary, ...]:
        """The panel's summaries of them."""
        return tuple(self._row_of(pane) for pane in self._in_order())

    def letters(self) -> tuple[str, ...]:
        """The letters to vote for; empty while names are shown."""
        return () if self._blind_test is None else tuple(sorted(self._blind_test.letters.values()))

    def measured(self) -> str:
        """The measured area, in words; empty without figures."""
        model = self.model
        rect = model.metrics.rect
        if not model.metrics.figures or rect is None or self._blind_test is not None:
            return ""
        if model.selection is not None:
            return tr("Measured in the rectangle, {size}.", size=_size(rect))
        if model.photo is not None and (rect.width, rect.height) == model.photo.size:
            return tr("Measured on the whole photo.")
        return tr("Measured on the visible part, {size}.", size=_size(rect))

    def _take_photo(self) -> None:
        opened, model = self._opened, self.model
        if opened is None or opened.photo is model.photo:
            return
        self._drop_check()
        model.open(opened, self._first_cards())
        self._shuffle()
        self.changed.emit()

    def _first_cards(self) -> "Sequence[Card]":
        """The shipped models, after the one in use if that is not shipped; at least two."""
        chosen = self.model.options.weights
        cards = sorted(self._cards, key=lambda card: card.id != chosen)
        shipped = [card for card in cards if card.origin == "shipped"]
        if len(shipped) < FIRST_CHECKPOINTS:
            return cards[:FIRST_CHECKPOINTS]
        return [card for card in cards if card in shipped or card.id == chosen][: MOST - 1]

    def _take_change(self) -> None:
        if self._blind_test is not None and not self._blind_test.fits(self.model.panes):
            self._shuffle()
        self.changed.emit()

    def _shuffle(self) -> None:
        candidates = sum(pane.is_candidate for pane in self.model.panes)
        is_blind = self._wants_blind and candidates > 1
        self._blind_test = BlindTest(self.model.panes) if is_blind else None
        if is_blind:
            self.shuffled.emit()

    def _in_order(self) -> Panes:
        panes = self.model.panes
        return panes if self._blind_test is None else self._blind_test.order(panes)

    def _name(self, pane: ComparePane) -> str:
        letter = None if self._blind_test is None else self._blind_test.letters.get(pane.key)
        return letter or pane.name

    def _shown_of(self, pane: ComparePane) -> ComparedPicture:
        model = self.model
        error = model.failures.get(pane.key)
        failure = "" if error is None else explain(error)
        map_shown = model.shows_errors and pane.key in model.metrics.error_maps
        picture = model.metrics.error_maps[pane.key] if map_shown else model.pictures[pane.key]
        kind: Kind = "after" if pane.kind == "checkpoint" and not map_shown else "before"
        action = ""
        if self._blind_test is not None and pane.is_candidate:
            action = tr("This is best")
        elif pane.kind == "checkpoint" and not failure:
            action = tr("Use this one")
        return ComparedPicture(pane.key, picture, kind, self._name(pane), failure, action)

    def _row_of(self, pane: ComparePane) -> PaneSummary:
        is_hidden = self._blind_test is not None and pane.is_candidate
        figures = self.model.metrics.figures.get(pane.key) if self._blind_test is None else None
        return PaneSummary(
            pane.key,
            self._name(replace(pane, strength=1.0)),  # a field beside it has the strength
            pane.strength if pane.kind == "checkpoint" and not is_hidden else None,
            "" if figures is None else figures_of(figures),
            "" if figures is None else details_of(figures),
            is_removable=pane.kind != "rainy" and not is_hidden,
        )


def _words_of(check: "TilingCheck") -> str:
    """Describe the effect of tiles, in a sentence or two."""
    rect = check.rect
    if check.tiles == 1:
        return tr(
            "The visible {width} × {height} px are one tile; nothing can differ.",
            width=rect.width,
            height=rect.height,
        )
    return tr(
        "Whole and in {tiles} tiles, the visible {width} × {height} px differ by {largest} levels "
        "at most: {psnr} between the two.",
        tiles=check.tiles,
        width=rect.width,
        height=rect.height,
        largest=f"{check.largest:.0f}",
        psnr=decibels(check.psnr_y),
    )


def _placed(check: "TilingCheck", size: tuple[int, int]) -> "Photo":
    """The difference at its place, on black of the photo's size."""
    import numpy as np

    from nledn.photo import Photo

    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[check.rect.slices] = check.difference
    return Photo(pixels)


def _size(rect: Rect) -> str:
    return f"{rect.width} × {rect.height} px"
