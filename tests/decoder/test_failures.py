"""Decoders that crash, hang and devour: one file each, with an error that says so."""

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from nledn import decoder
from nledn.cancel import CancelToken
from nledn.decoder import limits, process
from nledn.decoder.pool import Pool
from nledn.errors import (
    Cancelled,
    PhotoCrashesDecoder,
    PhotoDamaged,
    PhotoDecoderMissing,
    PhotoTakesMemory,
    PhotoTakesTooLong,
)
from tests.decoder.conftest import SABOTEUR
from tests.photo import files

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")


@pytest.fixture
def fine(tmp_path: Path) -> Path:
    return _photo(tmp_path, "fine")


def _photo(folder: Path, stem: str) -> Path:
    return files.saved(folder, f"{stem}.png", files.encoded(files.smooth(), "PNG"))


def _is_read(path: Path) -> bool:
    return np.array_equal(decoder.read(path).pixels, files.smooth())


@pytest.mark.usefixtures("saboteurs")
def test_a_crash_costs_one_photo(tmp_path: Path, fine: Path) -> None:
    with pytest.raises(PhotoCrashesDecoder) as caught:
        decoder.read(_photo(tmp_path, "crash"))
    assert caught.value.path == tmp_path / "crash.png"
    assert caught.value.detail == "SIGSEGV" or os.name == "nt"
    assert "crash.png" in str(caught.value)
    assert _is_read(fine)


@pytest.mark.usefixtures("saboteurs")
def test_a_library_that_dies_for_want_of_memory(tmp_path: Path, fine: Path) -> None:
    with pytest.raises(PhotoTakesMemory):
        decoder.read(_photo(tmp_path, "die-of-memory"))
    assert _is_read(fine)


@posix_only
@pytest.mark.usefixtures("saboteurs")
def test_a_loop_without_end(tmp_path: Path, fine: Path) -> None:
    started = time.monotonic()
    with pytest.raises(PhotoTakesTooLong):
        decoder.read(_photo(tmp_path, "spin"))
    assert time.monotonic() - started < limits.WALL_S, "it is the processor's time that counts"
    assert _is_read(fine)


@pytest.mark.usefixtures("saboteurs")
@pytest.mark.parametrize("stem", ["sleep", "hold-everything"])
def test_a_decoder_that_waits_for_ever(
    tmp_path: Path, fine: Path, stem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _is_read(fine)
    with monkeypatch.context() as patched:
        patched.setattr(limits, "wall_s", lambda *_: 1)
        with pytest.raises(PhotoTakesTooLong) as caught:
            decoder.read(_photo(tmp_path, stem))
    assert caught.value.limit_s == 1
    assert _is_read(fine)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the limit")
def test_memory_is_limited(tmp_path: Path, fine: Path, saboteurs: Pool) -> None:
    with pytest.raises(PhotoTakesMemory):
        decoder.read(_photo(tmp_path, "eat"))
    with saboteurs.lent(CancelToken()) as same:
        assert psutil.Process(same.id).memory_info().rss < 2 * limits.HEADER_BYTES
    assert _is_read(fine)


@pytest.mark.usefixtures("saboteurs")
def test_what_libraries_print_is_no_answer(tmp_path: Path) -> None:
    for _ in range(3):
        assert _is_read(_photo(tmp_path, "chatter"))


@pytest.mark.usefixtures("saboteurs")
def test_a_decoder_is_light(tmp_path: Path) -> None:
    with pytest.raises(PhotoDamaged) as caught:
        decoder.read(_photo(tmp_path, "modules"))
    loaded = set(caught.value.detail.split())
    assert "pyvips" in loaded
    assert not loaded & {"torch", "cv2", "PySide6", "openvino", "skimage", "typer", "rich"}


def test_cancel(tmp_path: Path, fine: Path, saboteurs: Pool) -> None:
    path, cancel = _photo(tmp_path, "sleep"), CancelToken()
    found: list[BaseException] = []

    def read() -> None:
        try:
            decoder.read(path, cancel=cancel)
        except Cancelled as error:
            found.append(error)

    reading = threading.Thread(target=read)
    reading.start()
    assert _appears(path.with_suffix(".begun"))
    cancel.cancel()
    reading.join(5)
    assert found
    assert _is_read(fine)


def _appears(path: Path) -> bool:
    deadline = time.monotonic() + 30
    while not path.exists():
        if time.monotonic() > deadline:
            return False
        threading.Event().wait(0.005)
    return True


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    ("command", "detail"),
    [
        (["/nowhere/python"], "No such file"),
        ([sys.executable, "-c", "raise SystemExit('no numpy here')"], "no numpy here"),
        ([sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"], "SIGSEGV"),
    ],
)
@posix_only
@pytest.mark.usefixtures("pool")
def test_no_decoder_can_be_started(
    fine: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], detail: str
) -> None:
    monkeypatch.setattr(process, "command", lambda: command)
    with pytest.raises(PhotoDecoderMissing) as caught:
        decoder.read(fine)
    assert detail in caught.value.detail


@pytest.mark.usefixtures("pool")
def test_what_a_decoder_needs_first_may_not_be_had(
    fine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("nledn.decoder.process.tempfile.TemporaryFile", refuse)
    with pytest.raises(PhotoDecoderMissing) as caught:
        decoder.read(fine)
    assert "Too many open files" in caught.value.detail


def test_a_decoder_that_died_of_itself_is_replaced(fine: Path, pool: Pool) -> None:
    assert _is_read(fine)
    with pool.lent(CancelToken()) as first:
        idle = psutil.Process(first.id)
    idle.kill()
    idle.wait(10)
    assert _is_read(fine)


# Reads a photo, says who decoded it, and waits with another one in the decoder's hands.
OWNER = """
import sys, threading
from pathlib import Path
from nledn import decoder
from nledn.cancel import CancelToken
from nledn.decoder import client, process
process.command = lambda: [sys.executable, sys.argv[1]]
decoder.read(Path(sys.argv[2]))
with client.pool.lent(CancelToken()) as one:
    print(one.id, flush=True)
if len(sys.argv) > 3:
    decoder.read(Path(sys.argv[3]))
threading.Event().wait()
"""


@posix_only
@pytest.mark.parametrize("stem", [None, "sleep", "spin"])
def test_a_decoder_ends_with_its_owner(tmp_path: Path, fine: Path, stem: str | None) -> None:
    busy = [] if stem is None else [str(_photo(tmp_path, stem))]
    command = [sys.executable, "-c", OWNER, str(SABOTEUR), str(fine), *busy]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    one = psutil.Process(int(owner.stdout.readline()))
    owner.kill()
    owner.communicate()
    assert one.wait(30) is None  # gone: no time-out
