"""Work for the Photo page: reading photos, deraining, saving results."""

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
    """Read a photo, or the first one of a folder."""

    only_reads: ClassVar[bool] = True
    path: Path

    def run(self, work: Work) -> Opened:
        """Read it."""
        from nledn.photo.provenance import read_provenance

        is_folder = self.path.is_dir()
        folder = photos_in(self.path if is_folder else self.path.parent)
        if is_folder and not folder:
            raise without_photos(self.path)
        photo = decoder.read(folder[0] if is_folder else self.path, cancel=work.cancel)
        return Opened(
            photo, first_copies(photo), folder, read_provenance(photo.xmp), from_folder=is_folder
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
    """Unsaved work from before crashes.

    Attributes:
        offers: newest first.
        is_busy: more exists, of a program that has not ended.
    """

    offers: tuple[Offer, ...]
    is_busy: bool


@dataclass(frozen=True, eq=False)
class ScanJob(Job[Scan]):
    """Find unsaved work from before a crash."""

    def run(self, work: Work) -> Scan:
        """Find it, and remove unfinished files."""
        temporary_files.remove_abandoned()
        is_busy = is_any_in_use()
        return Scan(scan(), is_busy)


@dataclass(frozen=True, eq=False)
class RestoreJob(Job[tuple[Opened, Recovered]]):
    """Read a photo and the unsaved work on it."""

    offer: Offer

    def run(self, work: Work) -> tuple[Opened, Recovered]:
        """Read both."""
        opened = OpenJob(self.offer.source).run(work)
        recovered = recover(self.offer.file)
        if recovered is None:
            raise PhotoNotFound(self.offer.file)
        return opened, recovered


@dataclass(frozen=True, eq=False)
class KeepJob(Job[None]):
    """Keep existing layers, on the queue that writes tiles."""

    queue: ClassVar[QueueName] = "compute"
    keeper: RecoveryFile
    layers: "tuple[tuple[Options, RainLayer], ...]"

    def run(self, work: Work) -> None:
        """Write them."""
        for options, layer in self.layers:
            self.keeper.begin(options, layer)


@dataclass(frozen=True, eq=False)
class Started:
    """A derain began: its layer fills up from now on."""

    layer: "RainLayer"
    choice: "Choice"


@dataclass(frozen=True, eq=False)
class DerainJob(Job["RainLayer", "Started | Progress"]):
    """Compute the missing tiles of a photo; report `Started`, then `Progress`."""

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
        derainer, layer = self.engines.models().layer(photo, self.options, self.into, work.cancel)
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
        path: its file.
        photo: as written, but without XMP that is only our record.
        settings: for writing.
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
class ExportRainJob(Job[None]):
    """Write the rain of a result; the user has agreed to replace an existing file."""

    result: "Result"
    path: Path

    def run(self, work: Work) -> None:
        """Write it whole, or not at all."""
        from nledn import pipeline

        pipeline.write_rain(self.result, self.path, overwrite=True)


@dataclass(frozen=True, eq=False)
class CopyJob(Job[QImage]):
    """The derained photo as a picture for the clipboard."""

    result: "Result"

    def run(self, work: Work) -> QImage:
        """Remove the rain; the clipboard has no profiles, so the picture is sRGB."""
        photo = self.result.clean(record=False)
        return ScreenColour(photo.icc).image(photo.pixels, photo.alpha)


@dataclass(frozen=True, eq=False)
class ReviewJob(Job[tuple[Opened, Recovered | None]]):
    """Read a photo and its result of a batch, if any.

    Attributes:
        source: the photo.
        output: its result; without one the photo is only opened.
        row: of the batch's journal.
        strength: share of the rain that was removed.
        options: of the result.
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
            return opened, None  # missing, or no longer a photo
        return opened, self._compared(opened.photo, after)

    def _compared(self, before: "Photo", after: "Photo") -> Recovered | None:
        row, path = self.row, before.path
        if before.size != after.size or row is None or row.figures is None or path is None:
            return None
        record = Record(
            checkpoint=row.figures.checkpoint or self.checkpoint,
            checkpoint_sha256=row.figures.checkpoint_sha256 or row.checkpoint_sha256,
            reason=row.figures.reason,
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
