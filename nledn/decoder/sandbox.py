"""The rights that a decoder process gives up before it reads a photo.

Limits stop accidents. This stops an attacker who takes the process over by a hole in a library:
the process can write to no file, start no program, open no TCP connection and send no signal to
another process. It can still read what the user can read, and send datagrams; see SECURITY.md.
"""

import ctypes
import os
import struct
import sys

# <linux/prctl.h>, <linux/landlock.h>; the numbers of the calls are the same on every machine.
_NO_NEW_PRIVILEGES = 38
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_ASK_VERSION = 1
# By the first version of Landlock that has them, from the bit before to this one: everything except
# reading files and listing folders (bits 2 and 3).
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
_READING = 0b1100
_TCP = 0b11  # to bind and to connect, from version 4
_SCOPES = 0b11  # abstract sockets and signals of others, from version 6


def version() -> int:
    """Return the system's version of Landlock; 0 for none."""
    if sys.platform != "linux":
        return 0
    found = _call(_CREATE_RULESET, None, 0, _ASK_VERSION)
    return max(found, 0)


def explained() -> tuple[str, str]:
    """Describe the restrictions of a decoder process here."""
    found = version()
    if not found:
        return "limits of time and memory", "this system has no Landlock"
    said = "writes no file, starts no program"
    return f"{said}, opens no connection" if found >= 4 else said, f"Landlock {found}"


def close_in() -> None:
    """Give up for good, in this thread and those that it starts, all rights it does not need.

    On a system without Landlock, the rest is done.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0)))
    found = version()
    if not found:
        return
    bits = max(bits for since, bits in _FILE_RIGHTS.items() if since <= found)
    rights = [(1 << bits) - 1 & ~_READING]
    rights += [_TCP] if found >= 4 else []
    rights += [_SCOPES] if found >= 6 else []
    rules = struct.pack(f"={len(rights)}Q", *rights)
    descriptor = _call(_CREATE_RULESET, rules, len(rules), 0)
    if descriptor >= 0:
        _call(_RESTRICT_SELF, descriptor, 0)
        os.close(descriptor)


def _call(number: int, *arguments: bytes | int | None) -> int:
    call = ctypes.CDLL(None).syscall
    call.restype = ctypes.c_long
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return int(call(ctypes.c_long(number), *given))
