"""The optimiser of a training and its rate: AdamW, Adam or Muon; a cosine, constant, or a stair.

A step of AdamW, seen as a matrix, is dominated by few directions. Muon (Jordan et al., 2024,
https://kellerjordan.github.io/posts/muon) replaces the momentum of a matrix by the nearest matrix
whose singular values are all about one, found by five rounds of a Newton-Schulz iteration.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from nledn.training.config import Recipe

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


OPTIMIZERS: dict[str, type[torch.optim.Adam]] = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,
    "muon": Muon,
}


def rate_at(step: int, recipe: Recipe) -> float:
    """Learning rate: a linear warm-up, then the peak, or a cosine over the remaining pixels."""
    if step < recipe.warmup_steps:
        return recipe.peak_rate * (step + 1) / recipe.warmup_steps
    if recipe.schedule == "constant":
        return recipe.peak_rate
    start = recipe.progress(recipe.warmup_steps)
    way = (recipe.progress(step) - start) / (1 - start)
    share = 0.5 * (1 + math.cos(math.pi * way))
    return recipe.floor_rate + (recipe.peak_rate - recipe.floor_rate) * share


class Rate:
    """Sets an optimiser's rate before each step, by the recipe's schedule."""

    def __init__(self, recipe: Recipe, optimizer: torch.optim.Optimizer) -> None:
        self._recipe = recipe
        self._optimizer = optimizer
        self._loss_sum, self._losses = 0.0, 0
        self._stair = ReduceLROnPlateau(
            optimizer,
            factor=recipe.plateau.factor,
            patience=recipe.plateau.patience,
            threshold=0.0,
            min_lr=recipe.floor_rate,
        )

    @property
    def now(self) -> float:
        """The rate of the present step."""
        return float(self._optimizer.param_groups[0]["lr"])

    def before(self, step: int) -> None:
        """Set the rate for a step, counted from 0."""
        if self._recipe.schedule != "plateau":
            for group in self._optimizer.param_groups:
                group["lr"] = rate_at(step, self._recipe)

    def after(self, loss: float) -> None:
        """Note a step's loss, the mean over all processes."""
        if self._recipe.schedule != "plateau":
            return
        if math.isfinite(loss):
            self._loss_sum, self._losses = self._loss_sum + loss, self._losses + 1
        if self._losses >= self._recipe.plateau.every_steps:
            self._stair.step(self._loss_sum / self._losses)
            self._loss_sum, self._losses = 0.0, 0

    def state(self) -> dict[str, Any]:
        """Return the state that `restore` needs."""
        return {
            "loss_sum": self._loss_sum,
            "losses": self._losses,
            "best": float(self._stair.best),
            "bad": int(self._stair.num_bad_epochs),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from `state`; the rate itself is part of the optimiser's."""
        self._loss_sum, self._losses = state["loss_sum"], state["losses"]
        self._stair.best, self._stair.num_bad_epochs = state["best"], state["bad"]
