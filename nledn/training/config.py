"""A recipe: all that decides the result of a training, read from TOML."""

import tomllib
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from nledn.architecture import VARIANTS, Regions
from nledn.training.camera import Camera
from nledn.training.synthesis import KINDS, RainMix

Optimizer = Literal["adamw", "adam", "muon"]
Schedule = Literal["cosine", "constant", "plateau"]
Loss = Literal["l1", "rmse"]
DataKind = Literal["photos", "pairs", "ddn", "didmdn", "rain100l", "rain100h"]

HELD_OUT_PHOTOS = Path(__file__).parent / "photos" / "held_out.txt"


@dataclass(frozen=True)
class Data:
    """The training data.

    Attributes:
        kind: `photos`, clean ones with synthesised rain; `pairs`, a folder in any layout
            of `nledn.pairs`; or one of the paper's sets, by its name in
            `nledn.training.datasets`.
        long_side_px: larger pairs are scaled down to this; 0 leaves them unchanged.
        held_out_pairs: number of last pairs for validation, not for training.
    """

    kind: DataKind = "photos"
    long_side_px: int = 0
    held_out_pairs: int = 0


@dataclass(frozen=True)
class Plateau:
    """The fall of the rate, for the schedule `plateau`.

    Attributes:
        factor: the rate is multiplied by this when the training loss has stopped falling.
        every_steps: the loss is averaged over so many steps, best a pass over the data, and then
            compared with the lowest average so far.
        patience: averages without a new lowest before the rate falls.
    """

    factor: float = 0.9
    every_steps: int = 1000
    patience: int = 1


@dataclass(frozen=True)
class Phase:
    """A stretch of training with patches of one size; 0 px stands for whole photos.

    Small patches first: they give many steps an hour while the network learns what a streak is;
    large ones last, so that the deeper levels and the non-local regions see long streaks whole.

    Attributes:
        steps: their number.
        batch: patches a step.
        patch_px: their side.
        loss: `l1`, the mean absolute error (eq. 9), or `rmse`, the root of each patch's mean
            squared error, which is what PSNR measures; its gradient is about as large.
        rain_weight: weight of a pixel with rain, relative to one without. Above 1 more rain is
            removed, with more damage to areas without rain.
    """

    steps: int
    batch: int
    patch_px: int
    loss: Loss = "l1"
    rain_weight: float = 1.0

    @property
    def pixels_per_step(self) -> int:
        """Pixels seen in one step; whole photos are of many sizes, and count as one each."""
        return self.batch * max(self.patch_px, 1) ** 2

    @property
    def pixels(self) -> int:
        """Pixels seen in the whole phase."""
        return self.steps * self.pixels_per_step


@dataclass(frozen=True)
class Recipe:
    """Settings of one training.

    Attributes:
        id: of the resulting checkpoint.
        title: its name in a list of checkpoints.
        regions: region layout, as `nledn.architecture.Regions`.
        seed: of initial weights and of every batch.
        peak_rate: Adam's learning rate after the warm-up.
        floor_rate: the rate at the end of the cosine.
        warmup_steps: steps of linear rise to the peak.
        weight_decay: decoupled (AdamW) or not (Adam).
        ema_decay: of the running mean of the weights, which is exported; 0 for none.
        clip_norm: largest norm of a step's gradient; `inf` for any.
        checkpoint_steps: steps between two saves of the state.
        validate_steps: steps between two validations.
        held_out: names of the photos that are never trained on; `photos` in a TOML file stands
            for those of `photos/held_out.txt`, which no stage of ours has seen.
        mix: the weather.
        built: share of the patches with a drawn structure of `facades`.
        camera: rates of scaling, sharpening and compression, for rainy and clean patches alike.
        phases: in order.
        variant: of the network, by its name in `nledn.architecture.VARIANTS`.
        optimizer: `adamw`; `adam`, with the weight decay in its gradient, as in the paper; or
            `muon`, of `nledn.training.optimizer`.
        schedule: of the rate after the warm-up: `cosine` down to the floor at the last step;
            `plateau`, step by step down to the floor; or `constant`, which can continue for
            any time and is followed by a recipe with a falling rate.
        plateau: for that schedule.
        data: for training.
        starts_from: id of the model whose weights this one begins with, its own for the one that
            shipped before; empty for random ones.
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
    phases: tuple[Phase, ...] = ()
    held_out: tuple[str, ...] = ()
    mix: RainMix = field(default_factory=RainMix)
    built: float = 0.0
    camera: Camera = field(default_factory=Camera)
    variant: str = "rf"
    optimizer: Optimizer = "adamw"
    schedule: Schedule = "cosine"
    plateau: Plateau = Plateau()
    data: Data = Data()
    starts_from: str = ""

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
            seen += done * phase.pixels_per_step
            step -= phase.steps
        return seen / sum(phase.pixels for phase in self.phases)


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        ValueError: a field is missing or unknown, or a word is none of
            those allowed; the message names it.
    """
    values = tomllib.loads(path.read_text("utf-8"))
    if values.get("held_out") == "photos":
        values["held_out"] = HELD_OUT_PHOTOS.read_text("utf-8").splitlines()
    try:
        recipe: Recipe = _made(Recipe, values)
        _check(recipe)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
    return recipe


def _made(kind: Any, value: Any, name: str = "") -> Any:
    """Turn a value of TOML into a field of that kind: a dataclass, a tuple, a word or a number."""
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ValueError(f"{name} is {value!r}, none of {', '.join(get_args(kind))}")
        return value
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{name} is {value!r}, not a list")
        return tuple(_made(get_args(kind)[0], each, name) for each in value)
    if not hasattr(kind, "__dataclass_fields__"):
        return value
    kinds = get_type_hints(kind)
    unknown = set(value) - set(kinds)
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    prefix = f"{name}." if name else ""
    return kind(**{key: _made(kinds[key], each, prefix + key) for key, each in value.items()})


def _check(recipe: Recipe) -> None:
    if recipe.variant not in VARIANTS:
        raise ValueError(f"variant is {recipe.variant!r}, none of {', '.join(VARIANTS)}")
    total = sum(getattr(recipe.mix, name) for name in KINDS)
    if recipe.data.kind == "photos" and not isclose(total, 1, abs_tol=1e-6):
        raise ValueError(f"the shares of mix add up to {total:g}, not to 1")
    if recipe.schedule == "plateau" and recipe.warmup_steps:
        raise ValueError("the schedule plateau has no warmup_steps")
    if recipe.data.kind == "photos" and not all(phase.patch_px for phase in recipe.phases):
        raise ValueError("only pairs are trained on whole, so patch_px cannot be 0")
