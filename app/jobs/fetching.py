"""Getting a published checkpoint from where its authors keep it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.runner import Job, Work

if TYPE_CHECKING:
    from nledn.card import Card


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
