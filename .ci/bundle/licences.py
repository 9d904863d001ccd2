"""The licences of everything that a bundle carries, gathered while it is made.

Every file is traced to its package. A file without a known licence, or with one that does not let
us pass it on, stops the build.
"""

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

from bundle.origins import ROOT, Origins, Owner, of_distribution
from bundle.rules import NotToBePassedOn, Part, Rules, is_library

HERE = Path(__file__).parent
TEXTS = HERE / "texts"
FILES_SHOWN = 8  # of a part in the overview; Qt has some sixty


def gather(
    lists: Iterable[Iterable[tuple[str, str, str]]], origins: Origins, work: Path
) -> list[tuple[str, str, str]]:
    """The licences of all that PyInstaller found, as files for its bundle.

    Args:
        lists: PyInstaller's lists of files: name in the bundle, path, kind.
        origins: finds the owner of a path.
        work: PyInstaller's working folder; the texts are gathered there.
    """
    entries = [
        (name, path)
        for files in lists
        for name, path, kind in files
        # A link leads to a listed file; "-" is a package without a file; PyInstaller makes its own
        # files out of listed ones.
        if kind != "SYMLINK" and path != "-" and not Path(path).is_relative_to(work)
    ]
    bootloader = of_distribution(distribution("pyinstaller"))
    found = parts(entries, origins, Rules(), [bootloader])
    return [
        (str(Path(place) / Path(text).name), text, "DATA")
        for text, place in write(found, work / "licences")
    ]


def parts(
    entries: Iterable[tuple[str, str]], origins: Origins, rules: Rules, always: Iterable[Owner] = ()
) -> list[Part]:
    """The parts of a bundle.

    Args:
        entries: of each file its name in the bundle, and the path from which it was taken.
        origins: finds the owner of a path.
        rules: the accepted licences.
        always: owners that have no single file.
    """
    found: dict[tuple[str, str], Part] = {}
    named = [(name, origins.owner(Path(path))) for name, path in entries]
    for name, owner in [*named, *(("", owner) for owner in always)]:
        part = rules.part(name, owner)
        part = found.setdefault((part.name, owner.name), part)
        if is_library(Path(name).name):
            part.files.append(name)
    return sorted(found.values(), key=lambda part: (part.name.lower(), part.owner.name))


def write(found: list[Part], folder: Path) -> list[tuple[str, str]]:
    """Rewrite overview and texts in `folder`; return each file with its place in a bundle.

    Raises:
        NotToBePassedOn: a part comes without the text of its licence.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(TEXTS, folder / "common")
    for part in found:
        _copy_texts(part, folder)
    (folder / "OVERVIEW.txt").write_text(overview(found), "utf-8")
    rows = [_row(part) for part in found]
    (folder / "parts.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False), "utf-8")
    return [
        (str(file), str(Path("licences") / file.relative_to(folder).parent))
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    ]


def overview(found: list[Part]) -> str:
    """All parts with licence, home and texts, for readers."""
    return (HERE / "overview.txt").read_text("utf-8") + "".join(_block(part) for part in found)


def _block(part: Part) -> str:
    came = f"{part.owner.name} {part.owner.version}"
    title = came if part.name == part.owner.name else f"{part.name}, out of {came}"
    files = sorted({Path(file).name for file in part.files})
    lines = [f"    {part.licence}", f"    {part.home}" if part.home else "", _where(part)]
    if part.separate and files:
        shown = ", ".join(files[:FILES_SHOWN])
        more = len(files) - FILES_SHOWN
        lines.append(
            f"    Files that you may replace: {shown}" + (f" and {more} more" if more > 0 else "")
        )
    return "\n".join(["", title, *filter(None, lines), ""])


def _where(part: Part) -> str:
    texts = [f"licences/{part.folder}"] if part.owner.texts else []
    texts += [f"licences/common/{name}" for name in _common(part)]
    return "    " + ", ".join(texts)


def _common(part: Part) -> Iterator[str]:
    terms = re.split(" AND | WITH ", part.licence)
    names = [re.sub("-(only|or-later)$", "", term) for term in terms]
    if "LGPL-3.0" in names:
        names.append("GPL-3.0")  # it is written as additions to that
    for name in [*dict.fromkeys(names), part.text.removesuffix(".txt")]:
        if name and (TEXTS / f"{name}.txt").is_file():
            yield f"{name}.txt"


def _copy_texts(part: Part, folder: Path) -> None:
    if not part.owner.texts and not list(_common(part)):
        raise NotToBePassedOn(
            f"{part.name} comes without the text of its licence, {part.licence}. Put the text "
            "into .ci/bundle/texts/."
        )
    for text in part.owner.texts:
        place = text.relative_to(part.owner.base)
        place = place.relative_to("licenses") if place.parts[0] == "licenses" else place
        kept = folder / part.folder / place
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(text, kept)


def _row(part: Part) -> dict[str, object]:
    texts = [part.folder] if part.owner.texts else [f"common/{name}" for name in _common(part)]
    return {
        "name": part.name,
        "out_of": part.owner.name,
        "version": part.owner.version,
        "licence": part.licence,
        "home": part.home,
        "separate": part.separate,
        "texts": texts,
        "files": sorted(part.files),
    }


def ours(version: str) -> Owner:
    """AfterRain itself, with its sample photos."""
    texts = (ROOT / "LICENSE", *sorted((ROOT / "resources" / "LICENSES").iterdir()))
    licence = "MIT AND CC-BY-4.0 AND CC0-1.0"
    return Owner("AfterRain", version, licence, "", texts, ROOT)
