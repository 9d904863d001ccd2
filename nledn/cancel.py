"""The token by which one thread asks another to stop."""

import threading
from collections.abc import Callable

from nledn.errors import Cancelled


class CancelToken:
    """A request to stop: one thread sets it, another reads it between two tiles.

    Args:
        also: other reasons to stop; the token is set while one of them holds.

    Example:
        >>> token = nledn.CancelToken()
        >>> token.cancel()  # as another thread would
        >>> nledn.derain(rainy, derainer, cancel=token)
        Traceback (most recent call last):
        nledn.errors.Cancelled
    """

    def __init__(self, *also: Callable[[], bool]) -> None:
        self._event = threading.Event()
        self._also = also

    def cancel(self) -> None:
        """Ask for a stop. Safe from any thread and from a signal handler."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """True once a stop was asked for."""
        return self._event.is_set() or any(reason() for reason in self._also)

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` when a stop was asked for."""
        if self.is_cancelled:
            raise Cancelled
