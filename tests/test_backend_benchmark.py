"""The trial of OpenVINO: its verdicts, and that they are remembered. The backends are stand-ins."""

from dataclasses import replace

import numpy as np
import pytest

from nledn.backends import Backend, Trained, backend_benchmark
from nledn.device import Choice
from nledn.machine import Machine, Trial
from nledn.pixels import Floats

MACHINE = Machine("A CPU", 2, 2**34, cpu_bf16=False, openvino="2026.4")


class Constant:
    """A backend that always finds the same rain."""

    def __init__(self, value: float) -> None:
        self.value = value

    def rain(self, rainy: Floats) -> Floats:
        return np.full_like(rainy, self.value)


@pytest.fixture(autouse=True)
def _a_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch's rounds take 3 s each, OpenVINO's 2 s; in the first one something else is busy."""
    times = iter([0.0, 9.0, 0.0, 8.0] + [0.0, 3.0, 0.0, 2.0] * (backend_benchmark.ROUNDS - 1))
    monkeypatch.setattr("nledn.backends.self_test.time.perf_counter", lambda: next(times))


def stand_in(monkeypatch: pytest.MonkeyPatch, openvino: Backend | BaseException) -> None:
    def create(choice: Choice, _trained: Trained) -> Backend:
        if choice.backend == "torch":
            return Constant(0.25)
        if isinstance(openvino, BaseException):
            raise openvino
        return openvino

    monkeypatch.setattr("nledn.backends.create", create)


def test_one_that_agrees_gets_its_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, Constant(0.25))
    assert backend_benchmark.remembered(MACHINE) is None
    verdict = backend_benchmark.hold(MACHINE)
    assert verdict == Trial(agrees=True, times_as_fast=1.5)
    assert backend_benchmark.remembered(MACHINE) == verdict


def test_a_verdict_that_another_process_found_meanwhile_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in(monkeypatch, Constant(0.25))
    verdict = backend_benchmark.hold(MACHINE)  # by one that began as this one did, without any
    stand_in(monkeypatch, RuntimeError("would be tried again"))
    assert backend_benchmark.hold(MACHINE) == verdict
    again = backend_benchmark.hold(replace(MACHINE, openvino_trial=verdict))  # asked for again
    assert "would be tried again" in again.problem


@pytest.mark.parametrize(
    ("openvino", "problem"),
    [(Constant(0.3), "0.05 from torch's"), (RuntimeError("no kernel"), "no kernel")],
)
def test_one_that_errs_is_not_used(
    monkeypatch: pytest.MonkeyPatch, openvino: Backend | BaseException, problem: str
) -> None:
    stand_in(monkeypatch, openvino)
    assert not backend_benchmark.hold(MACHINE).agrees
    kept = backend_benchmark.remembered(MACHINE)
    assert kept is not None
    assert problem in kept.problem


def test_one_that_ends_the_program_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies in the benchmark leaves a verdict."""
    left = []

    class Dying(Constant):
        def rain(self, rainy: Floats) -> Floats:
            left.append(backend_benchmark.remembered(MACHINE))
            return super().rain(rainy)

    stand_in(monkeypatch, Dying(0.25))
    backend_benchmark.hold(MACHINE)
    assert set(left) == {backend_benchmark.BEGAN}


def test_one_that_a_person_interrupts_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        backend_benchmark.hold(MACHINE)
    assert backend_benchmark.remembered(MACHINE) is None


def test_another_version_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, Constant(0.25))
    backend_benchmark.hold(MACHINE)
    assert backend_benchmark.remembered(replace(MACHINE, openvino="2027.1")) is None
    assert backend_benchmark.remembered(replace(MACHINE, cpu_bf16=True)) is None


def test_a_damaged_verdict_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, Constant(0.25))
    backend_benchmark.hold(MACHINE)
    backend_benchmark._path(MACHINE).write_text("{", "utf-8")
    assert backend_benchmark.remembered(MACHINE) is None
