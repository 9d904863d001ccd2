"""A recipe: everything that decides what a training gives, read from TOML."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from nledn.architecture import Regions
from nledn.training.synthesis import RainMix


@dataclass(frozen=True)
class Phase:
    """A stretch of training with patches of one size.

    Small patches first: they give many steps an hour while the network learns what a streak is;
    large ones last, so that the deeper levels and the non-local regions see long streaks whole.
    """

    steps: int
    batch: int
    patch_px: int

    @property
    def pixels(self) -> int:
        """Pixels seen in the whole phase."""
        return self.steps * self.batch * self.patch_px**2


@dataclass(frozen=True)
class Recipe:
    """Settings of one training.

    Attributes:
        id: of the checkpoint that comes out.
        title: what people read in a list of checkpoints.
        regions: region layout, as `nledn.architecture.Regions`.
        seed: of initial weights and of every batch.
        peak_rate: Adam's learning rate after the warm-up.
        floor_rate: the rate at the end of the cosine.
        warmup_steps: steps of linear rise to the peak.
        weight_decay: decoupled (AdamW).
        ema_decay: of the running mean of the weights, which is what is exported.
        clip_norm: largest norm of a step's gradient.
        checkpoint_steps: steps between two saves of the state.
        validate_steps: steps between two validations.
        held_out: names of the photos that are never trained on.
        mix: the weather.
        phases: in order.
    """

    id: str
    title: str
    regions: Regions
    seed: int
    peak_rate: float
    floor_rate: float
    warmup_steps: int
    weight_decay: float
    ema_decay: float
    clip_norm: float
    checkpoint_steps: int
    validate_steps: int
    held_out: tuple[str, ...]
    mix: RainMix
    phases: tuple[Phase, ...]

    @property
    def steps(self) -> int:
        """Steps of all phases."""
        return sum(phase.steps for phase in self.phases)

    def phase_at(self, step: int) -> Phase:
        """The phase that `step` (from 0) belongs to."""
        for phase in self.phases:
            if step < phase.steps:
                return phase
            step -= phase.steps
        raise IndexError(f"the recipe {self.id} ends before that step")

    def progress(self, step: int) -> float:
        """Share of all pixels that were seen before `step`, 0 to 1."""
        seen = 0
        for phase in self.phases:
            done = min(max(step, 0), phase.steps)
            seen += done * phase.batch * phase.patch_px**2
            step -= phase.steps
        return seen / sum(phase.pixels for phase in self.phases)


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        ValueError: a field is missing or unknown; the message names it.
    """
    values = tomllib.loads(path.read_text("utf-8"))
    values["mix"] = _checked(RainMix, values.get("mix", {}), path)
    values["phases"] = tuple(_checked(Phase, phase, path) for phase in values.get("phases", []))
    values["held_out"] = tuple(values.get("held_out", ()))
    recipe: Recipe = _checked(Recipe, values, path)
    return recipe


def _checked(kind: type[Any], values: dict[str, Any], path: Path) -> Any:
    known = {field.name for field in fields(kind)}
    unknown = set(values) - known
    if unknown:
        raise ValueError(f"{path}: {kind.__name__} has no {', '.join(sorted(unknown))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from error
