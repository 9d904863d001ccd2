"""The destination of a file: a name in a folder that is held open.

A shared folder may hold links that other users made, and other users may exchange it for another
folder while we work. So each link on the way is checked before it is followed, and all that follows
is done in the folder that was found, not in one that has its path by then.
"""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from nledn.errors import OutputFailed

_ROOT = Path("/")
_MOST_LINKS = 40  # as Linux follows
_DESCRIPTORS = Path("/proc/self/fd")  # a folder that is held open has a name in there
_HOLDS_FOLDERS = sys.platform == "linux" and _DESCRIPTORS.is_dir()


@dataclass(frozen=True)
class Destination:
    """A name in a folder.

    Attributes:
        folder: its path, without links.
        name: of the file, which is no link.
        held: a name of the folder that always means this one; the path if the system has none.
    """

    folder: Path
    name: str
    held: Path

    @property
    def path(self) -> Path:
        """The whole path, for display and notes."""
        return self.folder / self.name

    def at(self, name: str | None = None) -> Path:
        """The path of the file, or of another one in the held folder."""
        return self.held / (self.name if name is None else name)

    def status(self, name: str | None = None) -> os.stat_result | None:
        """The status of the file, links not followed; None if it is missing."""
        try:
            return self.at(name).lstat()
        except FileNotFoundError:
            return None


@contextmanager
def reached(path: Path, *, make: int | None = None) -> Iterator[Destination]:
    """Find the folder of a file and hold it open.

    A link is followed if it belongs to the user, to the owner of the folder that it lies in, or to
    the system's administrator.

    Args:
        path: of a file, which may be missing.
        make: make folders that are missing, the last one with these permissions; None for none.

    Raises:
        OutputFailed: a link belongs to another user.
        OSError: the folder is missing, or may not be entered.
    """
    if os.name == "nt":
        whole = Path(os.path.realpath(path))
        if make is not None:
            whole.parent.mkdir(make, parents=True, exist_ok=True)
        yield Destination(whole.parent, whole.name, whole.parent)
        return
    walk = _Way(path, make)
    try:
        yield walk.to_the_end()
    finally:
        walk.close()


class _Way:
    """From the root to a file, one name after the other."""

    def __init__(self, path: Path, make: int | None) -> None:
        self._asked = path
        self._make = make
        self._left = [*reversed(path.absolute().parts[1:])]
        self._links = 0
        self._descriptor = -1
        self._enter(_ROOT, _ROOT)

    def to_the_end(self) -> Destination:
        while True:
            here = Destination(self._folder, self._left.pop() if self._left else ".", self._held)
            status = here.status()
            if status is not None and stat.S_ISLNK(status.st_mode):
                self._follow(here, status)
            elif not self._left:
                return here
            else:
                if status is None and self._make is not None:
                    with suppress(FileExistsError):  # made by another thread meanwhile
                        here.at().mkdir(self._make if len(self._left) == 1 else 0o777)
                self._enter(self._folder.parent if here.name == ".." else here.path, here.at())

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _follow(self, link: Destination, status: os.stat_result) -> None:
        self._links += 1
        if self._links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if status.st_uid not in (0, os.geteuid(), link.held.stat().st_uid):
            raise OutputFailed(self._asked, f"the link {link.path} belongs to another user")
        target = link.at().readlink()
        if target.is_absolute():
            self._enter(_ROOT, _ROOT)
        self._left += reversed(target.parts[1:] if target.is_absolute() else target.parts)

    def _enter(self, folder: Path, at: Path) -> None:
        if _HOLDS_FOLDERS:
            # O_NOFOLLOW: a link that came since it was looked at is not followed.
            entered = os.open(at, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW)
            self.close()
            self._descriptor = entered
            self._held = _DESCRIPTORS / str(entered)
        else:
            if not stat.S_ISDIR(at.lstat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            self._held = folder
        self._folder = folder
