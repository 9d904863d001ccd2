"""The benchmark of OpenVINO in a separate process: its ends and their verdicts."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nledn import backends
from nledn.backends import backend_benchmark
from nledn.backends.backend_benchmark import ROOM_BYTES, Attempt
from nledn.cli.info import tried
from nledn.machine import Gpu, Machine, Trial
from nledn.options import Options

MACHINE = Machine("A CPU", 2, 2**34, cpu_bf16=False, openvino="2026.4")
GPU = Gpu("A card", 2**34, 2**34, fp16=True)
WAIT_S = 60.0
REAL_S = 500  # it lets all others go first, and the machine may be busy

# What the process runs, with a comparison that does what a test wants.
PROCESS = """
import os, time
from pathlib import Path
from nledn import backends
from nledn.backends import backend_benchmark
from nledn.machine import Machine, Trial

def compared(machine):
    {does}

backend_benchmark._compared = compared
backends.read_machine = lambda: {machine!r}
backend_benchmark.main()
"""
WAITS = "time.sleep(60)"


@pytest.fixture
def attempt(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Attempt]]:
    """Starts one whose comparison does this."""
    begun = []

    def begin(does: str, machine: Machine = MACHINE) -> Attempt:
        code = PROCESS.format(does=does, machine=machine)
        monkeypatch.setattr(backend_benchmark, "command", lambda: [sys.executable, "-c", code])
        begun.append(Attempt(machine))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def wait_until(condition: Callable[[], bool], wait_s: float = WAIT_S) -> None:
    until = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < until, "it never was"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("machine", "is_due"),
    [
        (MACHINE, True),
        (replace(MACHINE, openvino_trial=backend_benchmark.BEGAN), True),
        (replace(MACHINE, openvino_trial=backend_benchmark.BEGAN_AGAIN), False),
        (replace(MACHINE, openvino_trial=Trial(True, 1.5)), False),
        (replace(MACHINE, openvino=None), False),
        (replace(MACHINE, torch=False), False),
        (replace(MACHINE, gpus=(GPU,)), False),
    ],
)
def test_it_is_due_where_a_verdict_would_decide(machine: Machine, is_due: bool) -> None:
    assert backend_benchmark.is_due(Options(), machine) is is_due
    assert not backend_benchmark.is_due(Options(backend="torch"), machine)


def test_it_is_not_due_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nledn.machine.read_memory_bytes", lambda: ROOM_BYTES - 1)
    assert not backend_benchmark.is_due(Options(), MACHINE)


def test_a_verdict_is_remembered(attempt: Callable[..., Attempt]) -> None:
    begun = attempt("return Trial(agrees=True, times_as_fast=1.5)")
    wait_until(begun.is_over)
    assert begun.is_held
    assert backend_benchmark.remembered(MACHINE) == Trial(agrees=True, times_as_fast=1.5)


def test_a_crash_counts_and_the_second_one_for_ever(attempt: Callable[..., Attempt]) -> None:
    for machine, left in (
        (MACHINE, backend_benchmark.BEGAN),
        (replace(MACHINE, openvino_trial=backend_benchmark.BEGAN), backend_benchmark.BEGAN_AGAIN),
    ):
        begun = attempt("os.abort()", machine)
        wait_until(begun.is_over)
        assert begun.is_held
        assert backend_benchmark.remembered(MACHINE) == left


def test_a_command_that_begins_meanwhile_waits_for_the_verdict(
    attempt: Callable[..., Attempt],
) -> None:
    attempt("time.sleep(1); return Trial(agrees=True, times_as_fast=1.5)")
    wait_until(lambda: backend_benchmark.remembered(MACHINE) is not None)
    unfinished = replace(MACHINE, openvino_trial=backend_benchmark.BEGAN)
    assert tried(Options(), unfinished).openvino_trial == Trial(agrees=True, times_as_fast=1.5)


def test_a_command_does_not_try_again_what_ended_another(attempt: Callable[..., Attempt]) -> None:
    begun = attempt("os.abort()")
    wait_until(begun.is_over)
    unfinished = replace(MACHINE, openvino_trial=backend_benchmark.BEGAN)
    assert tried(Options(), unfinished) == unfinished


@pytest.mark.parametrize("before", [None, backend_benchmark.BEGAN])
@pytest.mark.parametrize("how", [Attempt.end, Attempt.close])
def test_one_that_gives_way_leaves_things_as_they_were(
    attempt: Callable[..., Attempt], before: Trial | None, how: Callable[[Attempt], None]
) -> None:
    begun = attempt(WAITS, replace(MACHINE, openvino_trial=before))
    wait_until(lambda: backend_benchmark.remembered(MACHINE) is not None)
    how(begun)
    wait_until(begun.is_over)
    assert not begun.is_held
    assert backend_benchmark.remembered(MACHINE) == before


def test_one_that_was_just_done_when_it_had_to_give_way_counts(
    attempt: Callable[..., Attempt],
) -> None:
    begun = attempt("return Trial(agrees=True, times_as_fast=1.5)")
    assert begun._popen.wait(WAIT_S) == 0
    begun.end()
    assert begun.is_over()
    assert begun.is_held


def test_one_whose_program_is_gone_ends_and_leaves_nothing(
    attempt: Callable[..., Attempt],
) -> None:
    begun = attempt(WAITS)
    wait_until(lambda: backend_benchmark.remembered(MACHINE) == backend_benchmark.BEGAN)
    assert begun._popen.stdin is not None
    begun._popen.stdin.close()
    wait_until(lambda: begun._popen.poll() is not None)
    assert backend_benchmark.remembered(MACHINE) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has classes instead")
def test_all_others_go_first(attempt: Callable[..., Attempt], tmp_path: Path) -> None:
    told = tmp_path / "nice"
    begun = attempt(f"Path({str(told)!r}).write_text(str(os.nice(0))); raise ValueError")
    wait_until(begun.is_over)
    assert told.read_text() == "19"


@pytest.mark.slow
@pytest.mark.timeout(REAL_S + 60)
def test_the_real_one() -> None:
    pytest.importorskip("openvino")
    machine = backends.read_machine()
    begun = Attempt(machine)
    wait_until(begun.is_over, REAL_S)
    assert begun.is_held
    verdict = backend_benchmark.remembered(machine)
    assert verdict is not None
    assert verdict.agrees, verdict.problem
    assert verdict.times_as_fast > 0


@pytest.mark.slow
@pytest.mark.timeout(REAL_S + 60)
def test_the_real_one_gives_way_in_the_middle() -> None:
    pytest.importorskip("openvino")
    machine = backends.read_machine()
    begun = Attempt(machine)
    wait_until(lambda: backend_benchmark.remembered(machine) == backend_benchmark.BEGAN, REAL_S)
    begun.close()
    assert backend_benchmark.remembered(machine) is None
