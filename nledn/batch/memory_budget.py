"""A limit on the photos that are in memory at a time."""

import threading

# Between reader and writer, the photo that is computed included; 30 bytes a pixel at most. One
# larger photo goes through alone.
IN_FLIGHT_PX = 64_000_000
IN_FLIGHT_PHOTOS = 6


class MemoryBudget:
    """Limits the photos in flight, first come, first served."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._turn = threading.Lock()
        self._used_px = 0  # whole pixels, since rounded sums would not come back to 0
        self._is_open = False

    def take(self, photo_px: int) -> None:
        """Wait until there is room for a photo of so many pixels."""
        weight = _weight(photo_px)
        with self._turn, self._changed:
            self._changed.wait_for(
                lambda: (
                    self._is_open or self._used_px == 0 or self._used_px + weight <= IN_FLIGHT_PX
                )
            )
            self._used_px += weight

    def leave(self, photo_px: int) -> None:
        """Free the room of a photo."""
        with self._changed:
            self._used_px -= _weight(photo_px)
            self._changed.notify_all()

    def open(self) -> None:
        """Stop limiting: the threads that would free room are gone."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()


def _weight(photo_px: int) -> int:
    # Few at a time of small ones too: each counts as running, to be done again after a kill.
    return max(photo_px, IN_FLIGHT_PX // IN_FLIGHT_PHOTOS)
