"""Files that are no checkpoint of ours or ask for code: refused, and never run."""

import io
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from nledn import checkpoint
from nledn.errors import (
    CheckpointDamaged,
    CheckpointMismatch,
    CheckpointNotFound,
    CheckpointNotPermitted,
    CheckpointTooLarge,
    CheckpointUnsafe,
    NotACheckpoint,
)
from tests.checkpoint_files import (
    WEIGHTS,
    in_authors_layout,
    pth,
    read,
    tensors,
    with_header,
)

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
    data = save(changed) if kind == "safetensors" else pth(tensors(changed), is_zip=kind == "zip")
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
    with pytest.raises(CheckpointDamaged) as caught:
        read(tmp_path, data)
    assert caught.value.detail == "refine.bias has values that are not finite"


def test_float64_beyond_float32_is_refused(tmp_path: Path) -> None:
    large = {name: array.astype(np.float64) for name, array in WEIGHTS.items()}
    large["conv1.bias"][0] = 1e300
    for data in (save(large), pth({n: torch.tensor(a) for n, a in large.items()}, is_zip=True)):
        with pytest.raises(CheckpointDamaged) as caught:
            read(tmp_path, data)
        assert caught.value.detail == "conv1.bias has values that are not finite"


def test_a_vast_tensor_of_one_value_is_refused_unallocated(tmp_path: Path) -> None:
    vast = tensors(WEIGHTS) | {"conv1.bias": torch.zeros(1).expand(2**45)}
    with pytest.raises(CheckpointDamaged):
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
