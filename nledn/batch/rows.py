"""The parts of a batch: rows of its journal, jobs for workers, and their outcomes.

Jobs and outcomes pickle: they are all that passes between the client, who owns the journal, and
workers, who may be threads here or processes elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nledn import metrics
from nledn.errors import DerainError
from nledn.metrics import Change


class State(StrEnum):
    """The state of a photo."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Seen:
    """The fingerprint of a file: it is unchanged if size, time and ends are, else by sha256.

    Attributes:
        sha256: of its content; empty where it was not asked for.
        ends: sha256 of its first and last 64 KiB; empty in journals of earlier versions.
        ctime_ns: when anything of it was changed last.
    """

    size_bytes: int
    mtime_ns: int
    sha256: str = ""
    ends: str = ""
    ctime_ns: int = 0


@dataclass(frozen=True)
class ResultFacts:
    """Facts about a result; see `nledn.Record` for how it was computed.

    Attributes:
        notes: on dropped or converted data and on fallbacks, as sentences.
        checkpoint: id of the model; empty in journals of earlier versions, like the two below.
        checkpoint_sha256: of its file.
        reason: why `auto` chose it; empty if the user named it.
    """

    width_px: int
    height_px: int
    change: Change
    backend: str
    precision: str
    tile: str
    notes: tuple[str, ...] = ()
    checkpoint: str = ""
    checkpoint_sha256: str = ""
    reason: str = ""

    @property
    def megapixels(self) -> float:
        """Millions of pixels."""
        return self.width_px * self.height_px / 1e6


@dataclass(frozen=True)
class TruthScores(metrics.Scores):
    """Agreement with the photo without rain, of the saved result and of the photo itself."""

    truth: Path
    truth_mtime_ns: int  # so that a changed truth is noticed


@dataclass(frozen=True)
class ThumbnailPair:
    """Small pictures of before and after, WebP in sRGB."""

    before: bytes
    after: bytes


@dataclass(frozen=True)
class BatchJob:
    """One photo for a worker.

    Attributes:
        n: the template's {n}, from 1; by default its place in the run.
        source: the photo.
        base: folder of the result and the template's {stem}.
        checkpoint: id, for the template.
        ours: files at the result's place that may be replaced, whatever the rule for conflicts:
            earlier results of this photo.
        sources: files at the result's place that are photos of this batch; never replaced.
        written: notes of the files that the batch wrote, by killed runs and by workers that do
            not know of each other; see `seen.note_written`.
    """

    n: int
    source: Path
    base: Path
    checkpoint: str
    ours: tuple[Path, ...] = ()
    sources: tuple[Path, ...] = ()
    written: Path | None = None


@dataclass(frozen=True)
class Done:
    """A photo whose result is in its place.

    Attributes:
        source_seen: the photo when it was read.
        output_seen: the result when it was written; without sha256. None if another program took it
            away at once.
        seconds: of computing, without reading and writing.
    """

    output: Path
    source_seen: Seen
    output_seen: Seen | None
    seconds: float
    device: str
    figures: ResultFacts
    thumbnails: ThumbnailPair | None = None


@dataclass(frozen=True)
class Failed:
    """A photo that could not be done, and why."""

    error: DerainError


@dataclass(frozen=True)
class Skipped:
    """A photo that was left alone, and why."""

    error: DerainError


@dataclass(frozen=True)
class PutBack:
    """A photo that is still to be done: the run stopped before it was."""


Outcome = Done | Failed | Skipped | PutBack


@dataclass(frozen=True)
class Row:
    """A photo in the journal.

    Attributes:
        source: absolute.
        n: as in `BatchJob`; a run goes by it. 0 for a photo that is not part of the present run.
        base: as in `BatchJob`, relative to the output folder.
        settings: fingerprint of the settings it was, or will be, made with.
        checkpoint_sha256: of the model it was, or will be, made with.
        seen: the source when it was last read.
        output: the last result, relative to the output folder.
        output_seen: that result when it was written.
        seconds: of computing the last result; `device`, `figures` and `scores` belong to it too.
        error: why it failed or was skipped.
    """

    source: Path
    n: int
    base: Path
    state: State
    settings: str
    checkpoint_sha256: str
    seen: Seen | None = None
    output: Path | None = None
    output_seen: Seen | None = None
    seconds: float = 0.0
    device: str = ""
    figures: ResultFacts | None = None
    scores: TruthScores | None = None
    error: DerainError | None = None

    @property
    def sentence(self) -> str:
        """Return why it failed or was skipped, in the words of the command line."""
        return "" if self.error is None else str(self.error)


@dataclass(frozen=True)
class Counts:
    """The counts of a run; every photo is counted once."""

    total: int
    planned: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def finished(self) -> int:
        """Photos with nothing left to do."""
        return self.done + self.failed + self.skipped
