"""Errors of a batch, or of one photo in it."""

from pathlib import Path

from nledn.errors.root import DerainError


class BatchError(DerainError):
    """A batch cannot continue."""

    path: Path


class InputNotFound(BatchError):
    """A missing folder or list of photos, or one that cannot be read."""

    sentence = "Folder or list not found: {path}."
    remedy = "Check the name, and that its disk is connected."


class FolderNotFound(InputNotFound):
    """A missing folder where no list of photos will do."""

    sentence = "Folder not found: {path}."


class BatchInputIsPhoto(BatchError):
    """One photo where a folder or a list was asked for."""

    sentence = "{path} is a photo, not a folder or a list of photos."
    remedy = "Use nledn derain for one photo."
    window_remedy = "Open it on the Photo page."


class BatchInputEmpty(BatchError):
    """A folder or a list without a photo."""

    sentence = "There are no photos in {path}."
    remedy = "Add --recursive for its subfolders, or check the pattern."
    window_remedy = "Choose another folder."


class BatchBusy(BatchError):
    """Another run that is alive works on the same output folder."""

    host: str
    pid: int
    sentence = "Another batch is running in {path} (process {pid} on {host})."
    remedy = "Wait until it ends, or stop it."


class JournalFailed(BatchError):
    """The journal cannot be read or written: damaged, of a newer version, or its disk is gone."""

    detail: str
    sentence = "The batch journal {path} cannot be used ({detail})."
    remedy = "Check its disk, or delete the journal if it is damaged."


class PhotoFailed(BatchError):
    """A photo that met a fault of the program; the log has the traceback, `detail` its end."""

    detail: str
    sentence = "{path} failed unexpectedly; the original is unchanged."
    remedy = "Derain it alone with --verbose and report the output."
    window_remedy = "Report it with the log, which has the details."
