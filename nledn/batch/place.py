"""Where the journal of an output folder is, and what lost workers left in that folder."""

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nledn import places, unfinished
from nledn.atomic import TEMPORARY_SUFFIX, make_folder
from nledn.batch.lock import holder_of
from nledn.batch.rows import Row, State
from nledn.errors import BatchBusy, OptionInvalid

FOLDER = ".afterrain"
"""In the output folder: the journal's place."""

_CANNOT_LOCK = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)


@dataclass(frozen=True)
class Shard:
    """One part of a batch that several machines share.

    Attributes:
        index: from 1.
        count: of parts.
    """

    index: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read `2/4`.

        Raises:
            OptionInvalid: anything else.
        """
        index, _, count = text.partition("/")
        if index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count):
            return cls(int(index), int(count))
        raise OptionInvalid("shard", text, "i/n, as in 1/4 to 4/4")

    def of(self, rows: list[Row]) -> list[Row]:
        """The rows of this part."""
        return rows[self.index - 1 :: self.count]

    @property
    def journal(self) -> str:
        """Name of its journal; each part has its own, so that no lock is shared by machines."""
        return "queue" if self.count == 1 else f"queue-{self.index}-of-{self.count}"


WHOLE = Shard()


@dataclass(frozen=True)
class Place:
    """Where a batch keeps its journal.

    Attributes:
        out: the output folder, absolute.
        journal: its file.
        elsewhere: the output folder's disk cannot lock files, so the journal is in the user's
            state folder.
    """

    out: Path
    journal: Path
    elsewhere: bool = False

    @property
    def others(self) -> list[Path]:
        """Journals of other parts of the same output folder."""
        return sorted(
            path for path in self.journal.parent.glob("queue*.sqlite") if path != self.journal
        )


def existing(out: Path, shard: Shard = WHOLE) -> Place:
    """Where the journal is or would be; nothing is made."""
    inside, outside = _places(out, shard)
    return outside if outside.journal.parent.is_dir() else inside


def prepared(out: Path, shard: Shard = WHOLE) -> Place:
    """Make the folders of a batch.

    Raises:
        WriteError: the output folder cannot be made or written.
    """
    inside, outside = _places(out, shard)
    make_folder(inside.out)
    if outside.journal.parent.is_dir():
        return outside  # where an earlier run had to go
    make_folder(inside.journal.parent)
    if _can_lock(inside.journal.parent):
        return inside
    make_folder(outside.journal.parent)
    return outside


def _places(out: Path, shard: Shard) -> tuple[Place, Place]:
    absolute = Path(os.path.abspath(out))
    name = f"{shard.journal}.sqlite"
    digest = hashlib.sha256(os.fsencode(os.path.realpath(out))).hexdigest()[:16]
    outside = places.user_state() / "batches" / digest / name
    return Place(absolute, absolute / FOLDER / name), Place(absolute, outside, elsewhere=True)


def _can_lock(folder: Path) -> bool:
    """Whether the disk knows locks; SQLite itself would say no more than "busy"."""
    try:
        import fcntl
    except ImportError:  # Windows, where every disk does
        return True
    probe = folder / f".probe.{os.getpid()}{TEMPORARY_SUFFIX}"
    note = unfinished.note(probe)
    try:
        with probe.open("wb") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _CANNOT_LOCK
    finally:
        probe.unlink(missing_ok=True)
        note.take_back()
    return True


def refuse_other_runs(place: Place, shard: Shard) -> None:
    """Stop where a run that is alive does the same photos; other parts may work beside this one.

    Raises:
        BatchBusy: a run of the whole, or of parts cut otherwise, is alive.
    """
    for journal in place.others:
        holder = holder_of(journal)
        if holder is None or not holder.is_alive:
            continue
        if shard.count == 1 or not journal.stem.endswith(f"-of-{shard.count}"):
            raise BatchBusy(place.out, holder.host, holder.pid)


def remove_unfinished(out: Path, rows: Iterable[Row]) -> None:
    """Delete what workers that were lost left of results which others have written since."""
    done: dict[Path, set[str]] = {}
    for row in rows:
        if row.state is State.DONE and row.output is not None:
            done.setdefault((out / row.output).parent, set()).add(row.output.name)
    for folder, names in done.items():
        for path in _temporary(folder):
            if path.name.removesuffix(TEMPORARY_SUFFIX).rpartition(".")[0][1:] in names:
                path.unlink(missing_ok=True)


def _temporary(folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(TEMPORARY_SUFFIX)]
    except OSError:
        return  # not there yet
    yield from (folder / name for name in names)
