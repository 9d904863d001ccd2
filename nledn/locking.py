"""Locks on files that the system releases when their process ends, however it ends."""

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

_BETWEEN_TRIES_S = 0.05

if sys.platform == "win32":
    import msvcrt

    _BEYOND_BYTES = 2**30  # locked bytes cannot be read there, so they lie behind the text

    def lock(descriptor: int) -> None:
        """As below; raise PermissionError if another process holds it."""
        os.lseek(descriptor, _BEYOND_BYTES, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

    HELD: tuple[type[OSError], ...] = (PermissionError,)
else:
    import fcntl

    def lock(descriptor: int) -> None:
        """Lock an open file at once; closing it releases the lock.

        Raises:
            BlockingIOError: another process holds it.
            OSError: the disk cannot lock.
        """
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    HELD: tuple[type[OSError], ...] = (BlockingIOError,)


@contextmanager
def alone(path: Path, patience_s: float) -> Iterator[None]:
    """Wait until no other process is inside with the same `path`, and keep others out.

    If the disk cannot lock, or the other process takes longer than `patience_s`, the block runs
    anyway: it must tolerate other processes. The lock's file is made if missing, and left.
    """
    with ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError:
            log.debug("%s cannot be locked", path, exc_info=True)
        else:
            held.callback(os.close, descriptor)
            until = time.monotonic() + patience_s
            while _is_held(descriptor) and time.monotonic() < until:
                time.sleep(_BETWEEN_TRIES_S)
        yield


def _is_held(descriptor: int) -> bool:
    """Lock a file, if the disk can; return whether another process holds it."""
    try:
        lock(descriptor)
    except HELD:
        return True
    except OSError:
        log.debug("the disk cannot lock", exc_info=True)
    return False
