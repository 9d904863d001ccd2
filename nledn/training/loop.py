"""The training loop: resumable at any step, with the same weights as if it had not stopped."""

import copy
import logging
import math
import os
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from nledn.architecture import VARIANTS
from nledn.checkpoint import Weights
from nledn.network import NLEDN
from nledn.training.config import Loss, Phase, Recipe
from nledn.training.data import PatchBatch
from nledn.training.journal import SAMPLES, TrainingJournal, forget_after
from nledn.training.material import Material
from nledn.training.optimizer import OPTIMIZERS, Rate
from nledn.training.processes import ALONE, Share, summed

log = logging.getLogger(__name__)

STATE_FILE = "state.pt"
BEST_FILE = "best.pt"
_COUNTS = ("step", "seconds", "cpu_seconds", "best_psnr")  # of a trainer, kept in its state
LOG_EVERY_STEPS = 20
SMALLEST_RAIN = 0.03  # 8 levels of 255: above it a pixel counts as rainy
SMALLEST_ERROR = 1e-6  # squared; a quarter of a level: below it the root would be too steep


@dataclass(frozen=True)
class Run:
    """The folder of a training, and its resources.

    Attributes:
        folder: gets `state.pt`, `best.pt`, `log.csv` and `samples/`.
        bf16: compute the trunk in bfloat16; worth it only where the processor has it.
        device: `cpu`, `cuda` or `cuda:n`.
        tensorboard: draw curves for TensorBoard as well.
        share: this process among those that train together.
    """

    folder: Path
    bf16: bool
    device: str = "cpu"
    tensorboard: bool = False
    share: Share = ALONE


class Trainer:
    """A recipe in training: network, running mean, optimiser and the count of steps."""

    def __init__(self, recipe: Recipe, run: Run, material: Material) -> None:
        for phase in recipe.phases:  # checked now, not hours later
            run.share.check(phase.batch)
        self.recipe = recipe
        self.run = run
        torch.manual_seed(recipe.seed)
        self.network = NLEDN(recipe.regions, VARIANTS[recipe.variant])
        # Gradients of float32 are faster in the other layout: benchmarks/README.md.
        self._layout = torch.channels_last if run.bf16 else torch.contiguous_format
        if run.bf16:
            self.network.channels_last()
        self.network.to(run.device)
        self.mean = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizer = OPTIMIZERS[recipe.optimizer](
            self.network.parameters(), lr=recipe.peak_rate, weight_decay=recipe.weight_decay
        )
        self.step = 0
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self.best_psnr = -math.inf
        self._rate = Rate(recipe, self.optimizer)
        self._material = material
        shared = run.share.processes > 1
        self._parallel = DistributedDataParallel(self.network) if shared else self.network

    def start_from(self, weights: Weights) -> None:
        """Begin with the weights of another training instead of random ones."""
        state = {name: torch.tensor(array) for name, array in weights.arrays.items()}
        self.network.load_state_dict(state)
        self.mean.load_state_dict(state)

    def train(self, until_step: int | None = None) -> None:
        """Train to the recipe's end, or to `until_step`, saving and validating on the way."""
        last = self.recipe.steps if until_step is None else min(until_step, self.recipe.steps)
        first = self.run.share.is_first
        before = (self.seconds - time.perf_counter(), self.cpu_seconds, _cpu_seconds())
        losses: list[float] = []
        with closing(
            TrainingJournal(self.run.folder, tensorboard=self.run.tensorboard and first)
        ) as journal:
            while self.step < last:
                loss, spent = summed(
                    (self._advance(), _cpu_seconds() - before[2]), self.run.share, self.run.device
                )
                loss /= self.run.share.processes
                self._rate.after(loss)
                self.seconds = before[0] + time.perf_counter()
                self.cpu_seconds = before[1] + spent
                if first:
                    losses.append(loss)
                    losses = self._after_step(journal, losses, is_last=self.step == last)

    def _after_step(
        self, journal: TrainingJournal, losses: list[float], *, is_last: bool
    ) -> list[float]:
        """Validate, report and save at their steps; return the losses not reported yet."""
        validate = is_last or self.step % self.recipe.validate_steps == 0
        if validate or self.step % LOG_EVERY_STEPS == 0:
            self._report(journal, losses, self.validate(journal) if validate else {})
            losses = []
        if is_last or self.step % self.recipe.checkpoint_steps == 0:
            self.save()
        return losses

    def _advance(self) -> float:
        self._rate.before(self.step)
        phase, share = self.recipe.phase_at(self.step), self.run.share
        batch = self._material.training.batch(self.step, phase.batch, phase.patch_px, share)
        loss = self._loss(batch.to(self.run.device), phase)
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

    def _loss(self, batch: PatchBatch, phase: Phase) -> Tensor:
        """The distance of the estimate from the clean photo (eq. 9, or `Phase.loss`)."""
        error = batch.rainy - self._rain(self._parallel, batch.rainy) - batch.clean
        if phase.rain_weight != 1:
            error = error * weight_of_rain(batch, phase.rain_weight)
        return loss_of(error, phase.loss)

    def _rain(self, network: nn.Module, rainy: Tensor) -> Tensor:
        with torch.autocast(rainy.device.type, torch.bfloat16, enabled=self.run.bf16):
            rain: Tensor = network(rainy.contiguous(memory_format=self._layout))
        return rain

    def _update_mean(self) -> None:
        # A young mean must not remember the random start: let it follow faster at first.
        decay = min(self.recipe.ema_decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.mean.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(now, 1 - decay)

    @torch.inference_mode()
    def validate(self, journal: TrainingJournal | None = None) -> dict[str, float]:
        """Mean PSNR (dB, RGB) of the running mean on held-out pairs, with rain and without."""
        held_out = self._material.held_out
        sums = {"psnr_rainy": 0.0, "psnr_derained": 0.0, "psnr_dry": 0.0}
        sheet = []
        for pair in held_out:
            derained = self.derain(pair.rainy)
            sheet.append((pair.rainy, derained, pair.clean))
            sums["psnr_rainy"] += psnr(pair.rainy, pair.clean)
            sums["psnr_derained"] += psnr(derained, pair.clean)
            sums["psnr_dry"] += psnr(self.derain(pair.clean), pair.clean)
        if journal is not None:
            journal.show(self.step, sheet[:SAMPLES])
        return {name: total / len(held_out) for name, total in sums.items() if held_out}

    def derain(self, rainy: Tensor) -> Tensor:
        """The running mean's clean estimate of (B, 3, H, W) in [0, 1], on its device."""
        rain = self._rain(self.mean, rainy.to(self.run.device)).to(rainy.device)
        return (rainy - rain).clamp(0, 1)

    def _report(
        self, journal: TrainingJournal, losses: list[float], scores: dict[str, float]
    ) -> None:
        row: dict[str, Any] = {
            "step": self.step,
            "seconds": round(self.seconds, 1),
            "cpu_seconds": round(self.cpu_seconds, 1),
            "rate": f"{self._rate.now:.3g}",
            "loss": f"{sum(losses) / len(losses):.5f}",
            **{name: f"{value:.3f}" for name, value in scores.items()},
        }
        journal.write(row)
        left = self.seconds / self.recipe.progress(self.step) - self.seconds
        log.info("%s, %.0f min left", row, left / 60)
        if scores.get("psnr_derained", -math.inf) > self.best_psnr:
            self.best_psnr = scores["psnr_derained"]
            best = {"recipe": self.recipe.id, "step": self.step, "mean": self.mean.state_dict()}
            _replace(self.run.folder / BEST_FILE, best | {"psnr": self.best_psnr})

    def save(self) -> None:
        """Write the whole state, so that a kill at any moment leaves the old one or the new."""
        parts = {name: getattr(self, name) for name in ("network", "mean", "optimizer")}
        state = {"recipe": self.recipe.id, "rate": self._rate.state()}
        state |= {name: getattr(self, name) for name in _COUNTS}
        state |= {name: part.state_dict() for name, part in parts.items()}
        _replace(self.run.folder / STATE_FILE, state)

    def resume(self) -> bool:
        """Continue from the folder's state, if it has one.

        Raises:
            ValueError: it belongs to another recipe.
        """
        path = self.run.folder / STATE_FILE
        if not path.exists():
            return False
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["recipe"] != self.recipe.id:
            raise ValueError(f"{path} belongs to the recipe {state['recipe']}")
        for name in _COUNTS:
            setattr(self, name, state[name])
        if self.run.share.is_first:
            forget_after(self.step, self.run.folder)
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimizer"])
        self._rate.restore(state["rate"])
        return True


def _replace(path: Path, state: dict[str, Any]) -> None:
    temporary = path.with_name(f"{path.name}.part")
    torch.save(state, temporary)
    os.replace(temporary, path)


def weight_of_rain(batch: PatchBatch, rain_weight: float) -> Tensor:
    """(B, 1, H, W) factors of the error whose squares' mean is 1 in each patch.

    `rain_weight` is the square of a rainy pixel's factor over that of a dry one.
    """
    is_rainy = (batch.rainy - batch.clean).abs().amax(1, keepdim=True) > SMALLEST_RAIN
    weight = torch.where(is_rainy, rain_weight, 1.0)
    return (weight / weight.mean(dim=(2, 3), keepdim=True)).sqrt()


def loss_of(error: Tensor, kind: Loss) -> Tensor:
    """The loss of a step, from (B, 3, H, W) of estimate minus clean; see `Phase.loss`."""
    if kind == "l1":
        return error.abs().mean()
    return (error.square().mean(dim=(1, 2, 3)) + SMALLEST_ERROR).sqrt().mean()


def psnr(estimate: Tensor, truth: Tensor) -> float:
    """Peak signal-to-noise ratio, dB, of values in [0, 1]; 100 where they are equal."""
    error = float((estimate - truth).square().mean())
    return 100.0 if error == 0 else -10 * math.log10(error)


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system
