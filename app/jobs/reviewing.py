"""Looking at what a batch did: small pictures, and a photo beside its result."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from app.jobs.batching import Entry
from app.jobs.opening import Opened, OpenJob
from app.qimage import to_qimage
from app.recovery import Recovered
from app.runner import Job, Work
from nledn import Options, __version__, decoder
from nledn.errors import DerainError
from nledn.rain import Record, difference

if TYPE_CHECKING:
    from nledn.photo import Photo


@dataclass(frozen=True, eq=False)
class ThumbnailJob(Job):
    """A small picture of a photo; null where there is none, as its row says by itself.

    Attributes:
        path: of the photo.
        box: that the picture has to fit into, px of the screen.
    """

    is_patient: ClassVar[bool] = True
    only_reads: ClassVar[bool] = True
    path: Path
    box: QSize

    def run(self, work: Work) -> QImage:
        """Make it."""
        from nledn.batch import small

        try:
            photo = decoder.read(self.path, cancel=work.cancel)
            picture = small(photo, 2 * self.box.width())
        except DerainError:
            return QImage()
        aspect = Qt.AspectRatioMode.KeepAspectRatio
        smooth = Qt.TransformationMode.SmoothTransformation
        return to_qimage(np.asarray(picture)).scaled(self.box, aspect, smooth)


@dataclass(frozen=True, eq=False)
class Reviewed:
    """A photo of a batch, and what was done to it.

    Attributes:
        opened: the photo.
        result: what was taken from it; None where there is nothing to compare.
        path: of the result; likewise.
    """

    opened: Opened
    result: Recovered | None = None
    path: Path | None = None


@dataclass(frozen=True, eq=False)
class ReviewJob(Job):
    """Read a photo and the result that a batch made of it; the answer is `Reviewed`.

    Attributes:
        entry: of the batch; one without a result is only opened.
        options: that it was made with.
        checkpoint: id of the checkpoint.
    """

    only_reads: ClassVar[bool] = True
    entry: Entry
    options: Options
    checkpoint: str

    def run(self, work: Work) -> Reviewed:
        """Read both."""
        opened = OpenJob(self.entry.source).run(work)
        output = self.entry.output
        if self.entry.state != "done" or output is None:
            return Reviewed(opened)
        try:
            after = decoder.read(output, cancel=work.cancel)
        except DerainError:
            return Reviewed(opened)  # gone, or no photo any more
        result = self._compared(opened.photo, after)
        return Reviewed(opened, result, None if result is None else output)

    def _compared(self, before: "Photo", after: "Photo") -> Recovered | None:
        row, path = self.entry.row, before.path
        if before.size != after.size or row is None or row.figures is None or path is None:
            return None
        record = Record(
            checkpoint=self.checkpoint,
            checkpoint_sha256=row.checkpoint_sha256,
            device=row.device,
            backend=row.figures.backend,
            precision=row.figures.precision,
            tile=row.figures.tile,
            overlap_px=self.options.overlap_px or 0,
            version=__version__,
        )
        strength = self.entry.strength
        layer = difference(before.pixels, after.pixels, record, strength, linear=before.linear)
        return Recovered(path, self.options, layer, strength, None)
