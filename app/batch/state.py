"""The window's batch: its choices, kept between starts, and its progress in figures and words.

The journal has the state of each photo.
"""

import json
import logging
import threading
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.shell.settings import Settings, StripName
from app.shell.translation import clock, tr
from nledn import Options, places
from nledn.atomic import make_folder, replacing_text
from nledn.errors import DerainError
from nledn.naming import DEFAULT_TEMPLATE

if TYPE_CHECKING:
    from nledn.batch import Found


class BatchState(Enum):
    """The stages of a batch."""

    EMPTY = "empty"
    READY = "ready"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"

    @property
    def is_run(self) -> bool:
        """A run has the output folder."""
        return self not in (BatchState.EMPTY, BatchState.READY)


@dataclass(frozen=True)
class BatchStatus:
    """State and progress of a batch.

    Attributes:
        planned: of them, still to be done, those that are begun included.
        under_way: the computed parts of those that are begun, in photos.
        is_looking: photos are being found, or a report is being made.
        seconds_left: None before the first photo is done.
    """

    state: BatchState = BatchState.EMPTY
    total: int = 0
    planned: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    under_way: float = 0.0
    is_looking: bool = False
    seconds_left: float | None = None

    @property
    def finished(self) -> int:
        """Photos with nothing left to do."""
        return self.done + self.failed + self.skipped

    @property
    def is_begun(self) -> bool:
        """Some photos are finished, and some are not: the next run continues."""
        return self.finished > 0 and self.planned > 0


def counted_of(status: BatchStatus) -> str:
    """Its progress, such as `12 of 60 · 2 failed · 1 skipped`."""
    parts = [tr("{finished} of {total}", finished=status.done, total=status.total)]
    if status.failed:
        parts.append(tr("{count} failed", count=status.failed))
    if status.skipped:
        parts.append(tr("{count} skipped", count=status.skipped))
    return " · ".join(parts)


def pace_of(status: BatchStatus) -> str:
    """Its activity, or the time for each photo and the time left, if known."""
    words = {
        BatchState.PAUSING: tr("Pausing after this tile…"),
        BatchState.PAUSED: tr("Paused"),
        BatchState.STOPPING: tr("Stopping after this tile…"),
    }
    if status.state in words:
        return words[status.state]
    if status.state is not BatchState.RUNNING:
        return tr("Looking for photos…") if status.is_looking else ""
    if status.seconds_left is None:
        return tr("The first photo is being derained…")
    left = tr("{time} left", time=clock(status.seconds_left))
    photos = status.planned - status.under_way
    if photos <= 0:
        return left
    each_s = status.seconds_left / photos
    each = tr("{seconds} s", seconds=f"{each_s:.2g}") if each_s < 60 else clock(each_s)
    return f"{tr('{time} a photo', time=each)} · {left}"


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choices:
    """The settings of results, as in `nledn.batch.BatchSettings`; `out` empty: a folder beside."""

    out: str = ""
    name: str = DEFAULT_TEMPLATE
    conflict: str = "skip"
    format: str = "keep"


@dataclass(frozen=True)
class Saving:
    """The program's settings of saved results, as in `nledn.batch.BatchSettings`."""

    quality: int = 95
    record: bool = True
    strip: StripName = "none"
    keep_times: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "Saving":
        """Take them from all settings."""
        return cls(settings.quality, settings.record, settings.strip, settings.keep_times)


@dataclass(frozen=True)
class Kept:
    """A batch, the folder whose new photos join it, and the choices that they have."""

    found: "Found | None" = None
    choices: Choices = Choices()
    watched: Path | None = None
    options: Options | None = None
    saving: Saving | None = None


class QueueFile:
    """The file in which the latest batch is kept; threads may read, write and overtake others."""

    def __init__(self) -> None:
        self.path = places.user_state() / "batch.json"
        self.latest = Kept()
        self._guard = threading.Lock()

    def write(self) -> None:
        """Keep the latest batch.

        Raises:
            WriteError: it cannot be written.
        """
        with self._guard:
            make_folder(self.path.parent)
            with replacing_text(self.path, overwrite=True) as file:
                # As ASCII: names of files may hold bytes that are not text.
                json.dump(asdict(self.latest), file, default=str)

    def read(self) -> Kept:
        """The kept batch; an empty one if it is missing or cannot be read."""
        try:
            return _kept(json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return Kept()
        except (OSError, ValueError, KeyError, TypeError, DerainError):
            log.warning("%s cannot be used", self.path, exc_info=True)
            return Kept()


def _kept(values: dict[str, Any]) -> Kept:
    from nledn.batch import BatchSettings, Found

    choices, found, watched = Choices(**values["choices"]), values["found"], values["watched"]
    saving = Saving(**values["saving"]) if values.get("saving") else None
    # Refuses choices that this version does not know.
    asked = BatchSettings(name=choices.name, conflict=choices.conflict, format=choices.format)
    replace(asked, **asdict(saving or Saving()))
    if found is not None:
        found = Found(Path(found["root"]), tuple(map(Path, found["files"])))
    options = Options(**values["options"]) if values.get("options") else None
    return Kept(found, choices, None if watched is None else Path(watched), options, saving)
