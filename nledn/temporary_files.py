"""Notes of unfinished files, so that the next start finds those of a killed process.

A note is a small file in the user's state folder, made before the unfinished file and locked by the
writing process. The system releases the lock when the process ends, however it ends, so a process
that can take the lock knows that no other one is writing. Only noted files are ever removed, so the
files of other machines on a network disk are safe.
"""

import json
import logging
import os
import platform
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nledn import places
from nledn.locking import lock

log = logging.getLogger(__name__)

TEMPORARY_SUFFIX = ".afterrain-tmp"
"""The ending of the names of unfinished files."""

WAITED_S = 2.0  # for a network disk that does not answer; the rest is left to the next start
_LOCKING_S = 60.0  # an empty note that is younger may be about to be locked
_NOTE_BYTES = 65_536  # a path has at most 4,096, and JSON makes six of one
_MADE = b"made\n"


class Noted:
    """A note that a file is unfinished."""

    def __init__(self, place: Path | None = None, descriptor: int = -1) -> None:
        self._place = place
        self._descriptor = descriptor

    def confirm(self) -> None:
        """Confirm that the file exists and is ours."""
        if self._place is not None:
            with suppress(OSError):  # a full disk; then it is removed only while it is empty
                os.write(self._descriptor, _MADE)

    def take_back(self) -> None:
        """Drop the note: the file is gone or has its final name."""
        if self._place is not None:
            self.leave()
            with suppress(OSError):
                self._place.unlink()

    def leave(self) -> None:
        """Leave the note to a later start: the file could not be removed."""
        if self._place is not None:
            os.close(self._descriptor)


def note(path: Path) -> Noted:
    """Note a file, or a folder of files, that is about to be made.

    If the state folder cannot be written or its disk cannot lock, the work continues without a
    note.

    Args:
        path: absolute; its name ends in `TEMPORARY_SUFFIX`.
    """
    assert path.is_absolute() and is_temporary(path), "nothing else is ever removed"
    place = _folder() / os.urandom(16).hex()
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except OSError:
        log.debug("%s cannot be noted", path, exc_info=True)
        return Noted()
    made = Noted(place, descriptor)
    try:
        lock(descriptor)
        text = json.dumps({"path": os.fspath(path), "host": platform.node()})
        os.write(descriptor, f"{text}\n".encode())
    except OSError:
        log.debug("%s cannot be noted", path, exc_info=True)
        made.take_back()
        return Noted()
    return made


def private_folder() -> tuple[Path, Noted]:
    """Make a folder for the user alone, to be discarded with its note.

    Raises:
        OSError: it cannot be made.
    """
    name = f".afterrain-{secrets.token_hex(8)}.{os.getpid()}{TEMPORARY_SUFFIX}"
    folder = Path(tempfile.gettempdir()).absolute() / name
    noted = note(folder)
    try:
        folder.mkdir(mode=0o700)
    except OSError:
        noted.take_back()
        raise
    noted.confirm()
    return folder, noted


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder for the user alone that is gone in the end, or else at a later start.

    Raises:
        OSError: it cannot be made.
    """
    folder, noted = private_folder()
    try:
        yield folder
    finally:
        with suppress(OSError):  # then a later start removes it
            discard(folder)
            noted.take_back()


def is_temporary(path: Path) -> bool:
    """Return whether a file has the name of an unfinished one."""
    return path.name.startswith(".") and path.name.endswith(TEMPORARY_SUFFIX)


def remove_abandoned() -> None:
    """Remove the unfinished files that killed processes of this machine left, and only those.

    A disk that is not connected keeps its file, and the note, for a later start.
    """
    # On a separate thread: a lost network disk can block a call for minutes.
    thread = threading.Thread(target=_remove_abandoned, name="unfinished", daemon=True)
    thread.start()
    thread.join(WAITED_S)


def discard(path: Path) -> None:
    """Delete an unfinished file, or a folder of them, if it still exists.

    Raises:
        OSError: it cannot be deleted.
    """
    if path.is_dir() and not path.is_symlink():
        with suppress(FileNotFoundError):
            shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _folder() -> Path:
    return places.user_state() / "unfinished"


def _remove_abandoned() -> None:
    try:
        notes = sorted(_folder().iterdir())
    except OSError:
        return  # nothing was ever noted
    for place in notes:
        try:
            if _is_settled(place):
                place.unlink(missing_ok=True)
        except OSError:
            # Locked by a living process, or the file cannot be deleted now.
            log.debug("%s stays", place, exc_info=True)


def _is_settled(place: Path) -> bool:
    """Remove the file of an unlocked note; return whether the note can be deleted."""
    descriptor = os.open(place, os.O_RDWR)
    try:
        lock(descriptor)
        text = os.read(descriptor, _NOTE_BYTES)
        if not text:  # killed before it was written, or not locked yet
            return time.time() - os.fstat(descriptor).st_mtime > _LOCKING_S
        return _removed(text)
    finally:
        os.close(descriptor)


def _removed(text: bytes) -> bool:
    try:
        noted = json.loads(text.splitlines()[0])
        path, host = Path(noted["path"]), noted["host"]
    except (ValueError, LookupError, TypeError):
        return True  # cut off by a full disk, before the file was made
    if host != platform.node():
        return False
    if not is_temporary(path):
        return True
    try:
        state = path.lstat()
    except FileNotFoundError:
        return path.parent.is_dir()  # else its disk is not connected
    # One that was never confirmed may be another machine's of the same name; ours is empty then.
    if text.endswith(_MADE) or state.st_size == 0 or path.is_dir():
        discard(path)
        log.info("removed %s, which a process that was killed had left", path)
    return True
