"""A decoder process whose decoder fails in the way that the photo's name asks for."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from nledn.decoder import limits, server
from nledn.errors import PhotoDamaged
from nledn.photo import reading


def decode(path: Path, **options: Any) -> Any:
    deed = DEEDS.get(path.stem)
    if deed is not None:
        deed(path)
    return reading.decode(path, **options)


def crash(path: Path) -> None:
    ctypes.string_at(0)


def die_of_memory(path: Path) -> None:
    os.write(2, b"GLib-ERROR **: failed to allocate 4096 bytes\n")
    os.kill(os.getpid(), signal.SIGTRAP)


def spin(path: Path) -> None:
    while True:
        pass


def hold_everything(path: Path) -> None:
    """As a loop in C would that never lets another thread of Python run."""
    ctypes.PyDLL(None).usleep(ctypes.c_uint(3_000_000_000))


def sleep(path: Path) -> None:
    path.with_suffix(".begun").touch()
    time.sleep(3600)


def wait_for_go(path: Path) -> None:
    path.with_suffix(".begun").touch()
    while not path.with_suffix(".go").exists():
        time.sleep(0.005)


def eat(path: Path) -> None:
    eaten = []
    while True:
        eaten.append(bytearray(2**24))


def chatter(path: Path) -> None:
    os.write(1, b'{"done": null}\n' * 1000)
    os.write(2, b"libfoo: warning\n" * 1000)


def tell_modules(path: Path) -> None:
    raise PhotoDamaged(path, " ".join(sys.modules))


DEEDS = {
    "crash": crash,
    "die-of-memory": die_of_memory,
    "spin": spin,
    "hold-everything": hold_everything,
    "sleep": sleep,
    "wait": wait_for_go,
    "eat": eat,
    "chatter": chatter,
    "modules": tell_modules,
}

if __name__ == "__main__":
    limits.HEADER_CPU_S = 1
    server.sandbox.close_in = lambda: None  # type: ignore[attr-defined]  # it leaves signs on the disk
    server.decode = decode  # type: ignore[attr-defined]  # where it is called
    server.serve()
