"""Where the window's batch is on its way, and how far."""

from dataclasses import dataclass
from enum import Enum


class BatchStage(Enum):
    """Where a batch is on its way."""

    EMPTY = "empty"
    READY = "ready"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"

    @property
    def is_run(self) -> bool:
        """Whether a run has the output folder."""
        return self not in (BatchStage.EMPTY, BatchStage.READY)


@dataclass(frozen=True)
class BatchStatus:
    """What is told of a batch.

    Attributes:
        stage: of it.
        total: photos.
        planned: of them, still to be done, those that are begun included.
        done: have a result.
        failed: have none.
        skipped: were left alone.
        under_way: the computed parts of those that are begun, in photos.
        is_looking: photos are being looked for, or a report is being made.
        megapixels_per_second: None before the first photo is done.
        seconds_left: likewise.
    """

    stage: BatchStage = BatchStage.EMPTY
    total: int = 0
    planned: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0
    under_way: float = 0.0
    is_looking: bool = False
    megapixels_per_second: float | None = None
    seconds_left: float | None = None

    @property
    def finished(self) -> int:
        """Photos with nothing left to do."""
        return self.done + self.failed + self.skipped
