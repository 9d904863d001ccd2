"""`nledn info` and `nledn licences`: device and reasons, versions, folders, and terms."""

import importlib
import platform
from dataclasses import replace
from typing import Annotated

import typer

from nledn import LAZY_MODULES, __version__, backends, device, places
from nledn.backends import backend_benchmark, self_test
from nledn.cli.console import err, out
from nledn.cli.options import takes_options, taking
from nledn.decoder import sandbox
from nledn.device import MPS_UNTESTED, Choice
from nledn.interpreter import is_bundled
from nledn.machine import Machine
from nledn.messages import NO_LICENCES
from nledn.options import Options

PACKAGES = ("torch", "openvino", "numpy", "pillow", "PySide6-Essentials")
TYPICAL_SIZE = (3000, 4000)  # 12 megapixels, as from a phone or camera


@takes_options
def info(
    options: Options,
    modules: Annotated[
        bool, typer.Option("--modules", help="Load every optional part, and report failures.")
    ] = False,
) -> None:
    """Say which device, backend, precision and tile a photo of 12 megapixels would get, and why."""
    if modules:
        out.print("\n".join(_loaded(name) for name in LAZY_MODULES))
        return
    machine = tried(options, backends.read_machine())
    choice = self_test.checked(options, machine)
    rows = [
        *_computing(options, choice, machine),
        *_machine(machine),
        _edition(machine),
        ("Decoder", *sandbox.explained()),
        *_versions(),
        *_places(),
    ]
    widest = max(len(name) for name, _, _ in rows)
    for name, value, reason in rows:
        out.print(f"{name:<{widest}}  {value}" + (f" ({reason})" if reason else ""))


def _loaded(module: str) -> str:
    """The module's name, and what is missing in an edition without PyTorch."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        return f"{module} (not in this edition: {error.name})"
    return module


def _edition(machine: Machine) -> tuple[str, str, str]:
    if not machine.torch:
        engine = "OpenVINO, without PyTorch"
    else:
        from nledn.backends import torch as torch_backend

        engine = f"PyTorch for {torch_backend.built_for()}"
    return "Edition", engine, "a bundle" if is_bundled() else "of an installed Python"


def _computing(options: Options, choice: Choice, machine: Machine) -> list[tuple[str, str, str]]:
    plan = device.plan(TYPICAL_SIZE, options, choice, machine)
    tile = plan.tiling.tiles[0].rect
    return [
        ("Device", choice.device, choice.reasons[0]),
        ("Backend", choice.backend, choice.reasons[1]),
        ("Precision", choice.precision, choice.reasons[2]),
        ("Tile", f"{tile.height}×{tile.width} px", plan.reason),
        ("Overlap", f"{plan.tiling.vertical.overlap_px} px", ""),
        (
            "Threads",
            str(choice.threads),
            f"of {machine.cores} core{'' if machine.cores == 1 else 's'}",
        ),
    ]


def _machine(machine: Machine) -> list[tuple[str, str, str]]:
    gpus = [
        (
            f"GPU cuda:{index}",
            gpu.name,
            gpu.problem or f"{gpu.free_bytes / 2**30:.1f} GiB of memory free; driver {gpu.driver}",
        )
        for index, gpu in enumerate(machine.gpus)
    ]
    if machine.mps:
        gpus.append(("GPU mps", "Apple's", MPS_UNTESTED))
    return [
        ("Processor", machine.cpu_name, "has bfloat16" if machine.cpu_bf16 else "no bfloat16"),
        ("Memory", f"{machine.memory_bytes / 2**30:.1f} GiB free", ""),
        *(gpus or [("GPU", "none", machine.no_gpu_reason)]),
    ]


def _versions() -> list[tuple[str, str, str]]:
    rows = [("AfterRain", __version__, f"Python {platform.python_version()}")]
    rows += [(package, backends.version(package) or "not installed", "") for package in PACKAGES]
    return rows


def _places() -> list[tuple[str, str, str]]:
    return [
        ("Shipped weights", str(places.weights()), ""),
        ("Your weights", str(places.user_weights()), ""),
        ("Settings", str(places.user_settings()), ""),
        ("Cache", str(places.user_cache()), ""),
        ("Logs", str(places.user_state()), ""),
    ]


def tried(options: Options, machine: Machine) -> Machine:
    """Benchmark OpenVINO and say so, if it could be chosen and is untested; return the machine."""
    unfinished = (None, backend_benchmark.BEGAN, backend_benchmark.BEGAN_AGAIN)
    if machine.openvino_trial not in unfinished:
        return machine
    if not backend_benchmark.would_decide(options, machine):
        return machine
    machine = replace(machine, openvino_trial=backend_benchmark.settled(machine))
    if machine.openvino_trial is not None:
        return machine
    err.print("Testing OpenVINO, once on this machine; this takes about ten seconds.")
    return replace(machine, openvino_trial=backend_benchmark.hold(machine))


@taking()
def licences() -> None:
    """List the parts of this program with their licences."""
    listed = places.licence_overview()
    if listed is None:
        out.print(NO_LICENCES, soft_wrap=True)
        return
    out.print(listed, markup=False, highlight=False, soft_wrap=True)
    out.print(f"The texts are in {places.licences()}", soft_wrap=True)
