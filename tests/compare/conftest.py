from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn import backends
from nledn.backends import Trained
from nledn.options import Options
from nledn.photo import Photo
from nledn.pixels import Bytes, Floats
from tests.checkpoint_files import constant_rain

TILED = Options(tile=64, overlap_px=16, precision="fp32", threads=1)


def scene(height: int = 96, width: int = 144, seed: int = 0) -> Bytes:
    rng = np.random.default_rng(seed)
    return rng.integers(60, 200, (height, width, 3)).astype(np.uint8)


class Constant:
    """The network's result for zero weights and a last bias, at once."""

    def __init__(self, trained: Trained) -> None:
        self._rain = np.tanh(trained.arrays["to_rain.bias"])[None, :, None, None]

    def rain(self, rainy: Floats) -> Floats:
        return np.broadcast_to(self._rain, rainy.shape).astype(np.float32)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkpoints of `weights` without the network behind them."""
    monkeypatch.setattr(backends, "create", lambda _choice, trained: Constant(trained))


@pytest.fixture
def weights(tmp_path: Path) -> Callable[[float], Path]:
    return lambda levels: constant_rain(tmp_path / f"rain-{levels:g}.safetensors", levels)


@pytest.fixture
def rainy(tmp_path: Path) -> Path:
    path = tmp_path / "street.png"
    Image.fromarray(scene()).save(path)
    return path


@pytest.fixture
def photo() -> Photo:
    return Photo(scene())
