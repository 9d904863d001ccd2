"""NLEDN inference: rain out of photos.

    rainy = nledn.read_photo(Path("street.jpg"))
    result = nledn.derain(rainy, nledn.Derainer.load(), strength=0.9)
    nledn.write(result, Path("street_derained.jpg"))

Without files, from one NumPy array to another:

    clean = nledn.Derainer.load().derain(pixels).apply(pixels, strength=0.9)

Light names are here at once; heavy ones (`LAZY_MODULES`, which the bundle reads too) are imported
when they are first used, so that a command line answers and a window opens before torch is loaded.
"""

import importlib
from typing import TYPE_CHECKING, Any

from nledn.cancel import CancelToken
from nledn.errors import Cancelled, DerainError
from nledn.options import Options

if TYPE_CHECKING:
    from nledn import decoder, photo
    from nledn.decoder import read as read_photo
    from nledn.engine import Derainer, Focus, Progress
    from nledn.pipeline import Outputs, Result, derain, write
    from nledn.rain import RainLayer, Record

__version__ = "0.1.0"

LAZY_NAMES = {
    "nledn.engine": ("Derainer", "Focus", "Progress"),
    "nledn.pipeline": ("Outputs", "Result", "derain", "write"),
    "nledn.rain": ("RainLayer", "Record"),
}
LAZY_MODULES = (
    "nledn.auto",
    "nledn.backends.openvino",
    "nledn.backends.torch",
    "nledn.batch",
    "nledn.cli.batch",
    "nledn.cli.compare",
    "nledn.cli.derain",
    "nledn.cli.evaluate",
    "nledn.cli.info",
    "nledn.cli.watch",
    "nledn.cli.weights",
    "nledn.compare",
    "nledn.decoder",
    "nledn.engine",
    "nledn.evaluate",
    "nledn.models",
    "nledn.network",
    "nledn.photo",
    "nledn.pipeline",
    "nledn.rain",
    "nledn.report",
)

__all__ = [
    "CancelToken",
    "Cancelled",
    "DerainError",
    "Derainer",
    "Focus",
    "Options",
    "Outputs",
    "Progress",
    "RainLayer",
    "Record",
    "Result",
    "__version__",
    "decoder",
    "derain",
    "photo",
    "read_photo",
    "write",
]


def __getattr__(name: str) -> Any:
    if name == "read_photo":
        return importlib.import_module("nledn.decoder").read
    for module, names in LAZY_NAMES.items():
        if name in names:
            return getattr(importlib.import_module(module), name)
    if f"nledn.{name}" in LAZY_MODULES:
        return importlib.import_module(f"nledn.{name}")
    raise AttributeError(f"module 'nledn' has no attribute {name!r}")
