"""The token by which one thread asks another to stop."""

import threading

from nledn.errors import Cancelled


class CancelToken:
    """Set once by whoever waits, read between two tiles by whoever works."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask for a stop. Safe from any thread and from a signal handler."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` when a stop was asked for."""
        if self.is_cancelled:
            raise Cancelled
