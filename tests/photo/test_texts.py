"""Words beside a photo come back: the texts of a PNG, the comment of a JPEG or a GIF."""

import json
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from nledn import photo
from nledn.decoder import protocol
from nledn.photo import Note
from nledn.photo.model import Facts
from nledn.photo.reading import decode
from tests.photo import files

GBK = "雨中的街".encode("gbk")


def _png(folder: Path, *chunks: tuple[bytes, bytes]) -> Path:
    data = files.encoded(files.colours(), "PNG")
    for kind, body in chunks:
        data = files.with_png_chunk(data, kind, body)
    return files.saved(folder, "a.png", data)


def _again(path: Path, suffix: str) -> Path:
    out = path.with_name(f"out{suffix}")
    photo.write(photo.read(path), out)
    return out


def _jpeg(folder: Path, *comments: bytes) -> Path:
    data = files.encoded(files.colours(), "JPEG")
    for comment in comments:
        data = files.with_jpeg_segment(data, 0xFE, comment)
    return files.saved(folder, "a.jpg", data)


def test_every_kind_of_text_comes_back(tmp_path: Path) -> None:
    path = _png(
        tmp_path,
        (b"tEXt", b"Author\0Jos\xe9"),
        (b"zTXt", b"Description\0\0" + zlib.compress(b"a street")),
        (b"iTXt", b"Title\0\0\0zh\0\xe9\xa2\x98\0" + "雨".encode()),
        (b"iTXt", b"Copyright\0\1\0\0\0" + zlib.compress("© 安".encode())),
    )
    with Image.open(_again(path, ".png")) as image:
        assert isinstance(image, PngImagePlugin.PngImageFile)
        assert image.text == {
            "Author": "José",
            "Description": "a street",
            "Title": "雨",
            "Copyright": "© 安",
        }


def test_texts_of_one_keyword_all_come_back(tmp_path: Path) -> None:
    path = _png(tmp_path, (b"tEXt", b"Comment\0one"), (b"tEXt", b"Comment\0two"))
    assert sorted(photo.read(_again(path, ".png")).texts) == [
        ("Comment", "one"),
        ("Comment", "two"),
    ]


def test_texts_of_a_16_bit_photo(tmp_path: Path) -> None:
    deep = photo.Photo(files.colours(dtype=np.uint16), texts=(("Title", "雨"),))
    photo.write(deep, tmp_path / "a.png")
    assert photo.read(tmp_path / "a.png").texts == (("Title", "雨"),)


@pytest.mark.parametrize("comment", [b"in the rain", "雨".encode(), GBK])
def test_a_comment_comes_back_to_the_byte(tmp_path: Path, comment: bytes) -> None:
    with Image.open(_again(_jpeg(tmp_path, comment), ".jpg")) as image:
        assert image.info["comment"] == comment


def test_all_comments_come_back(tmp_path: Path) -> None:
    found = photo.read(_again(_jpeg(tmp_path, b"one", b"two"), ".jpg"))
    assert sorted(text for _, text in found.texts) == ["one", "two"]


@pytest.mark.parametrize("comment", ["雨".encode(), GBK])
def test_a_jpegs_comment_becomes_a_pngs(tmp_path: Path, comment: bytes) -> None:
    path = _again(_jpeg(tmp_path, comment), ".png")
    assert comment in path.read_bytes()
    assert [keyword for keyword, _ in photo.read(path).texts] == ["Comment"]


def test_a_gifs_comment_becomes_a_pngs(tmp_path: Path) -> None:
    Image.fromarray(files.colours()).convert("P").save(tmp_path / "a.gif", comment=b"rain")
    assert photo.read(_again(tmp_path / "a.gif", ".png")).texts == (("Comment", "rain"),)


def test_only_a_comment_goes_into_a_jpeg(tmp_path: Path) -> None:
    path = _png(tmp_path, (b"tEXt", b"Author\0Ann"), (b"tEXt", b"Comment\0caf\xe9"))
    assert photo.read(_again(path, ".jpg")).texts == (("Comment", "café"),)


@pytest.mark.parametrize("text", [("Comment", "x" * 70_000), ("Author", "Ann")])
def test_a_text_that_no_jpeg_holds_is_said(tmp_path: Path, text: tuple[str, str]) -> None:
    long = photo.Photo(files.colours(), texts=(text,))
    assert photo.write(long, tmp_path / "a.jpg") == (Note.NO_TEXTS,)
    assert photo.read(tmp_path / "a.jpg").texts == ()


@pytest.mark.parametrize("keyword", [b"Raw profile type xmp", b"XML:com.adobe.xmp", b"Thumb::Size"])
def test_metadata_in_a_texts_clothes_is_no_text(tmp_path: Path, keyword: bytes) -> None:
    assert photo.read(_png(tmp_path, (b"tEXt", keyword + b"\0x"))).texts == ()


def test_a_text_of_a_million_characters_is_left_out(tmp_path: Path) -> None:
    packed = zlib.compress(b"x" * (2**20 + 1))
    assert photo.read(_png(tmp_path, (b"zTXt", b"Comment\0\0" + packed))).texts == ()


def test_iptc_in_a_png_is_dropped_and_said(tmp_path: Path) -> None:
    path = _png(tmp_path, (b"tEXt", b"Raw profile type iptc\0\niptc\n       4\n00000000\n"))
    assert photo.read(path).notes == (Note.IPTC,)


def test_texts_pass_between_processes(tmp_path: Path) -> None:
    *_, facts = decode(_jpeg(tmp_path, GBK), limit_megapixels=1)
    assert isinstance(facts, Facts)
    sent = protocol.line_of(protocol.facts_sent(facts))
    assert vars(protocol.facts_received(json.loads(sent))) == vars(facts)
