"""Nothing of the user's is changed through a folder that other users can write to."""

import os
from pathlib import Path

import pytest

from tests.faults.shared_folders import ATTACKS, Attack

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes and links")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_the_attack_fails(attack: Attack, tmp_path: Path) -> None:
    attack(tmp_path)
