"""A view at work, for tests."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from app.imaging.picture import Picture
from app.views.photo_view import PhotoView
from app.views.viewport import Viewport

Bytes = npt.NDArray[np.uint8]
PixelsOf = Callable[[QImage], Bytes]
WIDTH, HEIGHT = 400, 300
BELOW_LABELS = slice(60, 120)  # rows without labels and knob


@dataclass
class Desk:
    """A view at work."""

    picture: Picture
    viewport: Viewport
    view: PhotoView
    pixels_of: PixelsOf

    def shown(self) -> Bytes:
        return self.pixels_of(self.view.grab().toImage())

    def before(self) -> Bytes:
        """The visible part of the photo, at 100 %."""
        assert self.picture.photo is not None
        return self.picture.photo.pixels[self.viewport.visible_rect.slices].view(np.uint8)

    def after(self) -> Bytes:
        return self.picture.pixels("after", 0, self.viewport.visible_rect).view(np.uint8)
