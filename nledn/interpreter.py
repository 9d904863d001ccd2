"""Another process of this Python, which finds the same modules."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_ROOT = str(Path(__file__).resolve().parents[1])


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module; from source and wheel, not in a bundle."""
    # -P: no module is taken from the present folder.
    return [sys.executable, "-P", "-m", module, *arguments]


def is_bundled() -> bool:
    """Return whether this is a program of a bundle, which has no Python to run a module."""
    return bool(getattr(sys, "frozen", False))  # PyInstaller sets it


def settings() -> dict[str, Any]:
    """Return further arguments of `subprocess.Popen`; the environment is a copy to add to."""
    environment = dict(os.environ)
    if not is_bundled():
        # As here, so that the same modules are found.
        folders = [os.path.abspath(folder) for folder in sys.path if folder]
        environment["PYTHONPATH"] = os.pathsep.join((*folders, _ROOT))
    common = {"env": environment, "cwd": os.path.abspath(os.sep)}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return {**common, "creationflags": flags}
    # In a new session: Ctrl-C reaches only the program, which ends its processes in order.
    return {**common, "start_new_session": True}
