"""What stops a queue of many photos; part of the tree that `nledn.errors` draws."""

from pathlib import Path

from nledn.errors.root import DerainError


class BatchError(DerainError):
    """A queue of many photos cannot go on."""

    def __init__(self, path: Path) -> None:
        self.path = path


class BatchInputNotFound(BatchError):
    """There is no folder and no list of that name, or it cannot be read."""


class BatchInputIsPhoto(BatchError):
    """One photo where a folder or a list was asked for."""


class BatchInputEmpty(BatchError):
    """A folder or a list without a photo."""


class BatchBusy(BatchError):
    """Another run that is alive works on the same output folder."""

    def __init__(self, path: Path, host: str, pid: int) -> None:
        super().__init__(path)
        self.host = host
        self.pid = pid


class JournalFailed(BatchError):
    """The journal cannot be read or written: damaged, of a newer version, or its disk is gone."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail


class PhotoFailed(BatchError):
    """A photo failed in a way that nobody foresaw; the log has the traceback."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail
