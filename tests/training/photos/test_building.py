import hashlib
import io
import re
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nledn.training.__main__ import find_recipe
from nledn.training.photos import CLIENTS, Package, PhotoSource, Table, build, read_table

JPEG = re.compile(r"[\w.+-]+\.jpg")


def picture(width: int, height: int, mode: str = "RGB", **how: object) -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (height // 4, width // 4, 3), np.uint8)
    blocks = Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST)
    blocks.convert(mode).save(file, "PNG", **how)
    return file.getvalue()


def wheel(folder: Path, files: dict[str, bytes]) -> Package:
    """A package as `pip download` leaves it, so that no client has to be started."""
    path = folder / "pictures-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return described(path, "pypi")


def described(path: Path, registry: str) -> Package:
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    return Package("pictures", registry, "pictures", "1.0", path.name, len(data), sha256)  # type: ignore[arg-type]


def source(name: str, size: tuple[int, int], keep_rows: int = 0) -> PhotoSource:
    return PhotoSource(
        f"{name}.jpg", "pictures", f"{name}.png", keep_rows, *size, "0" * 64, "CC0-1.0"
    )


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    (tmp_path / "packages").mkdir()
    return tmp_path / "packages"


def test_photos_are_scaled_cropped_and_made_opaque(tmp_path: Path, archives: Path) -> None:
    package = wheel(
        archives,
        {
            "large.png": picture(80, 48),
            "credit.png": picture(40, 40),
            "clear.png": picture(16, 16, "RGBA"),
        },
    )
    sources = (source("large", (40, 24)), source("credit", (40, 32), 32), source("clear", (16, 16)))
    built = build(Table((package,), sources), tmp_path)
    sizes = {}
    for path in built.photos:
        with Image.open(path) as photo:
            sizes[path.name] = (photo.mode, photo.size)
    assert sizes == {
        "large.jpg": ("RGB", (40, 24)),
        "credit.jpg": ("RGB", (40, 32)),
        "clear.jpg": ("RGB", (16, 16)),
    }
    with Image.open(tmp_path / "credit.jpg") as cropped:
        kept = np.asarray(cropped, int)
    with Image.open(io.BytesIO(picture(40, 40))) as whole:
        assert np.abs(kept - np.asarray(whole, int)[:32]).mean() < 4
    assert not [path for path in archives.iterdir() if path.is_dir()], "nothing stays unpacked"


def test_photos_that_are_there_are_not_made_again(tmp_path: Path, archives: Path) -> None:
    package = wheel(archives, {"a.png": picture(16, 16)})
    table = Table((package,), (source("a", (16, 16)),))
    first = build(table, tmp_path)
    assert first.differing == ("a.jpg",), "the table's hash is made up"
    sha256 = hashlib.sha256((tmp_path / "a.jpg").read_bytes()).hexdigest()
    (archives / package.archive).unlink()
    known = replace(table, sources=(replace(table.sources[0], sha256=sha256),))
    assert build(known, tmp_path).differing == ()


def test_transparency_becomes_white(tmp_path: Path, archives: Path) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (16, 16), (200, 0, 0, 0)).save(file, "PNG")
    package = wheel(archives, {"a.png": file.getvalue()})
    build(Table((package,), (source("a", (16, 16)),)), tmp_path)
    with Image.open(tmp_path / "a.jpg") as photo:
        assert np.asarray(photo).min() > 250


def test_an_archive_of_npm(tmp_path: Path, archives: Path) -> None:
    path = archives / "pictures-1.0.tgz"
    data = picture(16, 16)
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo("a.png")
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    table = Table((described(path, "npm"),), (source("a", (16, 16)),))
    assert [photo.name for photo in build(table, tmp_path).photos] == ["a.jpg"]


def client(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Puts a program in npm's place."""
    path = folder / "client"
    path.write_text(f"#!{sys.executable}\n{body}\n")
    path.chmod(0o755)
    monkeypatch.setitem(CLIENTS, "npm", str(path))


def wanted(data: bytes) -> Table:
    sha256 = hashlib.sha256(data).hexdigest()
    package = Package("pictures", "npm", "@some/pictures", "1.0", "p-1.0.tgz", len(data), sha256)
    return Table((package,), (source("a", (16, 16)),))


def test_a_registry_is_asked_for_the_exact_version(
    tmp_path: Path, archives: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    client(
        tmp_path,
        monkeypatch,
        f"import sys; open({str(asked)!r}, 'w').write(' '.join(sys.argv[1:])); sys.exit('no such')",
    )
    with pytest.raises(ValueError, match=r"@some/pictures 1\.0 could not be fetched: no such"):
        build(wanted(b"x"), tmp_path)
    assert asked.read_text() == "pack --silent @some/pictures@1.0"


def test_other_bytes_than_the_tables_are_not_kept(
    tmp_path: Path, archives: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(tmp_path, monkeypatch, "open('p-1.0.tgz', 'w').write('something else')")
    with pytest.raises(ValueError, match="sha256"):
        build(wanted(b"x"), tmp_path)
    assert not list(archives.iterdir())


def test_a_client_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CLIENTS, "npm", "no-such-client")
    with pytest.raises(FileNotFoundError, match="no-such-client"):
        build(wanted(b"x"), tmp_path)


def test_the_table_is_whole() -> None:
    whole = read_table()
    ids = {package.id for package in whole.packages}
    assert len(whole.sources) == 315
    assert {source.package for source in whole.sources} == ids
    assert len({source.file for source in whole.sources}) == 315
    for each in whole.sources:
        assert JPEG.fullmatch(each.file), each.file
        assert 0 < max(each.width, each.height) <= 2000
        assert each.licence
    hashes = [each.sha256 for each in whole.sources] + [each.sha256 for each in whole.packages]
    assert all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in hashes)
    assert set(find_recipe("afterrain").held_out) <= {each.file for each in whole.sources}
