"""The fast backend for CPUs: OpenVINO (optional, extra `fast-cpu`).

The graph is exported from `nledn.network` once for each checkpoint and tile shape and kept in the
user's cache; the next start reads it from there, without torch. It is compiled for one shape, so
every tile has that shape (`nledn.tiling.static`).
"""

import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from nledn import __version__, places
from nledn.backends import Floats, Trained
from nledn.device import Choice
from nledn.regions import safe_side

log = logging.getLogger(__name__)

PRECISION_HINTS = {"fp32": "f32", "bf16": "bf16"}


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
        features = trunk([np.pad(rainy, beyond, mode="reflect")])[0]
        return np.asarray(tail([features])[0][:, :, :height, :width], np.float32)

    def _compile(self, height: int, width: int) -> tuple[Any, Any]:
        """The trunk in the chosen precision, and the tail, which is float32 in every one."""
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": self._choice.threads,
        }
        hints = {"trunk": PRECISION_HINTS[self._choice.precision], "tail": "f32"}
        trunk, tail = (
            self._core.compile_model(
                self._graph(part, height, width),
                "CPU",
                {**settings, "INFERENCE_PRECISION_HINT": hint},
            )
            for part, hint in hints.items()
        )
        return trunk, tail

    def _graph(self, part: str, height: int, width: int) -> Any:
        path = _cache_path(part, height, width, self._trained)
        if path.exists() and path.with_suffix(".bin").exists():
            try:
                return self._core.read_model(path)
            except RuntimeError:
                log.warning("the cached graph %s cannot be read and is made anew", path)
        graph = _export(part, height, width, self._trained)
        _keep(graph, path)
        return graph


def _cache_path(part: str, height: int, width: int, trained: Trained) -> Path:
    versions = f"{__version__}-{_openvino().get_version().partition('-')[0]}"
    name = f"{part}-{trained.sha256[:16]}-{trained.regions}-{height}x{width}-{versions}.xml"
    return places.user_cache() / "openvino" / name


def _keep(graph: Any, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # OpenVINO insists on the endings, so the temporary names are a folder's.
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            xml = Path(folder) / "graph.xml"
            _openvino().serialize(graph, xml)
            # The weights first: a graph without them would be read as damaged.
            os.replace(xml.with_suffix(".bin"), path.with_suffix(".bin"))
            os.replace(xml, path)
    except OSError:
        log.warning("the graph could not be kept in %s; it will be made again", path.parent)


def _export(part: str, height: int, width: int, trained: Trained) -> Any:
    import torch

    from nledn.architecture import CHANNELS
    from nledn.backends.torch import network_of

    network = network_of(trained)
    # torch.export takes the `forward` of a module: give it the part's.
    if part == "trunk":
        network.forward, channels = network.features, 3  # type: ignore[method-assign]
    else:
        network.forward, channels = network.tail, CHANNELS  # type: ignore[method-assign,assignment]
    example = torch.zeros(1, channels, height, width)
    with torch.no_grad(), warnings.catch_warnings():
        # WORKAROUND: torch 2.13's export warns of its own insides (LeafSpec). Can go with the
        # first torch that does not.
        warnings.simplefilter("ignore", FutureWarning)
        return _openvino().convert_model(torch.export.export(network, (example,)))
