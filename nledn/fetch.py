"""The authors' checkpoints, fetched from where they published them when a person asks for it.

They state no licence, so they may not be passed on with the program (`messages.FETCH_TERMS`).
Nothing here opens a connection before `fetch` is called.
"""

from collections.abc import Mapping

from nledn import catalog, places
from nledn.cancel import CancelToken
from nledn.card import Card
from nledn.download import OnProgress, RemoteFile, download
from nledn.errors import CheckpointIdTaken, UnknownCheckpoint

PUBLISHED_AT = (
    "https://raw.githubusercontent.com/AlexHex7/NLEDN/"
    "c5b2a8e292776154170bb3b09452c71a9943e9ab/weights"
)


def _published(name: str, size_bytes: int, sha256: str) -> RemoteFile:
    return RemoteFile(f"{PUBLISHED_AT}/{name}", size_bytes, sha256)


FETCHABLE: Mapping[str, RemoteFile] = {
    "authors-rain100l": _published(
        "net_Rain100L.pth",
        4_039_349,
        "aa95a3d628917a56fda29d21871f8d929ed11d05283a19e698df31bc051b9daf",
    ),
    "authors-rain100h": _published(
        "net_Rain100H.pth",
        4_039_349,
        "76e3242194c7319bde7b8c7656729e4fbed5c102e7245667f4328e376f49e30b",
    ),
    "authors-ddn": _published(
        "net_DDN.pth",
        4_039_349,
        "7d19219a8bce57ec6d43fcf75b898a357dc094e502537c3ee4bea0e5e9e2fa14",
    ),
    "authors-didmdn": _published(
        "net_DID.pth",
        4_038_021,
        "625c01ac8a0baf5956c771f428c569d3c4166dafd99e4186dc67b4a8b6bb8476",
    ),
}
"""By the id of the checkpoint that it becomes."""


def is_here(id: str) -> bool:
    """Whether there is a checkpoint of that id already.

    Raises:
        CardInvalid: there is, but its card cannot be read.
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

    The part that came is kept when the connection ends, and the next call goes on from there.

    Args:
        id: of the checkpoint.
        on_progress: called on this thread with the bytes that are there and those of the whole.
        cancel: read before each piece.

    Returns:
        The card of the imported checkpoint.

    Raises:
        UnknownCheckpoint: not one of `FETCHABLE`.
        CheckpointIdTaken: it is here already.
        DownloadError: it could not be fetched.
        WriteError: the user's folders cannot be written.
        Cancelled: `cancel` was set.
    """
    if id not in FETCHABLE:
        raise UnknownCheckpoint(id, tuple(FETCHABLE))
    if is_here(id):
        raise CheckpointIdTaken(id)
    folder = places.user_cache() / "downloads"
    path = download(FETCHABLE[id], folder, on_progress=on_progress, cancel=cancel)
    try:
        return catalog.add(path, id=id)
    finally:
        path.unlink()
