"""The table of photos and their packages: `photos.tsv`, `packages.toml`."""

import csv
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

Registry = Literal["debian", "npm", "pypi"]


@dataclass(frozen=True)
class Package:
    """A package of a registry, pinned.

    Attributes:
        id: used by `PhotoSource.package` and as its folder's name.
        registry: its source.
        name: its name there.
        version: exact.
        archive: the file's name, as the registry's own client writes it.
        size_bytes: of that file.
        sha256: of that file.
    """

    id: str
    registry: Registry
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


def _read() -> Table:
    folder = files("nledn.training.photos")
    packages = tomllib.loads((folder / "packages.toml").read_text("utf-8"))["packages"]
    lines = (folder / "photos.tsv").read_text("utf-8").splitlines()
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return Table(
        tuple(Package(**package) for package in packages), tuple(_source(**row) for row in rows)
    )


def _source(keep_rows: str, width: str, height: str, **texts: str) -> PhotoSource:
    return PhotoSource(keep_rows=int(keep_rows), width=int(width), height=int(height), **texts)


TABLE = _read()
