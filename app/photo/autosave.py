"""Keeps what is done to the open photo in its private file, in order, and reads it back."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from app.imaging.opened import Opened
from app.photo.jobs import OpenJob
from app.photo.recovery import Offer, Recovered, Spill, recover, scan
from app.tasks import Job, QueueName, R, Tasks, Work
from nledn import temporary_files
from nledn.errors import PhotoNotFound
from nledn.options import Options
from nledn.pixels import Mask
from nledn.rain import RainLayer
from nledn.tiling import Rect


@dataclass(frozen=True, eq=False)
class AutosaveJob(Job[R]):
    """Something to do with private files."""


@dataclass(frozen=True, eq=False)
class KeepJob(AutosaveJob[None]):
    """A layer that is there already is the one to keep; on the queue that writes tiles."""

    queue: ClassVar[QueueName] = "compute"
    spill: Spill
    source: Path
    options: Options
    layer: RainLayer

    def run(self, work: Work) -> None:
        """Begin with it."""
        self.spill.begin(self.source, self.options, self.layer)


@dataclass(frozen=True, eq=False)
class SettleJob(AutosaveJob[None]):
    """The photo has been saved: what was kept need not be offered."""

    spill: Spill

    def run(self, work: Work) -> None:
        """Put it aside."""
        self.spill.settle()


@dataclass(frozen=True, eq=False)
class SpillJob(AutosaveJob[None]):
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
class DiscardJob(AutosaveJob[None]):
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
class ScanJob(AutosaveJob[tuple[Offer, ...]]):
    """Look for what a crash left behind: to be offered, or of no use to anybody."""

    def run(self, work: Work) -> tuple[Offer, ...]:
        """Look, and clear away what was being written."""
        temporary_files.remove_abandoned()
        return scan()


@dataclass(frozen=True, eq=False)
class RestoreJob(Job[tuple[Opened, Recovered]]):
    """Read a photo and what had been done to it."""

    offer: Offer

    def run(self, work: Work) -> tuple[Opened, Recovered]:
        """Read both."""
        opened = OpenJob(self.offer.source).run(work)
        recovered = recover(self.offer.spill)
        if recovered is None:
            raise PhotoNotFound(self.offer.spill)
        return opened, recovered


class Autosave:
    """One photo's file at a time; nothing is written on the calling thread.

    Attributes:
        spill: the file, for the job that fills it with tiles.
    """

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self.spill = Spill()
        self._order = 0

    def restart(self) -> None:
        """Another photo: nobody needs what was kept of the last one."""
        self.discard()
        self.spill = Spill()

    def layer(self, source: Path | None, options: Options, layer: RainLayer) -> None:
        """This layer is the one that counts; a photo without a file cannot be recovered."""
        if source is not None:
            self._tasks.submit(KeepJob(self.spill, source, options, layer))

    def strength(self, strength: float) -> None:
        """The strength has come to rest here."""
        self._order += 1
        self._tasks.submit(SpillJob(self.spill, self._order, strength=strength))

    def mask(self, rect: Rect, values: Mask) -> None:
        """The mask inside `rect` is this now."""
        self._order += 1
        self._tasks.submit(SpillJob(self.spill, self._order, rect=rect, values=values))

    def settle(self) -> None:
        """All of it was saved."""
        self._tasks.submit(SettleJob(self.spill))

    def discard(self) -> None:
        """Nobody needs it any more."""
        self._tasks.submit(DiscardJob(self.spill))

    def forget(self, path: Path) -> None:
        """Nobody needs what a crash left there."""
        self._tasks.submit(DiscardJob(path=path))
