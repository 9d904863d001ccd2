"""Folders that other people made: nothing comes of an attack but a sentence."""

import os
from pathlib import Path

import pytest

from tests.faults.folders import ATTACKS

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="owners, modes and links of POSIX"),
    pytest.mark.timeout(60),
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_comes_of_it(attack: str, tmp_path: Path) -> None:
    ATTACKS[attack](tmp_path)
