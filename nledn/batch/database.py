"""The file of a journal, opened as an untrusted one.

An output folder can come out of an archive or lie where others write. SQLite follows links, deletes
any file that a rollback journal names, and runs the views and triggers of a database. So the files
are judged by their bytes before SQLite sees them, and then the database must have exactly our
tables. A reader opens a private copy.
"""

import functools
import os
import shutil
import sqlite3
import stat
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from nledn.errors import JournalFailed, OutputDiskFull

VERSION = 3
BUSY_TIMEOUT_S = 10.0  # a transaction takes milliseconds; network disks may stall
LARGEST_BYTES = 2 << 30  # the rows of a million photos take some 1.4 GB
PAGE_BYTES = 1 << 14  # a row of more than a quarter, as ours of SQLite's 4 KiB, takes one more page
LARGEST_VALUE_BYTES = 1 << 20
_OPENING_S = 20.0  # a database can be built so that its tables never end
_READ_BYTES_S = 4 << 20  # of a slow network disk
_COPIES = 10  # of a journal that is written to meanwhile

_PHOTOS = """
CREATE TABLE IF NOT EXISTS photo (
    source BLOB PRIMARY KEY, n INTEGER NOT NULL, base BLOB NOT NULL, state TEXT NOT NULL,
    settings TEXT NOT NULL, checkpoint_sha256 TEXT NOT NULL, seen TEXT,
    output BLOB, output_seen TEXT, present TEXT, seconds REAL NOT NULL, device TEXT NOT NULL,
    kind TEXT NOT NULL, sentence TEXT NOT NULL, figures TEXT, scores TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS photo_by_state ON photo (state, n);
CREATE TABLE IF NOT EXISTS thumbnail (
    source BLOB PRIMARY KEY, before BLOB NOT NULL, after BLOB NOT NULL
);
"""
_SCHEMAS = {
    0: "",
    1: _PHOTOS
    + """CREATE TABLE IF NOT EXISTS holder (
    one INTEGER PRIMARY KEY CHECK (one = 1), host TEXT NOT NULL, pid INTEGER NOT NULL,
    started REAL NOT NULL, heartbeat REAL NOT NULL
);
""",
    2: _PHOTOS
    + """CREATE TABLE IF NOT EXISTS holder (
    one INTEGER PRIMARY KEY CHECK (one = 1), run TEXT NOT NULL, machine TEXT NOT NULL,
    host TEXT NOT NULL, pid INTEGER NOT NULL, heartbeat REAL NOT NULL
);
""",
    VERSION: _PHOTOS,
}

_ROLLBACK_HEADER = struct.Struct(">16sI4xI")  # …, pages, …, bytes of a page
_ROLLBACK_MAGIC = bytes.fromhex("d9d505f920a163d7")
_WAL_VERSION = 2  # bytes 18 and 19 of a database that has a write-ahead log


def open_plain(path: Path, flags: int) -> int:
    """Open a file that must be the user's own, with one name: no link, pipe, folder or device.

    Args:
        path: of the file.
        flags: as for `os.open`; what is created is private.

    Returns:
        A descriptor.

    Raises:
        JournalFailed: it is not such a file.
        OSError: it is missing or cannot be opened.
    """
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink() or path.is_dir():  # where the system has no such flag
        raise JournalFailed(path, "it is a link or a folder")
    descriptor = os.open(path, flags | careful | getattr(os, "O_BINARY", 0), 0o600)
    state = os.fstat(descriptor)
    if stat.S_ISREG(state.st_mode) and state.st_nlink <= 1 and is_of_user(state):
        return descriptor
    os.close(descriptor)
    raise JournalFailed(path, "it is not a file of yours alone")


def is_of_user(state: os.stat_result) -> bool:
    """Return whether a file belongs to the user who runs this program."""
    return sys.platform == "win32" or state.st_uid == os.geteuid()


def connect(path: Path) -> sqlite3.Connection:
    """Open a journal to work with, and make it if need be; only its owner can read it.

    Raises:
        JournalFailed: this program did not write the file.
        sqlite3.Error, OSError: it is damaged, of a newer version, or unreachable.
    """
    _judge(path)
    os.close(open_plain(path, os.O_CREAT | os.O_RDWR))
    with suppress(OSError):  # a disk without modes; the folder is private
        path.chmod(0o600)
    return _opened(path)


@contextmanager
def copied(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a private copy of a journal; the journal and its folder stay untouched.

    Raises:
        JournalFailed: this program did not write the file.
        sqlite3.Error, OSError: it is damaged, of a newer version, or unreachable.
    """
    with tempfile.TemporaryDirectory(prefix="afterrain-") as folder:
        copy = Path(folder, path.name)
        for _ in range(_COPIES):
            before = _stamps(path)
            for file in _files(path):
                _copy(file, copy.with_name(file.name))
            if _stamps(path) == before:
                break
        try:
            _judge(copy)
        except JournalFailed as error:
            raise JournalFailed(path.with_name(error.path.name), error.detail) from error
        with closing(_opened(copy)) as database:
            yield database


def _files(path: Path) -> list[Path]:
    """A database and the files that SQLite may keep beside it."""
    return [path.with_name(path.name + end) for end in ("", "-journal", "-wal", "-shm")]


def _stamps(path: Path) -> list[tuple[int, int] | None]:
    states = [file.lstat() if os.path.lexists(file) else None for file in _files(path)]
    return [None if state is None else (state.st_size, state.st_mtime_ns) for state in states]


def _copy(path: Path, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    with _read(path) as descriptor:
        if descriptor is not None:
            with open(descriptor, "rb", closefd=False) as file, copy.open("xb") as made:
                shutil.copyfileobj(file, made)


@contextmanager
def _read(path: Path) -> Iterator[int | None]:
    """Open a plain file of bearable size for reading; None if it is missing."""
    try:
        descriptor = open_plain(path, os.O_RDONLY)
    except FileNotFoundError:
        yield None
        return
    try:
        if os.fstat(descriptor).st_size > LARGEST_BYTES:
            raise JournalFailed(path, "it is larger than any batch's")
        yield descriptor
    finally:
        os.close(descriptor)


def _judge(path: Path) -> None:
    """Refuse what SQLite must not open."""
    for file in _files(path):
        with _read(file) as descriptor:
            if descriptor is not None and _is_foreign(file.name, descriptor):
                raise JournalFailed(file, "this program does not write such files")


def _is_foreign(name: str, descriptor: int) -> bool:
    """Return whether a file would have SQLite delete others, fill the disk, or keep a log."""
    head = os.read(descriptor, _ROLLBACK_HEADER.size)
    if name.endswith(("-wal", "-shm")):
        return True
    if not name.endswith("-journal"):
        return _WAL_VERSION in head[18:20]
    os.lseek(descriptor, -min(len(_ROLLBACK_MAGIC), len(head)), os.SEEK_END)
    _, pages, page_bytes = _ROLLBACK_HEADER.unpack(head.ljust(_ROLLBACK_HEADER.size, b"\0"))
    # Its end has the magic only after the name of another journal, which SQLite would delete.
    names_another = os.read(descriptor, len(_ROLLBACK_MAGIC)) == _ROLLBACK_MAGIC
    return names_another or pages * max(page_bytes, 512) > LARGEST_BYTES


def _opened(path: Path) -> sqlite3.Connection:
    # Not read-only, copies included: a transaction that a kill interrupted is rolled back.
    database = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        _restrict(database)
        _prepare(database, path.stat().st_size)
    except BaseException:
        database.close()
        raise
    return database


def _restrict(database: sqlite3.Connection) -> None:
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE_BYTES)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    if sys.version_info >= (3, 12):
        database.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")


def _prepare(database: sqlite3.Connection, size_bytes: int) -> None:
    until = time.monotonic() + _OPENING_S + size_bytes / _READ_BYTES_S
    database.set_progress_handler(lambda: time.monotonic() > until, 10_000)
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise sqlite3.DatabaseError("a newer version of this program wrote it")
    if version not in _SCHEMAS or _tables(database) != _tables_of(version):
        raise sqlite3.DatabaseError("its tables are not this program's")
    # A damaged tree can lead round in circles.
    if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("it is damaged")
    database.set_progress_handler(None, 0)
    database.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new one
    # A write-ahead log needs memory shared between processes, which network disks have not.
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("PRAGMA synchronous = FULL")
    if version < VERSION:
        with transaction(database):
            database.execute("DROP TABLE IF EXISTS holder")  # the run is named in a file now
            _make(database, VERSION)


def _make(database: sqlite3.Connection, version: int) -> None:
    for statement in _SCHEMAS[version].split(";"):
        database.execute(statement)
    database.execute(f"PRAGMA user_version = {version}")


def _tables(database: sqlite3.Connection) -> set[tuple[object, ...]]:
    few = "SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT 20"
    return set(database.execute(few).fetchall())


@functools.cache
def _tables_of(version: int) -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as database:
        _make(database, version)
        return _tables(database)


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Run the block as one transaction; other writers wait."""
    with closing(database.cursor()) as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield
            cursor.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                cursor.execute("ROLLBACK")
            raise


@contextmanager
def journal_errors(path: Path) -> Iterator[None]:
    """Raise errors of SQLite and of the system as ours."""
    try:
        yield
    except OSError as error:
        raise JournalFailed(path, error.strerror or str(error)) from error
    except sqlite3.Error as error:
        # "or disk is full" is SQLITE_FULL; a full disk can also show as a failed write.
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise OutputDiskFull(path) from error
        raise JournalFailed(path, str(error)) from error
