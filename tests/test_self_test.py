"""A device proves itself before it is used; one that computes wrongly is fallen back from."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from nledn import Derainer, Options, backends, device, locking, places
from nledn.backends import Backend, Trained, self_test, verdicts
from nledn.cli import main
from nledn.device import Choice
from nledn.errors import EngineFaulty, OutOfMemory
from nledn.machine import Gpu, Machine, Trial
from nledn.pixels import Floats
from tests.batch.batches import make_photo

GPU = Gpu("A GPU", 2**33, 2**33, fp16=True, driver="570.1")
MACHINE = Machine("A CPU", 2, 2**34, cpu_bf16=True, gpus=(GPU,))

Rain = Callable[[Floats], Floats]


def rightly(rainy: Floats) -> Floats:
    return rainy * np.float32(0.5)


def a_little_off(rainy: Floats) -> Floats:
    return rightly(rainy) + np.float32(1e-3)  # as half precision may be, and float32 not


def wrongly(rainy: Floats) -> Floats:
    return rightly(rainy)[..., ::-1].copy()


def without_numbers(rainy: Floats) -> Floats:
    return np.full_like(rainy, np.nan)


def crashing(rainy: Floats) -> Floats:
    raise SystemExit


def failing(rainy: Floats) -> Floats:
    raise RuntimeError("no kernel image is available")


def crashing_quietly(rainy: Floats) -> Floats:
    raise RuntimeError("something unknown")


class Fake:
    def __init__(self, rain: Rain) -> None:
        self.rain = rain


class Machines:
    """The one seam: what the machine says it has, and how that computes.

    Attributes:
        computes: how each `device precision` does; the processor in float32 rightly.
        graph: how a card does with a graph; None for as without.
        is_graph: the last tile was computed with one.
        made: what backends were made.
    """

    def __init__(self) -> None:
        self.machine = MACHINE
        self.computes: dict[str, Rain] = {"cpu fp32": rightly}
        self.graph: Rain | None = None
        self.is_graph = False
        self.made: list[str] = []

    def create(self, choice: Choice, _trained: Trained) -> Backend:
        name = f"{choice.device} {choice.precision}"
        self.made.append(name)
        rain = self.graph if choice.graph and self.graph else self.computes[name]

        def noted(rainy: Floats) -> Floats:
            self.is_graph = choice.graph
            return rain(rainy)

        return Fake(noted)


class Clock:
    """Tells as much time as the last tile would have taken."""

    def __init__(self, machines: Machines) -> None:
        self.graph_s = 1.0
        self._machines, self._now, self._is_begun = machines, 0.0, False

    def read(self) -> float:
        if self._is_begun:
            self._now += self.graph_s if self._machines.is_graph else 1.0
        self._is_begun = not self._is_begun
        return self._now


@pytest.fixture
def seam(monkeypatch: pytest.MonkeyPatch) -> Machines:
    machines = Machines()
    monkeypatch.setattr(backends, "create", machines.create)
    monkeypatch.setattr(backends, "read_machine", lambda: machines.machine)
    return machines


def test_one_that_computes_rightly_is_used_and_tried_once(seam: Machines) -> None:
    seam.computes["cuda:0 fp16"] = a_little_off
    choice = self_test.checked(Options(), MACHINE)
    assert (choice.device, choice.precision, choice.problem) == ("cuda:0", "fp16", "")
    assert self_test.checked(Options(), MACHINE) == choice
    assert seam.made == ["cpu fp32", "cuda:0 fp16"] + ["cuda:0 fp16"] * 2  # these for the graph


@pytest.mark.parametrize(
    ("rain", "problem"),
    [
        (wrongly, "from the processor's"),
        (without_numbers, "its results are no numbers"),
        (failing, "no kernel image is available"),
    ],
)
def test_one_that_does_not_is_fallen_back_from_and_that_is_said(
    seam: Machines, caplog: pytest.LogCaptureFixture, rain: Rain, problem: str
) -> None:
    seam.computes |= {"cuda:0 fp16": rain, "cuda:0 fp32": rain}
    choice = self_test.checked(Options(), MACHINE)
    assert (choice.device, choice.backend, choice.precision) == ("cpu", "torch", "fp32")
    assert choice.problem.startswith("cuda:0, torch fp16: ")
    assert problem in choice.problem
    assert choice.reasons[0] == f"not cuda:0: {choice.problem}"
    assert "cuda:0, torch fp16 is not used" in caplog.text


def test_a_card_is_fallen_back_from_to_the_fastest_way_of_the_processor(seam: Machines) -> None:
    seam.computes |= {"cuda:0 fp16": wrongly, "cuda:0 fp32": wrongly, "cpu bf16": rightly}
    quick = replace(MACHINE, openvino="2026", openvino_trial=Trial(agrees=True, times_as_fast=2.0))
    choice = self_test.checked(Options(), quick)
    assert choice.name == ("cpu", "openvino", "bf16")
    assert choice.cause == "wrong"


def out_of_memory(rainy: Floats) -> Floats:
    raise OutOfMemory("cuda:0", 200)


@pytest.mark.parametrize(
    ("rain", "cause", "is_remembered"),
    [
        (wrongly, "wrong", True),
        (failing, "kernel", True),
        (out_of_memory, "memory", False),
        (crashing_quietly, "failed", False),
    ],
)
def test_the_cause_of_a_fall_back_is_known_and_kept_where_it_lasts(
    seam: Machines, rain: Rain, cause: str, is_remembered: bool
) -> None:
    seam.computes |= {"cuda:0 fp16": rain, "cuda:0 fp32": rain, "cpu bf16": rightly}
    assert self_test.checked(Options(), MACHINE).cause == cause
    seam.made.clear()
    self_test.checked(Options(), MACHINE)
    assert ("cuda:0 fp16" not in seam.made) == is_remembered


def test_a_graph_is_used_only_where_it_gives_the_same_bytes_sooner(
    seam: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    seam.computes["cuda:0 fp16"] = rightly
    clock = Clock(seam)
    monkeypatch.setattr(self_test, "time", Mock(perf_counter=clock.read))
    drivers = {"same": (rightly, 0.5), "slower": (rightly, 1.0), "other": (a_little_off, 0.5)}
    found = {}
    for driver, (seam.graph, clock.graph_s) in drivers.items():
        gpu = replace(GPU, driver=driver)
        found[driver] = self_test.checked(Options(), replace(MACHINE, gpus=(gpu,))).graph
    assert found == {"same": True, "slower": False, "other": False}


def test_a_graph_that_cannot_be_recorded_is_not_used(seam: Machines) -> None:
    seam.computes["cuda:0 fp16"], seam.graph = rightly, failing
    assert not self_test.checked(Options(), MACHINE).graph
    seam.made.clear()
    assert not self_test.checked(Options(), MACHINE).graph
    assert not seam.made


@pytest.mark.parametrize(
    ("ends", "cause"),
    [
        (lambda: Mock(returncode=0, stdout=b"null"), None),
        (lambda: Mock(returncode=0, stdout=b'{"cause": "wrong", "words": "off"}'), "wrong"),
        (lambda: Mock(returncode=-11, stdout=b""), "crash"),
        (Mock(side_effect=subprocess.TimeoutExpired("python", 180)), "crash"),
    ],
)
def test_amds_cards_are_tried_in_a_process_of_its_own(
    seam: Machines, monkeypatch: pytest.MonkeyPatch, ends: Callable[[], Mock], cause: str | None
) -> None:
    started = []

    def run(command: list[str], **_settings: object) -> Mock:
        started.append(command[-3:])
        return ends()

    monkeypatch.setattr(subprocess, "run", run)
    amd = replace(MACHINE, gpus=(replace(GPU, compiles_shapes=True),))
    problem = self_test.problem_of(device.choose(Options(), amd), amd)
    assert (problem and problem.cause) == cause
    assert started == [["cuda:0", "torch", "fp16"]]
    assert seam.made == []


def test_that_process_tells_what_it_found(
    seam: Machines, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seam.computes["cuda:0 fp16"] = wrongly
    monkeypatch.setattr(sys, "argv", ["self_test", "cuda:0", "torch", "fp16"])
    self_test.main()
    assert json.loads(capsys.readouterr().out)["cause"] == "wrong"


def test_only_the_precision_falls_back_where_that_is_enough(seam: Machines) -> None:
    seam.computes |= {"cuda:0 fp16": wrongly, "cuda:0 fp32": rightly}
    choice = self_test.checked(Options(), MACHINE)
    assert (choice.device, choice.precision) == ("cuda:0", "fp32")
    assert choice.reasons[2].startswith("not fp16: ")


def test_float32_is_held_to_more_than_half_precision(seam: Machines) -> None:
    seam.computes["cuda:0 fp32"] = a_little_off
    assert self_test.checked(Options(precision="fp32"), MACHINE).device == "cpu"


def test_one_that_ended_the_program_twice_is_not_tried_again(seam: Machines) -> None:
    seam.computes |= {"cuda:0 fp16": rightly, "cuda:0 fp32": rightly}
    choice = Choice("cuda:0", "torch", "fp16", 1, ("", "", ""))
    for count in range(self_test.ATTEMPTS):
        verdicts.write(
            self_test._path("proof", choice, MACHINE), count + 1
        )  # and then the process was gone
    found = self_test.problem_of(choice, MACHINE)
    assert found is not None
    assert "ended the program" in found.words
    assert found.cause == "crash"
    assert seam.made == []


def test_processes_that_begin_together_do_not_take_each_other_for_crashes(
    seam: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Barrier(self_test.ATTEMPTS + 2)
    others: set[int] = set()
    all_wait, never = threading.Event(), threading.Event()

    def wait(seconds: float) -> None:
        others.add(threading.get_ident())
        if len(others) == begun.parties - 1:
            all_wait.set()
        never.wait(seconds)

    monkeypatch.setattr(locking, "time", Mock(monotonic=time.monotonic, sleep=wait))

    def together(rainy: Floats) -> Floats:
        assert all_wait.wait(10), "the others wait for the first one's verdict"
        return rightly(rainy)

    def prove() -> self_test.Problem | None:
        begun.wait()
        return self_test.problem_of(choice, MACHINE)

    seam.computes["cuda:0 fp16"] = together
    choice = Choice("cuda:0", "torch", "fp16", 1, ("", "", ""))
    with ThreadPoolExecutor(begun.parties) as pool:
        found = [pool.submit(prove) for _ in range(begun.parties)]
    assert [each.result() for each in found] == [None] * begun.parties
    assert seam.made.count("cuda:0 fp16") == 1


def test_one_that_was_interrupted_is_tried_again(seam: Machines) -> None:
    seam.computes["cuda:0 fp16"] = crashing
    for _ in range(self_test.ATTEMPTS + 1):
        with pytest.raises(SystemExit):
            self_test.checked(Options(), MACHINE)
    seam.computes["cuda:0 fp16"] = rightly
    assert self_test.checked(Options(), MACHINE).device == "cuda:0"


def test_another_driver_has_to_prove_itself_again(seam: Machines) -> None:
    seam.computes |= {"cuda:0 fp16": wrongly, "cuda:0 fp32": wrongly}
    assert self_test.checked(Options(), MACHINE).device == "cpu"
    seam.computes["cuda:0 fp16"] = rightly
    assert self_test.checked(Options(), MACHINE).device == "cpu"
    newer = replace(MACHINE, gpus=(replace(GPU, driver="580.2"),))
    assert self_test.checked(Options(), newer).device == "cuda:0"


def test_a_damaged_verdict_is_none(seam: Machines) -> None:
    seam.computes["cuda:0 fp16"] = rightly
    choice = self_test.checked(Options(), MACHINE)
    self_test._path("proof", choice, MACHINE).write_text("{", "utf-8")
    assert self_test.checked(Options(), MACHINE).device == "cuda:0"


def test_what_the_trial_of_openvino_has_compared_is_not_compared_again(seam: Machines) -> None:
    machine = Machine(
        "A CPU", 2, 2**34, cpu_bf16=True, openvino="2026", openvino_trial=Trial(True, 2.0)
    )
    assert self_test.checked(Options(), machine).backend == "openvino"
    assert seam.made == []


@pytest.fixture
def bare(seam: Machines, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    """A machine without torch, whose result the bundle carries."""
    self_test.write_torchs_rain(tmp_path / "torchs-rain.npz")
    monkeypatch.setattr(places, "torchs_rain", lambda: tmp_path / "torchs-rain.npz")
    seam.made.clear()
    return Machine("A CPU", 2, 2**34, cpu_bf16=True, openvino="2026", torch=False)


def test_without_torch_its_kept_result_is_the_measure(seam: Machines, bare: Machine) -> None:
    seam.computes["cpu bf16"] = a_little_off
    assert self_test.checked(Options(), bare).name == ("cpu", "openvino", "bf16")
    assert self_test.checked(Options(), bare).name == ("cpu", "openvino", "bf16")
    assert seam.made == ["cpu bf16"], "tried once, against the file"


@pytest.mark.parametrize("options", [Options(), Options(backend="openvino")])
def test_without_torch_an_openvino_that_errs_is_not_used(
    seam: Machines, bare: Machine, options: Options
) -> None:
    seam.computes |= {"cpu bf16": wrongly, "cpu fp32": a_little_off}
    with pytest.raises(EngineFaulty, match="its results are"):
        self_test.checked(options, bare)
    newer = replace(bare, openvino="2027")
    seam.computes["cpu fp32"] = rightly
    assert self_test.checked(options, newer).precision == "fp32"


def test_without_torch_a_failure_is_not_held_against_it_for_ever(
    seam: Machines, bare: Machine
) -> None:
    seam.computes |= {"cpu bf16": crashing_quietly, "cpu fp32": crashing_quietly}
    with pytest.raises(EngineFaulty, match="something unknown"):
        self_test.checked(Options(), bare)
    seam.computes["cpu bf16"] = rightly
    assert self_test.checked(Options(), bare).precision == "bf16"


def test_the_command_line_says_so(
    seam: Machines, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seam.computes |= {"cuda:0 fp16": wrongly, "cuda:0 fp32": wrongly}
    with pytest.raises(SystemExit):
        main(["info"])
    assert "not cuda:0: cuda:0, torch fp16: its results are" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["derain", str(make_photo(tmp_path / "1.png"))])
    assert ended.value.code == 0
    assert "not computed on cuda:0, torch fp16: its results are" in capsys.readouterr().err


# What comes out of a device that has proved itself.


def test_a_tile_without_numbers_is_computed_again_in_float32(
    seam: Machines, tmp_path: Path
) -> None:
    seam.computes |= {"cuda:0 fp16": rightly, "cuda:0 fp32": rightly}
    self_test.checked(Options(), MACHINE)
    seam.computes["cuda:0 fp16"] = without_numbers
    pixels = np.full((20, 30, 3), 200, np.uint8)
    layer = Derainer.load(Options()).derain(pixels)
    np.testing.assert_array_equal(layer.apply(pixels), 100)
    assert "overflowed in fp16" in layer.record.notes[0]


def test_what_is_no_number_in_float32_either_is_never_written(
    seam: Machines, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seam.computes["cpu fp32"] = without_numbers
    photo = make_photo(tmp_path / "1.png")
    options = ("--device", "cpu", "--precision", "fp32")
    with pytest.raises(SystemExit) as ended:
        main(["derain", str(photo), *options])
    assert ended.value.code == 1
    assert "gave an invalid result on cpu" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["1.png"]
    assert places.user_cache().exists() is False
