"""The abilities of an attacker in a decoder process."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nledn import decoder
from nledn.decoder import limits, process, sandbox
from nledn.decoder.pool import Pool
from nledn.errors import PhotoCrashesDecoder, PhotoDamaged, PhotoDecoderMissing
from tests.photo import files

PRISONER = Path(__file__).with_name("prisoner.py")
needs_landlock = pytest.mark.skipif(sandbox.version() < 1, reason="this system has no Landlock")
NETWORK = {"connect", "listen"}


@pytest.fixture
def told(tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The report of a process that tries everything."""
    monkeypatch.setattr(process, "command", lambda: [sys.executable, str(PRISONER)])
    (tmp_path / "victim.txt").write_text("untouched")
    (tmp_path / "removable.txt").touch()
    with socket.create_server(("127.0.0.1", 0)) as server:
        (tmp_path / "port").write_text(str(server.getsockname()[1]))
        photo = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
        with pytest.raises(PhotoDamaged) as caught:
            decoder.read(photo)
        yield json.loads(caught.value.detail)


@needs_landlock
def test_nothing_is_written_started_or_reached(tmp_path: Path, told: dict[str, Any]) -> None:
    done = set(told["done"])
    if sandbox.version() < 6:
        done -= {"kill the owner"}
    if sandbox.version() < 4:
        done -= NETWORK
    assert done == set()
    assert (tmp_path / "victim.txt").read_text() == "untouched"
    left = {path.name for path in tmp_path.iterdir()} - {"home"}
    assert left == {"a.png", "port", "removable.txt", "victim.txt"}


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has all of the limits")
def test_limits_cannot_be_raised_again(told: dict[str, Any]) -> None:
    hard = told["hard"]
    assert hard["CORE"] == 0
    assert hard["FSIZE"] == limits.PRINTED_BYTES
    assert hard["NOFILE"] == limits.FILES
    assert hard["CPU"] == limits.LIFE_CPU_S
    assert 0 < hard["DATA"] <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert told["no_new_privileges"]
    assert told["blocks_untrusted"] == "1"
    assert told["threads"] == 2, "a thread from before the sandbox would be outside of it"


def test_a_process_that_had_its_time_is_replaced(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "from nledn.decoder import limits, server; limits.is_old = lambda: True; server.serve()"
    monkeypatch.setattr(process, "command", lambda: [sys.executable, "-c", code])
    photo = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    for _ in range(2):
        assert decoder.read(photo).size == (56, 40)
        assert not pool._idle


NONSENSE = [
    {"header": {}},
    {"header": {"format": "PNG", "size": []}},
    {"form": {"width": 1}},
    {"form": {"width": 8, "height": 8, "depth": "object", "has_alpha": False}},
    {"form": {"width": 2**40, "height": 2**40, "depth": "uint8", "has_alpha": False}},
    {"form": {"width": 60_000, "height": 60_000, "depth": "uint8", "has_alpha": False}},
    {"form": {"width": -1, "height": -1, "depth": "uint8", "has_alpha": False}},
    {"strip": [0, 1]},
    {"strip": [10**18, 1]},
    {"strip": [-1, 1]},
    {"strip": 8},
    {"error": ["DerainError", {}]},
    {"error": ["__builtins__", {}]},
    {"error": ["PhotoDamaged", {"nothing": 1}]},
    {"other": None},
    {"done": {}},
    {"done": None, "more": None},
    ["no", "object"],
]


def test_a_first_answer_that_makes_no_sense_is_no_decoder(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import os; os.write(1, b'nonsense\\n'); os.read(0, 9)"
    monkeypatch.setattr(process, "command", lambda: [sys.executable, "-c", code])
    photo = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    with pytest.raises(PhotoDecoderMissing) as caught:
        decoder.read(photo)
    assert "makes no sense" in caught.value.detail
    assert not pool._idle


@pytest.mark.parametrize("answer", [*map(json.dumps, NONSENSE), "{", "\udcff", "[" * 100_000])
def test_an_answer_that_makes_no_sense_costs_one_photo(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    raw = os.fsencode(answer)
    code = (
        "import os; os.write(1, b'{\"ready\": true}\\n'); os.read(0, 9); "
        f"answer = {raw[:50]!r} * {max(1, len(raw) // 50)}; os.write(1, answer + b'\\n'); "
        "os.read(0, 9000); os.read(0, 9000)"
    )
    if len(raw) < 50_000:
        code = code.replace(f"{raw[:50]!r} * {max(1, len(raw) // 50)}", repr(raw))
    monkeypatch.setattr(process, "command", lambda: [sys.executable, "-c", code])
    photo = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    with pytest.raises(PhotoCrashesDecoder):
        decoder.read(photo)
    assert not pool._idle
