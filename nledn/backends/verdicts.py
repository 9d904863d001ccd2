"""Verdicts on a device or a backend of this machine, kept for the next start.

The facts that a verdict depends on are in its file's name, so another version of anything asks for
a new one. A process that begins a test notes it here first: a note that stays means that the test
ended the process.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nledn import __version__, atomic, locking, places
from nledn.errors import WriteError

log = logging.getLogger(__name__)

_PATIENCE_S = (
    120.0  # with another process that runs the same test; torch loads slowly from old disks
)


def path_of(kind: str, *facts: object) -> Path:
    """Return where a verdict is kept."""
    name = hashlib.sha256(repr((__version__, *facts)).encode()).hexdigest()[:16]
    return places.user_cache() / "trials" / f"{kind}-{name}.json"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Run the tests of several processes in turn, so that none mistakes another for a crash."""
    with locking.alone(path.with_suffix(".lock"), _PATIENCE_S):
        yield


def read(path: Path) -> Any:
    """Return what `write` kept; None if it is missing or not readable."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def write(path: Path, value: object) -> None:
    """Keep a verdict, as JSON; a failing disk is only logged."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing_text(path, overwrite=True) as file:
            file.write(json.dumps(value))
    except (OSError, WriteError):
        log.warning("the verdict %s could not be kept", path)
