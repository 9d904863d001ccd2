"""XMP in a separate file beside a photo, copied under the result's name."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from nledn.atomic import replacing
from nledn.errors import WriteError
from nledn.photo import xmp
from nledn.photo.model import Note, Photo
from nledn.photo.stripping import Strip

_LARGEST_BYTES = 64 * 2**20


def carried(
    photo: Photo, result: Path, *, overwrite: bool, strip: Strip, sources: Sequence[Path]
) -> tuple[str, ...]:
    """Write the sidecars of a photo again beside its result, true of the upright pixels.

    Args:
        photo: the written result; its path is that of the source.
        result: its file.
        overwrite: whether earlier ones may be replaced.
        strip: the metadata to leave out.
        sources: files that are never replaced.

    Returns:
        A note if one could not be copied.
    """
    if photo.path is None or strip == "all":
        return ()
    notes: tuple[str, ...] = ()
    for source, target in _pairs(photo.path, result):
        try:
            packet = xmp.upright(xmp.sound(source.read_bytes())[0], photo.size)
            if strip == "location":
                packet = xmp.without_location(packet)
            with replacing(target, overwrite=overwrite, sources=(*sources, source)) as file:
                file.write(packet)
        except (OSError, WriteError, xmp.XmpDamaged):
            notes = (Note.SIDECAR,)  # the result itself is kept
    return notes


def _pairs(photo: Path, result: Path) -> Iterator[tuple[Path, Path]]:
    """Yield existing sidecars, `photo.xmp` and `photo.jpg.xmp`, and their new places."""
    for source, target in (
        (photo.with_suffix(".xmp"), result.with_suffix(".xmp")),
        (photo.with_name(f"{photo.name}.xmp"), result.with_name(f"{result.name}.xmp")),
    ):
        try:
            if source.is_file() and source.stat().st_size <= _LARGEST_BYTES:
                yield source, target
        except OSError:
            continue
