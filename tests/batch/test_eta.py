"""Time left, with a clock of the test's own."""

import csv
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nledn.batch.progress import Eta, probe
from tests.batch.batches import make_photo

COUNT = 60
# Megapixels and seconds of each photo of `benchmarks/batch.py --time-left`, as it ran.
RECORDING = Path(__file__).parent / "data" / "recorded_run.csv"
RECORDED = [
    (float(row["megapixels"]), float(row["seconds"]))
    for row in csv.DictReader(RECORDING.read_text("utf-8").splitlines())
]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def worst_error(megapixels: list[float], cost: Callable[[int, float], float]) -> float:
    """Largest relative error of the time left, from the first tenth on to the last tenth."""
    clock = Clock()
    paths = [Path(f"{n}.jpg") for n in range(len(megapixels))]
    eta = Eta(paths, clock)
    for path, size in zip(paths, megapixels, strict=True):
        eta.learn(path, size)
    seconds = [cost(n, size) for n, size in enumerate(megapixels)]
    eta.begin()
    errors = []
    for n, path in enumerate(paths):
        clock.now += seconds[n]
        eta.computed(path, megapixels[n])
        left = eta.seconds_left
        assert left is not None
        if COUNT // 10 <= n + 1 <= COUNT * 9 // 10:
            errors.append(abs(left / sum(seconds[n + 1 :]) - 1))
    return max(errors)


RNG = np.random.default_rng(4)
EQUAL = [2.0] * COUNT
MIXED = list(RNG.uniform(0.3, 12, COUNT))
LARGE_ONES_LAST = sorted(MIXED)
NOISE = RNG.normal(1, 0.05, COUNT)


@pytest.mark.parametrize("sizes", [EQUAL, MIXED, LARGE_ONES_LAST, LARGE_ONES_LAST[::-1]])
@pytest.mark.parametrize("each", [0.0, 0.4])
def test_the_time_left_is_right_within_a_fifth_after_the_first_tenth(
    sizes: list[float], each: float
) -> None:
    def cost(n: int, megapixels: float) -> float:
        warming_up = 4.0 if n == 0 else 0.0
        return (each + 2.5 * megapixels) * float(NOISE[n]) + warming_up

    assert worst_error(sizes, cost) < 0.2


def test_the_time_left_of_a_recorded_run() -> None:
    sizes = [megapixels for megapixels, _ in RECORDED]
    assert worst_error(sizes, lambda n, _: RECORDED[n][1]) < 0.2


def test_nothing_is_said_before_the_first_photo_is_done() -> None:
    eta = Eta([Path("a")], Clock())
    eta.begin()
    assert eta.seconds_left is None
    assert eta.megapixels_per_second is None


def test_time_goes_by_while_a_photo_is_computed() -> None:
    clock = Clock()
    eta = Eta([Path("a"), Path("b")], clock)
    eta.begin()
    clock.now += 10
    eta.computed(Path("a"), 2.0)
    assert eta.megapixels_per_second == pytest.approx(0.2)
    assert eta.seconds_left == pytest.approx(10)
    clock.now += 4
    assert eta.seconds_left == pytest.approx(6)
    clock.now += 100  # it takes longer than it should
    assert eta.seconds_left == 0
    eta.passed_over(Path("b"))
    eta.passed_over(Path("b"))
    assert eta.seconds_left == 0


def test_sizes_are_read_from_headers_and_forgotten_when_done(tmp_path: Path) -> None:
    clock = Clock()
    small, large = make_photo(tmp_path / "a.png"), make_photo(tmp_path / "b.png", size=(240, 320))
    (tmp_path / "c.png").write_bytes(b"bad")
    eta = Eta([small, large, tmp_path / "c.png"], clock)
    probe([small, large, tmp_path / "c.png"], eta, threading.Event())
    eta.begin()
    clock.now += 1
    eta.computed(small, 24 * 32 / 1e6)
    eta.passed_over(tmp_path / "c.png")
    eta.learn(small, 1000.0)  # a header read late
    assert eta.seconds_left == pytest.approx(100)
