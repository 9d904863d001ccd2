"""Names that are hidden and shuffled, until a person has chosen."""

import random

from app.comparing.slots import Slots


class Blinds:
    """Hides and shuffles the names of candidates.

    Args:
        slots: what is compared.
        random_source: shuffles; a test gives its own.
    """

    def __init__(self, slots: Slots, random_source: random.Random | None = None) -> None:
        candidates = [slot.key for slot in slots if slot.is_candidate]
        (random_source or random.Random()).shuffle(candidates)  # noqa: S311  # no secret of weight
        self._order = tuple(candidates)

    @property
    def letters(self) -> dict[int, str]:
        """What each candidate is called, by its key."""
        return {key: chr(ord("A") + place) for place, key in enumerate(self._order)}

    def order(self, slots: Slots) -> Slots:
        """The slots with their candidates shuffled; the others keep their places."""
        by_key = {slot.key: slot for slot in slots}
        shuffled = iter([by_key[key] for key in self._order if key in by_key])
        return tuple(next(shuffled) if slot.is_candidate else slot for slot in slots)

    def fits(self, slots: Slots) -> bool:
        """Whether the candidates are still those that were shuffled."""
        keys = {slot.key for slot in slots if slot.is_candidate}
        return keys == set(self._order)
