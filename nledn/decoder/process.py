"""One decoder process, as its owner sees it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from queue import Empty, Queue
from typing import Any, Literal

from nledn import interpreter
from nledn.cancel import CancelToken
from nledn.decoder import protocol

if sys.platform == "linux":
    import fcntl

START_S = 60  # 0.2 s are usual; a first start after the machine's own may read from a slow disk
_POLL_S = 0.05  # how often a wait checks for a stop
_END_S = 2.0  # a process that hangs in the kernel never ends
_ANSWERS_AHEAD = 4  # that wait for the owner, most of them strips of a megapixel
_PIPE_BYTES = 2**20  # as much as Linux allows: a strip then comes in three parts and not in fifty
_LAST_WORDS_BYTES = 4096
# The last words of C and C++ libraries without memory: glib, libstdc++.
_MEMORY_WORDS = ("failed to allocate", "bad_alloc")

ARGUMENT = "--decode-photos"
"""The internal argument that makes a program of a bundle a decoder."""


def serve_if_asked(arguments: Sequence[str]) -> None:
    """Be a decoder until the end, if `sys.argv` asks for it; else return.

    A program that may be bundled calls this before anything else.
    """
    if list(arguments[1:]) == [ARGUMENT]:
        from nledn.decoder.server import serve

        serve()


def command() -> list[str]:
    """The command line of a decoder process."""
    if interpreter.is_bundled():
        return [sys.executable, ARGUMENT]
    return interpreter.command("nledn.decoder.server")


class ProcessFailed(Exception):
    """A process did not start, or gave no answer.

    Attributes:
        reason: it did not start; did not answer in time; had its limit of processor time; asked
            for more memory than it may have; or ended otherwise.
        detail: the kind of its end, in a few words.
    """

    def __init__(
        self, reason: Literal["missing", "late", "busy", "memory", "crash"], detail: str
    ) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class Process:
    """Starts a decoder, and waits until it is ready.

    Attributes:
        is_idle: it has answered all questions.
        idle_since: since then, by `time.monotonic`.
        retires: it takes no more questions.

    Raises:
        ProcessFailed: it does not start.
        Cancelled: `cancel` was set meanwhile.
    """

    def __init__(self, cancel: CancelToken) -> None:
        with ExitStack() as undone:
            try:
                self._errors = undone.enter_context(tempfile.TemporaryFile())
                self._popen = self._started()
            except OSError as error:
                raise ProcessFailed("missing", error.strerror or str(error)) from error
            undone.pop_all()  # kept until the end of the process
        self._answers: Queue[tuple[str, Any] | Exception | None] = Queue(_ANSWERS_AHEAD)
        self._thread = threading.Thread(target=self._listen, name="decoder", daemon=True)
        self._thread.start()
        self.is_idle = self.retires = False
        self.idle_since = 0.0
        try:
            self.receive(time.monotonic() + START_S, cancel)
        except ProcessFailed as failure:
            said = self._last_words().strip().splitlines()
            raise ProcessFailed("missing", said[-1] if said else failure.detail) from failure
        except protocol.NONSENSE as error:
            raise ProcessFailed("missing", "its first answer makes no sense") from error
        finally:
            if not self.is_idle:
                self.end()

    def _started(self) -> "subprocess.Popen[bytes]":
        settings = interpreter.settings()
        # Nothing is multiplied there, and each thread of NumPy would reserve memory. And
        # loaders of libvips that are not tested against hostile files stay unused.
        settings["env"] |= {"OPENBLAS_NUM_THREADS": "1", "VIPS_BLOCK_UNTRUSTED": "1"}
        pipe = subprocess.PIPE
        started = subprocess.Popen(  # noqa: S603  # this program, in another role
            command(), stdin=pipe, stdout=pipe, stderr=self._errors, bufsize=0, **settings
        )
        if sys.platform == "linux" and started.stdout is not None:
            with suppress(OSError):  # a user may have so many large pipes
                fcntl.fcntl(started.stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return started

    @property
    def id(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def is_alive(self) -> bool:
        """True while it runs."""
        return self._popen.poll() is None

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message; a dead process is noticed by `receive`."""
        assert self._popen.stdin is not None, "it is a pipe"
        with suppress(OSError):
            self._popen.stdin.write(protocol.line_of(message))

    def receive(self, until: float, cancel: CancelToken) -> tuple[str, Any]:
        """Wait for the next answer, until a time of `time.monotonic`; return its kind and content.

        Raises:
            ProcessFailed: no answer comes.
            Cancelled: `cancel` was set.
        """
        while True:
            cancel.raise_if_cancelled()
            left_s = until - time.monotonic()
            if left_s <= 0:
                raise ProcessFailed("late", "no answer in time")
            with suppress(Empty):
                answer = self._answers.get(timeout=min(left_s, _POLL_S))
                break
        if answer is None:
            raise self._failure()
        if isinstance(answer, Exception):
            raise answer
        kind, said = answer
        if kind == "retires":
            self.retires = True
            return self.receive(until, cancel)
        if kind in ("ready", "done", "error"):
            self.is_idle, self.idle_since = True, time.monotonic()
        return kind, said

    def end(self) -> None:
        """Stop it at once."""
        self._popen.kill()
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(_END_S)
        with suppress(Empty):
            while True:  # make room for the thread's last answers
                self._answers.get_nowait()
        self._thread.join(_END_S)
        self._close()

    def disown(self) -> None:
        """Forget a process that belongs to the parent of this fork."""
        self._popen.returncode = 0  # else its end would be waited for here
        self._close()

    def _close(self) -> None:
        for stream in (self._popen.stdin, self._popen.stdout, self._errors):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _listen(self) -> None:
        """Queue the answers: kinds and contents, of strips the pixels; None at last."""
        assert self._popen.stdout is not None, "it is a pipe"
        try:
            # The thread's own buffer: a fork that closes the pipe would wait for its lock.
            with open(self._popen.stdout.fileno(), "rb", closefd=False) as lines:
                for line in lines:
                    ((kind, said),) = json.loads(line).items()
                    if kind == "strip":
                        count, bands = said
                        if not 0 <= count <= protocol.MOST_STRIP_BYTES:
                            raise ValueError(count)
                        pixels = lines.read(count)
                        if len(pixels) < count:
                            break
                        said = pixels, bands
                    self._answers.put((kind, said))
        except protocol.NONSENSE as error:
            self._answers.put(error)
        except OSError:
            pass  # closed by another thread
        self._answers.put(None)

    def _failure(self) -> ProcessFailed:
        try:
            code = self._popen.wait(_END_S)
        except subprocess.TimeoutExpired:
            code = 0  # alive, with its output closed: an unknown fault
        # Windows has codes such as 0xC0000005, usually written in this form.
        detail = f"code {code & 0xFFFFFFFF:#x}" if abs(code) > 255 else f"code {code}"
        if code < 0:
            with suppress(ValueError):
                detail = signal.Signals(-code).name
        if detail == "SIGXCPU":
            return ProcessFailed("busy", detail)
        is_memory = any(word in self._last_words() for word in _MEMORY_WORDS)
        return ProcessFailed("memory" if is_memory else "crash", detail)

    def _last_words(self) -> str:
        """The end of the output of the last photo, by libraries that report errors by printing."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _LAST_WORDS_BYTES))
        return self._errors.read().decode("utf-8", "replace")
