"""The installed checkpoints, imported or fetched from their authors."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal

from app.shell.banner import Notice
from app.shell.dialogs import Dialogs, FetchOffer
from app.shell.translation import tr
from app.tasks import Call, Job, Task, Tasks, Work

if TYPE_CHECKING:
    from nledn.card import Card
    from nledn.catalog import Shelf

Fetched: TypeAlias = "tuple[str, float] | Card"
"""The title and the received share of a checkpoint; its card when it is here."""


@dataclass(frozen=True, eq=False)
class FetchJob(Job[None, Fetched]):
    """Fetch checkpoints and add them, one after the other."""

    offers: tuple[FetchOffer, ...]

    def run(self, work: Work[Fetched]) -> None:
        """Fetch them until one fails: the others would fail in the same way."""
        from nledn import fetch

        for offer in self.offers:

            def received(done: int, total: int, title: str = offer.title) -> None:
                work.report((title, done / max(total, 1)))

            work.report(fetch.fetch(offer.id, on_progress=received, cancel=work.cancel))


class Models(QObject):
    """The installed checkpoints; the network is used only for the authors' ones.

    Attributes:
        cards: of them.
        shelf_read: (tuple of Card) the installed ones now.
        imported: (str) id of one that the user has added.
        progressed: (str) name and progress of a download; empty without one.
    """

    shelf_read = Signal(object)
    imported = Signal(str)
    noticed = Signal(object)
    progressed = Signal(str)

    def __init__(self, tasks: Tasks, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._dialogs = dialogs
        self.cards: tuple[Card, ...] = ()
        self._fetching: Task[None, Fetched] | None = None

    def look(self) -> None:
        """Read the cards of all checkpoints."""
        task = self._tasks.submit(Call(_shelf))
        task.succeeded.connect(self._show)
        task.failed.connect(self._explain)

    def ask_file(self) -> None:
        """Let the user choose a file of weights."""
        path = self._dialogs.checkpoint()
        if path is not None:
            self.add(path)

    def add(self, path: Path) -> None:
        """Add a checkpoint of the person's own."""
        task = self._tasks.submit(Call(partial(_added, path)))
        task.succeeded.connect(self._imported)
        task.failed.connect(self._explain)

    def fetch(self) -> None:
        """Offer the authors' missing checkpoints, and fetch the chosen ones."""
        here = {card.id for card in self.cards}
        offers = [offer for offer in _offers() if offer.id not in here]
        if not offers:
            self.noticed.emit(Notice(tr("All of the authors' models are already here.")))
            return
        ids = self._dialogs.fetch(offers)
        chosen = tuple(offer for offer in offers if offer.id in ids)
        if chosen:
            self._fetched((chosen[0].title, 0.0))
            task = self._fetching = self._tasks.submit(FetchJob(chosen))
            task.progressed.connect(self._fetched)
            task.succeeded.connect(self._end_fetching)
            task.cancelled.connect(self._end_fetching)
            task.failed.connect(self._end_fetching)
            task.failed.connect(self._explain)

    def stop(self) -> None:
        """Stop fetching."""
        if self._fetching is not None:
            self._fetching.cancel()

    def _fetched(self, what: Fetched) -> None:
        if isinstance(what, tuple):
            title, percent = what[0], round(100 * what[1])
            words = tr("Fetching {title}: {percent} %", title=title, percent=percent)
            self.progressed.emit(words)
        else:
            self.noticed.emit(Notice(tr("Fetched {title}.", title=what.title), "done"))
            self.look()

    def _end_fetching(self, _end: Exception | None = None) -> None:
        self.progressed.emit("")

    def _show(self, shelf: "Shelf") -> None:
        self.cards = shelf.cards
        self.shelf_read.emit(shelf.cards)
        for error in shelf.broken:
            self._explain(error)

    def _imported(self, card: "Card") -> None:
        self.look()
        self.imported.emit(card.id)
        self.noticed.emit(Notice(tr("Imported {title}.", title=card.title), "done"))

    def _explain(self, error: Exception) -> None:
        self.noticed.emit(Notice.of(error))


def name_of(card: "Card") -> str:
    """Return the display name of a model: its purpose, else its title."""
    return tr(card.purpose) if card.purpose else card.title


def _shelf() -> "Shelf":
    from nledn import catalog  # not before the window is shown

    return catalog.shelf()


def _added(path: Path) -> "Card":
    from nledn import catalog

    return catalog.add(path)


def _offers() -> list[FetchOffer]:
    """All that can be fetched, with the words of their cards."""
    from nledn.catalog import AUTHORS
    from nledn.fetch import FETCHABLE

    cards = {card.id: card for card in AUTHORS.values()}
    return [
        FetchOffer(id, cards[id].title, cards[id].training_data, file.size_bytes)
        for id, file in FETCHABLE.items()
    ]
