"""Which photos a batch is about, and when one that is still being copied is whole."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from app.queue_file import Choices, Kept, QueueFile
from app.runner import Job, Work
from nledn.errors import BatchInputEmpty, NotAPhoto

if TYPE_CHECKING:
    from nledn.batch import Found

RESULTS = "derained"
"""Name of the folder of results, beside the photos, where nobody chose another."""

Stamp = tuple[int, int]
"""Size in bytes and time of change in ns."""


@dataclass(frozen=True)
class Gathered:
    """Photos for a batch.

    Attributes:
        found: all of its photos, those that it had included.
        choices: with a folder of results.
    """

    found: "Found"
    choices: Choices


@dataclass(frozen=True, eq=False)
class GatherJob(Job):
    """Find the photos among files and folders; the answer is `Gathered`.

    Attributes:
        paths: files and folders.
        have: photos that the batch has already.
        choices: of the batch; without a folder of results one is chosen.
        starts: they come from a watched folder, and are to be done at once.
    """

    paths: tuple[Path, ...]
    have: "Found | None"
    choices: Choices
    starts: bool = False

    def run(self, work: Work) -> Gathered:
        """Find them, folders with their subfolders."""
        from nledn.batch import Found, together

        first = self.paths[0]
        beside = first if first.is_dir() else first.parent
        choices = replace(self.choices, out=results_folder(self.choices.out, beside))
        new = list(_found(self.paths, Path(choices.out).expanduser()))
        if not new and self.starts:
            new = [Found(first, ())]  # a watched folder may be empty for now
        if not new:
            raise BatchInputEmpty(first) if first.is_dir() else NotAPhoto(first)
        have = [] if self.have is None else [self.have]
        return Gathered(together([*have, *new]), choices)


def results_folder(out: str, beside: Path) -> str:
    """The folder that a person's words mean; one that is not absolute lies beside the photos."""
    return str(beside / Path(out or RESULTS).expanduser())


def _found(paths: Iterable[Path], out: Path) -> Iterable["Found"]:
    from nledn import photo
    from nledn.batch import Found, in_folder

    suffixes = frozenset(photo.readable_suffixes())
    for path in paths:
        if path.is_dir():
            try:
                yield in_folder(path, recursive=True, out=out)
            except BatchInputEmpty:
                continue  # the others may have some
        elif path.suffix.lower() in suffixes and not path.name.startswith("."):
            yield Found(path.parent, (Path(path.name),))


@dataclass(frozen=True, eq=False)
class StampJob(Job):
    """Look how large files are now; one that is gone, or empty, has no stamp."""

    is_patient: ClassVar[bool] = True
    paths: tuple[Path, ...]

    def run(self, work: Work) -> dict[Path, Stamp]:
        """Look."""
        stamps = {}
        for path in self.paths:
            try:
                state = path.stat()
            except OSError:
                continue
            if state.st_size > 0:
                stamps[path] = (state.st_size, state.st_mtime_ns)
        return stamps


@dataclass(frozen=True, eq=False)
class KeepQueueJob(Job):
    """Keep the batch for the next start."""

    file: QueueFile
    kept: Kept
    order: int

    def run(self, work: Work) -> None:
        """Write it."""
        self.file.write(self.kept, self.order)


@dataclass(frozen=True, eq=False)
class ReadQueueJob(Job):
    """Read the batch of the last start; the answer is what was kept and its photos."""

    file: QueueFile

    def run(self, work: Work) -> tuple[Kept, "Found | None"]:
        """Read it."""
        from nledn.batch import Found

        kept = self.file.read()
        if kept.root is None or not kept.files:
            return kept, None
        return kept, Found(kept.root, kept.files)
