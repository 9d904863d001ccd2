"""Nothing is lost: what was done to a photo goes to a private file as it comes.

The file only grows. Each record has a length and a checksum, so that one cut off by a crash is
known and passed over; what stands before it is whole. A tile's record holds the rain plane inside
the tile's rectangle as it was just after the tile was added, with the tiles done by then, so
replaying the records in order gives exactly the layer that was there. A header begins each layer;
the last one counts. The file goes when its photo is discarded or closed; once the photo is saved it
has a name that nothing is offered from, until something is changed again.
"""

import json
import logging
import os
import struct
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from nledn import places
from nledn.options import Options
from nledn.pixels import Mask
from nledn.rain import RainLayer, Record
from nledn.tiling import Axis, Rect, Tiling

log = logging.getLogger(__name__)

SUFFIX = ".recovery"
KEPT_S = 30 * 24 * 3600  # work on photos that are not to be found
SETTLED = ".settled"  # what it holds has been saved
_HEAD = struct.Struct("<cQI")  # kind, bytes that follow, their CRC-32
_RECT = struct.Struct("<4IQ")  # left, top, right, bottom, order of writing
_STARTED = 1.0  # s; two processes of one number never start so close together


@dataclass(frozen=True)
class Offer:
    """What a crash left behind.

    Attributes:
        spill: the private file.
        source: the photo.
        done: tiles that had been computed.
        total: tiles of the photo.
    """

    spill: Path
    source: Path
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Recovered:
    """What was done to a photo, read back."""

    source: Path
    options: Options
    layer: RainLayer
    strength: float
    mask: Mask | None


class Spill:
    """The private file of one photo; any thread may write. A full disk ends it, never the work."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or places.user_state() / "recovery"
        self._lock = threading.Lock()
        self._file: Any = None
        self._path: Path | None = None
        self._layer: RainLayer | None = None
        self._pending: list[tuple[bytes, bytes]] = []
        self._closed = False

    def begin(self, source: Path, options: Options, layer: RainLayer) -> None:
        """From now on tiles are those of `layer`; what it has already is kept as well."""
        with self._lock:
            if layer is self._layer or self._closed:
                return
            self._layer = layer
            try:
                header = _header(source, options, layer)
            except OSError:  # moved or deleted since it was opened: it could not be offered again
                log.info("%s is gone, so nothing that is done to it is kept on disk", source)
                self._end()
                return
            try:
                if self._path is None:
                    self._create()
                self._append(b"H", header)
            except OSError:
                self._give_up()
                return
            if layer.done.any():
                height, width = layer.tiling.size
                self._append(b"T", _tile(layer, Rect(0, 0, width, height)))
            pending, self._pending = self._pending, []
            for kind, payload in pending:
                self._append(kind, payload)

    def tile(self, layer: RainLayer, rect: Rect) -> None:
        """A tile was added to the layer; `rect` is what it changed."""
        with self._lock:
            if layer is self._layer:
                self._append(b"T", _tile(layer, rect))

    def strength(self, value: float, order: int) -> None:
        """The strength was changed; of several the highest `order` counts."""
        self._keep(b"S", json.dumps({"strength": value, "order": order}).encode())

    def mask(self, rect: Rect, values: Mask, order: int) -> None:
        """The mask was changed inside `rect`; patches are replayed by their `order`."""
        place = _RECT.pack(rect.left, rect.top, rect.right, rect.bottom, order)
        self._keep(b"M", place + np.ascontiguousarray(values, np.float32).tobytes())

    def settle(self) -> None:
        """All of it has been saved: offer it to nobody, unless something comes after."""
        with self._lock:
            if self._file is not None and self._path is not None:
                try:
                    self._rename(SETTLED)
                except OSError:
                    self._give_up()

    def discard(self) -> None:
        """Nobody wants it any more: remove the file for good."""
        with self._lock:
            self._closed = True
            self._pending.clear()
            if self._file is not None:
                self._file.close()
                self._file = None
            if self._path is not None:
                self._path.unlink(missing_ok=True)

    def _keep(self, kind: bytes, payload: bytes) -> None:
        with self._lock:
            if self._layer is None and not self._closed:
                self._pending.append((kind, payload))
            else:
                self._append(kind, payload)

    def _create(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = self._folder / f"{os.getpid()}-{id(self):x}{SUFFIX}"
        descriptor = os.open(self._path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def _append(self, kind: bytes, payload: bytes) -> None:
        if self._file is None or self._path is None:
            return
        try:
            if self._path.suffix == SETTLED:
                self._rename(SUFFIX)
            self._file.write(_HEAD.pack(kind, len(payload), zlib.crc32(payload)) + payload)
        except OSError:
            self._give_up()

    def _rename(self, suffix: str) -> None:
        assert self._path is not None
        self._file.close()  # Windows renames no file that is open
        self._path = self._path.rename(self._path.with_suffix(suffix))
        self._file = self._path.open("ab", buffering=0)

    def _give_up(self) -> None:
        log.warning("what is done to this photo is no longer kept on disk", exc_info=True)
        self._end()

    def _end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def scan(folder: Path | None = None) -> tuple[Offer, ...]:
    """What crashed processes left, newest first; files that help nobody any more are removed."""
    folder = folder or places.user_state() / "recovery"
    offers = []
    paths = [*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*{SETTLED}")]
    for path in sorted(paths, key=lambda each: -each.stat().st_mtime_ns):
        header = _read_header(path)
        if header is not None and _is_alive(header):
            continue
        wanted = header is not None and path.suffix == SUFFIX
        if wanted and header is not None and not _is_there(header) and _is_young(path):
            continue  # its disk may come back, and be there at the next start
        recovered = _replayed(path) if wanted else None
        if recovered is None or not recovered.layer.done.any():
            path.unlink(missing_ok=True)
            continue
        layer = recovered.layer
        offers.append(Offer(path, recovered.source, int(layer.done.sum()), len(layer.done)))
    return tuple(offers)


def recover(path: Path) -> Recovered | None:
    """Read back what was done; None where the photo has changed since, or the file is no use."""
    return _replayed(path)


def _header(source: Path, options: Options, layer: RainLayer) -> bytes:
    values = {
        "source": str(source),
        "stamp": _stamp(source),
        "pid": os.getpid(),
        "started": psutil.Process().create_time(),
        "options": asdict(options),
        "record": asdict(layer.record),
        "axes": [asdict(layer.tiling.vertical), asdict(layer.tiling.horizontal)],
        "grey": layer.grey,
        "linear": layer.linear,
    }
    return json.dumps(values).encode()


def _tile(layer: RainLayer, rect: Rect) -> bytes:
    place = _RECT.pack(rect.left, rect.top, rect.right, rect.bottom, 0)
    return place + np.packbits(layer.done).tobytes() + layer.plane[rect.slices].tobytes()


def _records(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Whole records, up to the first that is not."""
    with path.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            kind, length, checksum = _HEAD.unpack(head)
            if length > path.stat().st_size:
                return
            payload = file.read(length)
            if len(payload) < length or zlib.crc32(payload) != checksum:
                return
            yield kind, payload


def _read_header(path: Path) -> Mapping[str, Any] | None:
    try:
        for kind, payload in _records(path):
            return json.loads(payload) if kind == b"H" else None
    except (OSError, ValueError):
        pass
    return None


def _is_alive(header: Mapping[str, Any]) -> bool:
    try:
        started = psutil.Process(header["pid"]).create_time()
    except psutil.Error:
        return False
    return bool(abs(started - header["started"]) < _STARTED)


def _is_there(header: Mapping[str, Any]) -> bool:
    try:
        return Path(header["source"]).exists()
    except (OSError, KeyError, TypeError):
        return False


def _is_young(path: Path) -> bool:
    return time.time() - path.stat().st_mtime < KEPT_S


def _replayed(path: Path) -> Recovered | None:
    try:
        kept = _Replay()
        for kind, payload in _records(path):
            kept.take(kind, payload)
        return kept.recovered()
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("%s cannot be used", path, exc_info=True)
        return None


class _Replay:
    """Records in, what they add up to out."""

    def __init__(self) -> None:
        self._header: dict[str, Any] = {}
        self._layer: RainLayer | None = None
        self._strength: dict[str, Any] = {"strength": 1.0, "order": -1}
        self._masks: list[bytes] = []

    def take(self, kind: bytes, payload: bytes) -> None:
        """One record, in the order of the file."""
        if kind == b"H":
            self._header = json.loads(payload)
            self._layer = _empty_layer(self._header)
        elif kind == b"T" and self._layer is not None:
            _replay_tile(self._layer, payload)
        elif kind == b"S":
            self._strength = max(self._strength, json.loads(payload), key=lambda s: s["order"])
        elif kind == b"M":
            self._masks.append(payload)

    def recovered(self) -> Recovered | None:
        """The sum; None where the photo is not the one it was made of."""
        source = Path(self._header["source"])
        if self._layer is None or _stamp(source) != self._header["stamp"]:
            return None
        options = Options(**self._header["options"])
        mask = _mask(self._masks, self._layer)
        return Recovered(source, options, self._layer, float(self._strength["strength"]), mask)


def _stamp(source: Path) -> list[int]:
    state = source.stat()
    return [state.st_size, state.st_mtime_ns]


def _empty_layer(header: Mapping[str, Any]) -> RainLayer:
    axes = [Axis(**{**axis, "starts": tuple(axis["starts"])}) for axis in header["axes"]]
    record = Record(**{**header["record"], "notes": tuple(header["record"]["notes"])})
    return RainLayer(Tiling(*axes), record, grey=header["grey"], linear=header["linear"])


def _replay_tile(layer: RainLayer, payload: bytes) -> None:
    left, top, right, bottom, _ = _RECT.unpack_from(payload)
    rect = Rect(left, top, right, bottom)
    bits = (len(layer.done) + 7) // 8
    done = np.frombuffer(payload, np.uint8, bits, _RECT.size)
    plane = np.frombuffer(payload, np.int16, offset=_RECT.size + bits)
    layer.plane[rect.slices] = plane.reshape(rect.height, rect.width, 3)
    layer.done[:] = np.unpackbits(done, count=len(layer.done)).astype(np.bool_)


def _mask(payloads: list[bytes], layer: RainLayer) -> Mask | None:
    if not payloads:
        return None
    mask = np.zeros(layer.tiling.size, np.float32)
    for payload in sorted(payloads, key=lambda each: _RECT.unpack_from(each)[4]):
        left, top, right, bottom, _ = _RECT.unpack_from(payload)
        rect = Rect(left, top, right, bottom)
        values = np.frombuffer(payload, np.float32, offset=_RECT.size)
        mask[rect.slices] = values.reshape(rect.height, rect.width)
    return mask
