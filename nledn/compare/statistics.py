"""Whether one checkpoint is better than another, or was only luckier with these photos."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 10_000
SEED = 2018  # the same photos give the same interval


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences, and where 95 % of resampled means lie.

    Attributes:
        mean: of one minus the other.
        low: the interval's lower end.
        high: its upper end.
        count: pairs that were taken; pairs with an infinite figure are not.
    """

    mean: float
    low: float
    high: float
    count: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def paired_difference(ones: Sequence[float], others: Sequence[float]) -> Difference | None:
    """Resample the photos (bootstrap, percentile method); None with fewer than two pairs."""
    differences = np.array(
        [
            one - other
            for one, other in zip(ones, others, strict=True)
            if np.isfinite(one) and np.isfinite(other)
        ]
    )
    count = len(differences)
    if count < 2:
        return None
    rng = np.random.default_rng(SEED)
    # In parts: 10,000 draws of a few thousand photos at once would need gigabytes.
    means = [differences[rng.integers(0, count, count)].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, (2.5, 97.5))
    return Difference(float(differences.mean()), float(low), float(high), count)
