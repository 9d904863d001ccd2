"""Freed memory is kept where that can be asked for, and given back when asked for."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from nledn import malloc

ROOT = Path(__file__).resolve().parents[1]

RESIDENT = """
import psutil
from nledn import malloc

def resident():
    return psutil.Process().memory_info().rss // 2**20

before = resident()
{keep}
block = bytearray(2**28)
del block
print(resident() - before)
malloc.give_back()
print(resident() - before)
"""


def resident_mib(keep: str) -> list[int]:
    """Above the start: when 256 MiB were taken and freed, and when they were given back."""
    code = RESIDENT.format(keep=keep)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, text=True
    )
    return [int(line) for line in done.stdout.split()]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_freed_memory_is_kept_until_it_is_given_back() -> None:
    assert resident_mib("")[0] < 30
    kept, given_back = resident_mib("malloc.keep_freed()")
    assert kept > 200
    assert given_back < 30


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "confstr_names", {})
    assert not malloc.keep_freed()
    malloc.give_back()
