"""Needed shared libraries: those that only a left-out plugin needed are left out too."""

import posixpath
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

Entry = tuple[str, str, str]  # as in PyInstaller: place in the bundle, source, kind

LINK = "SYMLINK"

# Libraries that others link to, and no program opens by name.
_LINKED_ONLY = ("PySide6/Qt/lib/",)
_SYSTEM = ("/lib/", "/lib64/", "/usr/lib/")


def needed(binaries: Iterable[Entry], imports: Callable[[str], Iterable[str]]) -> list[Entry]:
    """Leave out libraries that nothing links to any more.

    Args:
        binaries: the candidates; links among them stay.
        imports: gives the names of the libraries that a file links to.

    Returns:
        Those of them that are needed, in their order; all of them on systems other than Linux,
        where PyInstaller collects none of the system's.
    """
    entries = list(binaries)
    if sys.platform != "linux":
        return entries
    files = {place: source for place, source, kind in entries if kind != LINK}
    by_name: dict[str, list[str]] = {}
    for place in files:
        by_name.setdefault(posixpath.basename(place), []).append(place)
    kept: set[str] = set()
    fresh = [place for place, source in files.items() if not _is_linked_only(place, source)]
    while fresh:
        kept.update(fresh)
        names = {name for place in fresh for name in imports(files[place])}
        fresh = [place for name in names for place in by_name.get(name, ()) if place not in kept]
    return [entry for entry in entries if entry[2] == LINK or entry[0] in kept]


def without_lost_links(*lists: Iterable[Entry]) -> list[list[Entry]]:
    """Leave out links to files that are in none of the lists.

    Args:
        lists: all entries; the source of a link is its target, relative to its folder.
    """
    entries = [list(each) for each in lists]
    places = {place for each in entries for place, _, kind in each if kind != LINK}

    def leads_somewhere(entry: Entry) -> bool:
        place, goal, kind = entry
        return kind != LINK or (
            posixpath.normpath(posixpath.join(posixpath.dirname(place), goal)) in places
        )

    return [[entry for entry in each if leads_somewhere(entry)] for each in entries]


def _is_linked_only(place: str, source: str) -> bool:
    is_library = ".so" in Path(source).name
    return is_library and (place.startswith(_LINKED_ONLY) or source.startswith(_SYSTEM))
