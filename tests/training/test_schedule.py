from dataclasses import replace

import pytest
import torch

from nledn.training.__main__ import find_recipe
from nledn.training.config import Plateau, Recipe
from nledn.training.optimizer import Rate


def recipe() -> Recipe:
    return replace(find_recipe("paper-rain100l"), plateau=Plateau(0.9, every_steps=2, patience=1))


def rate_of(recipe: Recipe) -> Rate:
    weight = torch.nn.Parameter(torch.zeros(1))
    return Rate(recipe, torch.optim.Adam([weight], lr=recipe.peak_rate))


def feed(rate: Rate, averages: list[float]) -> list[float]:
    """The rate after each average, which is given as its two losses."""
    rates = []
    for average in averages:
        for loss in (average - 0.01, average + 0.01):
            rate.before(0)
            rate.after(loss)
        rates.append(rate.now)
    return rates


def test_a_constant_rate_is_gone_on_with_after_the_warm_up() -> None:
    level = replace(find_recipe("afterrain"), schedule="constant", warmup_steps=10, peak_rate=1e-3)
    rate = rate_of(level)
    rates = []
    for step in (0, 9, 10, level.steps - 1):
        rate.before(step)
        rates.append(rate.now)
    assert rates == pytest.approx([1e-4, 1e-3, 1e-3, 1e-3])


def test_the_rate_stays_while_the_loss_falls() -> None:
    assert feed(rate_of(recipe()), [0.9, 0.8, 0.7, 0.6]) == [5e-4] * 4


def test_the_rate_falls_by_a_tenth_when_patience_is_over() -> None:
    rates = feed(rate_of(recipe()), [0.5, 0.6, 0.6, 0.6, 0.6])
    assert rates == pytest.approx([5e-4, 5e-4, 4.5e-4, 4.5e-4, 4.05e-4])


def test_the_rate_never_falls_below_its_floor() -> None:
    assert feed(rate_of(recipe()), [0.5] * 60)[-1] == pytest.approx(1e-4)


def test_a_loss_that_is_not_finite_is_not_counted() -> None:
    rate = rate_of(recipe())
    for loss in (0.5, float("nan"), 0.5, float("inf"), 0.6, 0.6, 0.6, 0.6):
        rate.after(loss)
    assert rate.now == pytest.approx(4.5e-4)


def test_a_restored_rate_goes_on_as_if_nothing_had_happened() -> None:
    straight, stopped = rate_of(recipe()), rate_of(recipe())
    losses = [0.5, 0.5, 0.6, 0.6, 0.6, 0.6, 0.7, 0.7]
    for loss in losses[:5]:
        stopped.after(loss)
    resumed = rate_of(recipe())
    resumed.restore(stopped.state())
    for loss in losses:
        straight.after(loss)
    for loss in losses[5:]:
        resumed.after(loss)
    assert resumed.now == straight.now == pytest.approx(4.5e-4)
