"""The rules for licences: the known ones, and those that let us pass a part on."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from license_expression import Licensing

from bundle.origins import Owner

TABLE = Path(__file__).with_name("libraries.toml")
HASH = re.compile(
    r"(-[0-9a-f]{8})+([.][0-9.]+)?$"
)  # the hash that wheels put behind a library's name
EXTENSION = re.compile(r"\.(cpython-|cp3|abi3\.|pyd$)")  # a module of Python, its package's own


class NotToBePassedOn(Exception):
    """A part's licence is not known, or does not let us pass the part on."""


@dataclass(frozen=True)
class Library:
    """A row of libraries.toml: a project, and the names of its files."""

    project: str
    home: str
    licence: str
    files: tuple[str, ...]
    carried_by: str = ""
    text: str = ""

    def fits(self, stem: str, owner: Owner) -> bool:
        """Return whether the library `stem`, found in `owner`, is of this project."""
        if self.carried_by and _plain(self.carried_by) != _plain(owner.name):
            return False
        return any(fnmatch(stem, pattern) for pattern in self.files)


@dataclass
class Part:
    """A row of the overview.

    Attributes:
        name: project or package.
        licence: the SPDX terms under which it is passed on.
        home: its page.
        owner: the package it came in.
        separate: the terms ask that people can replace it.
        files: its libraries' names in the bundle.
        text: a text of ours about it.
    """

    name: str
    licence: str
    home: str
    owner: Owner
    separate: bool
    files: list[str] = field(default_factory=list)
    text: str = ""

    @property
    def folder(self) -> str:
        """The place of its texts, below `licences/`."""
        return re.sub(r"[^\w.+-]+", "-", f"{self.owner.name}-{self.owner.version}").strip("-")


class Rules:
    """The rules in libraries.toml, and their result for a file."""

    def __init__(self, path: Path = TABLE) -> None:
        table = tomllib.loads(path.read_text("utf-8"))
        self._separate = set(table["allowed"]["separate"])
        self._allowed = {name for names in table["allowed"].values() for name in names}
        self._packages = table["packages"]
        self._libraries = [
            Library(**{**row, "files": tuple(row["files"])}) for row in table["library"]
        ]

    def terms(self, expression: str, name: str) -> tuple[str, ...]:
        """The licences that count out of an SPDX expression; of several to choose, the first.

        Raises:
            NotToBePassedOn: none of them, or one too many, is not allowed.
        """
        if not expression:
            raise NotToBePassedOn(
                f"The licence of {name} is not known. Look it up, and write it down in "
                ".ci/bundle/libraries.toml."
            )
        chosen = self._chosen(Licensing().parse(expression))
        if chosen is None:
            raise NotToBePassedOn(
                f"{name} is under {expression}, which does not let AfterRain pass it on. Leave it "
                "out of the bundle; if the licence does, add it to .ci/bundle/libraries.toml."
            )
        return tuple(dict.fromkeys(chosen))

    def is_separate(self, terms: Iterable[str]) -> bool:
        """Return whether users must be able to replace the part's files."""
        return not self._separate.isdisjoint(terms)

    def part(self, target: str, owner: Owner) -> Part:
        """Return the part of the file `target` of the bundle."""
        file = Path(target).name
        row = self._library(file, owner)
        if row is None:
            licence = self._packages.get(_plain(owner.name), owner.licence)
            return self._part(owner.name, licence, owner.home, owner)
        return self._part(row.project, row.licence, row.home, owner, row.text)

    def _part(self, name: str, licence: str, home: str, owner: Owner, text: str = "") -> Part:
        terms = self.terms(licence, name)
        return Part(name, " AND ".join(terms), home, owner, self.is_separate(terms), text=text)

    def _library(self, file: str, owner: Owner) -> Library | None:
        if owner.name in {"AfterRain", "Python"} or not is_library(file):
            return None
        stem = re.split(r"\.(?:so|dylib|dll)\b", file)[0]
        stem = HASH.sub("", stem) if stem.startswith("lib") else stem
        for row in self._libraries:
            if row.fits(stem, owner):
                return row
        raise NotToBePassedOn(
            f"The licence of {file}, which {owner.name} carries, is not known. Look it up, and "
            "write it down in .ci/bundle/libraries.toml."
        )

    def _chosen(self, expression: object) -> list[str] | None:
        operator = getattr(expression, "operator", "").strip()
        if operator not in {"AND", "OR"}:
            name = str(expression)
            return [name] if name in self._allowed else None
        parts = [self._chosen(part) for part in expression.args]  # type: ignore[attr-defined]
        if operator == "OR":
            return next((part for part in parts if part is not None), None)
        if any(part is None for part in parts):
            return None
        return [name for part in parts for name in part or ()]


def is_library(file: str) -> bool:
    """Return whether this is a shared library, not a Python module."""
    shared = re.search(r"\.(so|dylib|dll)(\.|$)", file) is not None
    named = file.startswith("lib") or file.endswith(".dll")
    return shared and named and EXTENSION.search(file) is None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
