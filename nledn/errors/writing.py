"""Errors of writing a result."""

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from nledn.errors.root import DerainError


class WriteError(DerainError):
    """A result cannot be written; an earlier file there is untouched."""

    path: Path


class WouldReplaceSource(WriteError):
    """The output is the source itself (same file by device and inode). No option allows it."""

    source: Path
    sentence = "{path} is the source photo, which is never replaced."
    remedy = "Choose another name or folder."


class OutputExists(WriteError):
    """A file of that name, where overwriting was not asked for."""

    sentence = "{path} already exists."
    remedy = "Choose another name, or replace it with --overwrite."
    window_remedy = "Choose another name."


class ResultExists(OutputExists):
    """The same in a batch, which skips the photo."""

    remedy = "Replace it with --on-conflict overwrite."
    window_remedy = "Choose to replace or rename existing results."


class OutputNotPermitted(WriteError):
    """A read-only folder, file or disk."""

    sentence = "Permission denied: {path}."
    remedy = "Choose a folder that you can write to."


class OutputFolderMissing(WriteError):
    """The folder is missing, or went away."""

    sentence = "The folder of {path} does not exist."
    remedy = "Create it, or choose another folder."


class OutputNameTooLong(WriteError):
    """More bytes than the disk takes for the name of a file."""

    sentence = "The name of {path} is too long for its disk."
    remedy = "Choose a shorter name."


class OutputFormatUnknown(WriteError):
    """A file ending that cannot be written."""

    suffix: str
    sentence = "{path} cannot be written: {suffix} is not a supported format."
    remedy = "Use .jpg, .png, .tif, .webp, .bmp or .jxl."


class OutputFormatMissing(OutputFormatUnknown):
    """A name without an ending, which most often was meant for a folder."""

    sentence = "{path} is not a folder, and its name has no ending such as .jpg."
    remedy = "Create the folder, or end the name in .jpg, .png, .tif, .webp, .bmp or .jxl."


def unknown_format(path: Path) -> OutputFormatUnknown:
    """Return the error for a name whose ending is no supported format."""
    kind = OutputFormatUnknown if path.suffix else OutputFormatMissing
    return kind(path, path.suffix)


class OutputTooLarge(WriteError):
    """The format cannot hold so many pixels (WebP: 16383 a side; JPEG: 65500)."""

    detail: str
    sentence = "{path} cannot hold this photo ({detail})."
    remedy = "Use .png or .tif."


class OutputDiskFull(WriteError):
    """No space left, or a quota is used up."""

    sentence = "The disk is full: {path} was not written."
    remedy = "Free some space or choose another disk, then try again."


class OutputFailed(WriteError):
    """Any other failure of the operating system while writing; `detail` is its message."""

    detail: str
    sentence = "{path} could not be written ({detail})."
    remedy = "Choose another folder."


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
def write_errors(path: Path) -> Iterator[None]:
    """Raise errors of the operating system while writing a file as ours.

    Args:
        path: the file, as the error names it.

    Raises:
        OutputFolderMissing: the folder is missing.
        OutputNotPermitted: folder, file or disk are read-only.
        OutputNameTooLong: the name is too long for the disk.
        OutputExists: the name is taken.
        OutputDiskFull: no space or quota left, also where a codec says so in its own words.
        OutputFailed: any other error of the operating system.
    """
    try:
        yield
    except DerainError:
        raise
    except Exception as error:
        typed = _typed(error, path)
        if typed is None:
            raise
        raise typed from error


def _typed(error: Exception, path: Path) -> WriteError | None:
    """Return our error; None for one that has nothing to do with files."""
    folder = Path(os.path.realpath(path)).parent
    if _is_disk_full(error, folder):
        return OutputDiskFull(path)
    if not isinstance(error, OSError):
        return None
    named = _NAMED_ERRORS.get(error.errno or 0)
    if named is not None:
        return named(path)
    if error.errno != errno.ENOTDIR and not os.access(folder, os.F_OK):
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
