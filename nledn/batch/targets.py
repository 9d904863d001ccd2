"""Where a photo's result goes, and what happens where something is there already."""

import itertools
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nledn.batch.rows import Job, Skipped
from nledn.batch.settings import SUFFIX_OF, Settings
from nledn.errors import NotAFile, ResultExists, WouldReplaceSource
from nledn.naming import Naming, name_of
from nledn.photo import writable_suffixes


@dataclass(frozen=True)
class Target:
    """Where a result goes.

    Attributes:
        path: of the file.
        overwrite: something is there that may be replaced.
    """

    path: Path
    overwrite: bool


def target_of(job: Job, ext: str, settings: Settings) -> Path:
    """The place of a job's result whose format ends in `ext`, before any conflict."""
    naming = Naming(job.base.name, ext, job.checkpoint, settings.options.strength, job.n)
    return job.base.with_name(name_of(naming, settings.name))


def present_at(job: Job, settings: Settings) -> list[Path]:
    """What is there at all places where a job's result may go."""
    endings = {job.source.suffix, *writable_suffixes()}
    if settings.format != "keep":
        endings = {SUFFIX_OF[settings.format]}
    there = []
    for ext in sorted(endings):
        for path in _numbered(target_of(job, ext, settings)):
            if not os.path.lexists(path):
                break
            there.append(path)
    return there


def resolved(job: Job, ext: str, settings: Settings) -> Target | Skipped:
    """Settle where a result goes.

    Raises:
        WouldReplaceSource: a photo of this batch is there, and the result may not be renamed.
    """
    for path in _numbered(target_of(job, ext, settings)):
        if not os.path.lexists(path):
            # Of two workers that were given the same job, the later one replaces equal bytes.
            return Target(path, overwrite=job.present is not None)
        if path in job.sources:
            if settings.conflict != "rename":
                raise WouldReplaceSource(path, job.source)
        elif _is_ours(path, job) or settings.conflict == "overwrite":
            return Target(path, overwrite=True)
        elif settings.conflict == "skip":
            return Skipped(ResultExists(path))
    raise AssertionError("unreachable: the numbers have no end")


def skipped_as_no_file(source: Path) -> Skipped | None:
    """Skip what has the name of a photo, but would be waited for, or never ends."""
    try:
        mode = source.stat().st_mode
    except OSError:
        return None  # it fails when it is read, with a better sentence
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    return Skipped(NotAFile(source))


def skipped_unread(job: Job, settings: Settings) -> Skipped | None:
    """Skip without reading where that tells nothing, or the result is known to be there."""
    no_file = skipped_as_no_file(job.source)
    if no_file is not None:
        return no_file
    ext = job.source.suffix
    if settings.format != "keep":
        ext = SUFFIX_OF[settings.format]
    elif ext.lower() not in writable_suffixes():
        return None
    target = resolved(job, ext, settings)
    return target if isinstance(target, Skipped) else None


def _is_ours(path: Path, job: Job) -> bool:
    return path in job.ours or (job.present is not None and path.name not in job.present)


def _numbered(path: Path) -> Iterator[Path]:
    """Yield `a.jpg`, `a-2.jpg`, `a-3.jpg` and so on."""
    yield path
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")
