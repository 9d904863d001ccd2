"""A training's folder with its settings, from which it can be resumed."""

import logging
import shutil
import tomllib
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal, get_args

import tomli_w
import torch

from nledn import checkpoint, malloc
from nledn.training.config import read_recipe
from nledn.training.loop import Run, Trainer
from nledn.training.material import material_of
from nledn.training.processes import device_of_process, joined

log = logging.getLogger(__name__)

RECIPE_FILE = "recipe.toml"
SETTINGS_FILE = "run.toml"

Precision = Literal["auto", "fp32", "bf16"]


@dataclass(frozen=True)
class TrainingSettings:
    """The local settings of a training, beside its recipe.

    Attributes:
        data: the folder of photos or pairs.
        start: file of the checkpoint to begin with; empty for random weights.
        threads: processor threads; 0 takes all.
        device: `cpu` or `cuda`.
        precision: of the trunk; `auto` is bfloat16 where the device has it.
        tensorboard: draw curves as well.
    """

    data: str
    start: str = ""
    threads: int = 0
    device: str = "cpu"
    precision: Precision = "auto"
    tensorboard: bool = False


def recipe_path(name: str) -> Path:
    """The file of a recipe, by the name of a shipped one or by its path."""
    path = Path(name)
    if path.suffix == ".toml":
        return path
    return Path(str(files("nledn.training") / "recipes" / f"{name}.toml"))


def start(recipe: Path, folder: Path, settings: TrainingSettings, until_step: int | None) -> None:
    """Train a recipe in a folder, from the folder's state if it has one.

    Raises:
        ValueError: the folder's state is another recipe's.
        FileNotFoundError: the data are missing.
        DerainError: the data do not match the recipe.
    """
    with joined(settings.device) as share:
        run = Run(
            folder,
            bf16=takes_bf16(settings.precision, settings.device),
            device=device_of_process(settings.device),
            tensorboard=settings.tensorboard,
            share=share,
        )
        _train(recipe, run, settings, until_step)


def _train(recipe: Path, run: Run, settings: TrainingSettings, until_step: int | None) -> None:
    """Train; no network is left when it returns, as `joined` wants."""
    take_threads(settings.threads)
    known = read_recipe(recipe)
    trainer = Trainer(known, run, material_of(known, Path(settings.data)))
    if not trainer.resume() and settings.start:
        trainer.start_from(checkpoint.read(Path(settings.start)))
    if run.share.is_first:  # after all checks, so that `resume` can rely on it
        _remember(recipe, run.folder, settings)
    trainer.train(until_step)


def take_up(folder: Path, until_step: int | None) -> None:
    """Continue the training of a folder with its own settings.

    Raises:
        FileNotFoundError: no training was started there.
    """
    if not (folder / SETTINGS_FILE).exists():
        raise FileNotFoundError(
            f"{folder}: no training was started here, {SETTINGS_FILE} is missing"
        )
    values = tomllib.loads((folder / SETTINGS_FILE).read_text("utf-8"))
    start(folder / RECIPE_FILE, folder, TrainingSettings(**values), until_step)


def _remember(recipe: Path, folder: Path, settings: TrainingSettings) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / RECIPE_FILE
    if kept.exists() and kept.read_bytes() != recipe.read_bytes():
        log.warning("the recipe is not the one that this training began with")
    if not (kept.exists() and recipe.samefile(kept)):
        shutil.copyfile(recipe, kept)
    (folder / SETTINGS_FILE).write_text(tomli_w.dumps(asdict(settings)), "utf-8")


def take_threads(threads: int) -> None:
    """Set the number of processor threads, 0 for torch's default, and keep freed memory."""
    malloc.keep_freed()
    if threads:
        torch.set_num_threads(threads)


def takes_bf16(precision: Precision, device: str = "cpu") -> bool:
    """Return whether the trunk is trained in bfloat16.

    Raises:
        ValueError: `precision` is unknown.
    """
    if precision not in get_args(Precision):
        raise ValueError(f"{precision} is not a precision: use auto, fp32 or bf16")
    if precision != "auto":
        return precision == "bf16"
    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
