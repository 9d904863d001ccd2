"""The pool of decoder processes."""

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from nledn.cancel import CancelToken
from nledn.decoder.process import Process, ProcessFailed
from nledn.errors import Cancelled

log = logging.getLogger(__name__)

# The two readers of a batch, and one for each lane of the window.
PROCESSES = 4
REST_S = 3.0
"""An idle process ends after this time; one stays."""
_POLL_S = 0.05  # how often a waiting thread checks for a stop


class Pool:
    """Lends processes, first come, first served; starts them as they are needed.

    Idle processes are lent again, the last one used first; after a while all idle ones but one are
    ended. A process that comes back with unanswered questions is ended at once.

    Args:
        most: processes at a time; further callers wait.
    """

    def __init__(self, most: int = PROCESSES) -> None:
        self._most = most
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._idle: list[Process] = []
        self._lent = 0
        self._timer: threading.Timer | None = None

    @contextmanager
    def lent(self, cancel: CancelToken) -> Iterator[Process]:
        """Lend a process; `ProcessFailed` if none can be started, `Cancelled` while waiting."""
        self._wait_for_turn(cancel)
        process = None
        try:
            process = self._alive() or Process(cancel)
            yield process
        finally:
            self._give_back(process)

    def close(self) -> None:
        """End all idle processes."""
        with self._changed:
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()

    def disown(self) -> None:
        """Forget all: this is a fork, and they belong to the process it came from."""
        for process in self._idle:
            process.disown()
        self.__init__(self._most)  # type: ignore[misc]  # a lock may have been held by another

    def warm_up(self) -> None:
        """Start the first process, so that the first photo does not wait for it."""
        with self._changed:
            if self._idle or self._lent or self._waiting:
                return
        try:
            with self.lent(CancelToken()):
                pass
        except (ProcessFailed, Cancelled):
            log.warning("no decoder could be started ahead", exc_info=True)

    def _wait_for_turn(self, cancel: CancelToken) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                while not (self._waiting[0] is ticket and self._lent < self._most):
                    cancel.raise_if_cancelled()
                    self._changed.wait(_POLL_S)
                self._lent += 1
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _alive(self) -> Process | None:
        while True:
            with self._changed:
                if not self._idle:
                    return None
                process = self._idle.pop()
            if process.is_alive:
                return process
            process.end()

    def _give_back(self, process: Process | None) -> None:
        kept = process if process and process.is_idle and not process.retires else None
        if process is not None and kept is None:
            process.end()
        with self._changed:
            self._lent -= 1
            if kept is not None:
                self._idle.append(kept)
                self._watch_surplus()
            self._changed.notify_all()

    def _watch_surplus(self) -> None:
        if len(self._idle) > 1 and self._timer is None:
            self._timer = threading.Timer(REST_S, self._end_surplus)
            self._timer.daemon = True
            self._timer.start()

    def _end_surplus(self) -> None:
        with self._changed:
            long_ago = time.monotonic() - REST_S
            surplus = [each for each in self._idle[:-1] if each.idle_since <= long_ago]
            self._idle = [each for each in self._idle if each not in surplus]
            self._timer = None
            self._watch_surplus()
        for process in surplus:
            process.end()


pool = Pool()
"""The one of this program."""

atexit.register(pool.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.disown)


def warm_up() -> None:
    """Start a decoder process in the background, so that the first photo does not wait for it."""
    threading.Thread(target=pool.warm_up, name="decoder-start", daemon=True).start()
