"""One run at a time on an output folder.

The system's lock on a file beside the journal decides: it ends with its process, however that ends,
and depends on neither containers nor clocks. Some disks do not share locks between machines, so
the journal also names the running process and its last sign of life.
"""

import os
import platform
import threading
import time
from contextlib import suppress
from pathlib import Path

from nledn.batch.database import journal_errors, open_plain
from nledn.batch.journal import Journal, holder_of
from nledn.batch.rows import Holder
from nledn.errors import BatchBusy, JournalFailed, OutputDiskFull
from nledn.locking import HELD, lock

HEARTBEAT_S = 10.0
DEAD_AFTER_S = 60.0  # of silence; six heartbeats, since a disk may stall and a clock be off


def machine() -> str:
    """Identify this start of this machine, the same in all of its containers."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:  # not Linux
        return platform.node()


def this_run() -> Holder:
    """Describe this process, for others who find the output folder taken."""
    run = os.urandom(16).hex()
    return Holder(run, machine(), platform.node(), os.getpid(), time.time())


def may_be_alive(holder: Holder, *, is_locked: bool) -> bool:
    """Return whether another run may still be alive.

    Args:
        holder: as the journal names it.
        is_locked: we have the system's lock, so no run of this machine is alive.
    """
    if is_locked and holder.machine == machine():
        return False
    # A clock that was set back, or a journal from elsewhere, may have a future time.
    return abs(time.time() - holder.heartbeat) < DEAD_AFTER_S


class Lock:
    """Holds an output folder and gives a sign of life every few seconds, from its own thread."""

    def __init__(self, journal: Path, out: Path) -> None:
        self._path = journal
        self._file = journal.with_suffix(".lock")
        self._out = out
        self._descriptor: int | None = None
        self._journal: Journal | None = None
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def acquire(self) -> Journal:
        """Take the folder, also from a dead run; `release` closes the journal.

        Raises:
            BatchBusy: a run that is alive holds it.
            JournalFailed: the journal cannot be used.
        """
        is_locked = self._has_locked()
        try:
            self._journal = Journal(self._path, self._out)
            self._journal.claim(
                this_run(), lambda holder: may_be_alive(holder, is_locked=is_locked)
            )
        except BaseException:
            self._close()
            raise
        self._thread.start()
        return self._journal

    def release(self) -> None:
        """Release the folder, unless another run has taken it.

        Raises:
            JournalFailed, OutputDiskFull: the journal cannot be written; a next run sees that
                this one is dead.
        """
        if self._journal is None:
            return
        self._released.set()
        self._thread.join()
        try:
            self._journal.disclaim()
        finally:
            self._close()

    def _has_locked(self) -> bool:
        while True:
            with journal_errors(self._file):
                self._descriptor = open_plain(self._file, os.O_CREAT | os.O_RDWR)
            try:
                lock(self._descriptor)
            except HELD:
                os.close(self._descriptor)
                self._descriptor = None
                raise self._busy() from None
            except OSError:
                return False  # a disk without such locks
            if _is_at(self._file, self._descriptor):
                return True
            os.close(self._descriptor)  # of a run that has just removed it

    def _busy(self) -> BatchBusy:
        try:
            holder = holder_of(self._path)
        except (JournalFailed, OutputDiskFull):
            holder = None  # it has only just come
        if holder is None:
            return BatchBusy(self._out, platform.node(), 0)
        return BatchBusy(self._out, holder.host, holder.pid)

    def _beat(self) -> None:
        assert self._journal is not None, "it was acquired"
        while not self._released.wait(HEARTBEAT_S):
            try:
                self._journal.beat(time.time())
            except BatchBusy:
                return  # taken over; the next write raises
            except (JournalFailed, OutputDiskFull):
                continue  # a disk that stalls

    def _close(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if self._descriptor is not None:
            with suppress(OSError):  # Windows removes no file that is open
                self._file.unlink()
            os.close(self._descriptor)
            self._descriptor = None


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
