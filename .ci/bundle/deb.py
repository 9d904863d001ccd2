"""`make deb`: a package for Debian and Ubuntu out of the bundle.

The bundle goes to /usr/lib/afterrain unchanged; links to its two programs, the menu entry, icons,
kinds of photos and the page for software centres go where a desktop looks for them.
"""

import argparse
import datetime
import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

from bundle import icons
from bundle.origins import ROOT, debian_libraries
from nledn import __version__

LINUX = Path(__file__).parent / "linux"
INTEGRATIONS = ROOT / "resources" / "integrations"
"""Extensions for other programs; docs/editors.md says where each goes."""
PROGRAMS = {"afterrain": "AfterRain", "nledn": "nledn"}
"""Commands, and the programs of the bundle that they start."""
DATA = {
    "afterrain.desktop": "usr/share/applications",
    "io.github.afterrain.afterrain.metainfo.xml": "usr/share/metainfo",
    "afterrain.xml": "usr/share/mime/packages",
}
READ_AT_RUN_TIME = ("fontconfig-config", "libegl1", "libgl1", "xkb-data")
"""Packages whose files the bundle's libraries open by name: fonts' rules, OpenGL, keyboards."""
CONTROL = """\
Package: afterrain
Version: {version}
Architecture: {architecture}
Maintainer: The AfterRain authors
Installed-Size: {installed_kib}
Depends: {depends}
Recommends: ca-certificates, fonts-dejavu-core | fonts-freefont-ttf
Suggests: fonts-noto-cjk
Section: graphics
Priority: optional
Description: take the rain out of photos, on your own machine
 AfterRain estimates the streaks of rain in a photo and subtracts them. Nothing
 is uploaded. Photos of up to 250 megapixels, 8 and 16 bits, come back with
 their depth, colours, transparency and metadata. It has a window, afterrain,
 and a command line, nledn.
"""


def build(bundle: Path, folder: Path, compression: str = "xz") -> Path:
    """Make the package.

    Args:
        bundle: the folder from `make bundle`.
        folder: for the package; its tree is built in `afterrain-deb/` below it.
        compression: for dpkg-deb: xz, zstd, gzip or none.

    Returns:
        The package.
    """
    tree = folder / "afterrain-deb"
    shutil.rmtree(tree, ignore_errors=True)
    lay_out(bundle, tree)
    architecture = _told("dpkg", "--print-architecture")
    target = folder / f"afterrain_{__version__}_{architecture}.deb"
    control = CONTROL.format(
        version=__version__,
        architecture=architecture,
        installed_kib=sum(path.lstat().st_size for path in tree.rglob("*")) // 1024,
        depends=", ".join(sorted({*needed(bundle), *READ_AT_RUN_TIME})),
    )
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(control, "utf-8")
    _set_modes(tree)
    command = ("dpkg-deb", "--root-owner-group", f"-Z{compression}", "--build")
    subprocess.run([*command, str(tree), str(target)], check=True, capture_output=True)
    shutil.rmtree(tree)
    return target


def lay_out(bundle: Path, tree: Path) -> None:
    """Put all files at their installed places below `tree`."""
    shutil.copytree(bundle, tree / "usr/lib/afterrain", symlinks=True, copy_function=_link)
    commands = tree / "usr/bin"
    commands.mkdir(parents=True)
    for command, program in PROGRAMS.items():
        (commands / command).symlink_to(f"../lib/afterrain/{program}")
    for name, place in DATA.items():
        _write(tree / place / name, _filled((LINUX / name).read_text("utf-8")))
    themed = tree / "usr/share/icons/hicolor"
    for side_px in icons.HICOLOR_PX:
        icons.draw(themed / f"{side_px}x{side_px}/apps/afterrain.png", side_px)
    _write(themed / "scalable/apps/afterrain.svg", icons.SOURCE.read_text("utf-8"))
    shutil.copytree(INTEGRATIONS, tree / "usr/share/afterrain/integrations")
    about = tree / "usr/share/doc/afterrain"
    _write(about / "copyright", _copyright())
    changes = gzip.compress((ROOT / "CHANGELOG.md").read_bytes(), mtime=0)
    (about / "changelog.gz").write_bytes(changes)


def needed(bundle: Path) -> set[str]:
    """Debian's packages that the bundle's programs and libraries are linked with."""
    libraries = [path for path in bundle.rglob("*") if path.is_file() and _is_elf(path)]
    carried = {path.name for path in bundle.rglob("*")}
    headers = _told("objdump", "--private-headers", *map(str, libraries))
    wanted = set(re.findall(r"NEEDED +(\S+)", headers)) - carried
    glibc = {
        tuple(int(part) for part in version.split("."))
        for version in re.findall(r"GLIBC_(\d+\.[\d.]+)", headers)
    }
    packages = {
        package
        for path, package in debian_libraries().items()
        if Path(path).name in wanted and re.match(r"(/usr)?/lib/[^/]+/[^/]+$", path)
    }
    newest = ".".join(str(part) for part in max(glibc, default=(2, 31)))
    return {f"libc6 (>= {newest})", *(packages - {"libc6"})}


def _copyright() -> str:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    samples = (ROOT / "resources" / "LICENSES" / "samples.md").read_text("utf-8")
    carried = (
        "AfterRain carries parts by others. /usr/lib/afterrain/_internal/licences/OVERVIEW.txt\n"
        "lists each with its licence, and has the texts beside it; `nledn licences` prints it.\n"
    )
    return "\n".join((licence, samples, carried))


def _filled(text: str) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return text.replace("@version@", __version__).replace("@date@", today)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _link(source: str, target: str) -> None:
    """Link a file, or copy it on a disk without hard links."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _set_modes(tree: Path) -> None:
    """Let all users read and run the files, and only root change them, at any umask."""
    for path in (tree, *tree.rglob("*")):
        if path.is_symlink():
            continue
        status = path.stat()
        mode = 0o755 if path.is_dir() or status.st_mode & 0o100 else 0o644
        if status.st_mode & 0o7777 == mode:
            continue
        if (
            path.is_file() and status.st_nlink > 1
        ):  # also a name in the bundle, whose modes do not change
            copy = path.with_name(f".{path.name}.copy")
            shutil.copyfile(path, copy)
            copy.replace(path)
        path.chmod(mode)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _told(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make a .deb out of the bundle.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--compression", choices=("xz", "zstd", "gzip", "none"), default="xz")
    asked = parser.parse_args()
    print(build(asked.bundle, asked.folder, asked.compression))


if __name__ == "__main__":
    main()
