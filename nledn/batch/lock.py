"""One run at a time on an output folder: who holds it, and whether they are still alive."""

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from nledn.batch.journal import connect, journal_errors, transaction
from nledn.errors import BatchBusy

HEARTBEAT_S = 10.0
DEAD_AFTER_S = 60.0  # of silence; six heartbeats, since a disk may stall and a clock be off
_SAME_START_S = 2.0  # two readings of one process's start may differ by the clock's steps


@dataclass(frozen=True)
class Holder:
    """Who works on an output folder.

    Attributes:
        host: name of the machine.
        pid: of the process there.
        started: when the process started, seconds since 1970; tells it from a later one of its pid.
        heartbeat: its last sign of life, seconds since 1970.
    """

    host: str
    pid: int
    started: float
    heartbeat: float

    @property
    def is_alive(self) -> bool:
        """Whether it still works, as far as can be known from here."""
        if self.host == socket.gethostname():
            try:
                started = process_start(self.pid)
            except psutil.AccessDenied:
                pass  # somebody else's, of which this system tells nothing
            else:
                return started is not None and abs(started - self.started) < _SAME_START_S
        return time.time() - self.heartbeat < DEAD_AFTER_S


def process_start(pid: int) -> float | None:
    """When a process of this machine started, seconds since 1970; None if there is none.

    Raises:
        psutil.AccessDenied: it is somebody else's, and the system does not tell.
    """
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return float(process.create_time())
    except psutil.NoSuchProcess:
        return None


def holder_of(journal: Path) -> Holder | None:
    """Who holds a journal, dead or alive.

    Raises:
        JournalFailed: it cannot be read.
    """
    with journal_errors(journal):
        database = connect(journal)
        try:
            return _read(database)
        finally:
            database.close()


class Lock:
    """Holds a journal and gives a sign of life every few seconds, from a thread of its own."""

    def __init__(self, journal: Path, out: Path) -> None:
        self._journal = journal
        self._out = out
        self._released = threading.Event()
        self._thread: threading.Thread | None = None
        own = process_start(os.getpid())
        self._own = Holder(socket.gethostname(), os.getpid(), own or time.time(), time.time())

    def acquire(self, on_lost: Callable[[BatchBusy], None]) -> None:
        """Take the journal, from a dead holder too.

        Args:
            on_lost: called from the lock's thread when another run has taken it away because
                this machine was silent too long, asleep for instance.

        Raises:
            BatchBusy: a run that is alive holds it.
            JournalFailed: the journal cannot be written.
        """
        with journal_errors(self._journal):
            database = connect(self._journal)
            try:
                with transaction(database):
                    holder = _read(database)
                    if holder is not None and holder.is_alive:
                        raise BatchBusy(self._out, holder.host, holder.pid)
                    _write(database, self._own)
            finally:
                database.close()
        self._thread = threading.Thread(target=self._beat, args=(on_lost,), daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Give the journal back; nothing happens where it was lost."""
        if self._thread is None:
            return
        self._released.set()
        self._thread.join()
        self._thread = None
        with journal_errors(self._journal):
            database = connect(self._journal)
            try:
                with transaction(database):
                    if self._is_ours(_read(database)):
                        database.execute("DELETE FROM holder")
            finally:
                database.close()

    def _beat(self, on_lost: Callable[[BatchBusy], None]) -> None:
        while not self._released.wait(HEARTBEAT_S):
            try:
                holder = self._sign_of_life()
            except sqlite3.Error:
                continue  # a disk that stalls; who cannot write the journal is told elsewhere
            if not self._is_ours(holder):
                host, pid = ("", 0) if holder is None else (holder.host, holder.pid)
                on_lost(BatchBusy(self._out, host, pid))
                return

    def _sign_of_life(self) -> Holder | None:
        database = connect(self._journal)
        try:
            with transaction(database):
                holder = _read(database)
                if self._is_ours(holder):
                    database.execute("UPDATE holder SET heartbeat = ?", (time.time(),))
                return holder
        finally:
            database.close()

    def _is_ours(self, holder: Holder | None) -> bool:
        own = self._own
        return holder is not None and (holder.host, holder.pid, holder.started) == (
            own.host,
            own.pid,
            own.started,
        )


def _read(database: sqlite3.Connection) -> Holder | None:
    found = database.execute("SELECT host, pid, started, heartbeat FROM holder").fetchone()
    return None if found is None else Holder(*found)


def _write(database: sqlite3.Connection, holder: Holder) -> None:
    values = (holder.host, holder.pid, holder.started, holder.heartbeat)
    database.execute("INSERT OR REPLACE INTO holder VALUES (1, ?, ?, ?, ?)", values)
