"""The authors' checkpoints: offered, fetched one after the other, and told about."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.dialogs import Dialogs
from app.jobs import FetchJob, Received
from app.messages import explain
from app.runner import Job, Runner
from app.translation import tr
from app.widgets.banner import Notice
from app.widgets.fetch_dialog import FetchOffer

if TYPE_CHECKING:
    from nledn.card import Card


class Fetching(QObject):
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
