"""A few kills at random moments; `python -m tests.faults.kills` does hundreds."""

import os
from pathlib import Path

import pytest

from tests.faults.kills import kill_many

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signal")


def test_a_kill_costs_no_source_and_leaves_no_half_result(tmp_path: Path) -> None:
    figures = kill_many(tmp_path, 5, seed=8)
    assert figures["kills"] == {"derain": 2, "batch": 2, "save": 1}
