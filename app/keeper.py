"""Sends what is done to the open photo to its private file, in order."""

from pathlib import Path

from app.jobs import DiscardJob, KeepJob, SettleJob, SpillJob
from app.recovery import Spill
from app.runner import Runner
from nledn.options import Options
from nledn.pixels import Mask
from nledn.rain import RainLayer
from nledn.tiling import Rect


class Keeper:
    """One photo's file at a time; nothing is written on the calling thread.

    Attributes:
        spill: the file, for the job that fills it with tiles.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.spill = Spill()
        self._order = 0

    def restart(self) -> None:
        """Another photo: nobody needs what was kept of the last one."""
        self.discard()
        self.spill = Spill()

    def layer(self, source: Path | None, options: Options, layer: RainLayer) -> None:
        """This layer is the one that counts; a photo without a file cannot be recovered."""
        if source is not None:
            self._runner.submit(KeepJob(self.spill, source, options, layer))

    def strength(self, strength: float) -> None:
        """The strength has come to rest here."""
        self._order += 1
        self._runner.submit(SpillJob(self.spill, self._order, strength=strength))

    def mask(self, rect: Rect, values: Mask) -> None:
        """The mask inside `rect` is this now."""
        self._order += 1
        self._runner.submit(SpillJob(self.spill, self._order, rect=rect, values=values))

    def settle(self) -> None:
        """All of it was saved."""
        self._runner.submit(SettleJob(self.spill))

    def discard(self) -> None:
        """Nobody needs it any more."""
        self._runner.submit(DiscardJob(self.spill))

    def forget(self, path: Path) -> None:
        """Nobody needs what a crash left there."""
        self._runner.submit(DiscardJob(path=path))
