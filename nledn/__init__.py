"""NLEDN inference: rain out of photos.

    from nledn import Derainer, Options, decoder
    rainy = decoder.read(Path("street.jpg"))
    layer = Derainer.load(Options()).derain(rainy.pixels)
    clean = layer.apply(rainy.pixels, strength=0.9)

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
    from nledn.engine import Derainer, Focus, Progress
    from nledn.rain import RainLayer, Record

__version__ = "0.1.0"

LAZY_NAMES = {
    "Derainer": "nledn.engine",
    "Focus": "nledn.engine",
    "Progress": "nledn.engine",
    "RainLayer": "nledn.rain",
    "Record": "nledn.rain",
}
LAZY_MODULES = (
    "nledn.backends.openvino",
    "nledn.backends.torch",
    "nledn.batch",
    "nledn.compare",
    "nledn.decoder",
    "nledn.engine",
    "nledn.evaluate",
    "nledn.network",
    "nledn.photo",
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
    "Progress",
    "RainLayer",
    "Record",
    "__version__",
    "decoder",
    "photo",
]


def __getattr__(name: str) -> Any:
    if name in LAZY_NAMES:
        return getattr(importlib.import_module(LAZY_NAMES[name]), name)
    if f"nledn.{name}" in LAZY_MODULES:
        return importlib.import_module(f"nledn.{name}")
    raise AttributeError(f"module 'nledn' has no attribute {name!r}")
