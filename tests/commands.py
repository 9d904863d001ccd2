"""The command line in this process, and in a separate one."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from nledn.cli import main

REPOSITORY = Path(__file__).resolve().parents[1]
RAINS_EVENLY = """
import sys
from nledn.engine import Derainer
from tests.batch.batches import engine
Derainer.load = engine
from nledn.cli import main
main(sys.argv[1:])
"""


def exit_code(*arguments: object) -> int:
    """Run `nledn` with these arguments."""
    with pytest.raises(SystemExit) as caught:
        main([*map(str, arguments)])
    return int(caught.value.code or 0)


def command(*arguments: object) -> list[str]:
    """The command of a process that runs `nledn`; for its engine it rains evenly."""
    return [sys.executable, "-c", RAINS_EVENLY, *map(str, arguments)]


def environment() -> Mapping[str, str]:
    """The environment of such a process."""
    return {**os.environ, "PYTHONPATH": str(REPOSITORY)}
