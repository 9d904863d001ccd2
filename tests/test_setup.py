"""The promises of pyproject.toml, constraints.txt, the Makefile and the samples."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import ExifTags, Image

import nledn
from nledn import places

REPOSITORY = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
GROUPS: dict[str, list[str]] = PYPROJECT["dependency-groups"]
OPTIONAL = [*chain(*EXTRAS.values()), *chain(*GROUPS.values())]
DEPENDENCIES = [Requirement(line) for line in PROJECT["dependencies"]]

# Where the name to import is not the name to install.
MODULE_OF = {
    "openimageio": "OpenImageIO",
    "import-linter": "importlinter",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "pi-heif": "pi_heif",
    "scikit-image": "skimage",
    "pyside6-essentials": "PySide6",
    "pytest-qt": "pytestqt",
    "tomli-w": "tomli_w",
}
LOADED_BY_OTHERS = {
    "pyvips_binary",  # by pyvips
}
MEGAPIXEL = 1_000_000


def pinned() -> dict[str, str]:
    """constraints.txt: canonical name → exact version."""
    lines = (REPOSITORY / "constraints.txt").read_text("utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def imported_by(folder: str) -> set[str]:
    """Top-level modules that the sources below `folder` import."""
    found: set[str] = set()
    for path in (REPOSITORY / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found


def module_of(requirement: Requirement) -> str:
    name = canonicalize_name(requirement.name)
    return MODULE_OF.get(name, name.replace("-", "_"))


def make(*targets: str) -> str:
    command = ["make", "--no-print-directory", *targets]
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout


def test_torch_is_the_version_that_everything_was_measured_with() -> None:
    assert pinned()["torch"] == "2.13.0"


@pytest.mark.parametrize("line", [*PROJECT["dependencies"], *OPTIONAL])
def test_each_range_admits_the_exact_version(line: str) -> None:
    requirement = Requirement(line)
    version = pinned()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version)


def test_exact_versions_are_what_the_tests_ran_with() -> None:
    for requirement in DEPENDENCIES:
        installed = importlib.metadata.version(requirement.name).split("+")[0]
        assert installed == pinned()[canonicalize_name(requirement.name)], requirement.name


def test_what_is_needed_in_turn_is_pinned_too() -> None:
    here = {"extra": ""}
    for requirement in DEPENDENCIES:
        for line in importlib.metadata.requires(requirement.name) or ():
            needed = Requirement(line)
            # torch for NVIDIA names the exact versions of these itself.
            by_torch = needed.name.startswith(("nvidia-", "cuda-", "triton"))
            if not by_torch and (needed.marker is None or needed.marker.evaluate(here)):
                assert canonicalize_name(needed.name) in pinned(), f"{requirement.name}: {line}"


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    extras = [*chain(*EXTRAS.values()), *GROUPS["training"]]
    optional = {module_of(Requirement(line)) for line in extras}
    declared = {module_of(requirement) for requirement in DEPENDENCIES}
    imported = imported_by("nledn") | imported_by("app")
    foreign = imported - set(sys.stdlib_module_names) - {"nledn", "app"}
    assert foreign - optional == declared - LOADED_BY_OTHERS


def test_what_the_tests_import_is_declared() -> None:
    lines = [*PROJECT["dependencies"], *OPTIONAL]
    declared = {module_of(Requirement(line)) for line in lines}
    ours = {"nledn", "app", "bundle", "manual", "tests"}
    assert imported_by("tests") - set(sys.stdlib_module_names) - ours <= declared


def test_what_developers_need_is_no_extra_of_the_wheel() -> None:
    assert set(EXTRAS) == {"cluster", "fast-cpu"}
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    assert set(re.findall(r"--group (\S+)", makefile)) == set(GROUPS)


def test_the_version_stands_in_one_place() -> None:
    assert importlib.metadata.version("afterrain") == nledn.__version__
    assert "version" not in PROJECT


def test_the_wheel_carries_weights_resources_and_templates(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=REPOSITORY, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    code = "from nledn import places; print(places.sample_photo()); print(places.weights())"
    places_there = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "installed",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert (tmp_path / "installed" / "nledn" / "templates" / "report.html").exists()
    for package in ("app", "nledn"):
        assert (tmp_path / "installed" / package / "py.typed").exists()
    for line in places_there:
        assert Path(line).is_relative_to(tmp_path / "installed" / "nledn")
        assert Path(line).exists()


def test_make_alone_lists_every_target() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    listed = re.findall(r"^  make ([a-z-]+) +\S.*$", make(), re.MULTILINE)
    assert listed == [target for target in phony[1].split() if target != "help"]
    assert {"run", "test", "test-slow", "lint"} <= set(listed)


def test_packages_of_debian_are_named() -> None:
    lines = (REPOSITORY / ".ci" / "debian-packages.txt").read_text("utf-8").splitlines()
    packages = {line.split("#")[0].strip() for line in lines} - {""}
    assert {"python3-venv", "fontconfig", "fonts-dejavu-core", "fonts-noto-cjk"} <= packages


def test_the_sample_of_a_first_start_has_2_megapixels() -> None:
    with Image.open(places.sample_photo()) as sample:
        assert 1.5 * MEGAPIXEL < sample.width * sample.height < 2.5 * MEGAPIXEL


def test_one_sample_is_large() -> None:
    sizes = []
    for path in places.sample_photo().parent.glob("*.jpg"):
        assert path.stat().st_size <= 5 * MEGAPIXEL, "each clone carries it"
        with Image.open(path) as sample:
            sizes.append(sample.width * sample.height)
    assert max(sizes) >= 12 * MEGAPIXEL


def test_each_sample_says_what_it_is_and_whose() -> None:
    folder = places.sample_photo().parent
    licences = (places.resources() / "LICENSES" / "samples.md").read_text("utf-8")
    story = (folder / "README.md").read_text("utf-8")
    for path in folder.glob("*.jpg"):
        with Image.open(path) as sample:
            exif = sample.getexif()
        assert "rain is synthetic" in exif[ExifTags.Base.ImageDescription]
        author = exif[ExifTags.Base.Artist]
        assert author in licences
        assert f"`{path.name}`" in story
        assert author in story
