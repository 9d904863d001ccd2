"""How a decoder process is started: by this Python, or in a bundle by the program itself."""

import sys
from collections.abc import Sequence
from typing import Any

from nledn import interpreter

ARGUMENT = "--decode-photos"
"""The first argument by which a program of a bundle is asked to be a decoder; not for people."""


def serve_if_asked(arguments: Sequence[str]) -> None:
    """Be a decoder until the end, where the command line asks for it; else return.

    A program that may be bundled calls this before anything else.

    Args:
        arguments: as `sys.argv`.
    """
    if len(arguments) == 3 and arguments[1] == ARGUMENT:
        from nledn.decoder.serving import serve

        serve(arguments[2])


def command(word: str) -> list[str]:
    """The command line of a decoder process.

    Args:
        word: by which it finds the shared memory.
    """
    if interpreter.is_bundled():
        return [sys.executable, ARGUMENT, word]
    return interpreter.command("nledn.decoder", word)


def settings(passed: tuple[int, ...]) -> dict[str, Any]:
    """What else `subprocess.Popen` is told.

    Args:
        passed: descriptors that the process inherits.
    """
    common = {**interpreter.settings(), "bufsize": 0}
    # Nothing is multiplied there, and each thread of NumPy's would reserve memory.
    common["env"]["OPENBLAS_NUM_THREADS"] = "1"
    return common if sys.platform == "win32" else {**common, "pass_fds": passed}
