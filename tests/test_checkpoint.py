import io
import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.numpy import save
from safetensors.torch import save as save_tensors

from nledn import checkpoint
from nledn.architecture import weight_shapes
from nledn.checkpoint import AUTHORS_TO_OURS
from nledn.errors import (
    CheckpointChanged,
)
from nledn.network import NLEDN
from tests.checkpoint_files import (
    SHAPES_OF_AUTHORS,
    WEIGHTS,
    assert_equal,
    in_authors_layout,
    pth,
    read,
    tensors,
)


def test_names_and_shapes_are_those_of_the_network() -> None:
    network = {name: tuple(tensor.shape) for name, tensor in NLEDN().state_dict().items()}
    assert list(weight_shapes().items()) == list(network.items())


def test_the_table_of_names_leads_from_the_authors_to_ours() -> None:
    published = json.loads(SHAPES_OF_AUTHORS.read_text())
    renamed = {AUTHORS_TO_OURS.get(name, name): tuple(shape) for name, shape in published.items()}
    assert renamed == weight_shapes()


def test_what_is_written_reads_back_with_its_hash(tmp_path: Path) -> None:
    sha256 = checkpoint.write(tmp_path / "a.safetensors", WEIGHTS)
    found = checkpoint.read(tmp_path / "a.safetensors", sha256=sha256)
    assert_equal(found, WEIGHTS)
    assert found.sha256 == sha256
    assert found.named_by == "us"


def test_equal_weights_give_equal_bytes(tmp_path: Path) -> None:
    backwards = dict(reversed(WEIGHTS.items()))
    one = checkpoint.write(tmp_path / "a.safetensors", WEIGHTS)
    other = checkpoint.write(tmp_path / "b.safetensors", backwards)
    assert one == other


@pytest.mark.parametrize("is_zip", [False, True])
def test_the_authors_layout_is_read_in_both_formats(tmp_path: Path, is_zip: bool) -> None:
    found = read(tmp_path, pth(in_authors_layout(WEIGHTS), is_zip=is_zip))
    assert_equal(found, WEIGHTS)
    assert found.named_by == "authors"


def test_our_names_are_read_from_a_pth(tmp_path: Path) -> None:
    found = read(tmp_path, pth(tensors(WEIGHTS), is_zip=True))
    assert_equal(found, WEIGHTS)
    assert found.named_by == "us"


def test_the_format_goes_by_content_not_by_name(tmp_path: Path) -> None:
    data = pth(in_authors_layout(WEIGHTS), is_zip=False)
    assert_equal(read(tmp_path, data, "a.safetensors"), WEIGHTS)
    assert_equal(read(tmp_path, save(WEIGHTS), "a.pth"), WEIGHTS)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("kind", ["safetensors", "pth"])
def test_other_floats_become_float32(tmp_path: Path, dtype: torch.dtype, kind: str) -> None:
    stored = {name: tensor.to(dtype) for name, tensor in tensors(WEIGHTS).items()}
    data = save_tensors(stored) if kind == "safetensors" else pth(stored, is_zip=True)
    expected = {name: tensor.float().numpy() for name, tensor in stored.items()}
    assert_equal(read(tmp_path, data), expected)


def test_arrays_are_our_own_and_writable(tmp_path: Path) -> None:
    for data in (save(WEIGHTS), pth(tensors(WEIGHTS), is_zip=True)):
        for array in read(tmp_path, data).arrays.values():
            assert array.flags.writeable
            assert array.flags.c_contiguous


def test_other_bytes_than_expected_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    sha256 = checkpoint.write(path, WEIGHTS)
    changed = WEIGHTS | {"conv1.bias": WEIGHTS["conv1.bias"] + 1}
    other = checkpoint.write(path, changed)
    with pytest.raises(CheckpointChanged) as caught:
        checkpoint.read(path, sha256=sha256)
    assert (caught.value.expected, caught.value.found) == (sha256, other)


@pytest.mark.parametrize("kind", ["safetensors", "legacy", "zip"])
def test_checkpoints_are_read_without_torch(tmp_path: Path, kind: str) -> None:
    whole = save(WEIGHTS) if kind == "safetensors" else pth(tensors(WEIGHTS), is_zip=kind == "zip")
    (tmp_path / "a").write_bytes(whole)
    code = (
        "import sys; from pathlib import Path; from nledn import checkpoint\n"
        "checkpoint.read(Path(sys.argv[1])); assert 'torch' not in sys.modules"
    )
    root = Path(__file__).resolve().parents[1]
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], check=True, cwd=root)


def parts_of_one_storage() -> dict[str, torch.Tensor]:
    """Each tensor a view: all of them one after the other in the same numbers, some transposed."""
    whole = torch.cat([tensor.flatten() for tensor in tensors(WEIGHTS).values()])
    views, start = {}, 0
    for name, shape in weight_shapes().items():
        part = whole[start : start + math.prod(shape)]
        start += part.numel()
        views[name] = part.view(shape[::-1]).permute(*range(len(shape))[::-1])
    return views


def of_parameters() -> dict[str, torch.Tensor]:
    return {name: torch.nn.Parameter(tensor) for name, tensor in tensors(WEIGHTS).items()}


def of_a_module() -> dict[str, torch.Tensor]:
    """With the attributes that a module's state dict has."""
    network = NLEDN()
    network.load_state_dict(tensors(WEIGHTS))
    return network.state_dict()


@pytest.mark.parametrize("is_zip", [False, True], ids=["legacy", "zip"])
@pytest.mark.parametrize("make", [parts_of_one_storage, of_parameters, of_a_module])
def test_what_torch_loads_is_what_is_read(
    tmp_path: Path, make: Callable[[], dict[str, torch.Tensor]], is_zip: bool
) -> None:
    data = pth(make(), is_zip=is_zip)
    loaded = torch.load(io.BytesIO(data), weights_only=True)
    assert_equal(read(tmp_path, data), {name: loaded[name].detach().numpy() for name in WEIGHTS})


@pytest.mark.parametrize("name", ["Rain100L", "Rain100H", "DDN", "DID"])
def test_the_published_files_are_read_as_torch_reads_them(shared: Path, name: str) -> None:
    path = shared / "official" / f"net_{name}.pth"
    loaded = torch.load(path, weights_only=True)
    expected = {AUTHORS_TO_OURS.get(key, key): value.numpy() for key, value in loaded.items()}
    assert_equal(checkpoint.read(path), {key: expected[key] for key in weight_shapes()})
