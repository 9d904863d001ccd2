"""The installed checkpoints, imported or fetched from their authors."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.shell.banner import Notice
from app.shell.dialogs import Dialogs, FetchOffer
from app.shell.translation import tr
from app.tasks import Call, Job, Task, Tasks, Work
from nledn import catalog

if TYPE_CHECKING:
    from nledn.card import Card
    from nledn.catalog import Shelf


@dataclass(frozen=True, eq=False)
class FetchJob(Job["Card", tuple[int, int]]):
    """Fetch one checkpoint and add it; report the received bytes, and all."""

    id: str
    title: str

    def run(self, work: Work[tuple[int, int]]) -> "Card":
        """Fetch it; a received part is kept, and the next try continues there."""
        from nledn import fetch

        return fetch.fetch(
            self.id,
            on_progress=lambda done, total: work.report((done, total)),
            cancel=work.cancel,
        )


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
        self._to_fetch: list[FetchJob] = []  # the first is being fetched
        self._fetching: Task[Card, tuple[int, int]] | None = None

    def look(self) -> None:
        """Read the cards of all checkpoints."""
        task = self._tasks.submit(Call(catalog.shelf))
        task.succeeded.connect(self._show)
        task.failed.connect(self._explain)

    def ask_file(self) -> None:
        """Let the user choose a file of weights."""
        path = self._dialogs.checkpoint()
        if path is not None:
            self.add(path)

    def add(self, path: Path) -> None:
        """Add a checkpoint of the person's own."""
        task = self._tasks.submit(Call(partial(catalog.add, path)))
        task.succeeded.connect(self._imported)
        task.failed.connect(self._explain)

    def fetch(self) -> None:
        """Offer the authors' missing checkpoints, and fetch the chosen ones."""
        here = {card.id for card in self.cards}
        offers = [offer for offer in _offers() if offer.id not in here]
        if not offers:
            self.noticed.emit(Notice(tr("All of the authors' models are already here.")))
            return
        chosen = set(self._dialogs.fetch(offers))
        asked = {job.id for job in self._to_fetch}
        self._to_fetch += [
            FetchJob(offer.id, offer.title) for offer in offers if offer.id in chosen - asked
        ]
        if self._fetching is None:
            self._fetch_next()

    def stop(self) -> None:
        """Stop fetching; the received part is kept."""
        del self._to_fetch[1:]
        if self._fetching is not None:
            self._fetching.cancel()

    def _fetch_next(self) -> None:
        if not self._to_fetch:
            self._fetching = None
            self.progressed.emit("")
            return
        job = self._to_fetch[0]
        self._tell(job.title, 0)
        task = self._fetching = self._tasks.submit(job)
        task.progressed.connect(lambda got: self._tell(job.title, got[0] / max(got[1], 1)))
        task.succeeded.connect(self._fetched)
        task.cancelled.connect(self._end_fetching)
        task.failed.connect(self._not_fetched)

    def _end_fetching(self) -> None:
        self._to_fetch.pop(0)
        self._fetch_next()

    def _tell(self, title: str, share: float) -> None:
        words = tr("Fetching {title}: {percent} %", title=title, percent=round(100 * share))
        self.progressed.emit(words)

    def _fetched(self, card: "Card") -> None:
        self.noticed.emit(Notice(tr("Fetched {title}.", title=card.title), "done"))
        self.look()
        self._end_fetching()

    def _not_fetched(self, error: Exception) -> None:
        del self._to_fetch[1:]  # the others would fail in the same way
        self._explain(error)
        self._end_fetching()

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


def _offers() -> list[FetchOffer]:
    """All that can be fetched, with the words of their cards."""
    from nledn.fetch import FETCHABLE

    cards = {card.id: card for card in catalog.AUTHORS.values()}
    return [
        FetchOffer(id, cards[id].title, cards[id].training_data, file.size_bytes)
        for id, file in FETCHABLE.items()
    ]
