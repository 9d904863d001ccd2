"""The catalogue of checkpoints: read, and added to."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.runner import Job, Work

if TYPE_CHECKING:
    from nledn.card import Card
    from nledn.catalog import Shelf


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
