"""The fast backend for CPUs: OpenVINO (optional, extra `fast-cpu`).

The graph is translated from `nledn.network` once for each tile shape, without weights, and kept in
the user's cache; the next start reads it from there, without torch, and puts the checkpoint's
tensors into it. It is compiled for one shape, so every tile has that shape
(`nledn.tiling.static`).
"""

import logging
import os
import sys
from pathlib import Path
from typing import Any, Literal

import numpy as np

from nledn import __version__, places, unfinished
from nledn.architecture import Regions, weight_shapes
from nledn.backends import Floats, Trained
from nledn.device import Choice
from nledn.regions import safe_side

log = logging.getLogger(__name__)

PRECISION_HINTS = {"fp32": "f32", "bf16": "bf16"}
GRAPH_VERSION = 2  # another translation gets another

Part = Literal["trunk", "tail"]
TAIL = "to_rain"  # the convolution that is float32 in every precision


def _openvino() -> Any:
    # Its analytics look up a host when imported; told that they are not installed, OpenVINO uses
    # its own empty stand-in.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


class OpenVinoBackend:
    """NLEDN compiled by OpenVINO, a graph for each tile shape that is met."""

    def __init__(self, choice: Choice, trained: Trained) -> None:
        self._choice = choice
        self._trained = trained
        self._core = _openvino().Core()
        self._compiled: dict[tuple[int, ...], tuple[Any, Any]] = {}

    def rain(self, rainy: Floats) -> Floats:
        """See `Backend.rain`."""
        height, width = rainy.shape[2:]
        safe = tuple(safe_side(side, self._trained.regions) for side in (height, width))
        beyond = ((0, 0), (0, 0), (0, safe[0] - height), (0, safe[1] - width))
        if safe not in self._compiled:
            self._compiled[safe] = self._compile(*safe)
        trunk, tail = self._compiled[safe]
        trunk.infer([np.pad(rainy, beyond, mode="reflect")])
        tail.infer([trunk.get_output_tensor()])  # as it is: NumPy has no bfloat16
        return np.array(tail.get_output_tensor().data[:, :, :height, :width])

    def _compile(self, height: int, width: int) -> tuple[Any, Any]:
        """Requests for the trunk in the chosen precision, and for the tail, always float32.

        The features between the two are in the trunk's precision, as torch's are: to convert and
        transpose them as float32 took a tenth of a tile's time.
        """
        between = PRECISION_HINTS[self._choice.precision]
        hints: dict[Part, str] = {"trunk": between, "tail": "f32"}
        trunk, tail = (
            self._core.compile_model(
                _joined_by(between, part, self._graph(part, height, width)),
                "CPU",
                {
                    "PERFORMANCE_HINT": "LATENCY",
                    "INFERENCE_NUM_THREADS": self._choice.threads,
                    "INFERENCE_PRECISION_HINT": hint,
                },
            ).create_infer_request()
            for part, hint in hints.items()
        )
        return trunk, tail

    def _graph(self, part: Part, height: int, width: int) -> Any:
        """The part's graph with the checkpoint's weights in it."""
        graph = self._read(part, height, width)
        openvino = _openvino()
        for node in graph.get_parameters()[1:]:
            weights = np.ascontiguousarray(self._trained.arrays[node.get_friendly_name()])
            constant = openvino.op.Constant(weights, shared_memory=False)
            node.output(0).replace(constant.output(0))
            graph.remove_parameter(node)
        return graph

    def _read(self, part: Part, height: int, width: int) -> Any:
        path = _cache_path(part, height, width, self._trained.regions)
        if path.exists() and path.with_suffix(".bin").exists():
            try:
                graph = self._core.read_model(path)
                if _inputs(graph) == [part, *weight_names(part)]:
                    return graph
            except RuntimeError:
                log.debug("reading %s failed", path, exc_info=True)
            log.warning("the cached graph %s cannot be read and is made anew", path)
        graph = _export(part, height, width, self._trained.regions)
        _keep(graph, path)
        return graph


def _joined_by(precision: str, part: Part, graph: Any) -> Any:
    """The graph with features of that precision at the end that meets the other part."""
    openvino = _openvino()
    steps = openvino.preprocess.PrePostProcessor(graph)
    end = steps.output() if part == "trunk" else steps.input()
    end.tensor().set_element_type(getattr(openvino.Type, precision))
    return steps.build()


def weight_names(part: Part) -> list[str]:
    """The graph's inputs after the pixels or features, in their order."""
    return [name for name in weight_shapes() if name.startswith(TAIL) == (part == "tail")]


def _inputs(graph: Any) -> list[str]:
    return [node.get_friendly_name() for node in graph.get_parameters()]


def _cache_path(part: Part, height: int, width: int, regions: Regions) -> Path:
    versions = f"{__version__}-{GRAPH_VERSION}-{_openvino().get_version().partition('-')[0]}"
    name = f"{part}-{regions}-{height}x{width}-{versions}.xml"
    return places.user_cache() / "openvino" / name


def _keep(graph: Any, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # OpenVINO insists on the endings, so the temporary name is a folder's.
        folder = path.with_name(f".{path.stem}.{os.getpid()}{unfinished.TEMPORARY_SUFFIX}")
        note = unfinished.note(folder)
        try:
            folder.mkdir()
            xml = folder / "graph.xml"
            _openvino().serialize(graph, xml)
            # The weights first: a graph without them would be read as damaged.
            os.replace(xml.with_suffix(".bin"), path.with_suffix(".bin"))
            os.replace(xml, path)
        finally:
            unfinished.discard(folder)
            note.take_back()
    except OSError:
        log.warning("the graph could not be kept in %s; it will be made again", path.parent)


def _export(part: Part, height: int, width: int, regions: Regions) -> Any:
    from nledn.backends.openvino_graph import export

    return export(part, height, width, regions, _openvino())
