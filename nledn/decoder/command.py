"""How a decoder process is started: by this Python, or in a bundle by the program itself."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ARGUMENT = "--decode-photos"
"""The first argument by which a program of a bundle is asked to be a decoder; not for people."""

_ROOT = str(Path(__file__).resolve().parents[2])


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
    if getattr(sys, "frozen", False):
        return [sys.executable, ARGUMENT, word]
    # -P: no module is taken from the folder where somebody happens to be.
    return [sys.executable, "-P", "-m", "nledn.decoder", word]


def settings(passed: tuple[int, ...]) -> dict[str, Any]:
    """What else `subprocess.Popen` is told.

    Args:
        passed: descriptors that the process inherits.
    """
    environment = dict(os.environ)
    if not getattr(sys, "frozen", False):
        # As here, so that the same modules are found.
        folders = [os.path.abspath(folder) for folder in sys.path if folder]
        environment["PYTHONPATH"] = os.pathsep.join((*folders, _ROOT))
    # Nothing is multiplied there, and each thread of NumPy's would reserve memory.
    environment["OPENBLAS_NUM_THREADS"] = "1"
    common = {"env": environment, "cwd": os.path.abspath(os.sep), "bufsize": 0}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return {**common, "creationflags": flags}
    # In a session of its own: Ctrl-C is for the program, which sees its decoders through.
    return {**common, "pass_fds": passed, "start_new_session": True}
