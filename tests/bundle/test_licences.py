import json
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from bundle import licences
from bundle.origins import ROOT, Origins, Owner, UntracedFile, of_distribution
from bundle.rules import NotToBePassedOn, Part, Rules

BSD = "Copyright no one. Do what you like.\n"


class Wheels:
    """Packages that a test installs into a new folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, name: str, licence: str, files: Iterable[str] = (), text: str = BSD) -> None:
        told = self.folder / f"{name}-1.0.dist-info"
        told.mkdir()
        metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n"
        metadata += f"License-Expression: {licence}\nProject-URL: Homepage, https://{name}.test\n"
        (told / "METADATA").write_text(metadata)
        record = [f"{told.name}/METADATA", *files]
        if text:
            (told / "licenses").mkdir()
            (told / "licenses" / "LICENSE").write_text(text)
            record.append(f"{told.name}/licenses/LICENSE")
        for file in files:
            (self.folder / file).parent.mkdir(exist_ok=True)
            (self.folder / file).write_bytes(b"\x7fELF")
        (told / "RECORD").write_text("".join(f"{file},,\n" for file in record))

    def parts(self, *files: str) -> list[Part]:
        entries = [(file, str(self.folder / file)) for file in files]
        origins = Origins(licences.ours("1.0"), [str(self.folder)])
        return licences.parts(entries, origins, Rules())


@pytest.fixture
def wheels(tmp_path: Path) -> Wheels:
    return Wheels(tmp_path)


@pytest.mark.parametrize(
    "licence",
    [
        "GPL-3.0-or-later",
        "GPL-2.0-only",
        "AGPL-3.0-only",
        "CC-BY-NC-4.0",
        "LicenseRef-Proprietary",
        "MIT AND GPL-3.0-only",
        "(MIT AND GPL-3.0-only) OR CC-BY-NC-SA-4.0",
        "GPL-3.0-or-later WITH Autoconf-exception-3.0",
    ],
)
def test_what_may_not_be_passed_on_stops_the_bundle(wheels: Wheels, licence: str) -> None:
    wheels.install("forbidden", licence, ["forbidden/__init__.py"])

    with pytest.raises(NotToBePassedOn, match="forbidden is under"):
        wheels.parts("forbidden/__init__.py")


@pytest.mark.parametrize(
    ("licence", "terms"),
    [
        ("MIT", "MIT"),
        ("LGPL-3.0-only OR GPL-2.0-only", "LGPL-3.0-only"),
        ("GPL-2.0-only OR BSD-3-Clause", "BSD-3-Clause"),
        ("MIT AND (GPL-2.0-only OR Apache-2.0)", "MIT AND Apache-2.0"),
        ("MIT AND MIT", "MIT"),
        (
            "GPL-3.0-or-later WITH GCC-exception-3.1",
            "GPL-3.0-or-later WITH GCC-exception-3.1",
        ),
    ],
)
def test_the_terms_that_count_are_named(wheels: Wheels, licence: str, terms: str) -> None:
    wheels.install("allowed", licence, ["allowed/__init__.py"])

    (part,) = wheels.parts("allowed/__init__.py")

    assert (part.name, part.licence, part.home) == ("allowed", terms, "https://allowed.test")


def test_a_package_without_a_licence_stops_the_bundle(wheels: Wheels) -> None:
    wheels.install("silent", "", ["silent/__init__.py"])

    with pytest.raises(NotToBePassedOn, match=r"silent is not known.*libraries\.toml"):
        wheels.parts("silent/__init__.py")


def test_a_library_in_a_wheel_is_a_part_of_its_own(wheels: Wheels) -> None:
    files = ["codec.libs/libavcodec-c4204469.so.62.28.101", "codec/_codec.abi3.so"]
    wheels.install("codec", "MIT", files)

    package, library = wheels.parts(*files)

    assert (package.name, package.licence, package.files) == ("codec", "MIT", [])
    assert library.name.startswith("FFmpeg")
    assert library.licence == "LGPL-2.1-or-later"
    assert library.separate
    assert library.files == files[:1]


@pytest.mark.parametrize("file", ["libx265-154567c4.so.215", "libreadline.so.8", "libfftw3.so.3"])
def test_a_library_that_is_not_known_stops_the_bundle(wheels: Wheels, file: str) -> None:
    wheels.install("codec", "MIT", [f"codec.libs/{file}"])

    with pytest.raises(NotToBePassedOn, match=f"{file}, which codec carries, is not known"):
        wheels.parts(f"codec.libs/{file}")


def test_a_file_of_nobody_stops_the_bundle(tmp_path: Path, wheels: Wheels) -> None:
    (tmp_path / "libz.so.1").write_bytes(b"")

    with pytest.raises(UntracedFile, match=r"libz\.so\.1"):
        wheels.parts("libz.so.1")


def test_overview_and_texts_are_written(tmp_path: Path, wheels: Wheels) -> None:
    files = ["heif/__init__.py", "heif.libs/libheif-7a3e919c.so.1"]
    wheels.install("heif", "BSD-3-Clause", files)

    written = licences.write(wheels.parts(*files), tmp_path / "out")

    text = (tmp_path / "out" / "OVERVIEW.txt").read_text("utf-8")
    assert "\nheif 1.0\n    BSD-3-Clause\n    https://heif.test\n    licences/heif-1.0\n" in text
    assert "\nlibheif, out of heif 1.0\n    LGPL-3.0-or-later\n" in text
    assert "Files that you may replace: libheif-7a3e919c.so.1" in text
    assert (tmp_path / "out" / "heif-1.0" / "LICENSE").read_text() == BSD
    assert (str(tmp_path / "out/heif-1.0/LICENSE"), "licences/heif-1.0") in written
    assert (str(tmp_path / "out/common/LGPL-3.0.txt"), "licences/common") in written


def test_a_part_without_its_text_stops_the_bundle(tmp_path: Path, wheels: Wheels) -> None:
    wheels.install("bare", "MIT", ["bare/__init__.py"], text="")

    with pytest.raises(NotToBePassedOn, match="bare comes without the text of its licence, MIT"):
        licences.write(wheels.parts("bare/__init__.py"), tmp_path / "out")


def test_what_is_gathered_leaves_out_links_and_what_is_made(tmp_path: Path, wheels: Wheels) -> None:
    pytest.importorskip("PyInstaller", reason="`make bundle` installs PyInstaller")
    wheels.install("allowed", "MIT", ["allowed/__init__.py"])
    found = [
        ("allowed", str(tmp_path / "allowed/__init__.py"), "PYMODULE"),
        ("allowed.pyc", str(tmp_path / "work/allowed.pyc"), "DATA"),
        ("libz.so", "elsewhere/libz.so.1", "SYMLINK"),
        ("space", "-", "PYMODULE"),
        ("LICENSE", str(ROOT / "LICENSE"), "DATA"),
    ]

    origins = Origins(licences.ours("1.0"), [str(tmp_path)])
    added = licences.gather([found], origins, tmp_path / "work")

    rows = json.loads((tmp_path / "work/licences/parts.json").read_text("utf-8"))
    assert [row["name"] for row in rows] == ["AfterRain", "allowed", "pyinstaller"]
    assert ("licences/OVERVIEW.txt", str(tmp_path / "work/licences/OVERVIEW.txt"), "DATA") in added


def shipped() -> list[Owner]:
    """All packages that the program needs, with its extras that a bundle has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    waiting = [Requirement(line) for line in (*project["dependencies"], *extras["fast-cpu"])]
    found: dict[str, Owner] = {}
    while waiting:
        needed = waiting.pop()
        if needed.name in found or (needed.marker and not needed.marker.evaluate({"extra": ""})):
            continue
        found[needed.name] = of_distribution(distribution(needed.name))
        waiting += [Requirement(line) for line in distribution(needed.name).requires or ()]
    return list(found.values())


@pytest.mark.parametrize("owner", shipped(), ids=lambda owner: owner.name)
def test_all_that_the_program_needs_may_be_passed_on(owner: Owner, tmp_path: Path) -> None:
    part = Rules().part(f"{owner.name}/__init__.py", owner)

    licences.write([part], tmp_path / "out")

    assert part.licence
