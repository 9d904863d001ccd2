"""The learning rate: a cosine over the remaining pixels, constant, or a stair."""

import math
from typing import Any

import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from nledn.training.config import Recipe


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
