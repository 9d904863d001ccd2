"""What runs off the main thread: frozen requests, and frozen answers."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from natsort import natsorted
from PySide6.QtGui import QImage

from app.qimage import ScreenColour, to_photo
from app.recovery import Offer, Recovered, Spill, recover, scan
from app.runner import Job, LaneName, Work
from app.views.picture import first_copies
from app.views.pyramid import Pyramid
from nledn import Options
from nledn.errors import PhotoIsFolder, PhotoNotFound, PhotoUnsupported
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn import Derainer, Focus, RainLayer
    from nledn.card import Card
    from nledn.catalog import Shelf
    from nledn.device import Choice, Machine
    from nledn.photo import Photo, WriteSettings
    from nledn.photo.recipe import Recipe

Mask = npt.NDArray[np.float32]


class Engines:
    """The engine that is loaded; touched by the compute lane alone.

    Args:
        load: makes one; None for `nledn.Derainer.load`, which brings in torch.
    """

    def __init__(self, load: "Callable[[Options], Derainer] | None" = None) -> None:
        self._load = load
        self._options: Options | None = None
        self._derainer: Derainer | None = None

    def get(self, options: Options) -> "Derainer":
        """The engine for `options`, loaded unless it was the last one."""
        if self._derainer is None or self._options != options:
            self._derainer = None  # two at a time would take the memory of two
            load = self._load
            if load is None:
                from nledn import Derainer

                load = Derainer.load
            self._derainer, self._options = load(options), options
        return self._derainer


@dataclass(frozen=True, eq=False)
class Opened:
    """A photo that was read.

    Attributes:
        photo: its pixels and all.
        copies: the reduced ones that a first view is made from.
        folder: the photos of its folder in the order people expect; empty for a pasted one.
        recipe: how it was made, if it is a result of ours.
        from_folder: a folder was asked for, and this is its first photo.
    """

    photo: "Photo"
    copies: Pyramid
    folder: tuple[Path, ...] = ()
    recipe: "Recipe | None" = None
    from_folder: bool = False


@dataclass(frozen=True, eq=False)
class OpenJob(Job):
    """Read a photo, or the first one of a folder."""

    path: Path

    def run(self, work: Work) -> Opened:
        """Read it."""
        from nledn import photo as photos
        from nledn.photo.recipe import read_recipe

        is_folder = self.path.is_dir()
        folder = photos_in(self.path if is_folder else self.path.parent)
        if is_folder and not folder:
            raise PhotoIsFolder(self.path)
        photo = photos.read(folder[0] if is_folder else self.path)
        return Opened(
            photo, first_copies(photo), folder, read_recipe(photo.xmp), from_folder=is_folder
        )


@dataclass(frozen=True, eq=False)
class PasteJob(Job):
    """Turn a pasted picture into a photo without a file."""

    image: QImage

    def run(self, work: Work) -> Opened:
        """Convert it."""
        photo = to_photo(self.image)
        return Opened(photo, first_copies(photo))


def photos_in(folder: Path) -> tuple[Path, ...]:
    """The photos of a folder in natural order; hidden files and junk are passed over."""
    from nledn import photo as photos

    suffixes = set(photos.readable_suffixes())
    try:
        names = [path for path in folder.iterdir() if path.suffix.lower() in suffixes]
    except OSError as error:
        raise PhotoNotFound(folder) from error
    return tuple(natsorted((path for path in names if not path.name.startswith(".")), key=str))


@dataclass(frozen=True, eq=False)
class Started:
    """A derain has begun: its layer fills up from now on."""

    layer: "RainLayer"
    card: "Card"
    choice: "Choice"


@dataclass(frozen=True, eq=False)
class LoadJob(Job):
    """Load the engine before anybody asks for it."""

    lane: ClassVar[LaneName] = "compute"
    engines: Engines
    options: Options

    def run(self, work: Work) -> "Choice":
        """Load it; the answer is where it will compute."""
        return self.engines.get(self.options).choice


@dataclass(frozen=True, eq=False)
class DerainJob(Job):
    """Compute the tiles of a photo that are missing; reports `Started`, then `Progress`."""

    lane: ClassVar[LaneName] = "compute"
    engines: Engines
    photo: "Photo"
    options: Options
    focus: "Focus"
    spill: Spill
    into: "RainLayer | None" = None

    def run(self, work: Work) -> "RainLayer":
        """Compute them."""
        derainer = self.engines.get(self.options)
        work.cancel.raise_if_cancelled()
        photo = self.photo
        height, width = photo.pixels.shape[:2]
        layer = self.into
        if layer is None:
            layer = derainer.start((height, width), grey=photo.grey, linear=photo.linear)
        work.report(Started(layer, derainer.card, derainer.choice))
        if photo.path is not None:
            self.spill.begin(photo.path, self.options, layer)

        def on_tile(progress: Any) -> None:
            self.spill.tile(layer, progress.rect)
            work.report(progress)

        return derainer.derain(
            photo.pixels, into=layer, focus=self.focus, on_tile=on_tile, cancel=work.cancel
        )


@dataclass(frozen=True, eq=False)
class Result:
    """A photo and what is taken from it: what is saved, copied and dragged out."""

    photo: "Photo"
    layer: "RainLayer"
    strength: float
    mask: Mask | None = None

    def applied(self, *, record: bool) -> "Photo":
        """The derained photo; with its recipe in the XMP, or without any."""
        from nledn.photo.recipe import Recipe, stamped, unstamped

        photo, made = self.photo, self.layer.record
        pixels = self.layer.apply(photo.pixels, self.strength, self.mask)
        if not record:
            xmp = None if photo.xmp is None else unstamped(photo.xmp, photo.size)
            return replace(photo, pixels=pixels, xmp=xmp)
        recipe = Recipe(
            checkpoint=made.checkpoint,
            checkpoint_sha256=made.checkpoint_sha256,
            strength=self.strength,
            tile=made.tile,
            backend=made.backend,
            precision=made.precision,
            version=made.version,
            masked=self.mask is not None,
            partial=not self.layer.is_complete,
        )
        return replace(photo, pixels=pixels, xmp=stamped(photo.xmp, recipe, photo.size))


@dataclass(frozen=True, eq=False)
class Saved:
    """A result that was written.

    Attributes:
        path: where.
        photo: what, as it was handed to the writer.
        settings: how.
        revision: of the work that was saved.
    """

    path: Path
    photo: "Photo"
    settings: "WriteSettings"
    revision: int


@dataclass(frozen=True, eq=False)
class SaveJob(Job):
    """Write a result."""

    result: Result
    path: Path
    settings: "WriteSettings"
    record: bool
    revision: int
    find_free_name: bool = False

    def run(self, work: Work) -> Saved:
        """Write it whole, or not at all."""
        from nledn import photo as photos

        path = free_name(self.path) if self.find_free_name else self.path
        clean = self.result.applied(record=self.record)
        photos.write(clean, path, self.settings)
        return Saved(path, clean, self.settings, self.revision)


def free_name(path: Path) -> Path:
    """`path`, or the first of `name-2`, `name-3` … that no file has."""
    tried, number = path, 1
    while tried.exists():
        number += 1
        tried = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return tried


@dataclass(frozen=True, eq=False)
class CopyJob(Job):
    """The derained photo as a picture for the clipboard."""

    result: Result

    def run(self, work: Work) -> QImage:
        """Take the rain away; the clipboard knows no profiles, so it is given sRGB."""
        photo = self.result.applied(record=False)
        return ScreenColour(photo.icc).image(photo.pixels, photo.alpha)


@dataclass(frozen=True, eq=False)
class DragJob(Job):
    """Write a result to a temporary folder, so that it can be dragged to another program."""

    result: Result
    name: str
    settings: "WriteSettings"
    record: bool

    def run(self, work: Work) -> Path:
        """Write it."""
        from nledn import photo as photos

        path = Path(tempfile.mkdtemp(prefix="afterrain-")) / self.name
        photos.write(self.result.applied(record=self.record), path, self.settings)
        return path


@dataclass(frozen=True, eq=False)
class ShelfJob(Job):
    """Read the cards of all checkpoints."""

    def run(self, work: Work) -> "Shelf":
        """Read them."""
        from nledn import catalog

        return catalog.shelf()


@dataclass(frozen=True, eq=False)
class ImportJob(Job):
    """Add a checkpoint of the person's own."""

    path: Path

    def run(self, work: Work) -> "Card":
        """Judge and copy it."""
        from nledn import catalog

        return catalog.add(self.path)


@dataclass(frozen=True, eq=False)
class ProfileJob(Job):
    """Read the profile of the screen."""

    path: Path

    def run(self, work: Work) -> bytes:
        """Read it; one that is no profile of an RGB screen is refused."""
        try:
            profile = self.path.read_bytes()
        except OSError as error:
            raise PhotoNotFound(self.path) from error
        # The signature and the colour space of ICC.1:2022, 7.2.
        if profile[36:40] != b"acsp" or profile[16:20] != b"RGB ":
            raise PhotoUnsupported(self.path, "no ICC profile of an RGB screen")
        return profile


@dataclass(frozen=True, eq=False)
class MachineJob(Job):
    """Ask what this machine can compute on; on the compute lane, because torch answers."""

    lane: ClassVar[LaneName] = "compute"

    def run(self, work: Work) -> "Machine":
        """Ask."""
        from nledn import backends

        return backends.read_machine()


@dataclass(frozen=True, eq=False)
class KeepJob(Job):
    """A layer that is there already is the one to keep; on the lane that writes tiles."""

    lane: ClassVar[LaneName] = "compute"
    spill: Spill
    source: Path
    options: Options
    layer: "RainLayer"

    def run(self, work: Work) -> None:
        """Begin with it."""
        self.spill.begin(self.source, self.options, self.layer)


@dataclass(frozen=True, eq=False)
class SettleJob(Job):
    """The photo has been saved: what was kept need not be offered."""

    spill: Spill

    def run(self, work: Work) -> None:
        """Put it aside."""
        self.spill.settle()


@dataclass(frozen=True, eq=False)
class SpillJob(Job):
    """Keep a change of strength or mask on disk."""

    spill: Spill
    order: int
    strength: float | None = None
    rect: Rect | None = None
    values: Mask | None = field(default=None, repr=False)

    def run(self, work: Work) -> None:
        """Append it."""
        if self.strength is not None:
            self.spill.strength(self.strength, self.order)
        if self.rect is not None and self.values is not None:
            self.spill.mask(self.rect, self.values, self.order)


@dataclass(frozen=True, eq=False)
class DiscardJob(Job):
    """Remove what was kept for recovery."""

    spill: Spill | None = None
    path: Path | None = None

    def run(self, work: Work) -> None:
        """Remove it."""
        if self.spill is not None:
            self.spill.discard()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True, eq=False)
class ScanJob(Job):
    """Look for what a crash left behind."""

    def run(self, work: Work) -> tuple[Offer, ...]:
        """Look."""
        return scan()


@dataclass(frozen=True, eq=False)
class RestoreJob(Job):
    """Read a photo and what had been done to it."""

    offer: Offer

    def run(self, work: Work) -> tuple[Opened, Recovered]:
        """Read both."""
        opened = OpenJob(self.offer.source).run(work)
        recovered = recover(self.offer.spill)
        if recovered is None:
            raise PhotoNotFound(self.offer.spill)
        return opened, recovered
