"""The log of a training: a table, TensorBoard's curves, sample pictures."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

LOG_FILE = "log.csv"
LOG_FIELDS = (
    "step", "seconds", "cpu_seconds", "rate", "loss", "psnr_rainy", "psnr_derained", "psnr_dry",
)  # fmt: skip
SAMPLES_FOLDER = "samples"
SAMPLES = 4


def forget_after(step: int, folder: Path) -> None:
    """Remove the steps after the last state from the log: they are done again."""
    path = folder / LOG_FILE
    if not path.exists():
        return
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in rows if int(row["step"]) <= step]
    if len(kept) < len(rows):
        temporary = path.with_name(f"{path.name}.part")
        with temporary.open("w", newline="") as file:
            writer = csv.DictWriter(file, LOG_FIELDS)
            writer.writeheader()
            writer.writerows(kept)
        temporary.replace(path)


class TrainingJournal:
    """The log of one training.

    Raises:
        ValueError: TensorBoard is not installed.
    """

    def __init__(self, folder: Path, *, tensorboard: bool = False) -> None:
        self._folder = folder
        self._curves: Any = None
        if tensorboard:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError as error:
                raise ValueError("--tensorboard needs it: pip install tensorboard") from error
            self._curves = SummaryWriter(str(folder))

    def write(self, row: Mapping[str, str | float]) -> None:
        """Add a row, with any of `LOG_FIELDS`."""
        path = self._folder / LOG_FILE
        is_new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, LOG_FIELDS)
            if is_new:
                writer.writeheader()
            writer.writerow(row)
        if self._curves is not None:
            for name in LOG_FIELDS[1:]:
                if name in row:
                    self._curves.add_scalar(name, float(row[name]), int(row["step"]))
            self._curves.flush()

    def close(self) -> None:
        """Close TensorBoard's file."""
        if self._curves is not None:
            self._curves.close()

    def show(self, step: int, rows: Sequence[Sequence[Tensor]]) -> None:
        """Write a sheet: a row a sample, of (1, 3, H, W) in [0, 1], rainy, derained and clean."""
        lines = [torch.cat([picture[0].float().cpu() for picture in row], dim=2) for row in rows]
        if not lines:
            return
        width = max(line.shape[2] for line in lines)
        sheet = torch.cat(
            [torch.nn.functional.pad(line, (0, width - line.shape[2])) for line in lines], dim=1
        )
        folder = self._folder / SAMPLES_FOLDER
        folder.mkdir(exist_ok=True)
        pixels = (sheet.clamp(0, 1) * 255 + 0.5).to(torch.uint8).permute(1, 2, 0).numpy()
        Image.fromarray(np.ascontiguousarray(pixels)).save(folder / f"{step:07d}.jpg", quality=90)
