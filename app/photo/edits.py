"""Kept edits: the choices for each photo, in a small database in the user's folder.

Nothing is written beside the photos. A photo is known by its path, its size and its time: the
choices for a file do not come back for another one in its place.
"""

import json
import logging
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from app.imaging.mask import STEPS
from app.shell.names import kept, path_kept
from nledn import places
from nledn.atomic import make_folder
from nledn.errors import DerainError
from nledn.options import AUTO, Options
from nledn.pixels import Mask

log = logging.getLogger(__name__)

FILE_NAME = "edits.sqlite"
TABLE = """CREATE TABLE IF NOT EXISTS edits (
    photo TEXT PRIMARY KEY, folder TEXT, size INTEGER, mtime_ns INTEGER,
    choices TEXT, height INTEGER, width INTEGER, area BLOB, result TEXT, is_saved INTEGER)"""


@dataclass(frozen=True)
class Choices:
    """Settings of a photo that can be copied to others.

    Attributes:
        weights: id of the model, or `auto`.
        strength: share of the rain to remove, 0 to 1.5.
        keep_brightness: the slow part of its light is given back.
    """

    weights: str = AUTO
    strength: float = 1.0
    keep_brightness: bool = False

    @classmethod
    def of(cls, options: Options) -> "Choices":
        """Those among options."""
        return cls(options.weights, options.strength, options.keep_brightness)


@dataclass(frozen=True, eq=False)
class Edits:
    """All choices for a photo.

    Attributes:
        area: (H, W) float32 in [0, 1], the kept area; None without one.
        result: the file that the result was saved to last; None without one.
        is_saved: that file holds these edits.
    """

    choices: Choices
    area: Mask | None = None
    result: Path | None = None
    is_saved: bool = False


class EditsStore:
    """Edits by photo, for any thread; they are found at once, and on disk after `flush`."""

    def __init__(self) -> None:
        self._unwritten: dict[Path, Edits] = {}
        self._lock = threading.Lock()

    def put(self, photo: Path, edits: Edits) -> None:
        """Remember the choices for a photo."""
        with self._lock:
            self._unwritten[photo] = edits

    def find(self, photo: Path) -> Edits | None:
        """Return the choices for a photo; None without any, or if it has changed since."""
        edits = self._unwritten.get(photo)
        if edits is None:
            rows = _ask("SELECT * FROM edits WHERE photo = ?", kept(photo)) or []
            edits = _edits_of(rows[0], photo) if rows else None
        if edits is None or edits.result is None:
            return edits
        # Not one that `--edit` replaced, nor one on a disk that is gone.
        if edits.result != photo and stamp_of(edits.result) is not None:
            return edits
        return replace(edits, result=None, is_saved=False)

    def put_result(self, photo: Path, result: Path, choices: Choices) -> None:
        """Note a result that a batch made with `choices`; the photo's own edits stay.

        Those of a file that it has replaced do not, but for a kept area.
        """
        edits = self.find(photo)
        if edits is not None and edits.is_saved and edits.result == result and edits.area is None:
            edits = None
        known = replace(edits or Edits(choices), result=result, is_saved=edits is None)
        self.put(photo, known)
        self.flush()

    def put_saved(self, photo: Path, result: Path, choices: Choices, *, is_saved: bool) -> None:
        """Note a result that was saved with `choices`, unless they are another model's now."""
        edits = self.find(photo)
        if edits is not None and edits.choices.weights == choices.weights:
            is_saved = is_saved and edits.choices == choices
            self.put(photo, replace(edits, result=result, is_saved=is_saved))
            self.flush()

    def put_choices(self, photos: Iterable[Path], choices: Choices) -> None:
        """Give photos the choices of another one; their kept areas do not change."""
        for photo in photos:
            edits = self.find(photo) or Edits(choices)
            result = edits.result if edits.choices.weights == choices.weights else None
            is_saved = edits.is_saved and edits.choices == choices
            self.put(photo, replace(edits, choices=choices, result=result, is_saved=is_saved))
        self.flush()

    def in_folder(self, folder: Path) -> Mapping[Path, Path | None]:
        """Return the photos of a folder that have edits, each with its result if it has one."""
        self.flush()
        rows = _ask("SELECT photo, result FROM edits WHERE folder = ?", kept(folder)) or []
        return {path_kept(row["photo"]): _result_of(row) for row in rows}

    def flush(self) -> None:
        """Write all edits, now or once the disk takes them; a missing photo is forgotten."""
        with self._lock:
            unwritten = dict(self._unwritten)
        for photo, edits in unwritten.items():
            row = _row_of(photo, edits)
            put = "INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            if row is not None and _ask(put, *row) is None:
                return
            with self._lock:
                if self._unwritten.get(photo) is edits:
                    del self._unwritten[photo]


def _ask(statement: str, *values: object) -> list[sqlite3.Row] | None:
    """Run one statement; None without a usable database."""
    path = places.user_data() / FILE_NAME
    try:
        make_folder(path.parent)
        with closing(_opened(path)) as database, database:
            return database.execute(statement, values).fetchall()
    except (sqlite3.Error, DerainError):
        log.warning("%s cannot be used", path, exc_info=True)
        return None


def _opened(path: Path) -> sqlite3.Connection:
    """Open the database; a damaged or foreign file is put aside, and a new one begun."""
    try:
        return _begun(path)
    except sqlite3.OperationalError:  # such as locked: the file is not damaged
        raise
    except sqlite3.DatabaseError:
        log.warning("%s is damaged, and put aside", path, exc_info=True)
        path.replace(path.with_suffix(".damaged"))
        return _begun(path)


def _begun(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    try:
        database.execute(TABLE)
    except sqlite3.Error:
        database.close()
        raise
    database.row_factory = sqlite3.Row
    return database


def _row_of(photo: Path, edits: Edits) -> tuple[Any, ...] | None:
    stamp = stamp_of(photo)
    if stamp is None:
        return None
    height, width, area = 0, 0, None
    if edits.area is not None:
        height, width = edits.area.shape
        area = zlib.compress(np.rint(edits.area * np.float32(STEPS)).astype(np.uint8).tobytes(), 1)
    choices = json.dumps(asdict(edits.choices))
    result = None if edits.result is None else kept(edits.result)
    about = (kept(photo), kept(photo.parent), *stamp, choices)
    return (*about, height, width, area, result, edits.is_saved)


def _edits_of(row: sqlite3.Row, photo: Path) -> Edits | None:
    if stamp_of(photo) != [row["size"], row["mtime_ns"]]:
        return None
    known = {field.name for field in fields(Choices)}
    try:
        chosen = json.loads(row["choices"])
        choices = Choices(**{name: chosen[name] for name in known & chosen.keys()})
        area = None
        if row["area"] is not None:
            steps = np.frombuffer(zlib.decompress(row["area"]), np.uint8)
            area = (steps.reshape(row["height"], row["width"]) / STEPS).astype(np.float32)
    except (ValueError, zlib.error):
        log.warning("the edits of %s make no sense", photo, exc_info=True)
        return None
    return Edits(choices, area, _result_of(row), bool(row["is_saved"]))


def _result_of(row: sqlite3.Row) -> Path | None:
    return None if row["result"] is None else path_kept(row["result"])


def stamp_of(photo: Path) -> list[int] | None:
    """Return a value that changes with a file; None if it is missing."""
    try:
        state = photo.stat()
    except OSError:
        return None
    return [state.st_size, state.st_mtime_ns]
