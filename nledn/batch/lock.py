"""One run at a time on an output folder.

The system's lock on a file beside the journal decides: it ends with its process, however that ends,
and depends on neither containers nor clocks. Some disks do not share locks between machines, so
the file also names its run, and its time is that run's last sign of life.
"""

import os
import platform
import threading
import time
from contextlib import suppress
from pathlib import Path

from nledn.batch.database import journal_errors, open_plain
from nledn.errors import BatchBusy, JournalFailed, OutputDiskFull
from nledn.locking import HELD, lock

HEARTBEAT_S = 10.0
DEAD_AFTER_S = 60.0  # of silence; six heartbeats, since a disk may stall and a clock be off
_LONGEST_BYTES = 1024


def machine() -> str:
    """Identify this start of this machine, the same in all of its containers."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:  # not Linux
        return platform.node()


class Lock:
    """Holds an output folder and gives a sign of life every few seconds, from its own thread."""

    def __init__(self, journal: Path, out: Path) -> None:
        """Take the folder, also from a dead run.

        Raises:
            BatchBusy: a run that is alive holds it.
            JournalFailed: the file beside the journal cannot be used.
        """
        self._path = journal.with_suffix(".lock")
        self._out = out
        name = (os.urandom(16).hex(), machine(), str(os.getpid()), platform.node())
        self._run = " ".join(name).encode()
        self._released = threading.Event()
        with journal_errors(self._path):
            self._descriptor = self._taken()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Make sure that no other run has taken the folder over.

        Raises:
            BatchBusy: one has.
            JournalFailed: the file beside the journal is gone.
        """
        with journal_errors(self._path):
            holder = self._path.read_bytes()
        if holder != self._run:
            raise self._busy(holder)

    def release(self) -> None:
        """Release the folder, unless another run has taken it."""
        if self._released.is_set():
            return
        self._released.set()
        self._thread.join()
        # Windows removes no file that is open; a next run sees that this one is dead.
        with suppress(OSError, BatchBusy, JournalFailed):
            self.check()
            self._path.unlink()
        os.close(self._descriptor)

    def _taken(self) -> int:
        while True:
            descriptor = open_plain(self._path, os.O_CREAT | os.O_RDWR)
            try:
                self._refuse_living(descriptor)
                with suppress(FileNotFoundError):  # removed by a run that has just ended
                    if os.path.samestat(self._path.lstat(), os.fstat(descriptor)):
                        os.ftruncate(descriptor, 0)
                        os.lseek(descriptor, 0, os.SEEK_SET)
                        os.write(descriptor, self._run)
                        return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def _refuse_living(self, descriptor: int) -> None:
        holder = os.read(descriptor, _LONGEST_BYTES)
        try:
            lock(descriptor)
        except HELD:
            raise self._busy(holder) from None
        except OSError:  # a disk without such locks
            is_dead = False
        else:  # no run of this machine is alive
            is_dead = not holder or machine().encode() in holder.split()
        # A clock that was set back may have left a future time.
        silence_s = abs(time.time() - os.fstat(descriptor).st_mtime)
        if holder and not is_dead and silence_s < DEAD_AFTER_S:
            raise self._busy(holder)

    def _busy(self, holder: bytes) -> BatchBusy:
        match holder.decode(errors="replace").split(maxsplit=3):
            case _, _, pid, host if pid.isdecimal():
                return BatchBusy(self._out, host, int(pid))
        return BatchBusy(self._out, platform.node(), 0)  # it has only just come

    def _beat(self) -> None:
        while not self._released.wait(HEARTBEAT_S):
            try:
                self.check()
                now = time.time()
                os.utime(self._path, (now, now))
            except BatchBusy:
                return  # taken over; the next write raises
            except (JournalFailed, OutputDiskFull, OSError):
                continue  # a disk that stalls
