"""Files of weights, whole and mangled, that the tests of checkpoints make."""

import io
import json
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from nledn import checkpoint
from nledn.architecture import weight_shapes
from nledn.checkpoint import AUTHORS_TO_OURS

Arrays = dict[str, npt.NDArray[np.float32]]
SHAPES_OF_AUTHORS = Path(__file__).parent / "golden" / "state_dict_shapes.json"
OURS_TO_AUTHORS = {ours: theirs for theirs, ours in AUTHORS_TO_OURS.items()}


def made_up_weights() -> Arrays:
    random = np.random.default_rng(1)
    return {
        name: random.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in weight_shapes().items()
    }


WEIGHTS = made_up_weights()


def tensors(arrays: Arrays) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(array) for name, array in arrays.items()}


def in_authors_layout(arrays: Arrays) -> dict[str, torch.Tensor]:
    return {OURS_TO_AUTHORS.get(name, name): tensor for name, tensor in tensors(arrays).items()}


def pth(content: Any, *, is_zip: bool) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=is_zip)
    return file.getvalue()


def header_and_data(data: bytes) -> tuple[dict[str, Any], bytes]:
    start = 8 + int.from_bytes(data[:8], "little")
    return json.loads(data[8:start]), data[start:]


def with_header(header: dict[str, Any] | bytes, data: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def read(folder: Path, data: bytes, name: str = "weights.bin") -> checkpoint.Weights:
    path = folder / name
    path.write_bytes(data)
    return checkpoint.read(path)


def assert_equal(found: checkpoint.Weights, expected: Arrays) -> None:
    assert list(found.arrays) == list(expected)
    for name, array in expected.items():
        assert found.arrays[name].dtype == np.float32
        np.testing.assert_array_equal(found.arrays[name], array)


def constant_rain(path: Path, levels: float) -> Path:
    """A checkpoint that finds so many levels of rain everywhere, whatever the photo."""
    arrays = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes().items()}
    arrays["to_rain.bias"][:] = math.atanh(levels / 255)
    checkpoint.write(path, arrays)
    return path
