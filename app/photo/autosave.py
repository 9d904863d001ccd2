"""Recovery of unsaved work after a crash: all changes to a photo go to a private file at once.

The file only grows. Each record has a length and a checksum, so that one that a crash cut off is
recognised, and those before it are complete. A tile's record holds the rain plane inside the tile's
rectangle just after the tile was added, so replaying the records in order gives exactly the former
layers. All else is a log of actions, which undo and redo replay. The file is locked while its
program runs, and is removed when its photo is discarded or closed.
"""

import json
import logging
import os
import struct
import threading
import time
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any, BinaryIO, ClassVar
from weakref import WeakKeyDictionary

import numpy as np

from app.imaging.mask import Patch
from app.photo.edits import Choices, stamp_of
from app.photo.history import ChoiceStep, Deed
from app.tasks import Call, Job, QueueName, Tasks, Work
from nledn import places, temporary_files
from nledn.locking import lock
from nledn.options import Options
from nledn.rain import RainLayer, Record
from nledn.tiling import Axis, Rect, Tiling

log = logging.getLogger(__name__)

SUFFIX = ".recovery"
KEPT_S = 30 * 24 * 3600  # work on photos that are missing
_HEAD = struct.Struct("<cQI")  # kind, bytes that follow, their CRC-32
_TILE = struct.Struct("<5I")  # number of the layer; left, top, right, bottom

_PHOTO, _LAYER, _RAIN, _DEED = b"P", b"L", b"R", b"D"


@dataclass(frozen=True)
class Offer:
    """Unsaved work from before a crash."""

    file: Path
    source: Path
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Recovered:
    """The work on a photo, read back.

    Attributes:
        options: that were chosen when it was opened; changed by deeds, and by the settings.
    """

    source: Path
    options: Options
    layers: tuple[tuple[Options, RainLayer], ...]
    deeds: tuple[Deed, ...]


class RecoveryFile:
    """The private file of one photo; any thread may write. A full disk ends it, never the work."""

    def __init__(self, source: Path, options: Options) -> None:
        self._source = source
        self._first = {"options": asdict(options)}
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._layers: WeakKeyDictionary[RainLayer, int] = WeakKeyDictionary()  # by their numbers
        self._next = 0
        self._pending: deque[Deed] = deque()
        self._is_over = False

    def begin(self, options: Options, layer: RainLayer) -> None:
        """Keep the present and future tiles of `layer`."""
        with self._lock:
            if layer in self._layers or self._is_over:
                return
            if self._file is None and not self._create():
                return
            self._layers[layer], self._next = self._next, self._next + 1
            self._append(_LAYER, _layer_header(options, layer))
            if layer.done.any():
                height, width = layer.tiling.size
                self._append(_RAIN, self._tile(layer, Rect(0, 0, width, height)))

    def add_tile(self, layer: RainLayer, rect: Rect) -> None:
        """Keep a tile that was added to the layer; `rect` is the changed part."""
        with self._lock:
            if layer in self._layers:
                self._append(_RAIN, self._tile(layer, rect))

    def note(self, deed: Deed) -> None:
        """Queue an action; it is kept once a layer exists, and at the next `flush`."""
        if not self._is_over:
            self._pending.append(deed)

    def flush(self) -> None:
        """Write the queued records in order."""
        with self._lock:
            self._flush()

    def discard(self) -> None:
        """Remove the file for good."""
        with self._lock:
            self._end()
            if self._path is not None:
                self._path.unlink(missing_ok=True)

    def _create(self) -> bool:
        stamp, folder = stamp_of(self._source), places.user_state() / "recovery"
        if stamp is None:  # moved or deleted since it was opened: it could not be offered again
            log.info("%s is gone, so nothing that is done to it is kept on disk", self._source)
            self._end()
            return False
        path = folder / f"{os.getpid()}-{id(self):x}{SUFFIX}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
        except OSError:
            self._give_up()
            return False
        self._file, self._path = os.fdopen(descriptor, "wb", buffering=0), path
        try:
            lock(descriptor)
        except OSError:
            log.debug("%s cannot be locked", self._path, exc_info=True)
        first = {"source": str(self._source), "stamp": stamp, **self._first}
        self._append(_PHOTO, json.dumps(first).encode())
        self._flush()
        return self._file is not None

    def _flush(self) -> None:
        while self._file is not None and self._pending:
            self._append(_DEED, _encoded(self._pending.popleft()))

    def _append(self, kind: bytes, payload: bytes) -> None:
        if self._file is not None:
            try:
                self._file.write(_HEAD.pack(kind, len(payload), zlib.crc32(payload)) + payload)
            except OSError:
                self._give_up()

    def _tile(self, layer: RainLayer, rect: Rect) -> bytes:
        place = (self._layers[layer], rect.left, rect.top, rect.right, rect.bottom)
        return _TILE.pack(*place) + layer.done.tobytes() + layer.plane[rect.slices].tobytes()

    def _give_up(self) -> None:
        log.warning("what is done to this photo is no longer kept on disk", exc_info=True)
        self._end()

    def _end(self) -> None:
        self._is_over = True
        self._pending.clear()
        if self._file is not None:
            self._file.close()
            self._file = None


def scan() -> tuple[Offer, ...]:
    """Find unsaved work of crashed programs, newest first; remove useless files."""
    offers = []
    for path in sorted(_files(), key=lambda each: -each.stat().st_mtime_ns):
        try:
            offer = None if _is_in_use(path) else _offer(path)
        except (OSError, ValueError, KeyError, TypeError):
            log.warning("%s cannot be used", path, exc_info=True)
        else:
            if offer is not None:
                offers.append(offer)
    return tuple(offers)


def find_unsaved() -> tuple[Offer, ...] | None:
    """Return unsaved work from before crashes; None if a program with some may still end.

    Unfinished files are removed.
    """
    temporary_files.remove_abandoned()
    is_busy = any(_is_in_use(path) for path in _files())
    return scan() or (None if is_busy else ())


def _files() -> list[Path]:
    return list((places.user_state() / "recovery").glob(f"*{SUFFIX}"))


def _offer(path: Path) -> Offer | None:
    kept: dict[str, Any] = {}
    done, total, is_saved = 0, 0, False
    tiles: list[int] = []  # of each layer
    for kind, payload in _records(path):
        is_saved = kind == _DEED and payload == _encoded("saved")
        if kind == _PHOTO:
            kept = json.loads(payload)
        elif kind == _LAYER:
            tiles.append(len(_tiling(json.loads(payload)).tiles))
        elif kind == _RAIN:
            total = tiles[_TILE.unpack_from(payload)[0]]
            done = sum(payload[_TILE.size : _TILE.size + total])
    source = Path(kept.get("source", ""))
    stamp, age_s = stamp_of(source), time.time() - path.stat().st_mtime
    if kept and not is_saved and stamp is None and age_s < KEPT_S:
        return None  # its disk may be back at the next start
    if not kept or is_saved or not done or stamp != kept["stamp"]:
        path.unlink(missing_ok=True)
        return None
    return Offer(path, source, done, total)


def recover(path: Path) -> Recovered | None:
    """Read the work back; None if the photo has changed since, or the file is useless."""
    first: dict[str, Any] = {}
    layers: list[tuple[Options, RainLayer]] = []
    deeds: list[Deed] = []
    for kind, payload in _records(path):
        if kind == _PHOTO:
            first = json.loads(payload)
        elif kind == _LAYER:
            header = json.loads(payload)
            layers.append((Options(**header["options"]), _empty_layer(header)))
        elif kind == _RAIN:
            _replay_tile(layers, payload)
        elif kind == _DEED:
            deeds.append(_decoded(payload))
    if not layers or stamp_of(Path(first["source"])) != first["stamp"]:
        return None
    options = Options(**first["options"])
    return Recovered(Path(first["source"]), options, tuple(layers), tuple(deeds))


def _records(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Read records, up to the first incomplete one."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            kind, length, checksum = _HEAD.unpack(head)
            if length > size:
                return
            payload = file.read(length)
            if len(payload) < length or zlib.crc32(payload) != checksum:
                return
            yield kind, payload


def _is_in_use(path: Path) -> bool:
    """Return whether its program still runs; the system releases the lock when it ends."""
    try:
        with path.open("r+b") as file:
            lock(file.fileno())
    except OSError:
        return True
    return False


def _layer_header(options: Options, layer: RainLayer) -> bytes:
    values = {
        "options": asdict(options),
        "record": asdict(layer.record),
        "axes": [asdict(layer.tiling.vertical), asdict(layer.tiling.horizontal)],
        "grey": layer.grey,
        "linear": layer.linear,
    }
    return json.dumps(values).encode()


def _empty_layer(header: Mapping[str, Any]) -> RainLayer:
    record = Record(**{**header["record"], "notes": tuple(header["record"]["notes"])})
    return RainLayer(_tiling(header), record, grey=header["grey"], linear=header["linear"])


def _tiling(header: Mapping[str, Any]) -> Tiling:
    return Tiling(*(Axis(**{**axis, "starts": tuple(axis["starts"])}) for axis in header["axes"]))


def _replay_tile(layers: list[tuple[Options, RainLayer]], payload: bytes) -> None:
    number, *sides = _TILE.unpack_from(payload)
    layer, rect = layers[number][1], Rect(*sides)
    layer.done[:] = np.frombuffer(payload, np.bool_, len(layer.done), _TILE.size)
    plane = np.frombuffer(payload[_TILE.size + len(layer.done) :], np.int16)
    layer.plane[rect.slices] = plane.reshape(rect.height, rect.width, 3)


def _encoded(deed: Deed) -> bytes:
    if isinstance(deed, str):
        return json.dumps([deed, {}]).encode()
    if not isinstance(deed, Patch):
        return json.dumps([type(deed).__name__, asdict(deed)]).encode()
    about = {
        "rect": astuple(deed.rect),
        "tiles": [[*place, *values.shape] for place, values in deed.before.items()],
    }
    sides = (deed.before, deed.after)
    pixels = b"".join(side[place].tobytes() for side in sides for place in deed.before)
    return json.dumps(["Patch", about]).encode() + b"\n" + zlib.compress(pixels, 1)


def _decoded(payload: bytes) -> Deed:
    text, _, pixels = payload.partition(b"\n")
    name, about = json.loads(text)
    if name == "Patch":
        return _decoded_patch(about, zlib.decompress(pixels))
    if name == "ChoiceStep":
        return ChoiceStep(Choices(**about["before"]), Choices(**about["after"]), about["first"])
    return Options(**about) if name == "Options" else name


def _decoded_patch(about: Mapping[str, Any], pixels: bytes) -> Patch:
    values, start = np.frombuffer(pixels, np.uint8), 0
    sides: tuple[dict[tuple[int, int], Any], ...] = ({}, {})
    for side in sides:
        for row, column, height, width in about["tiles"]:
            side[row, column] = values[start : start + height * width].reshape(height, width)
            start += height * width
    return Patch(Rect(*about["rect"]), *sides)


@dataclass(frozen=True, eq=False)
class KeepJob(Job[None]):
    """Keep existing layers, on the queue that writes tiles."""

    queue: ClassVar[QueueName] = "compute"
    keeper: RecoveryFile
    layers: "tuple[tuple[Options, RainLayer], ...]"

    def run(self, work: Work) -> None:
        """Write them."""
        for options, layer in self.layers:
            self.keeper.begin(options, layer)


class Autosave:
    """Keeps one photo's work at a time; nothing is written on the calling thread."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self.file: RecoveryFile | None = None

    def restart(self, source: Path | None, options: Options) -> None:
        """Switch to another photo; one without a file cannot be recovered."""
        self.discard()
        self.file = None if source is None else RecoveryFile(source, options)

    def note(self, deed: Deed) -> None:
        """Keep an action."""
        if self.file is not None:
            self.file.note(deed)
            self._tasks.submit(Call(self.file.flush))

    def note_saved(self, is_unsaved: bool) -> None:
        """Note that all is saved, and where."""
        if not is_unsaved:
            self.note("saved")

    def discard(self) -> None:
        """Remove the file, which is no longer needed."""
        if self.file is not None:
            self._tasks.submit(Call(self.file.discard))
