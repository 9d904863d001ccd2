"""Work for the Photo page: reading photos, deraining, saving results."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from PySide6.QtGui import QImage

from app.imaging.preview import InSight, Preview
from app.imaging.qimage import ScreenColour
from app.photo.autosave import Offer, RecoveryFile, is_any_in_use, scan
from app.photo.state import tiles_of
from app.shell.engines import Engines
from app.tasks import Job, QueueName, Work
from nledn import Options, temporary_files
from nledn.naming import free_name
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn import Derainer, Focus, RainLayer
    from nledn.device import Choice
    from nledn.engine import Progress
    from nledn.photo import Photo, WriteSettings
    from nledn.pipeline import Result


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


@dataclass(frozen=True, eq=False)
class PrepareJob(Job[None]):
    """Choose a photo's model and load it ahead; neither has to follow a click then.

    To choose it takes as long as a tile, because the all-round model looks at the photo.
    """

    queue: ClassVar[QueueName] = "compute"
    is_patient: ClassVar[bool] = True
    only_reads: ClassVar[bool] = True
    engines: Engines
    photo: "Photo"
    options: Options

    def run(self, work: Work) -> None:
        """Do both."""
        models = self.engines.models()
        models.find(models.chosen(self.photo, self.options, work.cancel).options)


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
class Previewed:
    """One more tile of the preview is there.

    Attributes:
        preview: of what is in sight.
        rect: pixels of its copy that changed.
    """

    preview: Preview
    rect: Rect


Derained: TypeAlias = "Started | Previewed | Progress"
"""The reports of a derain."""

PREVIEW_PX = 450_000  # that its tiles compute: 2 s on two cores; measured in benchmarks/README.md
PREVIEW_SHARES = (0.9, 0.75, 0.6, 0.45)  # of it that the copy has: tiles of one shape fit worse
WORTH_PREVIEW = 3  # pixels in sight for one of the copy; below it tiles are there about as soon


@dataclass(frozen=True, eq=False)
class DerainJob(Job["RainLayer", Derained]):
    """Compute the tiles of a photo that are missing.

    Reports `Started`, then `Previewed` where much of what is in sight is missing, then `Progress`.
    """

    queue: ClassVar[QueueName] = "compute"
    engines: Engines
    photo: "Photo"
    options: Options
    focus: "Focus"
    keeper: RecoveryFile | None
    into: "RainLayer | None" = None
    in_sight: InSight | None = None

    def run(self, work: "Work[Derained]") -> "RainLayer":
        """Compute them."""
        photo = self.photo
        derainer, layer = self.engines.models().layer(photo, self.options, self.into, work.cancel)
        work.cancel.raise_if_cancelled()
        work.report(Started(layer, derainer.choice))
        if self.keeper is not None:
            self.keeper.begin(self.options, layer)
        if self.in_sight is not None:
            self._preview(derainer, layer, self.in_sight, work)

        def on_tile(progress: "Progress") -> None:
            if self.keeper is not None:
                self.keeper.add_tile(layer, progress.rect)
            work.report(progress)

        return derainer.derain(
            photo.visible, into=layer, focus=self.focus, on_tile=on_tile, cancel=work.cancel
        )

    def _preview(
        self, derainer: "Derainer", layer: "RainLayer", seen: InSight, work: "Work[Derained]"
    ) -> None:
        """Derain a reduced copy of what is in sight; the layer does not get any of it."""
        from nledn import Focus

        if layer.missing_px(seen.rect) < WORTH_PREVIEW * PREVIEW_PX:
            return
        for share in PREVIEW_SHARES:
            width, height = seen.size_of(share * PREVIEW_PX)
            rain = derainer.start((height, width), grey=layer.grey, linear=layer.linear)
            if rain.tiling.computed_px <= PREVIEW_PX:
                break
        pixels = seen.copy((width, height))
        preview = Preview(seen.rect, pixels, rain)
        derainer.derain(
            pixels,
            into=rain,
            focus=Focus(seen.after_in(width, height)),
            on_tile=lambda done: work.report(Previewed(preview, done.rect)),
            cancel=work.cancel,
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
