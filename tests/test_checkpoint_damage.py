"""Files of weights that were damaged, or made to harm."""

import json
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from nledn.architecture import weight_shapes
from nledn.errors import (
    CheckpointDamaged,
    CheckpointError,
)
from tests.checkpoint_files import (
    WEIGHTS,
    header_and_data,
    in_authors_layout,
    pth,
    read,
    tensors,
    with_header,
)

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


def test_a_key_of_a_storage_that_unfolds_is_refused_as_it_is(tmp_path: Path) -> None:
    key: tuple[Any, ...] = ()
    for _ in range(18):
        key = (key, key)  # with 40 its text would fill any memory
    parts: list[object] = [0x1950A86A20F9469CFC6C, 1001, {}, {}, [key]]
    with pytest.raises(CheckpointDamaged) as caught:
        read(tmp_path, b"".join(pickle.dumps(part, 2) for part in parts) + bytes(8))
    assert len(caught.value.detail) < 100


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
