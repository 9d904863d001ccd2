"""Small files beside the photos: checkpoints and the profile of the screen."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.runner import Job, Work
from nledn.errors import PhotoNotFound, PhotoUnsupported

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


@dataclass(frozen=True, eq=False)
class ProfileJob(Job):
    """Read the profile of the screen."""

    path: Path

    def run(self, work: Work) -> bytes:
        """Read it; one that is no profile of an RGB screen is refused."""
        try:
            profile = self.path.read_bytes()
        except OSError as error:
            raise PhotoNotFound(self.path) from error
        # The signature and the colour space of ICC.1:2022, 7.2.
        if profile[36:40] != b"acsp" or profile[16:20] != b"RGB ":
            raise PhotoUnsupported(self.path, "no ICC profile of an RGB screen")
        return profile
