"""Muon: each convolution's step is changed so that all its directions move alike.

A step of AdamW, seen as a matrix, is dominated by few directions. Muon (Jordan et al., 2024,
https://kellerjordan.github.io/posts/muon) replaces the momentum of a matrix by the nearest matrix
whose singular values are all about one, found by five rounds of a Newton-Schulz iteration.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
ROUNDS = 5
# a·x + b·x³ + c·x⁵ moves any value in (0, 1] near 1 in five rounds; from the article above.
A, B, C = 3.4445, -4.7750, 2.0315
# The root mean square of AdamW's steps is 0.2 to 0.4 of its rate; scaled to that, a rate that
# suits AdamW suits Muon (Liu et al., "Muon is scalable for LLM training", 2025, section 2.2).
STEP_RMS = 0.2
FEWEST_CHANNELS = 4  # the first and the last convolution see colours, not directions


class Muon(torch.optim.AdamW):
    """Muon for the kernels of convolutions, AdamW for all other weights."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load a state; AdamW looks for a count of steps in each part of it."""
        for kept in state["state"].values():
            kept.setdefault("step", torch.tensor(0.0))
        super().__setstate__(state)  # type: ignore[no-untyped-call]  # torch's

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # no loss comes back
        """Move every parameter that has a gradient; those of the kernels are used up."""
        assert closure is None, "the training loop computes its own loss"
        for group in self.param_groups:
            for each in group["params"]:
                is_kernel = each.ndim == 4 and min(each.shape[:2]) >= FEWEST_CHANNELS
                if is_kernel and each.grad is not None:
                    self._step_kernel(each, group)
                    each.grad = None  # so that AdamW leaves it alone
        super().step()

    def _step_kernel(self, kernel: nn.Parameter, group: dict[str, Any]) -> None:
        assert kernel.grad is not None
        state = self.state[kernel]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(kernel)
        momentum = state["momentum"].lerp_(kernel.grad, 1 - MOMENTUM)
        ahead = kernel.grad.lerp(momentum, MOMENTUM)  # Nesterov's
        step = orthogonal(ahead.flatten(1))
        scale = STEP_RMS * max(step.shape) ** 0.5
        kernel.mul_(1 - group["lr"] * group["weight_decay"])
        kernel.add_(step.view(kernel.shape), alpha=-group["lr"] * scale)


def orthogonal(matrix: Tensor) -> Tensor:
    """The nearest (M, N) float32 matrix with singular values of about one (0.7 to 1.2)."""
    is_tall = matrix.shape[0] > matrix.shape[1]
    wide = matrix.T if is_tall else matrix
    wide = wide / (wide.norm() + 1e-7)
    for _ in range(ROUNDS):
        square = wide @ wide.T
        wide = A * wide + (B * square + C * square @ square) @ wide
    found: Tensor = wide.T if is_tall else wide
    return found
