"""Files that are written whole or not at all, and never over their source photo."""

import errno
import io
import itertools
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from nledn import temporary_files
from nledn.destination import Destination, reached
from nledn.errors import (
    OutputExists,
    OutputFailed,
    OutputNotPermitted,
    WouldReplaceSource,
    write_errors,
)
from nledn.temporary_files import TEMPORARY_SUFFIX

_NAME_BYTES = 255  # the longest file name on ext4, APFS, NTFS and similar disks
_MARKED_BYTES = 4096
_PERMISSIONS = 0o777  # no set-user-id, which would come from the owner of the earlier file
_NEW = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
_APPENDING = (
    os.O_CREAT | os.O_WRONLY | os.O_APPEND
    | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)  # fmt: skip
_READING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@contextmanager
def replacing(
    path: Path, *, overwrite: bool = False, sources: Sequence[Path] = (), mark: bytes | None = None
) -> Iterator[BinaryIO]:
    """Yield an open file to write to; it replaces `path` on success.

    It lies in the folder of `path`, named `.{name}.{pid}.afterrain-tmp`, and is noted before it is
    made, so that the next start removes it if this process is killed. On success it is flushed to
    the disk and renamed; on any exception it is removed and what stood at `path` is untouched. A
    link is written through, unless another user made it: it stays, its target is replaced. The mode
    is that of the user's file that is replaced, else 0666 without the umask.

    In a folder that others write to, the unfinished file may be exchanged for another at any
    moment. So it is written, flushed and given its mode by its descriptor, and an exchanged file
    is refused.

    Args:
        path: where the result goes.
        overwrite: whether an earlier file of that name may be replaced.
        sources: files that are never replaced, whatever `overwrite` says.
        mark: bytes near the start of every file of this kind that we write; a file that has them
            is replaced without `overwrite`.

    Yields:
        An empty file; leave it open.

    Raises:
        WouldReplaceSource: `path` is one of `sources`, by any name.
        OutputExists: something at `path` may not be replaced.
        OutputFolderMissing: the folder is missing.
        OutputNotPermitted: folder, file or disk are read-only.
        OutputNameTooLong: the name is too long for the disk.
        OutputDiskFull: no space or quota left, also where a codec says so in its own words.
        OutputFailed: `path` is a folder, a pipe, a device or a link by another user, or the
            operating system reports any other error.
    """
    with write_errors(path), reached(path) as target:
        asked = target, path, overwrite, sources, mark
        _permitted(*asked)
        temporary = _Temporary(target)
        try:
            with open(temporary.descriptor, "w+b", closefd=False) as file:
                yield file
            temporary.finish()
            # Again, for a file that appeared meanwhile.
            temporary.move(path, replaces=_permitted(*asked))
        finally:
            temporary.discard()
        _flush_folder(target)


@contextmanager
def replacing_text(
    path: Path, *, overwrite: bool = False, sources: Sequence[Path] = (), mark: str | None = None
) -> Iterator[TextIO]:
    """As `replacing`, for text in UTF-8 whose line ends stay unchanged."""
    own = None if mark is None else mark.encode()
    with replacing(path, overwrite=overwrite, sources=sources, mark=own) as file:
        text = io.TextIOWrapper(file, "utf-8", "backslashreplace", "")
        try:
            yield text
            text.flush()
        finally:
            text.detach()


def appending(path: Path, *, sources: Sequence[Path], mark: bytes) -> TextIO:
    """Open a file to append lines to: a new or empty one, or one whose lines begin with `mark`.

    It raises what `replacing` does.

    Args:
        path: the file; a link by another user is not followed, a pipe not waited for.
        sources: as for `replacing`.
        mark: how each line begins.

    Raises:
        WriteError: as `replacing` says.
    """
    with write_errors(path), reached(path) as target:
        permitted = _permit_appending(target, path, sources, mark)
        flags = _APPENDING | (os.O_EXCL if permitted is None else 0)
        descriptor = os.open(target.at(), flags, 0o666)
        if permitted is not None and not os.path.samestat(permitted, os.fstat(descriptor)):
            os.close(descriptor)
            raise OutputFailed(path, "another program has put another file there")
        return os.fdopen(descriptor, "a", encoding="utf-8", buffering=1)  # by lines, for `tail`


def check_appending(path: Path, *, sources: Sequence[Path], mark: bytes) -> None:
    """Raise before the work what `appending` would raise; write nothing."""
    with write_errors(path), reached(path) as target:
        _permit_appending(target, path, sources, mark)


def _permit_appending(
    target: Destination, path: Path, sources: Sequence[Path], mark: bytes
) -> os.stat_result | None:
    """Return the status of a file that may be appended to; None if it is missing."""
    status = target.status()
    holds_something = status is not None and stat.S_ISREG(status.st_mode) and status.st_size > 0
    try:
        _permitted(target, path, not holds_something, sources, mark)
    except OutputExists as error:
        raise OutputFailed(path, "it is not such a log") from error
    return status


def check(
    path: Path, *, overwrite: bool = False, sources: Sequence[Path] = (), mark: bytes | None = None
) -> None:
    """Raise before the work what `replacing` would raise after it; write nothing.

    Raises:
        WriteError: as `replacing` says.
    """
    with write_errors(path), reached(path) as target:
        _permitted(target, path, overwrite, sources, mark)


def source_at(path: Path, sources: Sequence[Path]) -> Path | None:
    """Return the source that a path leads to, by device and inode; None if it leads to none.

    Other spellings, links and letter cases are the same file.
    """
    with suppress(FileNotFoundError):
        return _source_of(path.stat(), sources)
    return None


def _source_of(status: os.stat_result, sources: Sequence[Path]) -> Path | None:
    for source in sources:
        with suppress(FileNotFoundError):
            if os.path.samestat(status, source.stat()):
                return source
    return None


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder for results and its parents; an existing one is kept.

    Raises:
        WriteError: as `replacing` says.
    """
    with write_errors(path), reached(path / "_", make=mode):
        pass


def _permitted(
    target: Destination, path: Path, overwrite: bool, sources: Sequence[Path], mark: bytes | None
) -> bool:
    """Refuse an existing file, or return whether there is one that may be replaced."""
    status = target.status()
    if status is None:
        return False
    source = _source_of(status, sources)
    if source is not None:
        raise WouldReplaceSource(path, source)
    if not overwrite and mark is None:
        raise OutputExists(path)
    if stat.S_ISDIR(status.st_mode):
        raise OutputFailed(path, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        # Renaming would put a file in the place of /dev/null, for every program on the machine.
        raise OutputFailed(path, "it is a pipe, a socket or a device")
    if not overwrite and mark is not None:
        with os.fdopen(os.open(target.at(), _READING), "rb") as file:
            if mark not in file.read(_MARKED_BYTES):
                raise OutputExists(path)
    if not os.access(target.at(), os.W_OK):
        raise OutputNotPermitted(path)
    return True


class _Temporary:
    """The unfinished file of a target, made and noted empty."""

    def __init__(self, target: Destination) -> None:
        self._target = target
        for attempt in itertools.count():
            self.name = _temporary_name(target.name, attempt)
            self._note = temporary_files.note(target.folder / self.name)
            try:
                self.descriptor = os.open(target.at(self.name), _NEW, 0o666)
            except FileExistsError:
                self._note.take_back()
                continue  # another thread or machine writes the same name, or a crash left it
            except BaseException:
                self._note.take_back()
                raise
            self._note.confirm()
            return

    def finish(self) -> None:
        """Flush everything to the disk; then set the mode of the user's own file, if replaced.

        A mode without writing would forbid the flush.
        """
        os.fsync(self.descriptor)
        replaced = self._target.status()
        if replaced is None or sys.platform == "win32" or replaced.st_uid != os.geteuid():
            return
        with suppress(OSError):  # a disk without modes, such as a share, is no reason to fail
            os.fchmod(self.descriptor, replaced.st_mode & _PERMISSIONS)

    def move(self, path: Path, *, replaces: bool) -> None:
        """Rename it to the target, if it is still the file that was written.

        The temporary name may remain, as a second link.
        """
        target = self._target
        if not os.path.samestat(target.at(self.name).lstat(), os.fstat(self.descriptor)):
            raise OutputFailed(path, "another program has put another file in its place")
        if sys.platform == "win32":
            os.close(self.descriptor)  # an open file cannot be renamed there
            self.descriptor = -1
        names = target.at(self.name), target.at()
        if replaces:
            os.replace(*names)
        elif sys.platform == "win32":
            os.rename(*names)  # noqa: PTH104  # refuses a name that is taken
        else:
            try:
                os.link(*names, follow_symlinks=False)
            except FileExistsError:
                raise
            except OSError:
                # No hard links on this disk (FAT, some network disks): the check before it stands.
                os.replace(*names)

    def discard(self) -> None:
        """Remove the temporary name if it still exists; on failure the next start tries again."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        try:
            self._target.at(self.name).unlink(missing_ok=True)
        except OSError:
            self._note.leave()
            return
        # A disk that went away may come back, and the file with it.
        if os.access(self._target.folder, os.F_OK):
            self._note.take_back()
        else:
            self._note.leave()


def _temporary_name(name: str, attempt: int) -> str:
    # Random from the second one on, so that no other program can occupy all of them.
    process = f"{os.getpid()}-{os.urandom(4).hex()}" if attempt else f"{os.getpid()}"
    rest = len(f"..{process}{TEMPORARY_SUFFIX}")
    while len(os.fsencode(name)) + rest > _NAME_BYTES:
        name = name[:-1]
    return f".{name}.{process}{TEMPORARY_SUFFIX}"


def _flush_folder(target: Destination) -> None:
    # The result is complete already; where folders cannot be flushed (Windows, some network
    # disks), only certainty after a power cut is lost.
    with suppress(OSError):
        descriptor = os.open(target.at("."), os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
