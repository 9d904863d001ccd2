"""Geometry of the regions: windows cover every position, and their weights add up to 1."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nledn.network import NonLocal
from nledn.regions import WINDOW, WINDOW_STEP, safe_side, window_runs

EVEN_SIDES = st.integers(1, 300).map(lambda half: 2 * half)


@given(EVEN_SIDES)
def test_the_weights_of_all_windows_add_up_to_one(side: int) -> None:
    total = np.zeros(side)
    for run, weights in window_runs(side):
        assert weights.shape == (run.stop - run.start,)
        total[run.start : run.stop] += weights
    np.testing.assert_allclose(total, 1, atol=1e-6)


@given(EVEN_SIDES.filter(lambda side: side > WINDOW))
def test_no_position_inside_is_seen_by_one_window_alone(side: int) -> None:
    seen = np.zeros(side, int)
    for run, _ in window_runs(side):
        assert run.length == WINDOW
        seen[run.start : run.stop] += 1
    assert seen[WINDOW_STEP:-WINDOW_STEP].min(initial=2) >= 2


@given(EVEN_SIDES.filter(lambda side: side > WINDOW))
def test_a_window_has_next_to_no_weight_where_it_ends_inside(side: int) -> None:
    for run, weights in window_runs(side):
        tents = weights.reshape(run.pieces, run.length)
        starts = run.start + WINDOW * np.arange(run.pieces)
        assert (tents[starts > 0, 0] < 0.05).all()
        assert (tents[starts + WINDOW < side, -1] < 0.05).all()


def test_a_short_side_is_one_window() -> None:
    ((run, weights),) = window_runs(24)
    assert run == (0, 1, 24)
    assert (weights == 1).all()


@pytest.mark.parametrize("side", range(1, 200, 7))
def test_a_safe_side_is_even_on_every_level(side: int) -> None:
    safe = safe_side(side, "overlapping")
    assert side <= safe < side + 16
    assert all((safe >> level) % 2 == 0 for level in range(4))


def test_the_non_local_operation_is_the_weighted_sum_over_windows() -> None:
    torch.manual_seed(2)
    operation = NonLocal("embedded_gaussian").double().requires_grad_(False)
    torch.nn.init.normal_(operation.w.weight)
    x = torch.rand(1, 64, 40, 48, dtype=torch.float64)
    theta, phi, g = operation.theta(x)[0], operation.phi(x), operation.g(x)
    keys, values = (torch.nn.functional.max_pool2d(y, 2)[0] for y in (phi, g))
    expected = torch.zeros_like(theta)
    for rows, row_weights in windows(40):
        for columns, column_weights in windows(48):
            few = tuple(slice(s.start // 2, s.stop // 2) for s in (rows, columns))
            scores = theta[:, rows, columns].flatten(1).T @ keys[:, *few].flatten(1)
            y = (scores.softmax(1) @ values[:, *few].flatten(1).T).T.reshape(32, 32, 32)
            expected[:, rows, columns] += y * torch.outer(row_weights, column_weights)
    found = operation(x, 8, "overlapping")
    torch.testing.assert_close(found, operation.w(expected[None]) + x, rtol=0, atol=1e-6)


def windows(side: int) -> list[tuple[slice, torch.Tensor]]:
    """Each window of a side with its weights."""
    found = []
    for run, weights in window_runs(side):
        for piece in range(run.pieces):
            own = slice(piece * WINDOW, (piece + 1) * WINDOW)
            start = run.start + own.start
            found.append((slice(start, start + WINDOW), torch.from_numpy(weights[own]).double()))
    return found
