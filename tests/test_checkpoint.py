import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save
from safetensors.torch import save as save_tensors

from nledn import checkpoint
from nledn.architecture import weight_shapes
from nledn.checkpoint.names import AUTHORS_TO_OURS
from nledn.errors import (
    CheckpointChanged,
    CheckpointDamaged,
    CheckpointError,
    CheckpointMismatch,
    CheckpointNotFinite,
    CheckpointNotFound,
    CheckpointNotPermitted,
    CheckpointTooLarge,
    CheckpointUnsafe,
    NotACheckpoint,
)
from nledn.network import NLEDN

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


# What asks for code.


class Touching:
    """Runs `open(path, "w")` when it is unpickled without care."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (open, (str(self.path), "w"))


def evil_zip(trap: Touching) -> bytes:
    return pth(in_authors_layout(WEIGHTS) | {"conv1.weight": trap}, is_zip=True)


def evil_legacy(trap: Touching) -> bytes:
    return pth({"conv1.weight": trap}, is_zip=False)


def evil_at_the_end_of_legacy(trap: Touching) -> bytes:
    """Harmless weights, and the trap where the list of storages should be."""
    head = [0x1950A86A20F9469CFC6C, 1001, {}, {}]
    return b"".join(pickle.dumps(part, 2) for part in [*head, trap])


EVIL: dict[str, Callable[[Touching], bytes]] = {
    "zip": evil_zip,
    "legacy": evil_legacy,
    "end of legacy": evil_at_the_end_of_legacy,
    **{f"protocol {n}": (lambda trap, n=n: pickle.dumps(trap, n)) for n in range(2, 6)},  # type: ignore[misc]
}


@pytest.mark.parametrize("make", EVIL.values(), ids=EVIL.keys())
def test_a_pickle_with_code_is_refused_and_not_run(
    tmp_path: Path, make: Callable[[Touching], bytes]
) -> None:
    trap = Touching(tmp_path / "was-run")
    with pytest.raises(CheckpointUnsafe):
        read(tmp_path, make(trap))
    assert not trap.path.exists()


def test_the_trap_itself_works(tmp_path: Path) -> None:
    trap = Touching(tmp_path / "was-run")
    pickle.loads(pickle.dumps(trap)).close()
    assert trap.path.exists()


def test_an_oldest_pickle_is_no_checkpoint_and_is_not_run(tmp_path: Path) -> None:
    trap = Touching(tmp_path / "was-run")
    with pytest.raises(NotACheckpoint):
        read(tmp_path, pickle.dumps(trap, 0))
    assert not trap.path.exists()


# What is no checkpoint at all.


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        b"{",
        b"just some words, and not even many of them\n",
        b"12345678{ words that begin like a header\n",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(1000),
        struct.pack("<Q", 2**60) + b"{}" + bytes(1000),
        pickle.dumps({"weights": [1, 2, 3]}),
    ],
    ids=["empty", "one byte", "brace", "text", "text with brace", "jpeg", "huge header", "pickle"],
)
def test_what_is_no_checkpoint_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    with pytest.raises((NotACheckpoint, CheckpointDamaged)) as caught:
        read(tmp_path, data)
    if data != b"\x80":  # the first byte of a pickle, and then nothing
        assert isinstance(caught.value, NotACheckpoint)


def test_a_folder_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(NotACheckpoint):
        checkpoint.read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotACheckpoint):
        checkpoint.read(tmp_path / "pipe")


def test_a_zip_of_something_else_is_no_checkpoint(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "no weights")
    with pytest.raises(NotACheckpoint):
        read(tmp_path, file.getvalue())


def test_a_compressed_zip_is_not_unpacked(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(50_000_000))
    with pytest.raises(NotACheckpoint):
        read(tmp_path, file.getvalue())


def test_a_saved_tensor_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(NotACheckpoint):
        read(tmp_path, pth(torch.zeros(3), is_zip=True))


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pth", tmp_path / ("n" * 300), tmp_path / "none" / "a.pth"):
        with pytest.raises(CheckpointNotFound):
            checkpoint.read(path)


def test_a_forbidden_file_is_said_to_be_forbidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"x")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(CheckpointNotPermitted):
        checkpoint.read(path)


def test_a_large_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    with path.open("wb") as file:
        file.write(with_header({}, b""))
        file.truncate(5_000_000_000)  # sparse: takes no room
    with pytest.raises(CheckpointTooLarge) as caught:
        checkpoint.read(path)
    assert caught.value.size_bytes == 5_000_000_000
    assert caught.value.limit_bytes < caught.value.size_bytes


# Weights that are not ours.


@pytest.mark.parametrize("kind", ["safetensors", "zip", "legacy"])
@pytest.mark.parametrize(
    ("change", "missing", "unexpected", "misshapen"),
    [
        ({"conv1.bias": None}, ("conv1.bias",), (), ()),
        ({"extra": np.zeros(3, np.float32)}, (), ("extra",), ()),
        ({"conv1.bias": np.zeros(65, np.float32)}, (), (), ("conv1.bias float32 65",)),
        ({"to_rain.bias": np.zeros(3, np.int64)}, (), (), ("to_rain.bias int64 3",)),
    ],
    ids=["missing", "extra", "misshapen", "integers"],
)
def test_another_network_is_refused_by_name(
    tmp_path: Path,
    kind: str,
    change: dict[str, Any],
    missing: tuple[str, ...],
    unexpected: tuple[str, ...],
    misshapen: tuple[str, ...],
) -> None:
    changed = {name: array for name, array in (WEIGHTS | change).items() if array is not None}
    if kind == "safetensors":
        data = save(changed)
        misshapen = tuple(text.replace("int64", "I64") for text in misshapen)
    else:
        data = pth(tensors(changed), is_zip=kind == "zip")
    with pytest.raises(CheckpointMismatch) as caught:
        read(tmp_path, data)
    error = caught.value
    assert (error.missing, error.unexpected, error.misshapen) == (missing, unexpected, misshapen)


def test_a_tensor_under_both_names_is_refused(tmp_path: Path) -> None:
    both = WEIGHTS | {"fusion.1.bias": WEIGHTS["refine.bias"]}
    with pytest.raises(CheckpointMismatch) as caught:
        read(tmp_path, save(both))
    assert caught.value.unexpected == ("fusion.1.bias",)


@pytest.mark.parametrize("kind", ["safetensors", "pth"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(tmp_path: Path, kind: str, value: float) -> None:
    bias = WEIGHTS["refine.bias"].copy()
    bias[-1] = value
    changed = WEIGHTS | {"refine.bias": bias}
    data = save(changed) if kind == "safetensors" else pth(tensors(changed), is_zip=False)
    with pytest.raises(CheckpointNotFinite) as caught:
        read(tmp_path, data)
    assert caught.value.tensor == "refine.bias"


def test_float64_beyond_float32_is_refused(tmp_path: Path) -> None:
    large = {name: array.astype(np.float64) for name, array in WEIGHTS.items()}
    large["conv1.bias"][0] = 1e300
    for data in (save(large), pth({n: torch.tensor(a) for n, a in large.items()}, is_zip=True)):
        with pytest.raises(CheckpointNotFinite):
            read(tmp_path, data)


def test_a_vast_tensor_of_one_value_is_refused_unallocated(tmp_path: Path) -> None:
    vast = tensors(WEIGHTS) | {"conv1.bias": torch.zeros(1).expand(2**45)}
    with pytest.raises(CheckpointMismatch):
        read(tmp_path, pth(vast, is_zip=True))


def test_sparse_and_other_unusual_tensors_are_refused(tmp_path: Path) -> None:
    unusual: list[Any] = [
        torch.zeros(64).to_sparse(),
        torch.zeros(64, device="meta"),
        [0.0] * 64,
        "words",
    ]
    for value in unusual:
        with pytest.raises((CheckpointMismatch, CheckpointUnsafe)):
            read(tmp_path, pth(tensors(WEIGHTS) | {"conv1.bias": value}, is_zip=True))


# Files that were damaged, or made to harm.


@pytest.mark.parametrize("kind", ["safetensors", "zip", "legacy"])
@pytest.mark.parametrize("kept", [0.0001, 0.002, 0.5, 0.999])
def test_a_truncated_file_is_damaged(tmp_path: Path, kind: str, kept: float) -> None:
    whole = save(WEIGHTS) if kind == "safetensors" else pth(tensors(WEIGHTS), is_zip=kind == "zip")
    with pytest.raises(CheckpointDamaged):
        read(tmp_path, whole[: int(len(whole) * kept)])


def hostile_headers() -> dict[str, bytes]:
    header, data = header_and_data(save(WEIGHTS))
    first = min(header, key=lambda name: header[name]["data_offsets"][0])
    end = header[first]["data_offsets"][1]

    def entry(**change: Any) -> bytes:
        return with_header(header | {first: header[first] | change}, data)

    name = json.dumps(first).encode()
    text = json.dumps(header).encode()
    return {
        "longer than the file": struct.pack("<Q", 99_999_999) + text + data,
        "no json": with_header(b"{no json", data),
        "no utf-8": with_header(b'{"\xff": 1}', data),
        "nested": with_header(b'{"a":' + b"[" * 200_000, data),
        "a name twice": with_header(b"{" + name + b":{}," + name + b":{}}", b""),
        "an entry of words": with_header(header | {first: "words"}, data),
        "unknown type": entry(dtype="F99"),
        "negative shape": entry(shape=[-1, -64]),
        "a shape of truths": entry(shape=[True] * 4),
        "too many dimensions": entry(shape=[1] * 9),
        "vast shape": entry(shape=[2**60] * 8),
        "negative place": entry(data_offsets=[-end, 0]),
        "beyond the end": entry(data_offsets=[len(data), len(data) + end]),
        "overlap": entry(data_offsets=[end, 2 * end]),
        "wrong size": entry(data_offsets=[0, end - 4]),
        "bytes left over": with_header(header, data + b"more"),
        "hole in front": with_header(
            {
                key: value | {"data_offsets": [offset + 8 for offset in value["data_offsets"]]}
                for key, value in header.items()
            },
            bytes(8) + data,
        ),
    }


HOSTILE = hostile_headers()


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_header_that_lies_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CheckpointDamaged):
        read(tmp_path, data)


def test_a_zip_whose_parts_claim_more_than_the_file_is_damaged(tmp_path: Path) -> None:
    data = bytearray(pth({"a": torch.zeros(4)}, is_zip=True))
    entry = data.rindex(b"PK\x01\x02")  # the central directory's last entry
    data[entry + 24 : entry + 28] = struct.pack("<I", 4_000_000_000)
    with pytest.raises(CheckpointDamaged):
        read(tmp_path, bytes(data))


WHOLE = {
    "safetensors": save(WEIGHTS),
    "zip": pth(in_authors_layout(WEIGHTS), is_zip=True),
    "legacy": pth(in_authors_layout(WEIGHTS), is_zip=False),
}


@pytest.mark.parametrize("kind", WHOLE)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    places=st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), min_size=1, max_size=8)
)
def test_corruption_gives_weights_or_a_typed_error(
    tmp_path: Path, kind: str, places: list[tuple[int, int]]
) -> None:
    data = bytearray(WHOLE[kind])
    for at, value in places:
        data[at] = value
    try:
        found = read(tmp_path, bytes(data))
    except CheckpointError:
        return
    assert {name: array.shape for name, array in found.arrays.items()} == weight_shapes()


def test_safetensors_are_read_without_torch(tmp_path: Path) -> None:
    checkpoint.write(tmp_path / "a.safetensors", WEIGHTS)
    code = (
        "import sys; from pathlib import Path; from nledn import checkpoint\n"
        "checkpoint.read(Path(sys.argv[1])); assert 'torch' not in sys.modules"
    )
    root = Path(__file__).resolve().parents[1]
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.safetensors")], check=True, cwd=root
    )
