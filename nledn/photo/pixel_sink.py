"""Targets for decoded pixels: arrays here, or memory that another process reads."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from nledn.pixels import Pixels, Plane

DepthName = Literal["uint8", "uint16", "float16", "float32"]


@dataclass(frozen=True)
class Form:
    """The form of a picture as stored, before it is turned upright.

    Attributes:
        width: px.
        height: px.
        depth: dtype of each channel.
        has_alpha: a channel of straight alpha comes after the colours.
    """

    width: int
    height: int
    depth: DepthName
    has_alpha: bool

    @property
    def px(self) -> int:
        """Pixels in all."""
        return self.width * self.height


class PixelSink(Protocol):
    """The target of a decoder: `begin` once, then `put` from the top row to the last."""

    def begin(self, form: Form) -> None:
        """Allocate memory.

        Raises:
            MemoryError: no memory is left.
        """
        ...

    def put(self, strip: Any) -> None:
        """Take the next rows.

        Args:
            strip: (rows, width, bands) of the form's depth, or float32 for float16: one band of
                grey or three of colour, then alpha where the form has it; bands beyond these are
                dropped.
        """
        ...


def colours_in(bands: int) -> int:
    """Return how many of the bands of a strip are colours: one, or three."""
    return 1 if bands <= 2 else 3


class Arrays:
    """A canvas in this process.

    Attributes:
        pixels: (H, W, 3).
        alpha: (H, W), or None.
    """

    pixels: Pixels
    alpha: Plane | None

    def begin(self, form: Form) -> None:
        """Make the arrays; see `PixelSink`."""
        self.pixels = np.empty((form.height, form.width, 3), form.depth)
        self.alpha = np.empty((form.height, form.width), form.depth) if form.has_alpha else None
        self._rows = 0

    def put(self, strip: Any) -> None:
        """Copy a strip to its place; see `PixelSink`."""
        rows = slice(self._rows, self._rows + len(strip))
        colours = colours_in(strip.shape[2])
        self.pixels[rows] = strip[..., :colours]
        if self.alpha is not None:
            self.alpha[rows] = strip[..., colours]
        self._rows = rows.stop
