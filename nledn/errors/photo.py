"""What keeps a photo from being read; part of the tree that `nledn.errors` draws."""

import os
import shlex
from pathlib import Path

from nledn.errors.root import DerainError


class PhotoError(DerainError):
    """A photo cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path


class PhotoNotFound(PhotoError):
    """There is no file of that name."""


class PhotoIsFolder(PhotoError):
    """A folder where a photo was asked for."""


class PhotoIsEmpty(PhotoError):
    """A file of 0 bytes."""


class PhotoNotPermitted(PhotoError):
    """The operating system does not let us read it."""


class NotAPhoto(PhotoError):
    """The content is of no format that is known here."""


class PhotoIsVideo(PhotoError):
    """A video file: its frames have to be made photos first."""

    @property
    def quoted(self) -> str:
        """The path as a command line takes it: a name may hold what a shell would run."""
        path = os.fspath(self.path)
        return f'"{path}"' if os.name == "nt" else shlex.quote(path)


class PhotoDamaged(PhotoError):
    """A known format, but truncated or corrupt."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail


class PhotoTooLarge(PhotoError):
    """More megapixels than the limit; read from the header, before decoding."""

    def __init__(self, path: Path, megapixels: float, limit: float) -> None:
        super().__init__(path)
        self.megapixels = megapixels
        self.limit = limit


class PhotoNeedsReader(PhotoError):
    """A format that an optional package reads, which is not installed."""

    def __init__(self, path: Path, kind: str, package: str) -> None:
        super().__init__(path)
        self.kind = kind
        self.package = package


class PhotoUnsupported(PhotoError):
    """A known format with pixels of a kind that we do not take."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail


class PhotoTakesMemory(PhotoError):
    """It needs more memory than there is, or than its decoder may take for that many pixels."""


class PhotoTakesTooLong(PhotoError):
    """Its decoder did not come to an end in time and was stopped."""

    def __init__(self, path: Path, limit_s: int) -> None:
        super().__init__(path)
        self.limit_s = limit_s


class PhotoCrashesDecoder(PhotoError):
    """The process that decoded it died; the next photo gets a new one."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail


class PhotoDecoderMissing(PhotoError):
    """No process that decodes photos can be started."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path)
        self.detail = detail
