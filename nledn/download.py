"""One published file, from its server to the disk: resumable, and checked by size and sha256."""

import errno
import hashlib
import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from nledn.cancel import CancelToken
from nledn.errors import (
    DownloadChanged,
    DownloadCutOff,
    DownloadRefused,
    DownloadUnreachable,
    OutputDiskFull,
    OutputFailed,
    OutputNotPermitted,
)

PART_SUFFIX = ".part"
"""How the names of files end that have not come whole yet."""

TIMEOUT_S = 20.0
ATTEMPTS = 5  # connections that a download may take when each one brings a part
CHUNK_BYTES = 65_536
PARTIAL_CONTENT = 206
RANGE_NOT_SATISFIABLE = 416
CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")

OnProgress = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes of the whole."""


@dataclass(frozen=True)
class RemoteFile:
    """A file as it was published.

    Attributes:
        url: where it is.
        size_bytes: of the whole.
        sha256: of its content.
    """

    url: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class _Link:
    """How to ask: when to give up waiting, whom to tell, and when to stop."""

    timeout_s: float
    on_progress: OnProgress
    cancel: CancelToken


def download(
    file: RemoteFile,
    folder: Path,
    *,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Path:
    """Get a file, going on where an earlier call was cut off.

    Args:
        file: what to get.
        folder: for the file, and for its part until it is whole; made if missing.
        on_progress: called on this thread after each piece.
        cancel: read before each piece; the part stays.
        timeout_s: longest wait for the next byte.

    Returns:
        The file in `folder`, named by its sha256.

    Raises:
        DownloadError: what is wrong with the connection, the server or the file.
        WriteError: `folder` cannot be written.
        Cancelled: `cancel` was set.
    """
    link = _Link(timeout_s, on_progress or _told_nobody, cancel or CancelToken())
    whole = folder / file.sha256
    part = folder / f"{file.sha256}{PART_SUFFIX}"
    with _write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as target:  # keeps what is there
            _complete(file, target, link)
    found = hashlib.sha256(part.read_bytes()).hexdigest()
    if found != file.sha256:
        part.unlink()
        raise DownloadChanged(file.url, file.sha256, found)
    with _write_errors(folder):
        os.replace(part, whole)
    return whole


def _told_nobody(_received_bytes: int, _size_bytes: int) -> None: ...


def _complete(file: RemoteFile, target: BinaryIO, link: _Link) -> None:
    """Connect until the whole is there, as long as each connection brings something."""
    for _ in range(ATTEMPTS):
        before = _length(target)
        if before > file.size_bytes:
            target.truncate(0)  # no part of this file
            before = 0
        if before < file.size_bytes:
            _receive(file, target, link)
        if _length(target) == file.size_bytes:
            return
        if _length(target) == before:
            break
    raise DownloadCutOff(file.url, _length(target), file.size_bytes)


def _receive(file: RemoteFile, target: BinaryIO, link: _Link) -> None:
    """Append what one connection brings; it may end early."""
    link.cancel.raise_if_cancelled()
    try:
        with _answer(file, target, link) as answer:
            for piece in _pieces(answer, link.cancel):
                with _write_errors(Path(target.name)):
                    target.write(piece)
                    target.flush()
                received = _length(target)
                if received > file.size_bytes:
                    target.truncate(0)
                    raise _other_size(file, received)
                link.on_progress(received, file.size_bytes)
    except TimeoutError as error:
        raise DownloadCutOff(file.url, _length(target), file.size_bytes) from error
    except (http.client.HTTPException, OSError):
        return  # cut off: what came is in `target`, and `_complete` asks for the rest


def _answer(file: RemoteFile, target: BinaryIO, link: _Link) -> http.client.HTTPResponse:
    """The server's answer, which begins where `target` ends."""
    start = _length(target)
    # Ranges are of the file's own bytes: no compression on the way.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    request = urllib.request.Request(file.url, headers=headers)  # noqa: S310  # our own table's
    try:
        answer: http.client.HTTPResponse = urllib.request.urlopen(  # noqa: S310  # likewise
            request, timeout=link.timeout_s
        )
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == RANGE_NOT_SATISFIABLE and start:
            target.truncate(0)
            return _answer(file, target, link)
        raise DownloadRefused(file.url, error.code) from error
    except urllib.error.URLError as error:
        reason = getattr(error.reason, "strerror", None) or str(error.reason)
        raise DownloadUnreachable(file.url, reason) from error
    if not _begins_at(answer, start):
        target.truncate(0)  # the server gives the whole, whatever was asked
    _check_size(file, target, answer)
    return answer


def _check_size(file: RemoteFile, target: BinaryIO, answer: http.client.HTTPResponse) -> None:
    if answer.length is None:
        return  # the server does not say; what comes is counted
    found_bytes = _length(target) + answer.length
    if found_bytes != file.size_bytes:
        answer.close()
        target.truncate(0)
        raise _other_size(file, found_bytes)


def _other_size(file: RemoteFile, found_bytes: int) -> DownloadChanged:
    return DownloadChanged(file.url, f"{file.size_bytes} bytes", f"{found_bytes} bytes")


def _begins_at(answer: http.client.HTTPResponse, start: int) -> bool:
    if answer.status != PARTIAL_CONTENT:
        return start == 0
    found = CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    return found is not None and int(found[1]) == start


def _pieces(answer: http.client.HTTPResponse, cancel: CancelToken) -> Iterator[bytes]:
    while True:
        cancel.raise_if_cancelled()
        piece = answer.read1(CHUNK_BYTES)  # what is there, without waiting for more
        if not piece:
            return
        yield piece


def _length(target: BinaryIO) -> int:
    return os.fstat(target.fileno()).st_size


@contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise OutputNotPermitted(path) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputDiskFull(path) from error
        raise OutputFailed(path, error.strerror or str(error)) from error
