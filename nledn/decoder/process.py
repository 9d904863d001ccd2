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
from queue import Empty, SimpleQueue
from typing import Any, Literal

from nledn import interpreter
from nledn.cancel import CancelToken
from nledn.decoder import protocol, shared_memory

START_S = 60  # 0.2 s are usual; a first start after the machine's own may read from a slow disk
_POLL_S = 0.05  # how often a wait checks for a stop
_END_S = 2.0  # a process that hangs in the kernel never ends
_LAST_WORDS_BYTES = 4096
# The last words of C and C++ libraries without memory: glib, libstdc++.
_MEMORY_WORDS = ("failed to allocate", "bad_alloc")

ARGUMENT = "--decode-photos"
"""The internal first argument that makes a program of a bundle a decoder."""


def serve_if_asked(arguments: Sequence[str]) -> None:
    """Be a decoder until the end, if `sys.argv` asks for it; else return.

    A program that may be bundled calls this before anything else.
    """
    if len(arguments) == 3 and arguments[1] == ARGUMENT:
        from nledn.decoder.server import serve

        serve(arguments[2])


def command(word: str) -> list[str]:
    """The command line of a decoder process, which finds the shared memory by a word."""
    if interpreter.is_bundled():
        return [sys.executable, ARGUMENT, word]
    return interpreter.command("nledn.decoder.server", word)


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
        memory: the shared one.
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
        self._answers: SimpleQueue[bytes | None] = SimpleQueue()
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
        shared = shared_memory.create()
        self.memory = shared.memory
        settings = interpreter.settings()
        # Nothing is multiplied there, and each thread of NumPy would reserve memory. And
        # loaders of libvips that are not tested against hostile files stay unused.
        settings["env"] |= {"OPENBLAS_NUM_THREADS": "1", "VIPS_BLOCK_UNTRUSTED": "1"}
        if sys.platform != "win32":
            settings["pass_fds"] = shared.passed
        try:
            return subprocess.Popen(  # noqa: S603  # this program, in another role
                command(shared.word),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
                **settings,
            )
        finally:
            for descriptor in shared.passed:
                os.close(descriptor)

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
                line = self._answers.get(timeout=min(left_s, _POLL_S))
                break
        if line is None:
            raise self._failure()
        ((kind, said),) = json.loads(line).items()
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
        assert self._popen.stdout is not None, "it is a pipe"
        with suppress(OSError, ValueError):  # closed by another thread
            for line in iter(self._popen.stdout.readline, b""):
                self._answers.put(line)
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
