"""The window under a monkey's hands: nothing unexpected, and nothing that grows."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.soak.probe import SPARE, Sample, growth_of

ROOT = Path(__file__).resolve().parents[2]
SEED = 8


def play(journal: Path, *arguments: str) -> dict[str, Any]:
    """What came of a run; its journal is shown where the run failed."""
    command = [sys.executable, "-m", "tests.soak", "--engine", "quick", "--journal", str(journal)]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    last_steps = "".join(journal.read_text("utf-8").splitlines(keepends=True)[-20:])
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{last_steps}"
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def assert_flat(found: dict[str, Any]) -> None:
    """Handles and threads, from the first rest after warm-up on."""
    samples = [Sample(**sample) for sample in found["samples"]][1:]
    for field in ("handles", "threads", "children"):
        assert growth_of(samples, field) <= SPARE, samples


def test_twenty_seconds(tmp_path: Path) -> None:
    found = play(tmp_path / "journal", "--minutes", "0.3", "--rest-every", "6", f"--seed={SEED}")
    assert found["steps"] > 50
    assert {"opened", "derained"} <= found["achieved"].keys()
    assert_flat(found)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_minutes(tmp_path: Path) -> None:
    found = play(tmp_path / "journal", "--minutes", "2", "--rest-every", "20", f"--seed={SEED}")
    assert {"opened", "derained", "saved", "batches", "compared"} <= found["achieved"].keys()
    assert_flat(found)
