"""The window under a monkey's hands: nothing unexpected, and nothing that grows."""

import json
import logging
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.soak import traced
from tests.soak.faults import Faults

ROOT = Path(__file__).resolve().parents[2]
SEED = 8


def play(journal: Path, *arguments: str) -> dict[str, Any]:
    """The outcome of a run; its journal is shown if the run failed."""
    command = [sys.executable, "-m", "tests.soak", "--engine", "quick", "--journal", str(journal)]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    last_steps = "".join(journal.read_text("utf-8").splitlines(keepends=True)[-20:])
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{last_steps}"
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_twenty_seconds(tmp_path: Path) -> None:
    found = play(tmp_path / "journal", "--minutes", "0.3", "--rest-every", "6", f"--seed={SEED}")
    assert found["steps"] > 50
    assert {"opened", "derained"} <= found["achieved"].keys()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_minutes(tmp_path: Path) -> None:
    found = play(tmp_path / "journal", "--minutes", "2", "--rest-every", "20", f"--seed={SEED}")
    assert {"opened", "derained", "saved", "batches", "compared"} <= found["achieved"].keys()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_nobody_is_asked_on_the_network(tmp_path: Path, engine: str) -> None:
    reason = traced.why_not()
    if reason:
        pytest.skip(reason)
    pytest.importorskip(engine)
    play_s = ("--minutes", "0.3", "--rest-every", "10", "--seed", str(SEED))
    journal = tmp_path / "journal"
    found = traced.trace(
        ["-m", "tests.soak", *play_s, f"--engine={engine}", f"--journal={journal}"]
    )
    assert (found.code, found.internet) == (0, ())
    assert " derain" in journal.read_text("utf-8"), "there was something to hear"


def test_what_strace_writes_is_read() -> None:
    lines = (
        '17 connect(4, {sa_family=AF_UNIX, sun_path="/run/user/0/bus"}, 19) = 0',
        "17 socket(AF_INET6, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 5",
        "18 +++ exited with 0 +++",
    )
    found = traced.read(0, lines)
    assert found.families == {"AF_UNIX": 1, "AF_INET6": 1}
    assert found.internet == (lines[1],)


def test_a_folder_watched_twice_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    faults = Faults()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        faults.listen_to_logs()
        warnings.warn("Callback with id 1 already exists for watch 2", RuntimeWarning, stacklevel=1)
        warnings.warn("something else", RuntimeWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert ["something else" in fault for fault in faults.found] == [True]
