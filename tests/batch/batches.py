"""Batches for tests: tiny photos, an engine without weights, and a run of both."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tomli_w
from PIL import Image

from nledn import CancelToken, Derainer, Options, checkpoint
from nledn.architecture import weight_shapes
from nledn.batch import BatchRequest, BatchSettings, Ending, Queue, Row, Update, in_folder, run
from nledn.card import Card
from nledn.device import choose
from nledn.machine import Machine
from tests import commands

Floats = npt.NDArray[np.float32]

MACHINE = Machine("CPU", 1, 8 * 2**30, cpu_bf16=True, no_gpu_reason="none")
CARD = Card(id="ten", title="Ten", sha256="a" * 64, regions="fixed", path=Path("ten.safetensors"))
OPTIONS = Options(weights="ten", tile=64, overlap_px=16, precision="fp32", threads=1)
LEVELS = 10  # of 255, the rain of every pixel


class ConstantRain:
    """A backend for which it rains evenly."""

    def rain(self, rainy: Floats) -> Floats:
        return np.full_like(rainy, LEVELS / 255)


def engine(options: Options = OPTIONS) -> Derainer:
    return Derainer(options, CARD, choose(options, MACHINE), MACHINE, ConstantRain())


def even_weights(path: Path) -> Path:
    """A checkpoint for which it rains evenly, as `ConstantRain` does."""
    arrays = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes().items()}
    arrays["to_rain.bias"][:] = math.atanh(LEVELS / 255)
    checkpoint.write(path, arrays)
    return path


def batch_config(path: Path, **settings: Any) -> Path:
    """A file for `nledn batch --config`; float32, so that results are equal on every machine."""
    path.write_text(tomli_w.dumps({"precision": "fp32"} | settings), "utf-8")
    return path


def exit_code(weights: Path, *arguments: object, **settings: object) -> int:
    """Run `nledn batch` with these arguments, and with settings in a file for `--config`."""
    config = batch_config(weights.with_suffix(".batch.toml"), **settings)
    return commands.exit_code("batch", *arguments, "--weights", weights, "--config", config)


def make_photo(path: Path, seed: int = 0, size: tuple[int, int] = (24, 32)) -> Path:
    """A small photo of noise, height and width as in `size`, in the format of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(40, 200, (*size, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def make_photos(folder: Path, names: Sequence[str], size: tuple[int, int] = (24, 32)) -> list[Path]:
    return [make_photo(folder / name, seed, size) for seed, name in enumerate(names)]


def request(source: Path, out: Path, settings: BatchSettings | None = None) -> BatchRequest:
    settings = settings or BatchSettings(options=OPTIONS)
    return BatchRequest(in_folder(source, recursive=True, out=out), out, settings, CARD)


def run_batch(asked: BatchRequest, updates: list[Update] | None = None) -> tuple[Ending, list[Row]]:
    """Run a batch to its end; how it ended, and its rows."""
    seen = [] if updates is None else updates
    with Queue.opened(asked) as queue:
        ending = run(queue, engine(asked.settings.options), seen.append, CancelToken())
        return ending, list(queue.rows())


def batch(source: Path, out: Path, **changes: object) -> tuple[Ending, list[Row]]:
    """Run a batch of a folder with settings that differ from the tests' defaults."""
    settings = replace(BatchSettings(options=OPTIONS), **changes)  # type: ignore[arg-type]
    return run_batch(request(source, out, settings))


def results(out: Path) -> set[str]:
    """Files below `out`, without the journal's folder."""
    return {
        path.relative_to(out).as_posix()
        for path in out.rglob("*")
        if path.is_file() and ".afterrain" not in path.parts
    }


def states(rows: Sequence[Row]) -> dict[str, str]:
    return {row.source.name: row.state.value for row in rows}


def mean_of(path: Path) -> float:
    with Image.open(path) as image:
        return float(np.asarray(image).mean())
