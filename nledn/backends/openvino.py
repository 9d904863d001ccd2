"""The fast backend for CPUs: OpenVINO (optional, extra `fast-cpu`); a bundle's only one.

`nledn.backends.openvino_graph` writes the network down; here it is compiled, for one shape, so
every tile has that shape (`nledn.tiling.static`).
"""

import sys
import threading
import weakref
from collections import OrderedDict
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import psutil

from nledn.backends import Trained
from nledn.backends.openvino_graph import Part, build
from nledn.device import Choice
from nledn.errors import OutOfMemory
from nledn.pixels import Floats
from nledn.regions import safe_side

Size = tuple[int, int]  # height and width, px

PRECISION_HINTS = {"fp32": "f32", "bf16": "bf16"}

# What a compiled shape holds while it is kept: 400 MB for 512 px in bfloat16, 640 in float32.
COMPILED_BYTES_PER_PX = {"fp32": 2440, "bf16": 1530}
KEPT_AT_MOST = 6  # a comparison's checkpoints, each with one shape
SHARE_OF_MEMORY = 0.25
_OUT_OF_MEMORY = ("bad_alloc", "bad allocation", "allocate")  # of Linux, Windows and itself


def _openvino() -> Any:
    # Its analytics look up a host when imported; told that they are not installed, OpenVINO uses
    # its own empty replacement.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


@cache
def _core() -> Any:
    # One for all: threads of a shape that was forgotten serve the next one of the same core.
    return _openvino().Core()


class _Compiled(NamedTuple):
    """Requests for the trunk in the chosen precision and for the tail, and the memory they hold."""

    trunk: Any
    tail: Any
    held_bytes: int


_LOCK = threading.RLock()  # a backend may be collected while it is held
KEPT: OrderedDict[tuple[int, Size], _Compiled] = OrderedDict()
"""The shapes of all backends, by `id`; the one not used for longest is forgotten first.

Each holds memory and threads, and a window uses many models, shapes and settings.
"""


class OpenVinoBackend:
    """NLEDN compiled by OpenVINO, one model for each tile shape."""

    def __init__(self, choice: Choice, trained: Trained) -> None:
        self._choice = choice
        self._trained = trained
        weakref.finalize(self, _forget, id(self))

    def rain(self, rainy: Floats) -> Floats:
        """See `Backend.rain`."""
        try:
            return self._rain(rainy)
        except (MemoryError, RuntimeError) as error:
            # OpenVINO raises RuntimeErrors with the message of its C++ exceptions.
            is_full = isinstance(error, MemoryError) or any(w in str(error) for w in _OUT_OF_MEMORY)
            if not is_full:
                raise
        _forget(id(self))  # each shape has its own memory, and smaller ones follow now
        raise OutOfMemory("cpu", max(rainy.shape[2:]))

    def _rain(self, rainy: Floats) -> Floats:
        height, width = rainy.shape[2:]
        safe = (safe_side(height, self._trained.regions), safe_side(width, self._trained.regions))
        beyond = ((0, 0), (0, 0), (0, safe[0] - height), (0, safe[1] - width))
        trunk, tail, _ = self._compiled(safe)
        trunk.infer([np.pad(rainy, beyond, mode="reflect")])
        tail.infer([trunk.get_output_tensor()])  # without conversion: NumPy has no bfloat16
        return np.array(tail.get_output_tensor().data[:, :, :height, :width])

    def _compiled(self, size: Size) -> _Compiled:
        needed = size[0] * size[1] * COMPILED_BYTES_PER_PX[self._choice.precision]
        most = psutil.virtual_memory().total * SHARE_OF_MEMORY - needed
        with _LOCK:
            found = KEPT.pop((id(self), size), None)
            while found is None and KEPT:  # make room first
                held = sum(each.held_bytes for each in list(KEPT.values()))
                if len(KEPT) < KEPT_AT_MOST and held <= most:
                    break
                KEPT.popitem(last=False)
        found = found or _Compiled(*self._compile(size), needed)
        with _LOCK:
            KEPT[id(self), size] = found
        return found

    def _compile(self, size: Size) -> tuple[Any, Any]:
        """Requests for the trunk in the chosen precision, and for the tail, always float32.

        The features between the two are in the trunk's precision, as torch's are: to convert and
        transpose them as float32 took a tenth of a tile's time.
        """
        between = PRECISION_HINTS[self._choice.precision]
        hints: dict[Part, str] = {"trunk": between, "tail": "f32"}
        requests = []
        for part, hint in hints.items():
            model = build(part, size, self._trained.regions, self._trained.arrays, _openvino())
            settings = {
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_NUM_THREADS": self._choice.threads,
                "INFERENCE_PRECISION_HINT": hint,
            }
            steps = _openvino().preprocess.PrePostProcessor(model)
            meeting = steps.output() if part == "trunk" else steps.input()
            meeting.tensor().set_element_type(getattr(_openvino().Type, between))
            compiled = _core().compile_model(steps.build(), "CPU", settings)
            requests.append(compiled.create_infer_request())
        return requests[0], requests[1]


def _forget(owner: int) -> None:
    with _LOCK:
        for key in [key for key in list(KEPT) if key[0] == owner]:
            del KEPT[key]
