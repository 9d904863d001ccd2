"""Files that are either written whole or not at all, and never over a photo they came from."""

import errno
import itertools
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from nledn import unfinished
from nledn.errors import (
    DerainError,
    OutputDiskFull,
    OutputExists,
    OutputFailed,
    OutputFolderMissing,
    OutputNameTooLong,
    OutputNotPermitted,
    WouldReplaceSource,
    WriteError,
)

TEMPORARY_SUFFIX = unfinished.TEMPORARY_SUFFIX
"""How the names of unfinished files end."""

_NAME_BYTES = 255  # the longest file name on ext4, APFS, NTFS and their kin
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_NAMED_ERRORS: Mapping[int, type[WriteError]] = {
    errno.EACCES: OutputNotPermitted,
    errno.EPERM: OutputNotPermitted,
    errno.EROFS: OutputNotPermitted,
    errno.EEXIST: OutputExists,
    errno.ENAMETOOLONG: OutputNameTooLong,
}
# Less than any codec flushes at once: where one fails without naming a reason, this is the reason.
_NO_SPACE_BYTES = 64 * 1024


@contextmanager
def replacing(
    path: Path, *, overwrite: bool = False, sources: Sequence[Path] = ()
) -> Iterator[Path]:
    """Give a temporary file to write to, which takes the place of `path` when all went well.

    The temporary file lies in the folder of `path`, named `.{name}.{pid}.afterrain-tmp`, and is
    noted before it is made, so that the next start removes it if this process is killed. On
    success it is flushed to the disk and renamed; on any exception it is removed and what stood
    at `path` is untouched. A link is written through: it stays, its target is replaced. The mode
    is that of the file replaced, else 0666 without the umask.

    Args:
        path: where the result goes.
        overwrite: whether an earlier result of that name may be replaced.
        sources: files that are never replaced, whatever `overwrite` says.

    Yields:
        The path to write to; an empty file is there already.

    Raises:
        WouldReplaceSource: `path` is one of `sources`, by any name.
        OutputExists: there is something at `path` and `overwrite` is not set.
        OutputFolderMissing: the folder is not there.
        OutputNotPermitted: folder, file or disk are read-only.
        OutputNameTooLong: the disk does not take so long a name.
        OutputDiskFull: no space or quota left, also where a codec says so in its own words.
        OutputFailed: there is a folder, a pipe or a device; any other word of the operating system.
    """
    target = Path(os.path.realpath(path))
    with write_errors(path, target.parent):
        _refuse(path, target, overwrite=overwrite, sources=sources)
        temporary, mode, note = _created(target)
        try:
            yield temporary
            if target.exists():
                mode = stat.S_IMODE(target.stat().st_mode)
            _flush(temporary)
            # After the flush: a mode that forbids writing would forbid that too. And a disk that
            # has no modes, as shares may have, is no reason to lose the photo.
            with suppress(OSError):
                temporary.chmod(mode)
            # Again, for a file that came while we were writing.
            _refuse(path, target, overwrite=overwrite, sources=sources)
            _commit(temporary, target, overwrite=overwrite)
        finally:
            _discard(temporary, note)
        _flush_folder(target.parent)


def check(path: Path, *, overwrite: bool = False, sources: Sequence[Path] = ()) -> None:
    """Refuse before the work what `replacing` would refuse after it; nothing is made.

    Args:
        path: where the result is to go.
        overwrite: as for `replacing`.
        sources: as for `replacing`.

    Raises:
        WriteError: as `replacing` says.
    """
    target = Path(os.path.realpath(path))
    with write_errors(path, target.parent):
        if not target.parent.is_dir():
            raise OutputFolderMissing(path)
        target.exists()  # raises where the folder may not be entered, which `lexists` does not
        _refuse(path, target, overwrite=overwrite, sources=sources)


def source_at(path: Path, sources: Sequence[Path]) -> Path | None:
    """Return the source that a path leads to, by device and inode; None if it leads to none.

    Other spellings, links and letter cases are the same file.
    """
    for source in sources:
        with suppress(FileNotFoundError):
            if path.samefile(source):
                return source
    return None


def make_folder(path: Path) -> None:
    """Make a folder for results, and those above it; one that is there is well.

    Raises:
        WriteError: as `replacing` says.
    """
    with write_errors(path, path.parent):
        if path.exists() and not path.is_dir():
            raise OutputFailed(path, os.strerror(errno.ENOTDIR))
        path.mkdir(parents=True, exist_ok=True)


@contextmanager
def write_errors(path: Path, folder: Path) -> Iterator[None]:
    """Raise what the operating system says of a file as one of ours.

    Args:
        path: the file, as the error names it.
        folder: that it lies in.

    Raises:
        WriteError: as `replacing` says.
    """
    try:
        yield
    except DerainError:
        raise
    except Exception as error:
        typed = _typed(error, path, folder)
        if typed is None:
            raise
        raise typed from error


def _typed(error: Exception, path: Path, folder: Path) -> WriteError | None:
    """The error for people; None for one that has nothing to do with files."""
    if _is_disk_full(error, folder):
        return OutputDiskFull(path)
    if not isinstance(error, OSError):
        return None
    named = _NAMED_ERRORS.get(error.errno or 0)
    if named is not None:
        return named(path)
    if error.errno != errno.ENOTDIR and not folder.is_dir():
        return OutputFolderMissing(path)
    return OutputFailed(path, error.strerror or str(error))


def _is_disk_full(error: Exception, folder: Path) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in _DISK_FULL:
            return True
        if any(os.strerror(number) in str(cause) for number in _DISK_FULL):
            return True
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, OSError) and error.errno is not None:
        return False
    try:
        return shutil.disk_usage(folder).free < _NO_SPACE_BYTES
    except OSError:
        return False


def _refuse(path: Path, target: Path, *, overwrite: bool, sources: Sequence[Path]) -> None:
    if not os.path.lexists(target):
        return
    source = source_at(target, sources)
    if source is not None:
        raise WouldReplaceSource(path, source)
    if not overwrite:
        raise OutputExists(path)
    if target.is_dir():
        raise OutputFailed(path, os.strerror(errno.EISDIR))
    if target.exists() and not target.is_file():
        # Renaming would put a file in the place of /dev/null, for every program on the machine.
        raise OutputFailed(path, "it is no file but a pipe, a socket or a device")
    if not os.access(target, os.W_OK):
        raise OutputNotPermitted(path)


def _created(target: Path) -> tuple[Path, int, unfinished.Note]:
    """An empty temporary file, the mode that a new file gets here, and the note of it."""
    for attempt in itertools.count():
        temporary = target.with_name(_temporary_name(target.name, attempt))
        note = unfinished.note(temporary)
        try:
            descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except FileExistsError:
            note.take_back()
            continue  # another thread or machine writes the same name, or a crash left it
        except BaseException:
            note.take_back()
            raise
        try:
            note.confirm()
            return temporary, stat.S_IMODE(os.fstat(descriptor).st_mode), note
        finally:
            os.close(descriptor)
    raise AssertionError("unreachable: the count has no end")


def _discard(temporary: Path, note: unfinished.Note) -> None:
    """Remove the temporary name, if it is still there; the next start tries where we may not."""
    try:
        temporary.unlink(missing_ok=True)
        # A disk that went away may come back, and the file with it.
        is_gone = temporary.parent.is_dir()
    except OSError:
        is_gone = False
    if is_gone:
        note.take_back()
    else:
        note.leave()


def _temporary_name(name: str, attempt: int) -> str:
    process = f"{os.getpid()}-{attempt}" if attempt else f"{os.getpid()}"
    rest = len(f"..{process}{TEMPORARY_SUFFIX}")
    while len(os.fsencode(name)) + rest > _NAME_BYTES:
        name = name[:-1]
    return f".{name}.{process}{TEMPORARY_SUFFIX}"


def _flush(temporary: Path) -> None:
    # Windows flushes only what was opened for writing.
    descriptor = os.open(temporary, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    # The result stands already; where folders cannot be flushed (Windows, some network disks),
    # nothing is lost but certainty after a power cut.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _commit(temporary: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        os.replace(temporary, target)
    else:
        _commit_to_new_name(temporary, target)


def _commit_to_new_name(temporary: Path, target: Path) -> None:
    """Rename without ever replacing; the temporary name may remain, as a second link."""
    if os.name == "nt":
        temporary.rename(target)  # refuses a name that is taken
        return
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        # No hard links on this disk (FAT, some network disks): the check a moment ago stands.
        os.replace(temporary, target)
