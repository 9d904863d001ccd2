"""One photo, from its file to its results: read, derain, stamp, write.

    rainy = decoder.read(Path("street.jpg"))
    result = derain(rainy, Derainer.load())
    write(result, Path("street_derained.jpg"))

`nledn derain`, `nledn batch`, the workers of a cluster and the window's Save all go this way: one
photo with one setting gives the same bytes from each.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

import numpy as np

from nledn import atomic
from nledn import photo as photos
from nledn.brightness import SlowLight
from nledn.cancel import CancelToken
from nledn.engine import OnTile
from nledn.errors import OutputExists, WouldReplaceSource, unknown_format
from nledn.naming import numbered
from nledn.photo import Note, Photo, WriteSettings, metadata, resized
from nledn.photo.formats import RAIN_LAYERS, written_format
from nledn.photo.provenance import Provenance, stamped, unstamped
from nledn.pixels import Mask, Pixels, white
from nledn.rain import RainLayer

Conflict = Literal["refuse", "skip", "overwrite", "rename"]
"""The rule for a taken place: raise, leave the photo out, replace, or take the next number.

Under every rule a source is kept, and an earlier result of the same photo may be replaced.
"""
AS_USUAL = WriteSettings()


class Engine(Protocol):
    """The computing part of `nledn.Derainer`; the window replaces it by its queue."""

    def start(
        self, size: tuple[int, int], *, grey: bool = False, linear: bool = False
    ) -> RainLayer:
        """See `nledn.Derainer.start`."""
        ...

    def derain(
        self,
        pixels: Pixels,
        *,
        into: RainLayer | None = None,
        on_tile: OnTile | None = None,
        cancel: CancelToken | None = None,
    ) -> RainLayer:
        """See `nledn.Derainer.derain`."""
        ...


@dataclass(frozen=True, eq=False)
class Result:
    """A photo and the rain to remove; it is written, copied and dragged out.

    Attributes:
        photo: as read.
        layer: its rain, complete or not.
        strength: share of the rain to remove, 0 to 1.5.
        mask: the kept area; None keeps nothing.
        keep_brightness: give the slow part of the light back that goes with the rain.

    Example:
        >>> result.provenance.checkpoint
        'afterrain'
        >>> unchanged = nledn.Result(result.photo, result.layer, strength=0.0).clean()
        >>> bool((unchanged.pixels == rainy.pixels).all())
        True
    """

    photo: Photo
    layer: RainLayer
    strength: float = 1.0
    mask: Mask | None = None
    keep_brightness: bool = False

    def clean(self, *, record: bool = True) -> Photo:
        """Return the derained photo, with or without its provenance in the XMP."""
        photo = self.photo
        light = SlowLight(photo.visible, self.layer) if self.keep_brightness else None
        pixels = self.layer.apply(photo.pixels, self.strength, self.mask, light)
        if record:
            xmp: bytes | None = stamped(photo.xmp, self.provenance, photo.size)
        else:
            xmp = None if photo.xmp is None else unstamped(photo.xmp, photo.size)
        return replace(photo, pixels=pixels, xmp=xmp)

    @property
    def provenance(self) -> Provenance:
        """The provenance that its file records."""
        kept = {field.name for field in fields(Provenance)} & vars(self.layer.record).keys()
        return Provenance(
            **{name: getattr(self.layer.record, name) for name in kept},
            strength=self.strength,
            masked=self.mask is not None,
            partial=not self.layer.is_complete,
            keep_brightness=self.keep_brightness,
        )


@dataclass(frozen=True)
class Outputs:
    """The output files of a photo.

    Attributes:
        result: the derained photo.
        rain_layer: its rain, .tif or .png; None for none.
        side_by_side: before and after in one picture; None for none.

    Example:
        >>> outputs = nledn.Outputs(Path("dry.jpg"), rain_layer=Path("rain.tif"))
        >>> written = nledn.write(result, outputs)
        >>> Path("rain.tif").exists()
        True
    """

    result: Path
    rain_layer: Path | None = None
    side_by_side: Path | None = None

    @property
    def all(self) -> tuple[Path, ...]:
        """The requested files."""
        asked = (self.result, self.rain_layer, self.side_by_side)
        return tuple(path for path in asked if path is not None)


@dataclass(frozen=True)
class Target:
    """The final place of a result."""

    path: Path
    overwrite: bool = False


def settled(
    wanted: Path,
    conflict: Conflict,
    *,
    sources: Sequence[Path] = (),
    is_ours: Callable[[Path], bool] = lambda _path: False,
) -> Target | None:
    """Decide where a result goes.

    Args:
        wanted: its place, if free.
        conflict: the rule for a taken place.
        sources: photos that are never replaced.
        is_ours: finds earlier results of the same photo; they may be replaced under every rule.

    Returns:
        None if the photo is left out.

    Raises:
        WouldReplaceSource: a source is there, and the result may not be renamed.
        OutputExists: something is there, and the rule is to refuse.
    """
    for path in numbered(wanted):
        if not os.path.lexists(path):
            return Target(path)
        source = atomic.source_at(path, sources)
        if source is not None:
            if conflict != "rename":
                raise WouldReplaceSource(path, source)
        elif is_ours(path) or conflict == "overwrite":
            return Target(path, overwrite=True)
        elif conflict == "skip":
            return None
        elif conflict == "refuse":
            raise OutputExists(path)
    raise AssertionError("unreachable: the numbers have no end")


def check(outputs: Outputs, *, overwrite: bool = False, sources: Sequence[Path] = ()) -> None:
    """Raise before computing what `write` would raise after it.

    Raises:
        OutputFormatUnknown: a name ends in what is not written.
        OutputExists: one name for two outputs, or a result is there and may not be replaced.
        WriteError: any other reason that is known before.
    """
    if (
        outputs.rain_layer is not None
        and written_format(outputs.rain_layer.suffix) not in RAIN_LAYERS
    ):
        raise unknown_format(outputs.rain_layer)
    for path in outputs.all:
        if written_format(path.suffix) is None:
            raise unknown_format(path)
    if len(set(outputs.all)) < len(outputs.all):
        raise OutputExists(outputs.result)
    for path in outputs.all:
        atomic.check(path, overwrite=overwrite, sources=sources)


def started(photo: Photo, engine: Engine) -> RainLayer:
    """Return an empty rain layer for a photo.

    Raises:
        OutOfMemory: not even the smallest tile fits.
    """
    height, width = photo.pixels.shape[:2]
    return engine.start((height, width), grey=photo.grey, linear=photo.linear)


def derain(
    photo: Photo,
    engine: Engine,
    *,
    strength: float = 1.0,
    keep_brightness: bool = False,
    on_tile: OnTile | None = None,
    cancel: CancelToken | None = None,
) -> Result:
    """Estimate a photo's rain.

    Args:
        photo: as read.
        engine: computes.
        strength: share of the rain to remove, 0 to 1.5.
        keep_brightness: see `Result`.
        on_tile: called on this thread after each tile.
        cancel: read before each tile.

    Raises:
        Cancelled: `cancel` was set.
        OutOfMemory: not even the smallest tile fits.

    Example:
        >>> result = nledn.derain(rainy, derainer, strength=0.9)
        >>> result.clean().size == rainy.size
        True
    """
    layer = started(photo, engine)
    engine.derain(photo.visible, into=layer, on_tile=on_tile, cancel=cancel)
    return Result(photo, layer, strength, keep_brightness=keep_brightness)


def write(
    result: Result,
    outputs: Outputs | Path,
    settings: WriteSettings = AS_USUAL,
    *,
    record: bool = True,
    sources: Sequence[Path] = (),
    on_written: Callable[[BinaryIO], None] | None = None,
) -> Photo:
    """Write a result and its other requested files; each appears whole or not at all.

    XMP files beside the source are written again beside the result.

    Args:
        result: the result.
        outputs: its files; a path for the derained photo alone.
        settings: quality, size, metadata to leave out, and whether to replace earlier results.
        record: put its provenance into the XMP; otherwise an existing one is removed too.
        sources: files that are never replaced; the photo's own is always among them.
        on_written: see `nledn.photo.write`; called with the derained photo's file.

    Returns:
        The written photo, with notes on the data left out.

    Raises:
        WriteError: see `nledn.photo.write`.

    Example:
        >>> written = nledn.write(result, Path("holiday_derained.png"))
        >>> Path("holiday_derained.png").exists()
        True
    """
    files = Outputs(outputs) if isinstance(outputs, Path) else outputs
    result = replace(result, photo=metadata.stripped(result.photo, settings.strip))
    before, whole = result.photo, result.clean(record=record)
    clean = resized(whole, settings.longest_side_px)
    dated = before.path if settings.keep_times else None
    by_descriptor = os.utime in os.supports_fd  # not on Windows
    if dated is not None and by_descriptor:
        on_written = _with_times_of(dated, on_written)
    kept = sources if before.path is None else (before.path, *sources)
    left_out = photos.write(clean, files.result, settings, sources=kept, on_written=on_written)
    if dated is not None and not by_descriptor:
        _give_times(dated, files.result)
    if before.xmp is None:  # then the result's XMP holds only our record
        left_out = tuple(note for note in left_out if note != Note.NO_XMP)
    if files.rain_layer is not None:
        write_rain(result, files.rain_layer, overwrite=settings.overwrite, sources=kept)
    if files.side_by_side is not None:
        both = resized(side_by_side(before, whole), settings.longest_side_px)
        photos.write(both, files.side_by_side, settings, sources=kept)
    left_out += metadata.with_sidecars(
        clean, files.result, overwrite=settings.overwrite, strip=settings.strip, sources=kept
    )
    return replace(clean, notes=tuple(dict.fromkeys((*clean.notes, *left_out))))


def write_rain(
    result: Result, path: Path, *, overwrite: bool = False, sources: Sequence[Path] = ()
) -> None:
    """Write the rain of a result, at the photo's size and at strength 1.

    Raises:
        WriteError: see `nledn.photo.write_rain`.
    """
    own = () if result.photo.path is None else (result.photo.path,)
    rain = result.layer.rain()
    photos.write_rain(rain, path, overwrite=overwrite, sources=(*own, *sources))


def _with_times_of(
    source: Path, then: Callable[[BinaryIO], None] | None
) -> Callable[[BinaryIO], None]:
    """Give a written file the times of its source, then call `on_written`."""

    def keep(file: BinaryIO) -> None:
        _give_times(source, file.fileno())
        if then is not None:
            then(file)

    return keep


def _give_times(source: Path, file: int | Path) -> None:
    with suppress(OSError):  # the source is gone, or the disk keeps no times
        seen = source.stat()
        os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def side_by_side(before: Photo, after: Photo) -> Photo:
    """Return before and after in one picture, along the shorter side, a white line between."""
    height, width = before.pixels.shape[:2]
    axis = 1 if height >= width else 0
    gap_px = max(min(height, width) // 100, 2)
    shape = (height, gap_px, 3) if axis == 1 else (gap_px, width, 3)
    gap = np.full(shape, white(before.pixels.dtype), before.pixels.dtype)
    pixels = np.concatenate((before.pixels, gap, after.pixels), axis=axis)
    # Metadata belongs to the photo; the picture of both keeps only its colours.
    return Photo(
        pixels,
        icc=before.icc,
        dpi=before.dpi,
        grey=before.grey,
        linear=before.linear,
        lossless=before.lossless,
        format=before.format,
    )
