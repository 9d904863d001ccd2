"""Work for the Photo page: reading photos, deraining, and what comes of it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtGui import QImage

from app.imaging.opened import Opened, photos_in, without_photos
from app.imaging.pyramid import first_copies
from app.imaging.qimage import ScreenColour, to_photo
from app.photo.autosave import Offer, Recovered, RecoveryFile, is_any_in_use, recover, scan
from app.photo.state import tiles_of
from app.shell.engines import Engines
from app.tasks import Job, QueueName, Work
from nledn import Options, __version__, decoder, temporary_files
from nledn.errors import DerainError, PhotoNotFound
from nledn.naming import free_name
from nledn.rain import Record, difference

if TYPE_CHECKING:
    from nledn import Focus, RainLayer
    from nledn.batch import Row
    from nledn.device import Choice
    from nledn.engine import Progress
    from nledn.photo import Photo, WriteSettings
    from nledn.pipeline import Result


@dataclass(frozen=True, eq=False)
class OpenJob(Job[Opened]):
    """Read a photo, or the first one of a folder.

    Attributes:
        path: of the photo or folder.
        damaged: a damaged photo is opened as far as it can be read.
    """

    only_reads: ClassVar[bool] = True
    path: Path
    damaged: bool = False

    def run(self, work: Work) -> Opened:
        """Read it."""
        from nledn.photo.recipe import read_recipe

        is_folder = self.path.is_dir()
        folder = photos_in(self.path if is_folder else self.path.parent)
        if is_folder and not folder:
            raise without_photos(self.path)
        path = folder[0] if is_folder else self.path
        photo = decoder.read(path, damaged=self.damaged, cancel=work.cancel)
        return Opened(
            photo, first_copies(photo), folder, read_recipe(photo.xmp), from_folder=is_folder
        )


@dataclass(frozen=True, eq=False)
class PasteJob(Job[Opened]):
    """Turn a pasted picture into a photo without a file."""

    image: QImage

    def run(self, work: Work) -> Opened:
        """Convert it."""
        photo = to_photo(self.image)
        return Opened(photo, first_copies(photo))


@dataclass(frozen=True, eq=False)
class KeyJob(Job[None]):
    """Compute the photo's key ahead, so that neither a derain nor a comparison waits for it."""

    is_patient: ClassVar[bool] = True
    only_reads: ClassVar[bool] = True
    photo: "Photo"

    def run(self, work: Work) -> None:
        """Compute it."""
        from nledn.models import photo_key

        photo_key(self.photo)


@dataclass(frozen=True)
class Scan:
    """The work that crashes left behind.

    Attributes:
        offers: newest first.
        is_busy: there is more, of a program that runs, or has not ended yet.
    """

    offers: tuple[Offer, ...]
    is_busy: bool


@dataclass(frozen=True, eq=False)
class ScanJob(Job[Scan]):
    """Look for what a crash left behind: to be offered, or of no use to anybody."""

    def run(self, work: Work) -> Scan:
        """Look, and clear away what was being written."""
        temporary_files.remove_abandoned()
        is_busy = is_any_in_use()
        return Scan(scan(), is_busy)


@dataclass(frozen=True, eq=False)
class RestoreJob(Job[tuple[Opened, Recovered]]):
    """Read a photo and what had been done to it."""

    offer: Offer

    def run(self, work: Work) -> tuple[Opened, Recovered]:
        """Read both."""
        opened = OpenJob(self.offer.source, damaged=True).run(work)  # as it may have been
        recovered = recover(self.offer.file)
        if recovered is None:
            raise PhotoNotFound(self.offer.file)
        return opened, recovered


@dataclass(frozen=True, eq=False)
class KeepJob(Job[None]):
    """Keep layers that are there already; on the queue that writes tiles."""

    queue: ClassVar[QueueName] = "compute"
    keeper: RecoveryFile
    layers: "tuple[tuple[Options, RainLayer], ...]"

    def run(self, work: Work) -> None:
        """Write them."""
        for options, layer in self.layers:
            self.keeper.begin(options, layer)


@dataclass(frozen=True, eq=False)
class Started:
    """A derain has begun: its layer fills up from now on."""

    layer: "RainLayer"
    choice: "Choice"


@dataclass(frozen=True, eq=False)
class DerainJob(Job["RainLayer", "Started | Progress"]):
    """Compute the tiles of a photo that are missing; reports `Started`, then `Progress`."""

    queue: ClassVar[QueueName] = "compute"
    engines: Engines
    photo: "Photo"
    options: Options
    focus: "Focus"
    keeper: RecoveryFile | None
    into: "RainLayer | None" = None

    def run(self, work: "Work[Started | Progress]") -> "RainLayer":
        """Compute them."""
        photo = self.photo
        derainer, layer = self.engines.models().layer(photo, self.options, self.into)
        work.cancel.raise_if_cancelled()
        work.report(Started(layer, derainer.choice))
        if self.keeper is not None:
            self.keeper.begin(self.options, layer)

        def on_tile(progress: "Progress") -> None:
            if self.keeper is not None:
                self.keeper.add_tile(layer, progress.rect)
            work.report(progress)

        return derainer.derain(
            photo.visible, into=layer, focus=self.focus, on_tile=on_tile, cancel=work.cancel
        )


@dataclass(frozen=True, eq=False)
class Saved:
    """A result that was written.

    Attributes:
        path: where.
        photo: what, as it was handed to the writer, but without XMP that is only our record; its
            notes tell what is not kept.
        settings: how.
        tiles: computed and all, of a partial result; None for a complete one.
    """

    path: Path
    photo: "Photo"
    settings: "WriteSettings"
    tiles: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class SaveJob(Job[Saved]):
    """Write a result."""

    result: "Result"
    path: Path
    settings: "WriteSettings"
    record: bool
    find_free_name: bool = False

    def run(self, work: Work) -> Saved:
        """Write it whole, or not at all."""
        from nledn import pipeline

        path = free_name(self.path) if self.find_free_name else self.path
        layer = self.result.layer
        tiles = None if layer.is_complete else tiles_of(layer)
        clean = pipeline.write(self.result, path, self.settings, record=self.record)
        if self.result.photo.xmp is None:
            clean = replace(clean, xmp=None)
        return Saved(path, clean, self.settings, tiles)


@dataclass(frozen=True, eq=False)
class CopyJob(Job[QImage]):
    """The derained photo as a picture for the clipboard."""

    result: "Result"

    def run(self, work: Work) -> QImage:
        """Take the rain away; the clipboard knows no profiles, so it is given sRGB."""
        photo = self.result.clean(record=False)
        return ScreenColour(photo.icc).image(photo.pixels, photo.alpha)


@dataclass(frozen=True, eq=False)
class ReviewJob(Job[tuple[Opened, Recovered | None]]):
    """Read a photo, and the result that a batch made of it where there is one to compare.

    Attributes:
        source: the photo.
        output: its result; without one the photo is only opened.
        row: of the batch's journal.
        strength: share of the rain that was taken.
        options: that it was made with.
        checkpoint: id of the checkpoint.
    """

    only_reads: ClassVar[bool] = True
    source: Path
    output: Path | None
    row: "Row | None"
    strength: float
    options: Options
    checkpoint: str

    def run(self, work: Work) -> tuple[Opened, Recovered | None]:
        """Read both."""
        opened = OpenJob(self.source).run(work)
        if self.output is None:
            return opened, None
        try:
            after = decoder.read(self.output, cancel=work.cancel)
        except DerainError:
            return opened, None  # gone, or no photo any more
        return opened, self._compared(opened.photo, after)

    def _compared(self, before: "Photo", after: "Photo") -> Recovered | None:
        row, path = self.row, before.path
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
        pixels = (before.pixels, after.pixels)
        layer = difference(*pixels, record, self.strength, linear=before.linear)
        return Recovered(path, self.options, self.strength, ((self.options, layer),), ())
