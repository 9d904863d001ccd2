"""The training loop: resumable at any step, with the same weights as if it had not stopped."""

import copy
import csv
import logging
import math
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nledn.network import NLEDN
from nledn.training.config import Recipe
from nledn.training.data import Batch, Bytes, Patches

log = logging.getLogger(__name__)

STATE_FILE = "state.pt"
LOG_FILE = "log.csv"
LOG_FIELDS = (
    "step", "seconds", "cpu_seconds", "rate", "loss", "psnr_rainy", "psnr_derained", "psnr_dry",
)  # fmt: skip
LOG_EVERY_STEPS = 20
VALIDATION_PAIRS = 30
VALIDATION_PX = 256
VALIDATION_SEED = 20180801


@dataclass(frozen=True)
class Run:
    """Where a training keeps its state, and what it may use.

    Attributes:
        folder: gets `state.pt` and `log.csv`.
        bf16: compute the trunk in bfloat16; worth it only where the processor has it.
    """

    folder: Path
    bf16: bool


class Trainer:
    """A recipe on its way: network, running mean, optimiser and the count of steps."""

    def __init__(
        self, recipe: Recipe, run: Run, photos: list[Bytes], held_out: list[Bytes]
    ) -> None:
        self.recipe = recipe
        self.run = run
        torch.manual_seed(recipe.seed)
        self.network = NLEDN(recipe.regions).channels_last()
        self.mean = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=recipe.peak_rate, weight_decay=recipe.weight_decay
        )
        self.step = 0
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self._patches = Patches(photos, recipe.mix, recipe.seed)
        self._held_out = held_out

    def train(self, until_step: int | None = None) -> None:
        """Train to the recipe's end, or to `until_step`, saving and validating on the way."""
        last = min(until_step or self.recipe.steps, self.recipe.steps)
        clock, cpu = time.perf_counter(), _cpu_seconds()
        before = (self.seconds, self.cpu_seconds)
        losses: list[float] = []
        while self.step < last:
            losses.append(self._advance())
            self.seconds = before[0] + time.perf_counter() - clock
            self.cpu_seconds = before[1] + _cpu_seconds() - cpu
            validate = self.step % self.recipe.validate_steps == 0 or self.step == last
            if validate or self.step % LOG_EVERY_STEPS == 0:
                self._report(losses, self.validate() if validate else {})
                losses = []
            if self.step % self.recipe.checkpoint_steps == 0 or self.step == last:
                self.save()

    def _advance(self) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.step, self.recipe)
        phase = self.recipe.phase_at(self.step)
        batch = self._patches.batch(self.step, phase.batch, phase.patch_px)
        loss = self._loss(batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip_norm)
        self.step += 1
        if torch.isfinite(norm):
            self.optimizer.step()
            self._update_mean()
        else:
            log.warning("step %d: the gradient is not finite, the step is left out", self.step)
        return float(loss.detach())

    def _loss(self, batch: Batch) -> Tensor:
        """Mean absolute error of the clean photo (eq. 9)."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.run.bf16):
            rain: Tensor = self.network(batch.rainy)
        return (batch.rainy - rain - batch.clean).abs().mean()

    def _update_mean(self) -> None:
        # A young mean must not remember the random start: let it follow faster at first.
        decay = min(self.recipe.ema_decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.mean.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(now, 1 - decay)

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """Mean PSNR (dB, RGB) of the running mean on held-out photos, with rain and without."""
        size = min(VALIDATION_PAIRS, len(self._held_out))
        wet = replace(self.recipe.mix, dry=0.0, light=self.recipe.mix.light + self.recipe.mix.dry)
        sums = {"psnr_rainy": 0.0, "psnr_derained": 0.0, "psnr_dry": 0.0}
        for index in range(size):
            patches = Patches([self._held_out[index]], wet, VALIDATION_SEED)
            pair = patches.batch(index, 1, VALIDATION_PX)
            sums["psnr_rainy"] += psnr(pair.rainy, pair.clean)
            sums["psnr_derained"] += psnr(self.derain(pair.rainy), pair.clean)
            sums["psnr_dry"] += psnr(self.derain(pair.clean), pair.clean)
        return {name: total / max(size, 1) for name, total in sums.items()}

    def derain(self, rainy: Tensor) -> Tensor:
        """The running mean's clean estimate of (B, 3, H, W) in [0, 1]."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.run.bf16):
            rain: Tensor = self.mean(rainy)
        return (rainy - rain).clamp(0, 1)

    def _report(self, losses: list[float], scores: dict[str, float]) -> None:
        row: dict[str, Any] = {
            "step": self.step,
            "seconds": round(self.seconds, 1),
            "cpu_seconds": round(self.cpu_seconds, 1),
            "rate": f"{rate_at(self.step - 1, self.recipe):.3g}",
            "loss": f"{sum(losses) / len(losses):.5f}",
            **{name: f"{value:.3f}" for name, value in scores.items()},
        }
        path = self.run.folder / LOG_FILE
        is_new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, LOG_FIELDS)
            if is_new:
                writer.writeheader()
            writer.writerow(row)
        left = self.seconds / self.recipe.progress(self.step) - self.seconds
        log.info("%s, %.0f min left", row, left / 60)

    def save(self) -> None:
        """Write the whole state, so that a kill at any moment leaves the old one or the new."""
        state = {
            "recipe": self.recipe.id,
            "step": self.step,
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        temporary = self.run.folder / f"{STATE_FILE}.part"
        torch.save(state, temporary)
        os.replace(temporary, self.run.folder / STATE_FILE)

    def resume(self) -> bool:
        """Go on from the folder's state, if there is one."""
        path = self.run.folder / STATE_FILE
        if not path.exists():
            return False
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["recipe"] != self.recipe.id:
            raise ValueError(f"{path} belongs to the recipe {state['recipe']}")
        self.step = state["step"]
        self.seconds, self.cpu_seconds = state["seconds"], state["cpu_seconds"]
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimizer"])
        return True


def rate_at(step: int, recipe: Recipe) -> float:
    """Learning rate: a linear warm-up, then a cosine over the pixels still to be seen."""
    if step < recipe.warmup_steps:
        return recipe.peak_rate * (step + 1) / recipe.warmup_steps
    start = recipe.progress(recipe.warmup_steps)
    way = (recipe.progress(step) - start) / (1 - start)
    share = 0.5 * (1 + math.cos(math.pi * way))
    return recipe.floor_rate + (recipe.peak_rate - recipe.floor_rate) * share


def psnr(estimate: Tensor, truth: Tensor) -> float:
    """Peak signal-to-noise ratio, dB, of values in [0, 1]; 100 where they are equal."""
    error = float((estimate - truth).square().mean())
    return 100.0 if error == 0 else -10 * math.log10(error)


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system
