"""Files of weights that were made to harm, refused one by one: `python -m tests.faults.attacks`.

Each is read in a separate process, so that time and memory are its alone. A line of JSON for
each has the message to the user, and its cost.
"""

import io
import json
import os
import pickle
import resource
import struct
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save

from nledn import checkpoint
from nledn.errors import DerainError
from tests.checkpoint_files import (
    WEIGHTS,
    header_and_data,
    in_authors_layout,
    pth,
    tensors,
    with_header,
)

LIMIT = checkpoint.LIMIT_BYTES - 1000
FIRST = "conv1.weight"


@dataclass(frozen=True)
class Refusal:
    """The refusal of a file.

    Attributes:
        attack: its name in `ATTACKS`.
        sentence: the message to the user; empty if the file was accepted.
        seconds: of the processor, from the path to the sentence.
        peak_bytes: of the process, torch included.
    """

    attack: str
    sentence: str
    seconds: float
    peak_bytes: int


def refused(attack: str, path: Path) -> Refusal:
    """Make a file and read it in another process."""
    path.write_bytes(ATTACKS[attack]())
    ours, theirs = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        _read(attack, path, theirs)
        os._exit(0)
    theirs.close()
    try:
        answer: Refusal = ours.recv()
        return answer
    finally:
        os.waitpid(child, 0)


def _read(attack: str, path: Path, answer: Connection) -> None:
    started = time.process_time()
    sentence = ""
    try:
        checkpoint.read(path)
    except DerainError as error:
        sentence = str(error)
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    answer.send(Refusal(attack, sentence, seconds, peak))


class _Code:
    def __reduce__(self) -> tuple[object, ...]:
        return (os.system, ("true",))


def _zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _bomb() -> bytes:
    """300 MB of zeros in 1.3 MB."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("archive/data.pkl", "w") as part,
    ):
        for _ in range(30):
            part.write(bytes(10_000_000))
    return file.getvalue()


def _taking_steps(steps: bytes) -> bytes:
    """A file of PyTorch's whose pickle takes these steps."""
    return _zipped({"archive/data.pkl": b"\x80\x02" + steps + b".", "archive/version": b"3\n"})


def _doubling() -> bytes:
    """A dict whose key is a pair of a pair of a pair …: hashing it takes 2⁶⁰ steps."""
    steps = b"".join(b"q%ch%c\x86" % (number, number) for number in range(60))
    return _taking_steps(b"}N" + steps + b"Ns")


def _nested() -> bytes:
    """A dict whose key is a tuple in a tuple in a tuple …, deeper than any stack."""
    return _taking_steps(b"})" + b"\x85" * (LIMIT - 1000) + b"Ns")


def _many_entries() -> bytes:
    entry = b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    text = b"{" + b",".join(entry % number for number in range(160_000)) + b"}"
    return struct.pack("<Q", len(text)) + text


def _claiming(numbers: int, *, is_zip: bool) -> bytes:
    """A tensor of so many numbers, in a file of 1 kB."""
    told, claimed = b"KM", b"\x8a\x08" + struct.pack("<q", numbers)
    data = pth({FIRST: torch.zeros(77)}, is_zip=is_zip)
    if not is_zip:
        return data.replace(told, claimed)[:1000]
    parts = _parts(data)
    parts["archive/data.pkl"] = parts["archive/data.pkl"].replace(told, claimed)
    return _zipped(parts)


def _entry(**change: Any) -> bytes:
    header, data = header_and_data(save(WEIGHTS))
    return with_header(header | {FIRST: header[FIRST] | change}, data)


def _with(**changed: Any) -> bytes:
    return save(WEIGHTS | {name.replace("__", "."): array for name, array in changed.items()})


def _pth_with(value: Any) -> bytes:
    return pth(tensors(WEIGHTS) | {"conv1.bias": value}, is_zip=True)


def _sharing() -> bytes:
    shared = torch.zeros(100)
    return pth(
        tensors(WEIGHTS) | {"conv1.bias": shared[:64], "refine.bias": shared[36:]}, is_zip=True
    )


def _bias(value: float) -> "np.ndarray[Any, np.dtype[np.float32]]":
    return np.full(64, value, np.float32)


ATTACKS: dict[str, Callable[[], bytes]] = {
    "code in a zip": lambda: pth(in_authors_layout(WEIGHTS) | {FIRST: _Code()}, is_zip=True),
    "code in an old file": lambda: pth({FIRST: _Code()}, is_zip=False),
    "code in a plain pickle": lambda: pickle.dumps(_Code(), 4),
    "a zip bomb": _bomb,
    "a zip of 20,000 parts": lambda: _zipped({str(number): b"" for number in range(20_000)}),
    "a pickle that doubles 60 times": _doubling,
    "a pickle of 10 million levels": _nested,
    "a pickle of 10 million steps": lambda: _taking_steps(b"}" + b"N0" * (LIMIT // 2 - 1000)),
    "a pickle of 2^31 remembered values": lambda: _taking_steps(b"}r" + b"\xff\xff\xff\x7f"),
    "10 GB claimed by a zip of 1 kB": lambda: _claiming(2_500_000_000, is_zip=True),
    "10 GB claimed by an old file of 1 kB": lambda: _claiming(2_500_000_000, is_zip=False),
    "2^60 numbers in 1 kB": lambda: _claiming(2**60, is_zip=False),
    "one number repeated to 10 GB": lambda: _pth_with(torch.zeros(1).expand(2_500_000_000)),
    "one number repeated to the right shape": lambda: _pth_with(torch.zeros(1).expand(64)),
    "two tensors in one place": _sharing,
    "a tensor of another device": lambda: _pth_with(torch.zeros(64, device="meta")),
    "NaN in a zip": lambda: _pth_with(torch.full((64,), torch.nan)),
    "integers in a zip": lambda: _pth_with(torch.zeros(64, dtype=torch.int64)),
    "a header of 2^60 bytes": lambda: struct.pack("<Q", 2**60) + b"{}" + bytes(1000),
    "a header that is longer than its file": lambda: struct.pack("<Q", 99_999_999) + b"{" * 1000,
    "a header of 160,000 tensors": _many_entries,
    "a header of 10 MB of brackets": lambda: with_header(b'{"a":' + b"[" * LIMIT, b""),
    "10 GB declared in 1 kB": lambda: with_header(
        {FIRST: {"dtype": "F32", "shape": [2_500_000_000], "data_offsets": [0, 10_000_000_000]}},
        b"",
    ),
    "a shape of 2^480": lambda: _entry(shape=[2**60] * 8),
    "tensors that overlap": lambda: _entry(data_offsets=[4, 6916]),
    "NaN": lambda: _with(conv1__bias=_bias(np.nan)),
    "infinity": lambda: _with(conv1__bias=_bias(np.inf)),
    "integers": lambda: _with(conv1__bias=np.zeros(64, np.int32)),
    "complex numbers": lambda: _with(conv1__bias=np.zeros(64, np.complex64)),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for attack in ATTACKS:
            found = refused(attack, Path(folder) / "weights.pth")
            print(json.dumps(asdict(found)), flush=True)


if __name__ == "__main__":
    main()
