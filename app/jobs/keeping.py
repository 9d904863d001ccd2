"""Nothing is lost: what goes to the private file, and what comes back from it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from app.jobs.opening import Opened, OpenJob
from app.recovery import Offer, Recovered, Spill, recover, scan
from app.runner import Job, LaneName, Work
from nledn import Options, unfinished
from nledn.errors import PhotoNotFound
from nledn.pixels import Mask
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn import RainLayer


@dataclass(frozen=True, eq=False)
class KeepJob(Job):
    """A layer that is there already is the one to keep; on the lane that writes tiles."""

    lane: ClassVar[LaneName] = "compute"
    spill: Spill
    source: Path
    options: Options
    layer: "RainLayer"

    def run(self, work: Work) -> None:
        """Begin with it."""
        self.spill.begin(self.source, self.options, self.layer)


@dataclass(frozen=True, eq=False)
class SettleJob(Job):
    """The photo has been saved: what was kept need not be offered."""

    spill: Spill

    def run(self, work: Work) -> None:
        """Put it aside."""
        self.spill.settle()


@dataclass(frozen=True, eq=False)
class SpillJob(Job):
    """Keep a change of strength or mask on disk."""

    spill: Spill
    order: int
    strength: float | None = None
    rect: Rect | None = None
    values: Mask | None = field(default=None, repr=False)

    def run(self, work: Work) -> None:
        """Append it."""
        if self.strength is not None:
            self.spill.strength(self.strength, self.order)
        if self.rect is not None and self.values is not None:
            self.spill.mask(self.rect, self.values, self.order)


@dataclass(frozen=True, eq=False)
class DiscardJob(Job):
    """Remove what was kept for recovery."""

    spill: Spill | None = None
    path: Path | None = None

    def run(self, work: Work) -> None:
        """Remove it."""
        if self.spill is not None:
            self.spill.discard()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True, eq=False)
class ScanJob(Job):
    """Look for what a crash left behind: to be offered, or of no use to anybody."""

    def run(self, work: Work) -> tuple[Offer, ...]:
        """Look, and clear away what was being written."""
        unfinished.remove_abandoned()
        return scan()


@dataclass(frozen=True, eq=False)
class RestoreJob(Job):
    """Read a photo and what had been done to it."""

    offer: Offer

    def run(self, work: Work) -> tuple[Opened, Recovered]:
        """Read both."""
        opened = OpenJob(self.offer.source).run(work)
        recovered = recover(self.offer.spill)
        if recovered is None:
            raise PhotoNotFound(self.offer.spill)
        return opened, recovered
