"""Libraries that were tried go in without what only a debugger reads; all others as they are."""

import shutil
import sys
from pathlib import Path

import pytest

from bundle.needed import Entry
from bundle.stripped import stripped


@pytest.fixture
def binaries(tmp_path: Path) -> list[Entry]:
    library = str(Path(shutil.which("strip") or "/bin/true").resolve())  # any that is ELF
    return [
        ("torch/lib/libtorch_cpu.so", library, "BINARY"),
        ("libtorch_cpu.so", "torch/lib/libtorch_cpu.so", "SYMLINK"),
        ("numpy.libs/libscipy_openblas64.so", library, "BINARY"),
    ]


@pytest.mark.skipif(not shutil.which("strip"), reason="binutils is not here")
@pytest.mark.skipif(sys.platform != "linux", reason="other systems' libraries stay")
def test_only_what_was_tried_is_stripped(binaries: list[Entry], tmp_path: Path) -> None:
    torchs, *others = stripped(binaries, tmp_path / "made")
    assert torchs == (binaries[0][0], str(tmp_path / "made" / "libtorch_cpu.so"), "BINARY")
    assert Path(torchs[1]).read_bytes().startswith(b"\x7fELF")
    assert others == binaries[1:]


def test_without_strip_all_stays(
    binaries: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert stripped(binaries, tmp_path / "made") == binaries
