"""What a machine computes on, in the words of the settings."""

from typing import TYPE_CHECKING

from app.translation import tr

if TYPE_CHECKING:
    from nledn.device import Machine


def devices_of(machine: "Machine | None") -> dict[str, str]:
    """What can be computed on, by the name that is kept; None while it is looked for."""
    devices = {"auto": tr("Automatic"), "cpu": "CPU"}
    if machine is not None:
        cores = tr("1 core") if machine.cores == 1 else tr("{n} cores", n=machine.cores)
        devices["cpu"] = f"{machine.cpu_name} · {cores} · {_gib(machine.memory_bytes)}"
        for number, gpu in enumerate(machine.gpus):
            devices[f"cuda:{number}"] = f"{gpu.name} · {_gib(gpu.free_bytes)}"
        if machine.mps:
            devices["mps"] = tr("Apple GPU (untested)")
    return devices


def backends_of(machine: "Machine | None") -> dict[str, str]:
    """What can be computed with, likewise."""
    backends = {"auto": tr("Automatic")}
    if machine is None or machine.torch:
        backends["torch"] = "PyTorch"
    if machine is not None and machine.openvino is not None:
        backends["openvino"] = f"OpenVINO {machine.openvino}"
    return backends


def found_of(machine: "Machine | None") -> str:
    """The same in sentences, and what there is not."""
    if machine is None:
        return tr("The devices are still being looked for; open Settings again in a moment.")
    names = devices_of(machine)
    lines = [words for device, words in names.items() if device != "auto"]
    if machine.no_gpu_reason and not machine.mps:
        lines.append(_no_gpu(machine.no_gpu_reason))
    if machine.openvino is None:
        lines.append(tr("OpenVINO is not installed."))
    return "\n".join(lines)


def _no_gpu(reason: str) -> str:
    from nledn import device

    words = {
        device.NO_DRIVER: tr("No GPU is used: none with a working driver was found."),
        device.TORCH_FOR_CPU: tr("No GPU is used: this PyTorch is for the processor only."),
        device.NO_TORCH: tr(
            "No GPU is used: this edition is without PyTorch, which would compute there."
        ),
    }
    return words[reason]


def verdict_of(machine: "Machine | None") -> str:
    """How OpenVINO did here; empty where nothing depends on it."""
    from nledn.device import WORTH_OPENVINO

    if machine is None or machine.openvino is None or machine.gpus or not machine.torch:
        return ""
    trial = machine.openvino_trial
    if trial is None:
        return tr("PyTorch computes. OpenVINO is tried once, when nothing is being computed.")
    if not trial.agrees:
        return tr("OpenVINO is not used: {reason}.", reason=trial.problem)
    times = f"{trial.times_as_fast:.2f}"
    if trial.times_as_fast < WORTH_OPENVINO:
        return tr("OpenVINO is not used: it is {times} times as fast as PyTorch.", times=times)
    return tr("Automatic takes OpenVINO here: {times} times as fast as PyTorch.", times=times)


def _gib(size_bytes: int) -> str:
    return tr("{size} GiB free", size=f"{size_bytes / 2**30:.1f}")
