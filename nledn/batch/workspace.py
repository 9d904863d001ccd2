"""The journal's place for an output folder, and leftovers of lost workers in it."""

import errno
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from nledn import places
from nledn.atomic import make_folder
from nledn.batch.database import is_of_user
from nledn.batch.rows import Row, State
from nledn.temporary_files import TEMPORARY_SUFFIX

FOLDER = ".afterrain"
"""In the output folder: the journal's place."""

_PRIVATE = 0o700
_CANNOT_LOCK = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)


@dataclass(frozen=True)
class Workspace:
    """The folders of a batch.

    Attributes:
        out: the output folder, absolute.
        elsewhere: others can write to the output folder, or its disk cannot lock files, so the
            journal is in the user's state folder.
    """

    out: Path
    journal: Path
    elsewhere: bool = False
    _folders: dict[Path, bool] = field(default_factory=dict, compare=False, repr=False)

    @property
    def written(self) -> Path:
        """Notes of the files that the batch wrote; see `seen.note_written`."""
        return self.journal.with_suffix(".written")

    def holds(self, path: Path) -> bool:
        """Return whether no link leads the folder of a result, relative, out of `out`."""
        folder = path.parent
        if folder not in self._folders:
            real = Path(os.path.realpath(self.out / folder))
            self._folders[folder] = real.is_relative_to(os.path.realpath(self.out))
        return self._folders[folder]

    def checked(self, row: Row) -> Row:
        """A row without its result, if a link has taken the place of that or of its folder."""
        if row.output is None or (
            self.holds(row.output) and not (self.out / row.output).is_symlink()
        ):
            return row
        return replace(row, output=None, output_seen=None)


def existing(out: Path) -> Workspace:
    """Find where the journal is or would be, without making anything."""
    inside, outside = _both(out)
    folder = inside.journal.parent
    is_usable = _is_private(out) and (not os.path.lexists(folder) or _is_own_folder(folder))
    return inside if is_usable and not outside.journal.parent.is_dir() else outside


def prepared(out: Path) -> Workspace:
    """Make the folders of a batch; the journal's can be entered by its owner alone.

    Raises:
        WriteError: the output folder cannot be made or written.
    """
    inside, outside = _both(out)
    make_folder(inside.out)
    folder = inside.journal.parent
    # Not if an earlier run had to put it elsewhere.
    if not outside.journal.parent.is_dir() and _is_private(out) and not folder.is_symlink():
        make_folder(folder, _PRIVATE)
        if _is_own_folder(folder) and _closed_to_others(folder) and _can_lock(folder):
            return inside
    make_folder(outside.journal.parent, _PRIVATE)
    return outside


def _both(out: Path) -> tuple[Workspace, Workspace]:
    absolute = Path(os.path.abspath(out))
    digest = hashlib.sha256(os.fsencode(os.path.realpath(out))).hexdigest()[:16]
    outside = places.user_state() / "batches" / digest / "queue.sqlite"
    # Without links, which another user could redirect.
    inside = Path(os.path.realpath(out)) / FOLDER / "queue.sqlite"
    return Workspace(absolute, inside), Workspace(absolute, outside, elsewhere=True)


def _is_private(out: Path) -> bool:
    """Return whether only this user can put a file, or another folder, where `out` is."""
    if sys.platform == "win32":
        return True
    real = Path(os.path.realpath(out))
    for folder in (real, *real.parents):
        try:
            state = folder.stat()
        except FileNotFoundError:
            continue  # to be made
        except OSError:
            return False
        if state.st_uid not in (0, os.geteuid()):
            return False
        # Many systems give each user a private group of the same number.
        by_group = state.st_mode & stat.S_IWGRP and state.st_gid != os.geteuid()
        by_others = by_group or state.st_mode & stat.S_IWOTH
        if by_others and not state.st_mode & stat.S_ISVTX:
            return False
    return True


def _is_own_folder(folder: Path) -> bool:
    state = folder.lstat()
    return stat.S_ISDIR(state.st_mode) and is_of_user(state)


def _closed_to_others(folder: Path) -> bool:
    if sys.platform == "win32":
        return True
    with suppress(OSError):  # a disk without modes
        folder.chmod(_PRIVATE)
    return not folder.lstat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _can_lock(folder: Path) -> bool:
    """Return whether the disk supports locks; SQLite itself would only report "busy"."""
    try:
        import fcntl
    except ImportError:  # Windows, where every disk does
        return True
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            fcntl.lockf(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _CANNOT_LOCK
    return True


def remove_unfinished(out: Path, rows: Iterable[Row]) -> None:
    """Delete unfinished files of lost workers whose results others have written since."""
    done: dict[Path, set[str]] = {}
    for row in rows:
        if row.state is State.DONE and row.output is not None:
            done.setdefault((out / row.output).parent, set()).add(row.output.name)
    for folder, names in done.items():
        for path in folder.glob(f"*{TEMPORARY_SUFFIX}"):
            if path.name.removesuffix(TEMPORARY_SUFFIX).rpartition(".")[0][1:] in names:
                path.unlink(missing_ok=True)
