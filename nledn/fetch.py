"""The authors' checkpoints, fetched from their repository when the user asks for it.

They state no licence, so they may not be passed on with the program (`messages.FETCH_TERMS`).
Nothing here opens a connection before `fetch` is called. A file of 4 MB is kept in memory until it
is whole and verified, so processes that fetch the same one do not disturb each other.
"""

import hashlib
import http.client
import logging
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nledn import catalog
from nledn.cancel import CancelToken
from nledn.card import Card
from nledn.errors import (
    CheckpointIdTaken,
    DownloadChanged,
    DownloadFailed,
    UnknownCheckpoint,
)

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0
CHUNK_BYTES = 65_536
PUBLISHED_AT = (
    "https://raw.githubusercontent.com/AlexHex7/NLEDN/"
    "c5b2a8e292776154170bb3b09452c71a9943e9ab/weights"
)

OnProgress = Callable[[int, int], None]
"""Called with the bytes received and the bytes of the whole."""


@dataclass(frozen=True)
class RemoteFile:
    """A published file."""

    url: str
    size_bytes: int
    sha256: str


_FILES = {
    "authors-rain100l": ("net_Rain100L.pth", 4_039_349),
    "authors-rain100h": ("net_Rain100H.pth", 4_039_349),
    "authors-ddn": ("net_DDN.pth", 4_039_349),
    "authors-didmdn": ("net_DID.pth", 4_038_021),
}
FETCHABLE: Mapping[str, RemoteFile] = {
    card.id: RemoteFile(f"{PUBLISHED_AT}/{_FILES[card.id][0]}", _FILES[card.id][1], sha256)
    for sha256, card in catalog.AUTHORS.items()
}
"""By the id of the checkpoint that it becomes."""


def is_here(id: str) -> bool:
    """Return whether a checkpoint of that id exists already.

    Raises:
        CardInvalid: it exists, but its card cannot be read.
    """
    try:
        catalog.find(id)
    except UnknownCheckpoint:
        return False
    return True


def fetch(
    id: str, *, on_progress: OnProgress | None = None, cancel: CancelToken | None = None
) -> Card:
    """Fetch one of `FETCHABLE` and add it to the user's checkpoints.

    Raises:
        UnknownCheckpoint: not one of `FETCHABLE`.
        CheckpointIdTaken: it is here already.
        DownloadError: it could not be fetched.
        WriteError: the user's folder cannot be written.
        Cancelled: `cancel` was set.
    """
    if id not in FETCHABLE:
        raise UnknownCheckpoint(id, tuple(FETCHABLE))
    if is_here(id):
        raise CheckpointIdTaken(id)
    data = download(FETCHABLE[id], on_progress=on_progress, cancel=cancel)
    if is_here(id):  # another process has fetched the same meanwhile
        return catalog.find(id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{id}.pth"
        path.write_bytes(data)
        return catalog.add(path, id=id)


def download(
    file: RemoteFile,
    *,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
    timeout_s: float = TIMEOUT_S,
) -> bytes:
    """Return the content of a published file, verified by size and sha256.

    Raises:
        DownloadError: what is wrong with the connection, the server or the file.
        Cancelled: `cancel` was set.
    """
    cancel, data = cancel or CancelToken(), bytearray()
    try:
        # The address is our own table's; no compression, since the published size is the file's.
        request = urllib.request.Request(file.url, headers={"Accept-Encoding": "identity"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
            while piece := answer.read1(CHUNK_BYTES):  # bytes here, without waiting
                data += piece
                if len(data) > file.size_bytes:
                    sizes = (f"{count} bytes" for count in (file.size_bytes, len(data)))
                    raise DownloadChanged(file.url, *sizes)
                if on_progress is not None:
                    on_progress(len(data), file.size_bytes)
                cancel.raise_if_cancelled()
    except urllib.error.HTTPError as error:
        error.close()
        raise DownloadFailed(file.url, f"HTTP status {error.code}") from error
    except urllib.error.URLError as error:
        reason = getattr(error.reason, "strerror", None) or str(error.reason)
        raise DownloadFailed(file.url, reason) from error
    except (http.client.HTTPException, OSError):
        log.debug("%s ended early", file.url, exc_info=True)
    cancel.raise_if_cancelled()  # after a stalled connection too
    if len(data) < file.size_bytes:
        raise DownloadFailed(file.url, f"it ended at {len(data)} of {file.size_bytes} bytes")
    found = hashlib.sha256(data).hexdigest()
    if found != file.sha256:
        raise DownloadChanged(file.url, file.sha256, found)
    return bytes(data)
