"""The user's choices, checked once, for the window, the command line and batches."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from nledn.errors import OptionInvalid

BackendName = Literal["torch", "openvino"]
PrecisionName = Literal["fp32", "bf16", "fp16"]

AUTO = "auto"  # as weights: `nledn.auto` chooses a model of ours for each photo
STRENGTH_MAX = 1.5
LIMIT_MEGAPIXELS = 250.0
"""Larger photos are refused unless asked for: most are bombs, or panoramas of hours of work."""
TILE_MIN_PX = 64  # an overlap must fit twice, and each level needs some pixels
TILE_MAX_PX = 4096
_DEVICE = re.compile("auto|cpu|mps|cuda(:[0-9]+)?")


@dataclass(frozen=True)
class Options:
    """Settings of a run; `auto` leaves the choice to `nledn.device`.

    Attributes:
        weights: id of a checkpoint, path of a file, or `auto`: see `nledn.auto`.
        strength: share of the estimated rain to remove, 0 to 1.5.
        keep_brightness: give the slow part of the light back that goes with the rain.
        device: `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.
        backend: `auto`, `torch` or `openvino`.
        precision: `auto`, `fp32`, `bf16` or `fp16`.
        tile: side of a tile in px, `whole` for the photo at once, or `auto`: whole up to 512 px,
            tiles above.
        overlap_px: pixels that neighbouring tiles share at least; None for the measured best.
        threads: processor threads; None for all cores.

    Raises:
        OptionInvalid: a value outside its range.

    Example:
        >>> options = nledn.Options(device="cpu", precision="fp32", threads=2)
        >>> nledn.Options(strength=2.0)
        Traceback (most recent call last):
        nledn.errors.device.OptionInvalid: Invalid strength: 2.0...
    """

    weights: str = AUTO
    strength: float = 1.0
    keep_brightness: bool = False
    device: str = "auto"
    backend: str = "auto"
    precision: str = "auto"
    tile: str | int = "auto"
    overlap_px: int | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        allowed = "0 to 1.5 (0.7 is 70 %)"
        _require(0 <= self.strength <= STRENGTH_MAX, "strength", self.strength, allowed)
        is_device = _DEVICE.fullmatch(self.device) is not None
        _require(is_device, "device", self.device, "auto, cpu, cuda, cuda:N or mps")
        require_one("backend", self.backend, ("auto", *get_args(BackendName)))
        require_one("precision", self.precision, ("auto", *get_args(PrecisionName)))
        is_number = isinstance(self.tile, int) and TILE_MIN_PX <= self.tile <= TILE_MAX_PX
        is_tile = is_number or self.tile in ("auto", "whole")
        _require(is_tile, "tile", self.tile, "auto, whole or 64 to 4096")
        overlap_fits = self.overlap_px is None or 0 <= self.overlap_px <= self._overlap_limit()
        limit = f"0 to {self._overlap_limit()} (a quarter of the tile)"
        _require(overlap_fits, "overlap", self.overlap_px, limit)
        _require(self.threads is None or self.threads >= 1, "threads", self.threads, "1 or more")

    def _overlap_limit(self) -> int:
        return (self.tile if isinstance(self.tile, int) else 512) // 4


def parse_tile(text: str) -> str | int:
    """`auto`, `whole` or a number, as typed; anything else comes back for `Options` to refuse."""
    return int(text) if text.isascii() and text.isdigit() else text


def require_one(option: str, found: str, allowed: tuple[str, ...]) -> None:
    """Refuse a word that is not allowed.

    Raises:
        OptionInvalid: the word is not allowed.
    """
    _require(found in allowed, option, found, f"{', '.join(allowed[:-1])} or {allowed[-1]}")


def _require(holds: bool, option: str, found: object, allowed: str) -> None:
    if not holds:
        raise OptionInvalid(option, str(found), allowed)
