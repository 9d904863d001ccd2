"""Owners of a bundle's files: a Python package, Python itself, Debian, or us."""

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STDLIB = Path(sysconfig.get_path("stdlib"))
BASE = Path(sys.base_prefix)
NAMES_OF_TEXTS = re.compile(r"licen[cs]e|copying|notice|third.?party|authors", re.IGNORECASE)
LONGEST_LICENCE = 80  # characters: some packages put a whole text into that field of their metadata


class UntracedFile(Exception):
    """The origin of a file, and so its licence, is unknown."""


@dataclass(frozen=True)
class Owner:
    """The owner of files.

    Attributes:
        name: of the wheel or the Debian package.
        version: of its publisher.
        licence: SPDX, or as in its metadata; empty if they have none.
        home: its page.
        texts: files with its licence and notices.
        base: folder for the relative names of `texts`.
    """

    name: str
    version: str
    licence: str
    home: str
    texts: tuple[Path, ...]
    base: Path


class Origins:
    """Looks owners up by the source paths of the bundle's files.

    Args:
        ours: the owner of this repository's files.
        folders: where Python packages are installed; by default those of this Python.
    """

    def __init__(self, ours: Owner, folders: Sequence[str] = ()) -> None:
        self._ours = ours
        # Not all of Python's search path: packages add folders with copies of others.
        self._folders = list(
            folders or {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
        )
        self._debian: dict[str, Owner] = {}

    def owner(self, path: Path) -> Owner:
        """Return the owner of `path`.

        Raises:
            UntracedFile: no known package has it.
        """
        packaged = self._packages.get(str(path))
        if packaged is not None:
            return packaged
        if _is_pythons(path):
            return _python()
        if path.is_relative_to(ROOT):
            return self._ours
        return self._debian_owner(path)

    @cached_property
    def _packages(self) -> dict[str, Owner]:
        owned = {}
        for distribution in distributions(path=self._folders):
            owner = of_distribution(distribution)
            for file in distribution.files or ():
                owned[os.path.normpath(str(distribution.locate_file(file)))] = owner
        return owned

    def _debian_owner(self, path: Path) -> Owner:
        for candidate in _debian_paths(path):
            name = debian_libraries().get(candidate)
            if name is not None:
                if name not in self._debian:
                    self._debian[name] = _debian_package(name)
                return self._debian[name]
        raise UntracedFile(
            f"No package that is installed here has {path}, so its licence is not known. "
            "Leave it out of the bundle, or install the package that it comes from."
        )


@cache
def debian_libraries() -> dict[str, str]:
    """Paths of shared libraries here, and Debian's packages that have them; empty elsewhere."""
    # All at once: one query for each takes long.
    listed = _ask("dpkg-query", "--search", "*/lib*.so*").splitlines()
    named = [line.partition(": ") for line in listed]
    return {file: package.split(":")[0].split(",")[0] for package, _, file in named}


def of_distribution(distribution: Distribution) -> Owner:
    """A Python package, by its metadata."""
    metadata = distribution.metadata
    told = [file for file in distribution.files or () if ".dist-info" in file.parts[0]]
    texts = [
        Path(str(distribution.locate_file(file)))
        for file in told
        if NAMES_OF_TEXTS.search(str(Path(*file.parts[1:])))
    ]
    base = Path(str(distribution.locate_file(told[0].parts[0] if told else "")))
    expression, words = (_said(distribution, name) for name in ("License-Expression", "License"))
    return Owner(
        distribution.name,
        distribution.version,
        expression or (words if len(words) <= LONGEST_LICENCE else ""),
        _home(_said(distribution, "Home-page"), metadata.get_all("Project-URL") or ()),
        tuple(text for text in texts if text.is_file()),
        base,
    )


def _said(distribution: Distribution, name: str) -> str:
    return next(iter(distribution.metadata.get_all(name) or ()), "")


def _home(page: str, links: Sequence[str]) -> str:
    named = dict(link.lower().split(", ", 1) for link in links if ", " in link)
    for name in ("homepage", "home", "source", "source code", "repository"):
        if name in named:
            return named[name]
    return page or next(iter(named.values()), "")


def _is_pythons(path: Path) -> bool:
    if path.name.startswith("libpython") or path.is_relative_to(STDLIB):
        return "site-packages" not in path.parts
    return Path("/usr") != BASE and path.is_relative_to(BASE)


def _python() -> Owner:
    texts = tuple(
        text for text in (STDLIB / "LICENSE.txt", BASE / "LICENSE.txt") if text.is_file()
    )[:1]
    base = texts[0].parent if texts else BASE
    version = ".".join(str(number) for number in sys.version_info[:3])
    return Owner("Python", version, "PSF-2.0", "https://www.python.org", texts, base)


def _debian_paths(path: Path) -> Iterator[str]:
    """Both names of a file: Debian joined /lib and /usr/lib."""
    for known in dict.fromkeys((str(path), os.path.realpath(path))):
        yield known
        yield known.removeprefix("/usr") if known.startswith("/usr/") else f"/usr{known}"


def _debian_package(name: str) -> Owner:
    told = _ask("dpkg-query", "--show", "--showformat=${Version}\t${Homepage}", name)
    version, _, home = told.partition("\t")
    copyright_file = Path("/usr/share/doc") / name / "copyright"
    texts = (copyright_file,) if copyright_file.is_file() else ()
    return Owner(name, version, "", home, texts, copyright_file.parent)


def _ask(*command: str) -> str:
    try:
        asked = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:  # not a Debian
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
