"""The journal of a batch: one SQLite file that survives a kill, a crash and a power cut.

Paths are kept as the bytes that the file system knows, results relative to the output folder, so
that it can be moved with its journal.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from nledn.batch.rows import (
    Counts,
    Figures,
    Row,
    Scores,
    Seen,
    State,
    Thumbnails,
)
from nledn.errors import JournalFailed, OutputDiskFull
from nledn.metrics import Change

VERSION = 1
BUSY_TIMEOUT_S = 10.0  # a holder's transaction takes milliseconds; network disks may stall

_SCHEMA = """
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
CREATE TABLE IF NOT EXISTS holder (
    one INTEGER PRIMARY KEY CHECK (one = 1), host TEXT NOT NULL, pid INTEGER NOT NULL,
    started REAL NOT NULL, heartbeat REAL NOT NULL
);
"""
_COLUMNS = tuple(field.name for field in fields(Row))
_SOURCE, _OUTPUT_SEEN = (_COLUMNS.index(name) for name in ("source", "output_seen"))
_WRITE = (
    f"INSERT OR REPLACE INTO photo ({', '.join(_COLUMNS)}) "  # noqa: S608  # names of our fields
    f"VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_READ = f"SELECT {', '.join(_COLUMNS)} FROM photo "  # noqa: S608  # names of our fields

# Small pictures of a result that another part of the batch, by its own journal, has replaced since.
_FORGET = (
    "DELETE FROM thumbnail WHERE source = ? AND NOT EXISTS "
    "(SELECT 1 FROM photo WHERE photo.source = thumbnail.source AND output_seen IS ?)"
)


class Journal:
    """The rows of a batch. Safe from several threads of one process.

    Every change is a transaction that is on the disk when the method returns.

    Raises:
        JournalFailed: from any method: the file is damaged, of a newer version, or unreachable.
        OutputDiskFull: from any method that writes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._guard = threading.Lock()
        with journal_errors(path):
            self._database = connect(path)

    def close(self) -> None:
        """Let go of the file."""
        with self._guard:
            self._database.close()

    def rows(self, *, all_runs: bool = False) -> Iterator[Row]:
        """The photos of the present run in order, or those of every run."""
        which = "" if all_runs else "WHERE n > 0 ORDER BY n"
        with self._guarded():
            found = self._database.execute(_READ + which).fetchall()
        return (_row(values) for values in found)

    def plan(self, rows: Iterable[Row]) -> None:
        """Make `rows` the present run; others stay known, outside of it."""
        values = [_values(row) for row in rows]
        with self._transaction():
            self._database.executemany(
                _FORGET, ((each[_SOURCE], each[_OUTPUT_SEEN]) for each in values)
            )
            self._database.execute("UPDATE photo SET n = 0")
            self._database.executemany(_WRITE, values)

    def next_planned(self) -> Row | None:
        """The first photo that is still to be done."""
        with self._guarded():
            found = self._database.execute(
                _READ + "WHERE state = ? AND n > 0 ORDER BY n LIMIT 1", (State.PLANNED,)
            ).fetchone()
        return None if found is None else _row(found)

    def row(self, source: Path) -> Row:
        """One photo that is known."""
        with self._guarded():
            found = self._database.execute(
                _READ + "WHERE source = ?", (os.fsencode(source),)
            ).fetchone()
        return _row(found)

    def write(self, row: Row, thumbnails: Thumbnails | None = None, *, anew: bool = False) -> None:
        """Replace what is known of one photo.

        Args:
            row: the photo.
            thumbnails: its small pictures; None leaves those that it has.
            anew: its result is another one, so that those are of no use.
        """
        with self._transaction():
            self._database.execute(_WRITE, _values(row))
            if anew:
                self._database.execute(
                    "DELETE FROM thumbnail WHERE source = ?", (os.fsencode(row.source),)
                )
            if thumbnails is not None:
                pictures = (os.fsencode(row.source), thumbnails.before, thumbnails.after)
                self._database.execute(
                    "INSERT OR REPLACE INTO thumbnail VALUES (?, ?, ?)", pictures
                )

    def thumbnails(self, source: Path) -> Thumbnails | None:
        """The small pictures of one photo, if it has any."""
        with self._guarded():
            found = self._database.execute(
                "SELECT before, after FROM thumbnail WHERE source = ?", (os.fsencode(source),)
            ).fetchone()
        return None if found is None else Thumbnails(*found)

    def counts(self) -> Counts:
        """How far the present run is."""
        with self._guarded():
            found = dict(
                self._database.execute(
                    "SELECT state, count(*) FROM photo WHERE n > 0 GROUP BY state"
                ).fetchall()
            )
        return Counts(total=sum(found.values()), **found)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with self._guard, journal_errors(self.path):
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guarded(), transaction(self._database):
            yield


def connect(path: Path) -> sqlite3.Connection:
    """Open a journal's file, and make it if need be.

    Raises:
        sqlite3.Error: it cannot be opened, or is none of ours.
    """
    # Not read-only for those who only read: what a kill left half-done has to be rolled back.
    database = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise sqlite3.DatabaseError("a newer version of this program wrote it")
    # A write-ahead log needs memory shared between processes, which network disks have not.
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("PRAGMA synchronous = FULL")
    if version < VERSION:
        with transaction(database):
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All of what is inside, or nothing; other writers wait."""
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
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.Error as error:
        # "or disk is full" is SQLITE_FULL; a full disk can also show as a failed write.
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise OutputDiskFull(path) from error
        raise JournalFailed(path, str(error)) from error


def _values(row: Row) -> tuple[Any, ...]:
    return tuple(_stored(getattr(row, name)) for name in _COLUMNS)


def _stored(value: Any) -> Any:
    if isinstance(value, Path):
        return os.fsencode(value)
    if isinstance(value, Seen | Figures | Scores | tuple):
        plain = value if isinstance(value, tuple) else asdict(value)
        return json.dumps(plain, default=str)  # a path, as JSON escapes its odd bytes
    return value


def _row(values: tuple[Any, ...]) -> Row:
    row = Row(*values)
    return replace(
        row,
        source=_path(values[_COLUMNS.index("source")]),
        base=_path(row.base),
        state=State(row.state),
        seen=_seen(row.seen),
        output=None if row.output is None else _path(row.output),
        output_seen=_seen(row.output_seen),
        present=None if row.present is None else tuple(json.loads(str(row.present))),
        figures=_figures(row.figures),
        scores=_scores(row.scores),
    )


def _path(stored: Any) -> Path:
    return Path(os.fsdecode(stored))


def _seen(stored: Any) -> Seen | None:
    return None if stored is None else Seen(**json.loads(stored))


def _figures(stored: Any) -> Figures | None:
    if stored is None:
        return None
    plain = json.loads(stored)
    return Figures(**{**plain, "change": Change(**plain["change"]), "notes": tuple(plain["notes"])})


def _scores(stored: Any) -> Scores | None:
    if stored is None:
        return None
    plain = json.loads(stored)
    return Scores(**{**plain, "truth": Path(plain["truth"])})
