"""The state and the progress of the window's batch, in figures and in words."""

from dataclasses import dataclass
from enum import Enum

from app.shell.translation import clock, tr


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
        state: of it.
        total: photos.
        planned: of them, still to be done, those that are begun included.
        done: photos with a result.
        failed: photos without one.
        skipped: photos left out.
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
