"""Folders that other people made, or can write to: what they must not bring about.

Each module has a table `ATTACKS` of functions. One is called with an empty folder, builds the
attack there, uses the program, and asserts that nothing came of it. `python -m
tests.faults.folders` runs all of them, and so does pytest.
"""

from collections.abc import Callable
from pathlib import Path

from tests.faults.folders import journals, lists, names, results, runs, sharing, writing

Attack = Callable[[Path], None]

MODULES = (journals, lists, names, results, runs, sharing, writing)
ATTACKS: dict[str, Attack] = {
    f"{module.__name__.rpartition('.')[2]}: {name}": attack
    for module in MODULES
    for name, attack in module.ATTACKS.items()
}
