"""Large libraries without the names and lines that only a debugger reads."""

import fnmatch
import posixpath
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from bundle.needed import LINK, Entry

# Tested one by one: `strip` breaks some libraries of wheels, and hardly shrinks most.
LIBRARIES = ("libpython3*", "libtorch_cpu.so")


def stripped(binaries: Iterable[Entry], folder: Path) -> list[Entry]:
    """Replace `LIBRARIES` by stripped copies.

    Called after the licences are gathered, which need the original paths.

    Args:
        binaries: the bundle's entries.
        folder: for the copies.

    Returns:
        The same places in their order; unchanged on systems other than Linux and without `strip`,
        which is in Debian's binutils.
    """
    entries = list(binaries)
    program = shutil.which("strip")
    if sys.platform != "linux" or program is None:
        return entries
    folder.mkdir(parents=True, exist_ok=True)
    return [_without_symbols(program, entry, folder) for entry in entries]


def _without_symbols(program: str, entry: Entry, folder: Path) -> Entry:
    place, source, kind = entry
    name = posixpath.basename(place)
    if kind == LINK or not any(fnmatch.fnmatch(name, library) for library in LIBRARIES):
        return entry
    target = folder / name
    subprocess.run([program, "--strip-unneeded", "-o", str(target), source], check=True)
    return place, str(target), kind
