"""The token by which one thread asks another to stop."""

import threading
from collections.abc import Callable

from nledn.errors import Cancelled


class CancelToken:
    """Set once by the waiting thread, read between two tiles by the working one.

    Args:
        also: other reasons to stop; the token is set while one of them holds.
    """

    def __init__(self, *also: Callable[[], bool]) -> None:
        self._event = threading.Event()
        self._also = also

    def cancel(self) -> None:
        """Ask for a stop. Safe from any thread and from a signal handler."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """True after a stop was asked for."""
        return self._event.is_set() or any(reason() for reason in self._also)

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` when a stop was asked for."""
        if self.is_cancelled:
            raise Cancelled
