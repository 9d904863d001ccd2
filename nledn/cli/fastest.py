"""The trial of OpenVINO, held where somebody waits anyway, with a sentence that says so."""

from dataclasses import replace

from nledn.cli.console import err
from nledn.machine import Machine
from nledn.options import Options


def tried(options: Options, machine: Machine) -> Machine:
    """The machine with a verdict on OpenVINO, if that could be chosen and was never tried here."""
    from nledn.backends import backend_benchmark

    if machine.openvino_trial is not None or not backend_benchmark.would_decide(options, machine):
        return machine
    err.print("OpenVINO is tried, once on this machine; this takes some ten seconds.")
    return replace(machine, openvino_trial=backend_benchmark.hold(machine))
