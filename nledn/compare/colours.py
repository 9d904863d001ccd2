"""Numbers as colours whose lightness rises evenly with them."""

import numpy as np
import numpy.typing as npt

from nledn.pixels import Bytes

# Inferno, by S. van der Walt and N. Smith (CC0), at 33 even places, RGB; between them it is
# straight to within 2 of 255.
_INFERNO = """
    000004 040312 0b0724 150b37 210c4a 2f0a5b 3d0965 4a0c6b 57106e 64156e 71196e
    7d1e6d 8a226a 972766 a32c61 b0315b bc3754 c63d4d d04545 da4e3c e35933 eb6429
    f1711f f67e14 f98c0a fb9b06 fcaa0f fbba1f f9c932 f5d949 f2e865 f3f586 fcffa4
"""


def in_colours(values: npt.NDArray[np.float32], largest: float) -> Bytes:
    """Values from 0 to `largest`, (H, W), as (H, W, 3) sRGB: from black by red to yellow."""
    steps = np.rint(np.clip(values / largest, 0, 1) * 255).astype(np.uint8)
    return np.asarray(_every_step()[steps], np.uint8)


def _every_step() -> Bytes:
    """(256, 3)."""
    known = np.array([list(bytes.fromhex(colour)) for colour in _INFERNO.split()])
    places = np.linspace(0, 255, len(known))
    channels = [np.interp(np.arange(256), places, channel) for channel in known.T]
    return np.asarray(np.rint(np.stack(channels, axis=1)), np.uint8)
