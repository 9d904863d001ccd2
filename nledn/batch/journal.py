"""The journal of a batch: one SQLite file that survives a kill, a crash and a power cut.

Paths are kept as the bytes that the file system knows, results relative to the output folder, so
that it can be moved with its journal.
"""

import json
import math
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from nledn.batch.database import connect, copied, journal_errors, transaction
from nledn.batch.rows import Counts, ResultFacts, Row, Seen, State, ThumbnailPair, TruthScores
from nledn.errors import DerainError
from nledn.messages import printable
from nledn.metrics import Change

_HINTS = {kind: get_type_hints(kind) for kind in (Seen, Change, ResultFacts, TruthScores)}
_FIELDS = tuple(field.name for field in fields(Row) if field.name != "error")
# The error as data, and its sentence for versions that do not know it. The first version wrote
# the class alone as `kind`.
_COLUMNS = (*_FIELDS, "kind", "sentence")
_WRITE = (
    f"INSERT OR REPLACE INTO photo ({', '.join(_COLUMNS)}) "  # noqa: S608  # names of our fields
    f"VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_READ = f"SELECT {', '.join(_COLUMNS)} FROM photo "  # noqa: S608  # names of our fields


class Journal:
    """The rows of a batch. Safe from several threads of one process.

    Every change is a transaction that is on the disk when the method returns.

    Raises:
        JournalFailed: from any method: the file is damaged, of a newer version, unreachable, or
            holds what this program does not write.
        BatchBusy: from any method that writes, by `check`: another run has taken over.
        OutputDiskFull: from any method that writes.
    """

    def __init__(self, path: Path, check: Callable[[], None] = lambda: None) -> None:
        """Open the file, or make it; `check` is called in each transaction."""
        self.path = path
        self._check = check
        self._guard = threading.Lock()
        with journal_errors(path):
            self._database = connect(path)

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            self._database.close()

    def rows(self, *, all_runs: bool = False) -> list[Row]:
        """The photos of the present run in order, or those of every run."""
        return self._select("" if all_runs else "WHERE n > 0 ORDER BY n")

    def plan(self, rows: Iterable[Row]) -> None:
        """Make `rows` the present run; other photos stay in the journal."""
        with self._transaction():
            self._database.execute("UPDATE photo SET n = 0")
            self._database.executemany(_WRITE, map(_values, rows))

    def leave_out(self, sources: Iterable[Path]) -> None:
        """Take photos out of the present run."""
        with self._transaction():
            keys = ((os.fsencode(source),) for source in sources)
            self._database.executemany("UPDATE photo SET n = 0 WHERE source = ?", keys)

    def next_planned(self) -> Row | None:
        """The first photo that is still to be done."""
        which = "WHERE state = ? AND n > 0 ORDER BY n LIMIT 1"
        return next(iter(self._select(which, State.PLANNED)), None)

    def row(self, source: Path) -> Row:
        """Return the row of a photo, if it is known."""
        (row,) = self._select("WHERE source = ?", os.fsencode(source))
        return row

    def write(
        self, row: Row, thumbnails: ThumbnailPair | None = None, *, redone: bool = False
    ) -> None:
        """Replace the row of a photo.

        Args:
            row: the photo.
            thumbnails: its small pictures; None keeps those that it has.
            redone: its result is another one, so that those are dropped.
        """
        with self._transaction():
            self._database.execute(_WRITE, _values(row))
            if redone:
                self._database.execute(
                    "DELETE FROM thumbnail WHERE source = ?", (os.fsencode(row.source),)
                )
            if thumbnails is not None:
                pictures = (os.fsencode(row.source), thumbnails.before, thumbnails.after)
                self._database.execute(
                    "INSERT OR REPLACE INTO thumbnail VALUES (?, ?, ?)", pictures
                )

    def thumbnails(self, source: Path) -> ThumbnailPair | None:
        """The small pictures of one photo, if it has any."""
        with self._reading():
            found = self._database.execute(
                "SELECT before, after FROM thumbnail WHERE source = ?", (os.fsencode(source),)
            ).fetchone()
            return None if found is None else ThumbnailPair(*map(bytes, found))

    def counts(self) -> Counts:
        """The counts of the present run."""
        with self._reading():
            found = dict(
                self._database.execute(
                    "SELECT state, count(*) FROM photo WHERE n > 0 GROUP BY state"
                ).fetchall()
            )
            return Counts(total=sum(found.values()), **found)

    def _select(self, which: str, *values: object) -> list[Row]:
        with self._reading():
            return _rows(self._database, which, *values)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._guard, journal_errors(self.path), _only_ours():
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guard, journal_errors(self.path), transaction(self._database):
            self._check()
            yield


def known_to(path: Path) -> dict[Path, Row]:
    """Every photo that a journal knows, by its source; the journal stays untouched.

    Raises:
        JournalFailed: it cannot be read.
    """
    if not os.path.lexists(path):
        return {}
    with journal_errors(path), copied(path) as database, _only_ours():
        return {row.source: row for row in _rows(database)}


@contextmanager
def _only_ours() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise sqlite3.DatabaseError("it holds what this program does not write") from error


def _rows(database: sqlite3.Connection, which: str = "", *values: object) -> list[Row]:
    return [_row(found) for found in database.execute(_READ + which, values)]


def _values(row: Row) -> tuple[Any, ...]:
    kind = "" if row.error is None else json.dumps(row.error.to_dict())
    return (*(_stored(getattr(row, name)) for name in _FIELDS), kind, row.sentence)


def _stored(value: Any) -> Any:
    if isinstance(value, Path):
        return os.fsencode(value)
    if isinstance(value, Seen | ResultFacts | TruthScores):
        return json.dumps(asdict(value), default=str)  # a path, as JSON escapes its odd bytes
    return value


def _row(values: tuple[Any, ...]) -> Row:
    stored = dict(zip(_COLUMNS, values, strict=True))
    for name, kind in (("seen", Seen), ("output_seen", Seen), ("figures", ResultFacts)):
        stored[name] = _made(kind, stored[name])
    error = _error(stored.pop("kind"), stored.pop("sentence"))
    row = Row(
        **stored
        | {
            "source": _path(stored["source"]),
            "base": _inside(stored["base"]),
            "state": State(stored["state"]),
            "output": None if stored["output"] is None else _inside(stored["output"]),
            "scores": _made(TruthScores, stored["scores"]),
            "device": printable(stored["device"]),
            "error": error,
        }
    )
    texts = (row.settings, row.checkpoint_sha256)
    if not row.source.is_absolute() or type(row.n) is not int or not math.isfinite(row.seconds):
        raise ValueError("a photo has an absolute path, a number and a time")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("settings are text")
    return row


def _error(kind: str, sentence: str) -> DerainError | None:
    try:
        data = json.loads(kind)
    except (RecursionError, ValueError):
        data = None
    return DerainError.from_dict(data, printable(sentence)) if sentence else None


def _path(stored: bytes) -> Path:
    if b"\0" in stored:
        raise ValueError("no path has a NUL")
    return Path(os.fsdecode(stored))


def _inside(stored: bytes) -> Path:
    path = _path(stored)
    if path.is_absolute() or ".." in path.parts or not path.name:
        raise ValueError("it leads out of the output folder")
    return path


def _made(kind: type, stored: str | None) -> Any:
    return None if stored is None else _checked(kind, json.loads(stored))


def _checked(kind: Any, plain: Any) -> Any:
    """Return a value from JSON, checked to be of its type, with printable texts.

    Raises:
        TypeError, ValueError, LookupError: it is of another type.
    """
    if kind in _HINTS:
        hints = _HINTS[kind]
        made = {name: _checked(hints[name], value) for name, value in plain.items()}
        # Only the agreement of two equal photos is infinite.
        if kind is not TruthScores and math.inf in made.values():
            raise ValueError("a number without bound")
        return kind(**made)
    if get_origin(kind) is tuple:
        return tuple(_checked(str, value) for value in plain)
    if kind is Path:
        return Path(plain)
    if type(plain) is not kind or (kind is float and not plain > -math.inf):  # NaN is not, either
        raise TypeError(f"{plain!r} is no {kind.__name__}")
    return printable(plain) if kind is str else plain
