"""Fingerprints of files, and notes of the files that the batch itself wrote."""

import hashlib
import os
import stat
import sys
from contextlib import suppress
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO, cast

from nledn.batch.database import open_plain
from nledn.batch.rows import Seen
from nledn.errors import JournalFailed

_END_BYTES = 1 << 16


def seen_of(path: Path) -> Seen | None:
    """Describe a file by size, times and ends, without its sha256; None if it is missing."""
    try:
        state = path.stat()
    except OSError:
        return None
    return Seen(state.st_size, state.st_mtime_ns, ends=_ends_of(path), ctime_ns=state.st_ctime_ns)


def is_untouched(path: Path, seen: Seen) -> bool:
    """Return whether size, times and ends of a file are unchanged."""
    try:
        state = path.stat()
    except OSError:
        return False
    if (state.st_size, state.st_mtime_ns) != (seen.size_bytes, seen.mtime_ns):
        return False
    # The time of change cannot be set by programs; on Windows it is that of creation.
    if sys.platform != "win32" and state.st_ctime_ns == seen.ctime_ns:
        return True
    return not seen.ends or _ends_of(path) == seen.ends


def is_unchanged(path: Path, seen: Seen | None) -> bool:
    """Return whether a file is unchanged, or has the same content."""
    try:
        size_bytes = path.stat().st_size
    except OSError:
        return seen is None
    if seen is None:
        return False
    same_size = size_bytes == seen.size_bytes
    return is_untouched(path, seen) or (same_size and sha256_of(path) == seen.sha256)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content; empty if it cannot be read or is not a file."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return ""  # a pipe would be waited for
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _ends_of(path: Path) -> str:
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            return ""
        with path.open("rb") as file:
            head = file.read(_END_BYTES)
            file.seek(max(len(head), state.st_size - _END_BYTES))
            return hashlib.sha256(head + file.read(_END_BYTES)).hexdigest()
    except OSError:
        return ""


def note_written(notes: Path, source: Path, result: BinaryIO) -> None:
    """Note the content of a photo's result before it gets its name.

    If the run is killed then, the next run knows the file as the batch's own; without the note it
    takes it for another program's.
    """
    with suppress(OSError, JournalFailed):
        descriptor = open_plain(notes, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        try:
            os.write(descriptor, _note_of(source, result))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def was_written(notes: Path, source: Path, path: Path) -> bool:
    """Return whether a file's content was noted as that of a photo's result."""
    with suppress(OSError, JournalFailed):
        size = f"{path.lstat().st_size} ".encode()
        with os.fdopen(open_plain(notes, os.O_RDONLY), "rb") as file:
            alike = {line for line in file if line.startswith(size)}
        with os.fdopen(open_plain(path, os.O_RDONLY), "rb") as file:
            return bool(alike) and _note_of(source, file) in alike
    return False


def _note_of(source: Path, file: BinaryIO) -> bytes:
    size_bytes = file.seek(0, os.SEEK_END)
    file.seek(0)
    digest = hashlib.file_digest(cast("BufferedIOBase", file), "sha256")
    of_source = hashlib.sha256(os.fsencode(source))  # a name may hold line ends
    return f"{size_bytes} {digest.hexdigest()} {of_source.hexdigest()}\n".encode()
