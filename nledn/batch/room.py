"""A limit on the photos that are in memory at a time."""

import threading

# Between reader and writer, the photo that is computed included; 30 bytes a pixel at most. One
# larger photo goes through alone.
IN_FLIGHT_MEGAPIXELS = 64.0
IN_FLIGHT_PHOTOS = 6


class Room:
    """Limits what is in flight, first come, first served."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._turn = threading.Lock()
        self._used = 0.0
        self._is_open = False

    def take(self, megapixels: float) -> None:
        """Wait until there is room for a photo."""
        weight = self._weight(megapixels)
        with self._turn, self._changed:
            self._changed.wait_for(
                lambda: (
                    self._is_open or self._used == 0 or self._used + weight <= IN_FLIGHT_MEGAPIXELS
                )
            )
            self._used += weight

    def leave(self, megapixels: float) -> None:
        """Give back the room of a photo."""
        with self._changed:
            self._used = max(self._used - self._weight(megapixels), 0)
            self._changed.notify_all()

    def open(self) -> None:
        """Let everybody in: whoever would give room back is gone."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()

    def _weight(self, megapixels: float) -> float:
        # Few at a time of small ones too: each counts as running, to be done again after a kill.
        return max(megapixels, IN_FLIGHT_MEGAPIXELS / IN_FLIGHT_PHOTOS)
