"""A person who answers the window's questions as it comes into their head."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.shell.dialogs import Answer, Dialogs, FetchOffer
from app.shell.save_dialogs import SaveChoice, SaveQuestion
from app.shell.settings import Settings
from app.tasks import Tasks
from tests.soak.hand import Hand
from tests.soak.world import World

if TYPE_CHECKING:
    from nledn.machine import Machine


class Whims(Dialogs):
    """Chooses files itself; other questions are shown as they are, and wait for the hand.

    Attributes:
        hand: whose chance it goes by.
        rests: whether nothing may be shown now; what is unsaved is given up.
        stays: whether the window is not to be closed, whatever was answered.
    """

    def __init__(self, window: QWidget, tasks: Tasks, world: World, hand: Hand) -> None:
        super().__init__(window, tasks)
        self._world = world
        self.hand = hand
        self.rests = False
        self.stays = False

    def photo(self, folder: Path | None, suffixes: tuple[str, ...]) -> Path | None:
        """Mostly a good one."""
        world = self._world
        return self.hand.one_of((None, *world.good, *world.good, *world.bad))

    def folder(self, folder: Path | None) -> Path | None:
        """Any, or none."""
        return self.hand.one_of((None, *self._world.folders, self._world.out))

    def photos(self, folder: Path | None, suffixes: tuple[str, ...]) -> list[Path]:
        """Up to four of all kinds."""
        several = (*self._world.good, *self._world.bad)
        return [self.hand.one_of(several) for _ in range(self.hand.rng.randrange(5))]

    def checkpoint(self) -> Path | None:
        """Weights, or something else."""
        return self.hand.one_of((None, *self._world.checkpoints))

    def fetch(self, offers: Sequence[FetchOffer]) -> tuple[str, ...]:
        """Nothing: the network is not asked for."""
        return ()

    def save_as(self, question: SaveQuestion) -> SaveChoice | None:
        """By the dialog, or at once: over an earlier result, in another format, into nowhere."""
        if self.hand.rng.random() < 0.3:
            return super().save_as(question)
        kinds = (".png", ".jpg", ".tif", ".webp", ".bmp", ".xyz")
        folder = self.hand.one_of((self._world.out, self._world.out, self._world.folder / "gone"))
        path = folder / f"{self.hand.rng.randrange(5)}{self.hand.one_of(kinds)}"
        return SaveChoice(path, self.hand.one_of((50, 95, 100)))

    def export(self, suggested: Path) -> Path | None:
        """As any kind."""
        return self._world.out / f"compared{self.hand.one_of(('.html', '.png', '.csv'))}"

    def rain_layer(self, suggested: Path) -> Path | None:
        """As any kind, or as none."""
        return self._world.out / f"rain{self.hand.one_of(('.tif', '.png', '.jpg'))}"

    def settings(self, settings: Settings, machine: "Machine | None") -> Settings | None:
        """By the dialog."""
        return None if self.rests else super().settings(settings, machine)

    def unsaved(self, *names: str) -> Answer:
        """By the dialog; at rest it is given up."""
        if self.rests:
            return "discard"
        stays, answer = self.stays, super().unsaved(*names)
        return "cancel" if stays else answer

    def stop_batch(self, finished: int, total: int) -> bool:
        """By the dialog."""
        return True if self.rests else super().stop_batch(finished, total)
