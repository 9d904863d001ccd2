"""Export a training's state as a checkpoint: safetensors and its card."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from nledn import checkpoint
from nledn.architecture import NLEDN_ITSELF, VARIANTS
from nledn.card import Card, Score
from nledn.catalog import write_card
from nledn.training.config import Recipe
from nledn.training.loop import BEST_FILE, STATE_FILE

Arrays = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Blend:
    """Weights to mix with others, number by number.

    Weights between those at the start and the end of a training can keep its gains and forget
    less (Wortsman and others, "Robust fine-tuning of zero-shot models", 2022).
    """

    path: Path
    share: float

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError(f"the share of {self.path} is {self.share}, not between 0 and 1")

    def with_others(self, arrays: Arrays) -> Arrays:
        """A training's weights, mixed with others'."""
        others, share = checkpoint.read(self.path).arrays, np.float32(self.share)
        return {name: others[name] * share + own * (1 - share) for name, own in arrays.items()}


@dataclass(frozen=True)
class About:
    """The parts of a card that come from neither recipe nor state.

    Attributes:
        training_data: in words.
        licence: of the weights.
        purpose: what it is for, in two to five words; empty for models of research.
        description: a sentence or two.
        evaluations: by name of the data set, the file that `nledn evaluate --json` wrote.
        best: take the weights that validated best, not the last ones.
        blend: mix them with others.
    """

    training_data: str
    licence: str
    purpose: str = ""
    description: str = ""
    evaluations: dict[str, Path] = field(default_factory=dict)
    best: bool = False
    blend: Blend | None = None


def export(folder: Path, recipe: Recipe, about: About, into: Path) -> Card:
    """Write the running mean of a training as `<id>.safetensors` and `<id>.toml`.

    Scores need weights to be measured on: export, evaluate, and export again with the scores.
    Equal states give equal bytes, so the second export's weights are the first's.

    Raises:
        ValueError: the state is another recipe's or a variant's, or scores are another
            checkpoint's.
        WriteError: it cannot be written.
    """
    if VARIANTS[recipe.variant] != NLEDN_ITSELF:
        raise ValueError(f"a checkpoint is NLEDN itself, and {recipe.id} is its {recipe.variant}")
    source = folder / (BEST_FILE if about.best else STATE_FILE)
    state = torch.load(source, map_location="cpu", weights_only=True)
    if state["recipe"] != recipe.id:
        raise ValueError(f"{source} belongs to the recipe {state['recipe']}")
    path = into / f"{recipe.id}.safetensors"
    arrays = {name: tensor.float().contiguous().numpy() for name, tensor in state["mean"].items()}
    arrays = about.blend.with_others(arrays) if about.blend else arrays
    # Weights and card are replaced together or not at all: no score may be of other weights.
    with TemporaryDirectory() as trial:
        sha256 = checkpoint.write(Path(trial) / path.name, arrays)
    scores = {name: _score(file, sha256) for name, file in about.evaluations.items()}
    checkpoint.write(path, arrays)
    checkpoint.read(path, sha256=sha256)  # as strictly as every later reader
    card = Card(
        id=recipe.id,
        title=recipe.title,
        sha256=sha256,
        regions=recipe.regions,
        path=path,
        training_data=about.training_data,
        licence=about.licence,
        purpose=about.purpose,
        description=about.description,
        scores=scores,
        measured_by="AfterRain, nledn evaluate" if scores else "",
    )
    write_card(card)
    return card


def _score(file: Path, sha256: str) -> Score:
    evaluation: dict[str, Any] = json.loads(file.read_text("utf-8"))
    if evaluation["checkpoint_sha256"] != sha256:
        raise ValueError(f"{file} has the scores of another checkpoint")
    mean = evaluation["mean"]
    if None in mean.values():
        raise ValueError(f"{file} has no finite mean")
    return Score(round(mean["psnr_y"], 2), round(mean["ssim_y"], 4))
