"""Recovery of unsaved work after a crash: all that is done to a photo goes to a private file.

The file only grows. Each line has a checksum, so that one that a crash cut off is recognised, and
those before it are complete. The first line names the photo; all others are a log of actions, which
undo and redo replay. Rain is not kept, but computed again. The file is locked while its program
runs, and is removed when its photo is discarded or closed.
"""

import json
import logging
import os
import threading
import time
import zlib
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, astuple, dataclass
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np

from app.imaging.mask import Patch
from app.photo.edits import Choices, stamp_of
from app.photo.history import ChoiceStep, Deed
from app.tasks import Call, Tasks
from nledn import places, temporary_files
from nledn.locking import lock
from nledn.options import Options
from nledn.tiling import Rect

log = logging.getLogger(__name__)

SUFFIX = ".recovery"
KEPT_S = 30 * 24 * 3600  # work on photos that are missing


@dataclass(frozen=True, eq=False)
class Recovered:
    """Unsaved work on a photo from before a crash, read back.

    Attributes:
        stamp: of the photo's file when the work began.
        options: that were chosen when it was opened; deeds change them. Device and tile of then
            may be what crashed: those of the settings count now.
    """

    file: Path
    source: Path
    stamp: list[int]
    options: Options
    deeds: tuple[Deed, ...]


class RecoveryFile:
    """The private file of one photo; any thread may write. A full disk ends it, never the work."""

    def __init__(self, source: Path, options: Options) -> None:
        self._source = source
        self._options = options
        self._lock = threading.Lock()
        self._file: FileIO | None = None
        self._pending: deque[Deed] = deque()
        self._is_over = False

    def note(self, deed: Deed) -> None:
        """Queue an action, for the next `flush`."""
        self._pending.append(deed)

    def flush(self) -> None:
        """Write the queued actions in order."""
        with self._lock:
            try:
                while self._pending and not self._is_over:
                    deed = self._pending.popleft()
                    if deed != "saved" or self._file is not None:
                        self._append(_encoded(deed))
            except OSError:
                log.warning("what is done to this photo is no longer kept on disk", exc_info=True)
                self._end()

    def discard(self) -> None:
        """Remove the file for good."""
        with self._lock:
            self._end()
            if self._file is not None:
                Path(self._file.name).unlink(missing_ok=True)

    def _append(self, record: Any) -> None:
        if self._file is None:
            stamp = stamp_of(self._source)
            if stamp is None:  # moved or deleted since it was opened: it could not be offered again
                log.info("%s is gone, so nothing that is done to it is kept", self._source)
                self._end()
                return
            self._file = _new_file()
            self._append([str(self._source), stamp, asdict(self._options)])
        self._file.write(_line(json.dumps(record).encode()))

    def _end(self) -> None:
        self._is_over = True
        self._pending.clear()
        if self._file is not None:
            self._file.close()


def _folder() -> Path:
    return places.user_state() / "recovery"


def _new_file() -> FileIO:
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{os.getpid()}-{time.monotonic_ns():x}{SUFFIX}"
    path.touch(0o600)
    file = path.open("r+b", buffering=0)
    try:
        lock(file.fileno())
    except OSError:
        log.debug("%s cannot be locked", path, exc_info=True)
    return file


def _line(record: bytes) -> bytes:
    return b"%08x %b\n" % (zlib.crc32(record), record)


def find_unsaved() -> tuple[Recovered, ...] | None:
    """Return unsaved work from before crashes; None if a program with some may still end.

    Unfinished files are removed.
    """
    temporary_files.remove_abandoned()
    is_busy = any(_is_in_use(path) for path in _folder().glob(f"*{SUFFIX}"))
    return scan() or (None if is_busy else ())


def scan() -> tuple[Recovered, ...]:
    """Find unsaved work of crashed programs, newest first; remove useless files."""
    offers = []
    paths = sorted(_folder().glob(f"*{SUFFIX}"), key=lambda each: -each.stat().st_mtime_ns)
    for path in paths:
        try:
            offers.append(None if _is_in_use(path) else _offered(path))
        except OSError:
            log.warning("%s cannot be used", path, exc_info=True)
    return tuple(offer for offer in offers if offer is not None)


def _is_in_use(path: Path) -> bool:
    """Return whether its program still runs; the system releases the lock when it ends."""
    try:
        with path.open("r+b") as file:
            lock(file.fileno())
    except OSError:
        return True
    return False


def _offered(path: Path) -> Recovered | None:
    """Return work that can be restored now; remove a file that never can."""
    found = recover(path)
    is_unsaved = found is not None and found.deeds[-1:] not in ((), ("saved",))
    if found is not None and is_unsaved:
        stamp, age_s = stamp_of(found.source), time.time() - path.stat().st_mtime
        if stamp == found.stamp:
            return found
        if stamp is None and age_s < KEPT_S:
            return None  # its disk may be back at the next start
    path.unlink(missing_ok=True)
    return None


def recover(path: Path) -> Recovered | None:
    """Read the work back; None if the file is useless."""
    try:
        (source, stamp, options), *deeds = _records(path)
        return Recovered(path, Path(source), stamp, Options(**options), tuple(map(_decoded, deeds)))
    except (ValueError, LookupError, TypeError, zlib.error):
        log.warning("%s makes no sense", path, exc_info=True)
        return None


def _records(path: Path) -> Iterator[Any]:
    """Read records, up to the first incomplete one."""
    with path.open("rb") as file:
        for line in file:
            record = line[9:-1]
            if line != _line(record):
                return
            yield json.loads(record)


def _encoded(deed: Deed) -> list[Any]:
    if isinstance(deed, str):
        return [deed, {}]
    if not isinstance(deed, Patch):
        return [type(deed).__name__, asdict(deed)]
    sides = (deed.before, deed.after)
    pixels = b"".join(side[place].tobytes() for side in sides for place in deed.before)
    about = {
        "rect": astuple(deed.rect),
        "tiles": [[*place, *values.shape] for place, values in deed.before.items()],
        "pixels": b64encode(zlib.compress(pixels, 1)).decode(),
    }
    return ["Patch", about]


def _decoded(record: Any) -> Deed:
    name, about = record
    if name == "Patch":
        return _decoded_patch(about)
    if name == "ChoiceStep":
        return ChoiceStep(Choices(**about["before"]), Choices(**about["after"]), about["first"])
    deed: Deed = name
    return deed


def _decoded_patch(about: Mapping[str, Any]) -> Patch:
    values, start = np.frombuffer(zlib.decompress(b64decode(about["pixels"])), np.uint8), 0
    sides: tuple[dict[tuple[int, int], Any], ...] = ({}, {})
    for side in sides:
        for row, column, height, width in about["tiles"]:
            side[row, column] = values[start : start + height * width].reshape(height, width)
            start += height * width
    return Patch(Rect(*about["rect"]), *sides)


class Autosave:
    """Keeps one photo's work at a time; nothing is written on the calling thread."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._file: RecoveryFile | None = None

    def restart(self, source: Path | None, options: Options) -> None:
        """Switch to another photo; one without a file cannot be recovered."""
        self.discard()
        self._file = None if source is None else RecoveryFile(source, options)

    def note(self, deed: Deed) -> None:
        """Keep an action."""
        if self._file is not None:
            self._file.note(deed)
            self._tasks.submit(Call(self._file.flush))

    def note_saved(self, is_unsaved: bool) -> None:
        """Note that all is saved, and where."""
        if not is_unsaved:
            self.note("saved")

    def discard(self) -> None:
        """Remove the file, which is no longer needed."""
        if self._file is not None:
            self._tasks.submit(Call(self._file.discard))

    def forget(self, offer: Recovered) -> None:
        """Remove a crashed program's file, once the restored work is kept again."""
        self._tasks.submit(Call(partial(_forget, offer.file, self._file)))


def _forget(path: Path, file: RecoveryFile | None) -> None:
    if file is not None:
        file.flush()
    path.unlink(missing_ok=True)
