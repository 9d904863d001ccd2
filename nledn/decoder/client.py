"""The owner's side: questions, answers, and the end of a process that does not answer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nledn.cancel import CancelToken
from nledn.decoder import limits, protocol
from nledn.decoder.pool import pool
from nledn.decoder.process import Process, ProcessFailed
from nledn.errors import (
    PhotoCrashesDecoder,
    PhotoDecoderMissing,
    PhotoTakesMemory,
    PhotoTakesTooLong,
)
from nledn.options import LIMIT_MEGAPIXELS

if TYPE_CHECKING:
    from nledn.photo import Header, Photo


def read(
    path: Path,
    *,
    limit_megapixels: float = LIMIT_MEGAPIXELS,
    damaged: bool = False,
    cancel: CancelToken | None = None,
) -> "Photo":
    """Read the photo at `path` as `nledn.photo.read` does, decoded by another process.

    Args:
        path: the file.
        limit_megapixels: refuse more.
        damaged: as for `nledn.photo.read`.
        cancel: asks to stop; the process is ended, and the next photo gets another.

    Raises:
        PhotoError: as `nledn.photo.read` says, and those below.
        PhotoCrashesDecoder, PhotoTakesTooLong: the process died, or had to be stopped.
        PhotoDecoderMissing: none can be started.
        Cancelled: `cancel` was set.

    Example:
        >>> rainy = nledn.read_photo(Path("holiday.jpg"))
        >>> rainy.format, rainy.pixels.dtype.name
        ('JPEG', 'uint8')
    """
    from nledn.photo.reading import assembled

    path = Path(path)
    with _lent(path, cancel, limit_megapixels) as conversation:
        question = {"read": _absolute(path), "limit_megapixels": limit_megapixels}
        facts = protocol.facts_received(conversation.answer({**question, "damaged": damaged}))
        if not conversation.arrays.is_full:
            raise PhotoCrashesDecoder(path, "pixels are missing")
        return assembled(path, facts, conversation.arrays)


def read_header(path: Path, *, cancel: CancelToken | None = None) -> "Header":
    """Read the header of the photo at `path` in another process, without decoding it.

    Raises:
        PhotoError, Cancelled: as `read`.
    """
    path = Path(path)
    with _lent(path, cancel) as conversation:
        conversation.answer({"header": _absolute(path)})
        return conversation.header


def _absolute(path: Path) -> str:
    """The path from anywhere; `..` stays, since it means another place behind a link."""
    return str(path.absolute())


@contextmanager
def _lent(
    path: Path, cancel: CancelToken | None, limit_megapixels: float = 0.0
) -> "Iterator[_Conversation]":
    cancel = cancel or CancelToken()
    conversation = None
    try:
        with pool.lent(cancel) as process:
            conversation = _Conversation(process, path, cancel, limit_megapixels)
            try:
                yield conversation
            except protocol.NONSENSE as error:
                process.retires = True  # an attacker has taken it over
                raise PhotoCrashesDecoder(path, "its answers make no sense") from error
    except ProcessFailed as failure:
        if failure.reason in ("late", "busy"):
            assert conversation is not None, "starting has another error for it"
            is_late = failure.reason == "late"
            limit_s = conversation.limit_s if is_late else conversation.limit_cpu_s
            raise PhotoTakesTooLong(path, limit_s) from failure
        if failure.reason == "memory":
            raise PhotoTakesMemory(path) from failure
        is_missing = failure.reason == "missing"
        kind = PhotoDecoderMissing if is_missing else PhotoCrashesDecoder
        raise kind(path, failure.detail) from failure
    except MemoryError as error:  # here, for the pixels
        raise PhotoTakesMemory(path) from error


class _Conversation:
    """A conversation about one photo with one process.

    Attributes:
        header: of the photo, once it is known.
        arrays: its pixels.
        limit_s: for the present step, by the clock.
        limit_cpu_s: for the present step, of processor time.
    """

    header: "Header"

    def __init__(
        self, process: Process, path: Path, cancel: CancelToken, limit_megapixels: float
    ) -> None:
        from nledn.photo.source import Arrays

        self._process = process
        self._path = path
        self._cancel = cancel
        self._limit_px = limit_megapixels * 1e6
        self.arrays = Arrays()

    def answer(self, question: dict[str, Any]) -> Any:
        """Ask, listen to the end, and return the last word; a `PhotoError` is raised."""
        from nledn.photo import Header

        self._begin_step(limits.HEADER_CPU_S)
        self._process.is_idle = False
        self._process.tell(question)
        while True:
            kind, said = self._process.receive(self._until, self._cancel)
            if kind == "done":
                return said
            if kind == "header":
                self.header = Header(said["format"], (said["size"][0], said["size"][1]))
                self._begin_step(limits.cpu_s(self.header.format, self.header.megapixels))
            elif kind == "form":
                self.arrays.begin(protocol.form_received(said, self._limit_px))
            elif kind == "strip":
                self.arrays.put_bytes(*said)
            else:
                raise protocol.error_received(said, self._path)

    def _begin_step(self, limit_cpu_s: int) -> None:
        self.limit_cpu_s = limit_cpu_s
        self.limit_s = limits.wall_s(self._path, limit_cpu_s)
        self._until = time.monotonic() + self.limit_s
