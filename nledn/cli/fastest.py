"""The benchmark of OpenVINO, run before long work, with a sentence that says so."""

from dataclasses import replace

from nledn.cli.console import err
from nledn.machine import Machine
from nledn.options import Options


def tried(options: Options, machine: Machine) -> Machine:
    """Return the machine with a verdict on OpenVINO, if that could be chosen and is untested."""
    from nledn.backends import backend_benchmark

    if machine.openvino_trial is not None or not backend_benchmark.would_decide(options, machine):
        return machine
    err.print("Testing OpenVINO, once on this machine; this takes about ten seconds.")
    return replace(machine, openvino_trial=backend_benchmark.hold(machine))
