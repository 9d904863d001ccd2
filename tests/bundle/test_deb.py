"""The .deb: what is in it, and that it comes and goes without a trace."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from bundle import deb, icons
from nledn import __version__
from nledn.photo.formats import readable_suffixes

LINUX = Path(deb.__file__).parent / "linux"
MIME_GLOBS = Path("/usr/share/mime/globs2")
SEEN_BY_CONTENT = {".jfif", ".mpo", ".apng"}  # the database has no suffix for these

needs_debians_tools = pytest.mark.slow  # `make test-slow` installs them
needs_dpkg = pytest.mark.skipif(
    not all(map(shutil.which, ("dpkg-deb", "objdump"))), reason="dpkg and binutils are not here"
)


def run(*command: object) -> str:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A small bundle: two programs, a library, a link."""
    folder = tmp_path / "AfterRain"
    inside = folder / "_internal"
    inside.mkdir(parents=True)
    for program in ("AfterRain", "nledn"):
        shutil.copy("/bin/echo", folder / program)
    (inside / "licences").mkdir()
    (inside / "licences" / "OVERVIEW.txt").write_text("parts")
    (inside / "libfirst.so.1").write_bytes(b"")
    (inside / "libfirst.so").symlink_to("libfirst.so.1")
    return folder


@pytest.fixture
def package(bundle: Path, tmp_path: Path) -> Path:
    return deb.build(bundle, tmp_path, "none")


@needs_dpkg
def test_the_package_says_what_it_is(package: Path) -> None:
    told = run("dpkg-deb", "--field", package)

    assert package.name.startswith(f"afterrain_{__version__}_")
    assert "Package: afterrain\n" in told
    assert f"Version: {__version__}\n" in told
    assert re.search(r"^Installed-Size: [1-9]\d+$", told, re.MULTILINE)
    assert re.search(r"^Depends: .*libc6 \(>= 2\.\d+\)", told, re.MULTILINE)


@needs_dpkg
def test_it_brings_what_other_programs_are_extended_with(package: Path) -> None:
    told = run("dpkg-deb", "--contents", package)

    folder = "usr/share/afterrain/integrations"
    assert f"{folder}/darktable/afterrain.lua" in told
    (plug_in,) = (line for line in told.splitlines() if line.endswith("afterrain/afterrain.py"))
    assert plug_in.startswith("-rwxr-xr-x")  # or GIMP does not start it


@needs_dpkg
def test_all_files_are_roots_and_readable(package: Path) -> None:
    for line in run("dpkg-deb", "--contents", package).splitlines():
        mode, owner = line.split()[:2]
        assert owner == "root/root"
        assert mode[0] == "l" or re.fullmatch(r"[-d]rw[-x]r-[-x]r-[-x]", mode), line


@needs_dpkg
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_do_not_follow_the_umask(bundle: Path, tmp_path: Path, umask: int) -> None:
    secret = bundle / "_internal" / "libfirst.so.1"
    secret.chmod(0o600)
    (bundle / "nledn").chmod(0o777)
    before = os.umask(umask)
    try:
        package = deb.build(bundle, tmp_path, "none")
    finally:
        os.umask(before)
    modes = {line.split()[0] for line in run("dpkg-deb", "--contents", package).splitlines()}
    assert modes == {"drwxr-xr-x", "-rwxr-xr-x", "-rw-r--r--", "lrwxrwxrwx"}
    run("dpkg-deb", "--control", package, tmp_path / "control")
    assert (tmp_path / "control" / "control").stat().st_mode & 0o777 == 0o644
    assert secret.stat().st_mode & 0o777 == 0o600  # the bundle's own file stays as it is


@needs_dpkg
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="dpkg installs as root only")
def test_it_installs_runs_and_goes(package: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    for folder in ("info", "updates", "triggers"):
        (root / "var/lib/dpkg" / folder).mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text("")
    dpkg = ("dpkg", f"--root={root}", f"--log={tmp_path / 'log'}", "--force-depends")

    run(*dpkg, "--install", package)

    for command in ("afterrain", "nledn"):
        assert run(root / "usr/bin" / command, "dry") == "dry\n"
    assert (root / "usr/lib/afterrain/_internal/libfirst.so").is_symlink()
    entry = (root / "usr/share/applications/afterrain.desktop").read_text("utf-8")
    assert "Exec=afterrain %f" in entry
    for side_px in icons.HICOLOR_PX:
        icon = root / f"usr/share/icons/hicolor/{side_px}x{side_px}/apps/afterrain.png"
        with Image.open(icon) as drawn:
            assert drawn.size == (side_px, side_px)
    assert "AfterRain carries" in (root / "usr/share/doc/afterrain/copyright").read_text("utf-8")

    run(*dpkg, "--purge", "afterrain")

    assert not list(root.glob("usr/**/*afterrain*"))


@needs_dpkg
def test_what_it_needs_of_the_system_is_asked_for(bundle: Path) -> None:
    python = Path(shutil.which("dpkg") or "")
    shutil.copy(python, bundle / "_internal" / "libselinux-user.so")

    assert any(name.startswith("libselinux1") for name in deb.needed(bundle))

    (bundle / "_internal" / "libselinux.so.1").write_bytes(b"")  # now the bundle brings its own
    assert not any(name.startswith("libselinux1") for name in deb.needed(bundle))


@needs_debians_tools
def test_every_photo_has_a_kind_that_opens_with_it() -> None:
    if not MIME_GLOBS.is_file():
        pytest.skip("shared-mime-info is not here")
    rows = [line.split(":") for line in MIME_GLOBS.read_text("utf-8").splitlines() if ":" in line]
    known = {pattern: kind for _, kind, pattern, *_ in rows}
    own = (LINUX / "afterrain.xml").read_text("utf-8")
    known |= {
        pattern: kind
        for kind, pattern in re.findall(r'type="([^"]+)">(?:(?!</mime).)*?"(\*\.\w+)"', own, re.S)
    }
    entry = (LINUX / "afterrain.desktop").read_text("utf-8")
    opened = set(re.findall(r"^MimeType=(.*)$", entry, re.MULTILINE)[0].strip(";").split(";"))

    for suffix in set(readable_suffixes()) - SEEN_BY_CONTENT:
        assert known[f"*{suffix}"] in opened, suffix


@needs_debians_tools
@pytest.mark.skipif(not shutil.which("appstreamcli"), reason="appstream is not here")
def test_software_centres_accept_the_page(bundle: Path, tmp_path: Path) -> None:
    deb.lay_out(bundle, tmp_path / "tree")
    (page,) = (tmp_path / "tree/usr/share/metainfo").iterdir()

    run("appstreamcli", "validate", "--no-net", "--pedantic", page)


@needs_debians_tools
@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="it is not here")
def test_desktops_accept_the_entry() -> None:
    assert run("desktop-file-validate", LINUX / "afterrain.desktop") == ""


def test_the_icon_is_drawn_for_windows_and_mac(tmp_path: Path) -> None:
    with Image.open(icons.for_windows(tmp_path)) as ico:
        assert ico.info["sizes"] == {(side_px, side_px) for side_px in icons.ICO_PX}
    with Image.open(icons.for_mac(tmp_path)) as icns:
        assert icns.size[0] == icons.LARGEST_PX
        middle = icns.convert("RGBA").getpixel((700, 512))
    assert middle == pytest.approx((0xF0, 0xB2, 0x3C, 255), abs=2)  # the sun
