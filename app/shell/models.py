"""The checkpoints that are here, imported or fetched from their authors."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.shell.banner import Notice
from app.shell.dialogs import Dialogs
from app.shell.fetch_dialog import FetchOffer
from app.shell.messages import explain
from app.shell.translation import tr
from app.tasks import Job, Runner, Work

if TYPE_CHECKING:
    from nledn.card import Card
    from nledn.catalog import Shelf


@dataclass(frozen=True)
class Received:
    """So much of a download is here."""

    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, eq=False)
class FetchJob(Job):
    """Fetch one checkpoint and add it; reports `Received`.

    Attributes:
        id: one of `nledn.fetch.FETCHABLE`.
        title: what people call it.
    """

    id: str
    title: str

    def run(self, work: Work) -> "Card":
        """Fetch it; a part that came is kept, and the next try goes on from there."""
        from nledn import fetch

        return fetch.fetch(
            self.id,
            on_progress=lambda done, total: work.report(Received(done, total)),
            cancel=work.cancel,
        )


@dataclass(frozen=True, eq=False)
class ShelfJob(Job):
    """Read the cards of all checkpoints."""

    def run(self, work: Work) -> "Shelf":
        """Read them."""
        from nledn import catalog

        return catalog.shelf()


@dataclass(frozen=True, eq=False)
class ImportJob(Job):
    """Add a checkpoint of the person's own."""

    path: Path

    def run(self, work: Work) -> "Card":
        """Judge and copy it."""
        from nledn import catalog

        return catalog.add(self.path)


class ModelFetcher(QObject):
    """Between the picker's button and the network, which is asked for nothing but this.

    Attributes:
        noticed: (Notice) what became of it.
        progressed: (str) what is being fetched and how far it is; empty when nothing is.
        fetched: (Card) a checkpoint has been added.
    """

    noticed = Signal(object)
    progressed = Signal(str)
    fetched = Signal(object)

    def __init__(self, runner: Runner, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._dialogs = dialogs
        self._here: frozenset[str] = frozenset()
        self._waiting: list[FetchJob] = []
        self._running: FetchJob | None = None

    def know(self, cards: Sequence["Card"]) -> None:
        """Take note of the checkpoints that are here already."""
        self._here = frozenset(card.id for card in cards)

    def ask(self) -> None:
        """Offer what is not here yet, and fetch what is chosen."""
        offers = [offer for offer in _offers() if offer.id not in self._here]
        if not offers:
            self.noticed.emit(Notice(tr("The authors' checkpoints are all here already.")))
            return
        chosen = set(self._dialogs.fetch(offers))
        asked = {job.id for job in (*self._waiting, self._running) if job is not None}
        jobs = [FetchJob(offer.id, offer.title) for offer in offers if offer.id in chosen - asked]
        self._waiting.extend(jobs)
        if self._running is None:
            self._next()

    def cancel(self) -> None:
        """Stop fetching; the part that came is kept."""
        self._waiting.clear()
        if self._running is not None:
            self._runner.cancel(self._running)

    def reported(self, job: Job, value: Any) -> None:
        """More has come."""
        if job is self._running and isinstance(value, Received):
            self._tell(self._running, value.done_bytes / max(value.total_bytes, 1))

    def finished(self, job: Job, card: Any) -> None:
        """One is here."""
        if job is self._running:
            self.fetched.emit(card)
            self.noticed.emit(Notice(tr("Fetched {title}.", title=card.title), "done"))
            self._next()

    def stopped(self, job: Job) -> None:
        """One was cancelled."""
        if job is self._running:
            self._next()

    def job_failed(self, job: Job, error: BaseException) -> None:
        """One could not be fetched: what ails it will ail the others too."""
        if job is self._running:
            self._waiting.clear()
            self.noticed.emit(Notice(str(explain(error)), "error"))
            self._next()

    def _next(self) -> None:
        self._running = self._waiting.pop(0) if self._waiting else None
        if self._running is None:
            self.progressed.emit("")
        else:
            self._tell(self._running, 0)
            self._runner.submit(self._running)

    def _tell(self, job: FetchJob, share: float) -> None:
        words = tr("Fetching {title}: {percent} %", title=job.title, percent=round(100 * share))
        self.progressed.emit(words)


def _offers() -> list[FetchOffer]:
    """All that can be fetched, with the words of their cards."""
    from nledn.catalog import AUTHORS
    from nledn.fetch import FETCHABLE

    cards = {card.id: card for card in AUTHORS.values()}
    return [
        FetchOffer(id, cards[id].title, cards[id].training_data, file.size_bytes)
        for id, file in FETCHABLE.items()
    ]
