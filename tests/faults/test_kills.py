"""A few kills at random moments; `python -m tests.faults.kills` does hundreds."""

import os
from pathlib import Path

import pytest

from tests.faults.kills import kill_many

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signal"),
    pytest.mark.timeout(300),  # a start of torch on a machine that is busy
]


@pytest.mark.parametrize(("kind", "count"), [("derain", 1), ("batch", 2), ("save", 2)])
def test_a_kill_costs_no_source_and_leaves_no_half_result(
    tmp_path: Path, kind: str, count: int
) -> None:
    figures = kill_many(tmp_path, count, seed=8, kinds=(kind,))
    assert figures["kills"] == {kind: count}
