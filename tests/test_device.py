"""Device and tiles: decisions on faked machines."""

from dataclasses import replace
from pathlib import Path

import pytest

from nledn import device, machine
from nledn.device import NO_DRIVER, TORCH_FOR_CPU, Choice, choose, plan
from nledn.errors import (
    BackendUnavailable,
    DeviceUnavailable,
    OutOfMemory,
    PrecisionUnavailable,
)
from nledn.machine import Gpu, Machine, Trial
from nledn.options import Options

GIB = 2**30
LAPTOP = Machine("Laptop CPU", 8, 12 * GIB, cpu_bf16=False, no_gpu_reason=NO_DRIVER)
SERVER = replace(LAPTOP, cpu_bf16=True, openvino="2026.4")
BIG = Gpu("Big", 20 * GIB, 24 * GIB, fp16=True)
SMALL = Gpu("Small", 1 * GIB, 2 * GIB, fp16=True)
OLD = Gpu("Old", 4 * GIB, 4 * GIB, fp16=False)


def with_gpus(*gpus: Gpu) -> Machine:
    return replace(LAPTOP, gpus=gpus, no_gpu_reason="")


def test_no_gpu_means_cpu_with_the_reason() -> None:
    choice = choose(Options(), LAPTOP)
    assert (choice.device, choice.precision, choice.threads) == ("cpu", "fp32", 8)
    assert choice.reasons[0] == NO_DRIVER


def test_bf16_only_where_the_cpu_has_it() -> None:
    assert choose(Options(), SERVER).precision == "bf16"
    with pytest.raises(PrecisionUnavailable):
        choose(Options(precision="bf16"), LAPTOP)
    assert choose(Options(precision="fp32"), SERVER).precision == "fp32"


def test_the_gpu_with_most_free_memory_is_taken() -> None:
    choice = choose(Options(), with_gpus(SMALL, BIG))
    assert (choice.device, choice.precision) == ("cuda:1", "fp16")
    assert "Big" in choice.reasons[0]


def test_workers_of_one_machine_share_its_cards_out() -> None:
    machine = with_gpus(BIG, replace(BIG, problem="too old"), BIG, SMALL)
    devices = [device.shared_out(Options(), machine, worker).device for worker in range(4)]
    assert devices == ["cuda:0", "cuda:2", "cuda:3", "cuda:0"]
    assert device.shared_out(Options(device="cpu"), machine, 1).device == "cpu"
    assert device.shared_out(Options(), LAPTOP, 1).device == "auto"


@pytest.mark.parametrize(
    ("faster", "slower"),
    [
        (Gpu("RTX 3090", GIB, 24 * GIB, True, "", (8, 6), 82), ("RTX 4060", (8, 9), 24, True)),
        (Gpu("A100", GIB, 40 * GIB, True, "", (8, 0), 108), ("RTX 4080", (8, 9), 76, True)),
        (Gpu("RTX 2060", GIB, 6 * GIB, True, "", (7, 5), 30), ("P40", (6, 1), 30, False)),
        (Gpu("H100", GIB, 80 * GIB, True, "", (9, 0), 132), ("RTX 4090", (8, 9), 128, True)),
    ],
)
def test_the_card_that_multiplies_more_is_taken(
    faster: Gpu, slower: tuple[str, tuple[int, int], int, bool]
) -> None:
    name, capability, processors, fp16 = slower
    other = Gpu(name, 20 * GIB, 24 * GIB, fp16, "", capability, processors)
    assert choose(Options(), with_gpus(other, faster)).device == "cuda:1"


def test_a_card_that_compiles_shapes_gets_one() -> None:
    amd = replace(BIG, compiles_shapes=True)
    for size in ((3000, 4000), (500, 500), (4000, 3000)):
        tiling = planned(size, Options(), with_gpus(amd)).tiling
        assert tiling.vertical.tile_px == tiling.horizontal.tile_px
        assert tiling.vertical.tile_px in device.STATIC_PX


def test_apples_gpu_has_a_reason_of_its_own() -> None:
    mac = replace(LAPTOP, mps=True, no_gpu_reason=TORCH_FOR_CPU)
    assert choose(Options(), mac).reasons[0] == device.MPS_UNTESTED


def test_what_takes_over_is_safer_and_the_fastest_first() -> None:
    machine = replace(SERVER, gpus=(BIG,), openvino_trial=Trial(True, 2.0))
    first = choose(Options(), machine)
    names = [choice.name for choice in device.fallbacks(first, Options(), machine)]
    assert names == [
        ("cuda:0", "torch", "fp32"),
        ("cpu", "openvino", "bf16"),
        ("cpu", "openvino", "fp32"),
        ("cpu", "torch", "fp32"),
    ]
    asked = Options(device="cuda:0", precision="fp16", threads=1)
    later = list(device.fallbacks(choose(asked, with_gpus(BIG)), asked, with_gpus(BIG)))
    assert [choice.name for choice in later] == [
        ("cuda:0", "torch", "fp32"),
        ("cpu", "torch", "fp32"),
    ]
    assert later[-1].threads == 1


def test_a_full_gpu_means_cpu_with_the_reason() -> None:
    choice = choose(Options(), with_gpus(replace(BIG, free_bytes=2**20)))
    assert choice.device == "cpu"
    assert "too little free memory" in choice.reasons[0]


def test_a_gpu_without_fast_half_precision_uses_fp32_unless_memory_is_short() -> None:
    assert choose(Options(), with_gpus(OLD)).precision == "fp32"
    crowded = replace(OLD, free_bytes=150 * 2**20)
    choice = choose(Options(), with_gpus(crowded))
    assert (choice.device, choice.precision) == ("cuda:0", "fp16")


@pytest.mark.parametrize("asked", ["cuda", "cuda:0"])
def test_a_gpu_that_is_asked_for_must_be_there(asked: str) -> None:
    with pytest.raises(DeviceUnavailable) as caught:
        choose(Options(device=asked), LAPTOP)
    assert caught.value.reason == NO_DRIVER
    assert choose(Options(device=asked), with_gpus(SMALL)).device == "cuda:0"


def test_a_gpu_beyond_the_last_is_refused() -> None:
    with pytest.raises(DeviceUnavailable):
        choose(Options(device="cuda:1"), with_gpus(SMALL))


def test_apples_gpu_is_used_only_when_asked_for() -> None:
    mac = replace(LAPTOP, mps=True)
    assert choose(Options(), mac).device == "cpu"
    choice = choose(Options(device="mps"), mac)
    assert (choice.device, choice.precision) == ("mps", "fp32")
    assert "untested" in choice.reasons[0]
    with pytest.raises(DeviceUnavailable):
        choose(Options(device="mps"), LAPTOP)


def test_openvino_must_be_installed_and_computes_on_the_cpu() -> None:
    assert choose(Options(backend="openvino"), SERVER).backend == "openvino"
    with pytest.raises(BackendUnavailable):
        choose(Options(backend="openvino"), LAPTOP)
    both = replace(with_gpus(BIG), openvino="2026.4")
    with pytest.raises(BackendUnavailable):
        choose(Options(backend="openvino", device="cuda"), both)


@pytest.mark.parametrize(
    ("trial", "backend", "why"),
    [
        (None, "torch", "untested here"),
        (Trial(agrees=True, times_as_fast=1.4), "openvino", "1.40 times as fast"),
        (Trial(agrees=True, times_as_fast=1.05), "torch", "too little"),
        (Trial(False, 3.0, "its result is 0.2 from torch's"), "torch", "0.2 from torch's"),
    ],
)
def test_openvino_is_taken_where_a_trial_found_it_right_and_faster(
    trial: Trial | None, backend: str, why: str
) -> None:
    choice = choose(Options(), replace(SERVER, openvino_trial=trial))
    assert choice.backend == backend
    assert why in choice.reasons[1]


BARE = replace(SERVER, torch=False)


def test_without_torch_openvino_computes() -> None:
    choice = choose(Options(), BARE)
    assert choice.backend == "openvino"
    assert "only one in this edition" in choice.reasons[1]


@pytest.mark.parametrize(
    ("options", "machine"),
    [(Options(backend="torch"), BARE), (Options(), replace(LAPTOP, torch=False))],
    ids=["torch asked for", "nothing installed"],
)
def test_what_is_not_there_is_said(options: Options, machine: Machine) -> None:
    with pytest.raises(BackendUnavailable):
        choose(options, machine)


def test_a_gpu_is_not_left_for_openvino() -> None:
    tried = replace(with_gpus(BIG), openvino="2026.4", openvino_trial=Trial(True, 3.0))
    assert choose(Options(), tried).backend == "torch"


def test_no_cpu_computes_in_fp16() -> None:
    with pytest.raises(PrecisionUnavailable):
        choose(Options(precision="fp16"), SERVER)


def test_threads_are_all_cores_unless_told() -> None:
    assert choose(Options(threads=2), SERVER).threads == 2


def planned(size: tuple[int, int], options: Options, machine: Machine) -> device.Plan:
    return plan(size, options, choose(options, machine), machine)


def test_a_small_photo_is_computed_whole() -> None:
    assert planned((512, 480), Options(), LAPTOP).tiling.is_whole


def test_a_large_photo_gets_balanced_tiles() -> None:
    tiling = planned((3000, 4000), Options(), LAPTOP).tiling
    assert 256 < tiling.vertical.tile_px <= 512
    assert tiling.waste < 0.2


@pytest.mark.parametrize(
    ("free_gib", "tile_px"), [(1.3, 512), (0.7, 384), (0.35, 256), (0.2, 192), (0.1, 128)]
)
def test_free_memory_decides_the_tile(free_gib: float, tile_px: int) -> None:
    gpu = Gpu("Gpu", int(free_gib * GIB), 24 * GIB, fp16=True)
    options = Options(device="cuda", precision="fp32")
    found = planned((3000, 4000), options, with_gpus(gpu))
    assert max(found.tiling.vertical.tile_px, found.tiling.horizontal.tile_px) <= tile_px
    assert found.tiling.vertical.tile_px > tile_px // 2
    assert ("GiB of memory is free" in found.reason) == (tile_px < 512)


def test_a_small_photo_is_tiled_when_it_does_not_fit_whole() -> None:
    gpu = Gpu("Gpu", int(0.2 * GIB), 24 * GIB, fp16=True)
    options = Options(device="cuda", precision="fp32")
    assert len(planned((500, 500), options, with_gpus(gpu)).tiling.tiles) > 1


def test_the_photo_itself_counts_against_the_memory() -> None:
    crowded = replace(LAPTOP, memory_bytes=int(1.5 * GIB))
    small = planned((1000, 1000), Options(), crowded).tiling.vertical.tile_px
    large = planned((6000, 8000), Options(), crowded).tiling.vertical.tile_px
    assert large < small


def test_when_nothing_fits_that_is_said() -> None:
    full = replace(LAPTOP, memory_bytes=2**20)
    with pytest.raises(OutOfMemory):
        planned((1000, 1000), Options(), full)
    with pytest.raises(OutOfMemory):
        planned((3000, 4000), Options(tile="whole"), LAPTOP)


def test_a_tile_that_is_asked_for_is_taken() -> None:
    tiling = planned((1000, 1000), Options(tile=256, overlap_px=40), LAPTOP).tiling
    assert tiling.vertical.tile_px <= 256
    assert tiling.vertical.overlap_px == 40
    assert planned((700, 900), Options(tile="whole"), LAPTOP).tiling.is_whole


def test_a_tile_that_is_asked_for_and_does_not_fit_is_made_smaller() -> None:
    crowded = replace(LAPTOP, memory_bytes=int(1.5 * GIB))
    made = planned((6000, 8000), Options(tile=4096), crowded)
    assert made.tiling.vertical.tile_px < 512
    assert "4096 px would take more than the free memory" in made.reason
    with pytest.raises(OutOfMemory):
        planned((6000, 8000), Options(tile=4096), replace(LAPTOP, memory_bytes=2**20))


def test_a_compiled_backend_gets_one_shape() -> None:
    options = Options(backend="openvino")
    sizes = ((500, 500), (300, 600), (3000, 4000), (5656, 8485))
    tilings = [planned(size, options, SERVER).tiling for size in sizes]
    shapes = [{t.vertical.tile_px, t.horizontal.tile_px} for t in tilings]
    assert shapes == [{512}, {384}, {448}, {448}]
    assert tilings[2].waste < 0.2


def test_a_containers_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    monkeypatch.setattr(machine, "CGROUP_ROOT", tmp_path)
    assert machine.read_memory_bytes() == 600_000
    (tmp_path / "memory.stat").write_text("anon 100\ninactive_file 300000\nactive_file 9\n")
    assert machine.read_memory_bytes() == 900_000, "files that were read make room"
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.read_memory_bytes() > 600_000


def test_the_processor_has_a_name() -> None:
    assert machine.read_cpu_name()


def test_a_choice_says_why_for_each_decision() -> None:
    choice: Choice = choose(Options(), SERVER)
    assert len(choice.reasons) == 3
    assert all(choice.reasons)


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="only Linux tells")
def test_linux_and_torch_agree_on_bfloat16() -> None:
    from nledn.backends.torch import has_cpu_bf16

    assert machine.read_cpu_bf16() == has_cpu_bf16()
