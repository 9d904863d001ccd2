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
    """{path} is the source photo, which is never replaced."""

    source: Path
    remedy = "Choose another name or folder."


class OutputExists(WriteError):
    """{path} already exists."""

    remedy = "Choose another name, or replace it with --overwrite."
    window_remedy = "Choose another name."


class ResultExists(OutputExists):  # in a batch, which skips the photo
    """{path} already exists."""

    remedy = "Replace it with --on-conflict overwrite."
    window_remedy = "Choose to replace or rename existing results."


class OutputNotPermitted(WriteError):
    """Permission denied: {path}."""

    remedy = "Choose a folder that you can write to."


class OutputFolderMissing(WriteError):
    """The folder of {path} does not exist."""

    remedy = "Create it, or choose another folder."


class OutputNameTooLong(WriteError):
    """The name of {path} is too long for its disk."""

    remedy = "Choose a shorter name."


class OutputFormatUnknown(WriteError):
    """{path} cannot be written: {suffix} is not a supported format."""

    suffix: str
    remedy = "Use .jpg, .png, .tif, .webp, .bmp or .jxl."


class OutputFormatMissing(OutputFormatUnknown):
    """{path} is not a folder, and its name has no ending such as .jpg."""

    remedy = "Create the folder, or end the name in .jpg, .png, .tif, .webp, .bmp or .jxl."


def unknown_format(path: Path) -> OutputFormatUnknown:
    """Return the error for a name whose ending is no supported format."""
    kind = OutputFormatUnknown if path.suffix else OutputFormatMissing
    return kind(path, path.suffix)


class OutputTooLarge(WriteError):
    """{path} cannot hold this photo ({detail})."""

    detail: str
    remedy = "Use .png or .tif."


class OutputDiskFull(WriteError):
    """The disk is full: {path} was not written."""

    remedy = "Free some space or choose another disk, then try again."


class OutputFailed(WriteError):
    """{path} could not be written ({detail})."""

    detail: str
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
    """Raise errors of the operating system while writing a file as ours, which name `path`.

    Raises:
        WriteError: of the kind that fits.
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
