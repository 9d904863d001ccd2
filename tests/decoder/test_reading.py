"""A photo from a decoder process equals one read here."""

import dataclasses
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import ImageCms

from nledn import decoder, photo
from nledn.decoder import process
from nledn.decoder.pool import PROCESSES, Pool
from nledn.errors import PhotoError
from nledn.photo import Photo
from tests.decoder.conftest import SABOTEUR
from tests.photo import files

DATA = Path(__file__).parents[1] / "photo" / "data"
BUNDLE = Path(__file__).parents[2] / ".ci" / "bundle"
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SIDES = (2203, 1603)  # several strips, and no whole number of them


def _told(**changes: Any) -> dict[str, Any]:
    exif = files.exif_block(orientation=1)
    return {"icc": SRGB, "exif": exif, "xmp": files.xmp_packet(), "dpi": (300.0, 150.0), **changes}


def _large(dtype: Any, channels: int = 3) -> Any:
    return files.colours(*SIDES, dtype=dtype, channels=channels)


def _written(path: Path, picture: Photo) -> Path:
    photo.write(picture, path)
    return path


def _grey(dtype: Any) -> Any:
    return np.repeat(_large(dtype, 1)[..., None], 3, axis=2)


KINDS = {
    "colours.jpg": lambda: Photo(_large(np.uint8), **_told()),
    "colours.png": lambda: Photo(_large(np.uint8), **_told()),
    "deep.png": lambda: Photo(_large(np.uint16), _large(np.uint16, 1), **_told()),
    "deep.tif": lambda: Photo(_large(np.uint16), _large(np.uint16, 1), **_told()),
    "grey.tif": lambda: Photo(_grey(np.uint16), **_told(icc=None), grey=True),
    "grey.png": lambda: Photo(_grey(np.uint8), grey=True),
    "transparent.webp": lambda: Photo(_large(np.uint8), _large(np.uint8, 1), **_told(dpi=None)),
    "plain.bmp": lambda: Photo(_large(np.uint8)),
}


def _assert_same(path: Path) -> None:
    here, there = photo.read(path), decoder.read(path)
    for field in dataclasses.fields(Photo):
        ours, theirs = getattr(here, field.name), getattr(there, field.name)
        if isinstance(ours, np.ndarray):
            assert theirs.dtype == ours.dtype
            assert theirs.flags.c_contiguous
            assert theirs.flags.writeable
            np.testing.assert_array_equal(theirs, ours)
        else:
            assert theirs == ours, field.name
            assert type(theirs) is type(ours), field.name


@pytest.mark.parametrize("name", KINDS)
def test_every_kind(tmp_path: Path, name: str) -> None:
    _assert_same(_written(tmp_path / name, KINDS[name]()))


@pytest.mark.parametrize("name", ["eight_bits.heic", "ten_bits.heic"])
def test_heic(name: str) -> None:
    _assert_same(DATA / name)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(tmp_path: Path, orientation: int) -> None:
    exif = b"Exif\0\0" + files.exif_block(orientation=orientation)
    _assert_same(files.saved(tmp_path, "a.jpg", files.encoded(files.smooth(), "JPEG", exif=exif)))


def test_notes(tmp_path: Path) -> None:
    frames = [files.encoded(files.smooth(), "GIF")]
    moving = files.encoded(_image(0), "GIF", save_all=True, append_images=[_image(90), _image(180)])
    for number, data in enumerate((*frames, moving)):
        path = files.saved(tmp_path, f"{number}.gif", data)
        assert decoder.read(path).notes
        _assert_same(path)


def _image(degrees: float) -> Any:
    from PIL import Image

    return Image.fromarray(files.smooth()).rotate(degrees)


def test_pixels_wider_than_a_strip(tmp_path: Path) -> None:
    wide = np.random.default_rng(3).integers(0, 255, (2, 1_200_000, 3), np.uint8)
    _assert_same(_written(tmp_path / "wide.png", Photo(wide)))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("missing.jpg", None),
        ("with\0zero.jpg", None),
        ("empty.jpg", b""),
        ("diary.jpg", b"Dear diary"),
        ("clip.avi", b"RIFF\0\0\0\0AVI LIST"),
        ("cut.jpg", files.encoded(files.colours(), "JPEG")[:500]),
        ("cut.png", files.encoded(files.colours(), "PNG")[:500]),
    ],
)
def test_errors_are_the_same(tmp_path: Path, name: str, data: bytes | None) -> None:
    path = tmp_path / name if data is None else files.saved(tmp_path, name, data)
    found = []
    for read in (photo.read, decoder.read):
        with pytest.raises(PhotoError) as caught:
            read(path)
        found.append((type(caught.value), vars(caught.value)))
    assert found[0] == found[1]


def test_the_limit(tmp_path: Path) -> None:
    path = files.saved(tmp_path, "a.png", files.encoded(files.colours(40, 50), "PNG"))
    assert decoder.read(path, limit_megapixels=0.002).megapixels == 0.002
    with pytest.raises(PhotoError) as caught:
        decoder.read(path, limit_megapixels=0.0019)
    assert vars(caught.value) == {"path": path, "megapixels": 0.002, "limit": 0.0019}


def test_headers(tmp_path: Path) -> None:
    path = files.saved(tmp_path, "a.png", files.encoded(files.colours(40, 50), "PNG"))
    assert decoder.read_header(path) == photo.Header("PNG", (50, 40))
    with pytest.raises(PhotoError):
        decoder.read_header(tmp_path)


def test_paths_from_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.saved(tmp_path, "Straße 雨.png", files.encoded(files.smooth(), "PNG"))
    monkeypatch.chdir(tmp_path)
    assert decoder.read(Path("Straße 雨.png")).path == Path("Straße 雨.png")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder that a program is in")
def test_photos_elsewhere_when_our_folder_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    photo.write(decoder.read(path), tmp_path / "b.png")
    assert decoder.read_header(tmp_path / "b.png").size == (56, 40)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no names outside Unicode")
def test_names_outside_unicode(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png"))
    photo.write(Photo(files.smooth()), path)
    assert decoder.read(path).path == path


@pytest.mark.usefixtures("pool")
def test_no_module_comes_from_the_folder_of_the_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    files.saved(tmp_path, "numpy.py", b"raise SystemExit('taken from the photos')")
    monkeypatch.chdir(tmp_path)
    assert decoder.read(path).size == (56, 40)


@pytest.mark.usefixtures("pool")
def test_processes_are_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nledn.decoder.pool.REST_S", 0.5)
    path = _written(tmp_path / "a.png", Photo(_large(np.uint8)))
    with ThreadPoolExecutor(8) as threads:
        sizes = list(threads.map(lambda _: decoder.read(path).size, range(24)))
    assert sizes == [SIDES[::-1]] * 24
    assert 1 <= len(_children()) <= PROCESSES
    deadline = time.monotonic() + 20
    while len(_children()) > 1 and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    assert len(_children()) == 1, "unused ones end"
    assert decoder.read(path).size == SIDES[::-1]


def _children() -> list[int]:
    """Decoders of this process that were started for the test's own pool."""
    return [child.pid for child in psutil.Process().children() if child.pid not in _others]


_others: set[int] = set()


@pytest.fixture(autouse=True)
def _decoders_of_others() -> None:
    _others.clear()
    _others.update(child.pid for child in psutil.Process().children())


def test_whoever_waits_longest_is_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nledn.decoder import client

    monkeypatch.setattr(process, "command", lambda: [sys.executable, str(SABOTEUR)])
    narrow = Pool(most=1)
    monkeypatch.setattr(client, "pool", narrow)
    busy = files.saved(tmp_path, "wait.png", files.encoded(files.smooth(), "PNG"))
    order: list[int] = []
    threads = [threading.Thread(target=decoder.read, args=(busy,))]
    threads[0].start()
    for number in range(4):
        queued = threading.Event()
        thread = threading.Thread(target=_read_in_turn, args=(busy, order, number, queued))
        thread.start()
        threads.append(thread)
        while len(narrow._waiting) < number + 1:
            queued.wait(0.005)
    busy.with_suffix(".go").touch()
    for thread in threads:
        thread.join(30)
    narrow.close()
    assert order == [0, 1, 2, 3]


def _read_in_turn(path: Path, order: list[int], number: int, queued: threading.Event) -> None:
    decoder.read(path)
    order.append(number)


# A pool of processes is forked, as PyTorch's loaders are; both sides continue reading.
FORKED = """
import os, sys
from pathlib import Path
from nledn import decoder
path = Path(sys.argv[1])
before = decoder.read(path).size
child = os.fork()
after = decoder.read(path).size
if child:
    assert os.waitpid(child, 0)[1] == 0
    assert decoder.read(path).size == before == after
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_has_decoders_of_its_own(tmp_path: Path) -> None:
    path = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("program", ["command_line", "window"])
def test_programs_of_a_bundle_are_their_own_decoders(
    tmp_path: Path, pool: Pool, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    # A bundle has no `python -m`: its program is asked by its first argument.
    def bundled() -> list[str]:
        return [sys.executable, str(BUNDLE / f"{program}.py"), process.ARGUMENT]

    monkeypatch.setattr(process, "command", bundled)
    path = files.saved(tmp_path, "a.png", files.encoded(files.smooth(), "PNG"))
    assert decoder.read(path).size == (56, 40)
