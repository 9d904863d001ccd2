"""Files of weights that were made to harm cost a sentence, 2 s and 500 MB at most."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LIMIT_S = 2.0
LIMIT_BYTES = 500_000_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="measured in forks")
def test_each_is_refused_in_a_sentence_quickly_and_in_little_memory() -> None:
    command = [sys.executable, "-m", "tests.faults.attacks"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        found = [json.loads(line) for line in child.stdout]
    assert child.returncode == 0
    assert len(found) > 25
    for refusal in found:
        assert refusal["sentence"].startswith("/"), refusal  # it begins with the file
        assert refusal["seconds"] < LIMIT_S, refusal
        assert refusal["peak_bytes"] < LIMIT_BYTES, refusal
