"""What keeps a result from being written; part of the tree that `nledn.errors` draws."""

from pathlib import Path

from nledn.errors.root import DerainError


class WriteError(DerainError):
    """A result cannot be written; what stood there before is untouched."""

    def __init__(self, path: Path) -> None:
        self.path = path


class WouldReplaceSource(WriteError):
    """The output is the source itself (same file by device and inode). No option allows it."""

    def __init__(self, path: Path, source: Path) -> None:
        super().__init__(path)
        self.source = source


class OutputExists(WriteError):
    """There is a file of that name, and overwriting was not asked for."""


class OutputNotPermitted(WriteError):
    """A read-only folder, file or disk."""


class OutputFolderMissing(WriteError):
    """The folder is not there, or went away."""


class OutputNameTooLong(WriteError):
    """More bytes than the disk takes for the name of a file."""


class OutputFormatUnknown(WriteError):
    """A file ending that we do not write."""

    def __init__(self, path: Path, suffix: str) -> None:
        super().__init__(path)
        self.suffix = suffix


class OutputTooLarge(WriteError):
    """The format cannot hold so many pixels (WebP: 16383 a side; JPEG: 65500)."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail


class OutputDiskFull(WriteError):
    """No space left, or a quota is used up."""


class OutputFailed(WriteError):
    """Any other failure of the operating system while writing."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail
