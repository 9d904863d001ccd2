"""One bad part of a photo's metadata costs that part: EXIF pointers, XMP characters, profiles."""

import hashlib
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from nledn import photo
from nledn.errors import PhotoDamaged, PhotoUnsupported
from nledn.photo import Note
from tests.photo import files, icc_profiles

EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"


def _read(folder: Path, data: bytes) -> photo.Photo:
    return photo.read(files.saved(folder, "photo", data))


def _jpeg_with(*segments: tuple[int, bytes]) -> bytes:
    data = files.encoded(files.smooth(), "JPEG")
    for marker, body in reversed(segments):
        data = files.with_jpeg_segment(data, marker, body)
    return data


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("broken", [0x8769, 0x8825])
def test_a_bad_pointer_costs_its_directory_alone(tmp_path: Path, broken: int, order: str) -> None:
    block = bytearray(files.exif_block(order=order, orientation=1))
    at = block.index(struct.pack(order + "HHI", broken, 4, 1))
    block[at + 8 : at + 12] = struct.pack(order + "I", 4_000_000)
    found = _read(tmp_path, _jpeg_with((0xE1, b"Exif\0\0" + bytes(block))))
    assert found.notes == (Note.BAD_EXIF_PART,)
    assert found.exif is not None
    exif = Image.Exif()
    exif.load(found.exif)
    assert exif[0x010F] == "Kamera"
    assert bool(exif.get_ifd(0x8769)) == (broken != 0x8769)
    assert bool(exif.get_ifd(0x8825)) == (broken != 0x8825)
    assert broken not in exif


def test_exif_of_several_segments_comes_back_where_there_is_room(tmp_path: Path) -> None:
    block = files.exif_block(orientation=1, thumbnail=False) + bytes(70_000) + b"the end"
    parts = [block[at : at + 60_000] for at in range(0, len(block), 60_000)]
    found = _read(tmp_path, _jpeg_with(*((0xE1, b"Exif\0\0" + part) for part in parts)))
    assert found.exif is not None
    assert found.exif.endswith(b"the end")
    for suffix, note in ((".png", ()), (".tif", ()), (".webp", ()), (".jpg", (Note.NO_EXIF,))):
        assert photo.write(found, tmp_path / f"out{suffix}") == note
    assert photo.read(tmp_path / "out.png").exif == found.exif


def test_a_second_exif_block_is_said_and_hides_nothing(tmp_path: Path) -> None:
    first, second = (files.exif_block(order=order, orientation=1) for order in "<>")
    found = _read(tmp_path, _jpeg_with(*((0xE1, b"Exif\0\0" + each) for each in (first, second))))
    assert found.notes == (f"{Note.OTHER_DATA}:EXIF",)
    assert found.exif is not None
    assert b"MM\0*" not in found.exif, "nor the place in it, which --strip location would not find"


@pytest.mark.parametrize("bad", ["\x01", "&wet;", "\ufffe"])
def test_one_bad_character_keeps_the_sound_properties(tmp_path: Path, bad: str) -> None:
    packet = files.xmp_packet(f"<dc:subject>{bad}</dc:subject><xmp:Rating>5</xmp:Rating>")
    found = _read(tmp_path, files.encoded(files.smooth(), "WEBP", xmp=packet))
    assert found.notes == (Note.BAD_XMP_PART,)
    assert found.xmp is not None
    assert b"<xmp:Rating>5</xmp:Rating>" in found.xmp
    assert "Straße im Regen".encode() in found.xmp


def test_xmp_in_utf_16_comes_back(tmp_path: Path) -> None:
    packet = files.xmp_packet().decode().encode("utf-16")
    found = _read(tmp_path, files.encoded(files.smooth(), "WEBP", xmp=packet))
    assert found.notes == ()
    assert found.xmp is not None
    assert "Straße im Regen".encode() in found.xmp


def test_cdata_is_sound_xml(tmp_path: Path) -> None:
    packet = files.xmp_packet("<dc:subject><![CDATA[<wet> & <!DOCTYPE>]]></dc:subject>")
    found = _read(tmp_path, files.encoded(files.smooth(), "WEBP", xmp=packet))
    assert (found.xmp, found.notes) == (packet, ())


def test_of_two_packets_the_first_wins(tmp_path: Path) -> None:
    prefix = b"http://ns.adobe.com/xap/1.0/\0"
    first = files.xmp_packet("<xmp:Rating>5</xmp:Rating>")
    second = files.xmp_packet("<xmp:Rating>1</xmp:Rating><xmp:Label>Red</xmp:Label>")
    found = _read(tmp_path, _jpeg_with((0xE1, prefix + first), (0xE1, prefix + second)))
    assert found.notes == ()
    assert found.xmp is not None
    assert b">5<" in found.xmp
    assert b">1<" not in found.xmp
    assert b">Red<" in found.xmp


def test_extended_xmp_is_merged(tmp_path: Path) -> None:
    extended = files.xmp_packet(f"<dc:subject>{'x' * 90_000}</dc:subject>")
    name = hashlib.md5(extended, usedforsecurity=False).hexdigest().upper().encode()
    note = 'xmlns:xmpNote="http://ns.adobe.com/xmp/note/"'
    main = files.xmp_packet(attributes=f'{note} xmpNote:HasExtendedXMP="{name.decode()}"')
    parts = [
        (
            0xE1,
            EXTENSION + name + struct.pack(">II", len(extended), at) + extended[at : at + 50_000],
        )
        for at in range(0, len(extended), 50_000)
    ]
    data = _jpeg_with((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + main), *parts)
    found = _read(tmp_path, data)
    assert found.notes == ()
    assert found.xmp is not None
    assert b"x" * 90_000 in found.xmp
    assert b"HasExtendedXMP" not in found.xmp
    assert _read(tmp_path, _jpeg_with(*parts[:1])).notes == (Note.EXTENDED_XMP,)


@pytest.mark.parametrize("damage", ["missing", "count 0", "twice"])
def test_a_profile_in_parts_that_do_not_add_up_is_said(tmp_path: Path, damage: str) -> None:
    profile = icc_profiles.rgb_profile(icc_profiles.table_curve(2.2, 4096) + bytes(70_000))
    count = 0 if damage == "count 0" else 2
    parts = [
        (0xE2, b"ICC_PROFILE\0" + bytes((n, count)) + profile[(n - 1) * 60_000 : n * 60_000])
        for n in (1, 2)
    ]
    parts = {"missing": parts[:1], "count 0": parts, "twice": [*parts, parts[0]]}[damage]
    found = _read(tmp_path, _jpeg_with(*parts))
    assert (found.icc, found.notes) == (None, (Note.BAD_ICC,))


def test_a_jpeg_gets_no_resolution_that_it_had_not(tmp_path: Path) -> None:
    block = files.exif_block(orientation=1, thumbnail=False)
    found = _read(tmp_path, _jpeg_with((0xE1, b"Exif\0\0" + block)))
    assert found.dpi is None
    photo.write(found, tmp_path / "a.jpg")
    photo.write(found, tmp_path / "a.tif")
    assert photo.read(tmp_path / "a.jpg").dpi is None
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert not {282, 283, 296} & set(file.pages.first.tags.keys())


@pytest.mark.parametrize(
    ("marker", "bits", "words"),
    [(0xC1, 12, "12 bits"), (0xC3, 8, "lossless"), (0xF7, 8, "JPEG-LS"), (0xC5, 8, "hierarchical")],
)
def test_kinds_of_jpeg_that_nobody_reads_are_named(
    tmp_path: Path, marker: int, bits: int, words: str
) -> None:
    frame = struct.pack(">BHHB", bits, 8, 8, 3) + bytes(9)
    data = b"\xff\xd8\xff" + bytes((marker,)) + struct.pack(">H", len(frame) + 2) + frame
    with pytest.raises(PhotoUnsupported, match=words):
        _read(tmp_path, data)


def test_a_png_for_iphones_alone_is_named(tmp_path: Path) -> None:
    png = files.encoded(files.smooth(), "PNG")
    data = png[:8] + files.png_chunk(b"CgBI", b"\x50\0\x20\2") + png[8:]
    with pytest.raises(PhotoUnsupported, match="iPhone"):
        _read(tmp_path, data)


def test_no_error_shows_an_object_of_python(tmp_path: Path) -> None:
    with pytest.raises(PhotoDamaged) as caught:
        _read(tmp_path, b"\xff\xd8\xff\xe0" + bytes(40))
    assert "<" not in str(caught.value.to_dict()["fields"])


def test_a_preview_before_the_photo_is_passed_over(tmp_path: Path) -> None:
    for name, options in (
        ("new", {"subfiletype": 1}),
        ("old", {"extratags": [(255, 3, 1, 2, True)]}),
    ):
        with tifffile.TiffWriter(tmp_path / f"{name}.tif") as file:
            file.write(files.colours(8, 8), photometric="rgb", metadata=None, **options)
            file.write(files.colours(), photometric="rgb", metadata=None)
        found = photo.read(tmp_path / f"{name}.tif")
        np.testing.assert_array_equal(found.pixels, files.colours())
        assert found.notes == ()


def test_a_turned_geotiff_says_that_it_lost_its_place(tmp_path: Path) -> None:
    tags = [(33550, 12, 3, (1.0, 2.0, 3.0), True), (274, 3, 1, 6, True)]
    tifffile.imwrite(tmp_path / "a.tif", files.colours(), photometric="rgb", extratags=tags)
    found = photo.read(tmp_path / "a.tif")
    assert (found.geo, found.notes) == (None, (Note.GEOREFERENCE,))


def test_every_field_of_a_geotiff_comes_back_whatever_the_order_of_bytes(tmp_path: Path) -> None:
    fields = (
        (33550, 12, 3, (0.5, 0.5, 0.0), True),
        (33922, 12, 6, (0, 0, 0, 440720.25, 3751320.125, 0), True),
        (34735, 3, 8, (1, 1, 0, 1, 1024, 0, 1, 1), True),
        (34736, 12, 1, (6378137.0,), True),
        (34737, 2, 0, "WGS 84 / UTM|", True),
        (42113, 2, 0, "0", True),
        (50844, 12, 4, (1.5, 2.5, 3.5, 4.5), True),
    )
    for name, order in (("little", "<"), ("big", ">")):
        path = tmp_path / "a.tif"
        options: dict[str, Any] = {"byteorder": order, "photometric": "rgb", "metadata": None}
        tifffile.imwrite(path, files.smooth(), extratags=fields, **options)
        found = photo.read(path)
        assert found.notes == ()
        assert photo.write(found, tmp_path / f"{name}.tif") == ()
        with tifffile.TiffFile(tmp_path / f"{name}.tif") as file:
            for tag, _, _, value, _ in fields:
                assert file.pages.first.tags[tag].value == value
        assert photo.write(found, tmp_path / f"{name}.png") == (Note.GEOREFERENCE,)


def test_a_mask_beside_the_photo_is_said(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(files.smooth(), photometric="rgb")
        file.write(files.smooth()[..., 0] > 99, photometric="minisblack", subfiletype=4)
    assert photo.read(tmp_path / "a.tif").notes == (Note.EXTRA_CHANNELS,)


@pytest.mark.parametrize(
    ("tag", "kind"), [(330, 4), (330, 77), (274, 77)], ids=["child", "children", "orientation"]
)
def test_a_field_that_leads_nowhere_costs_no_tiff(tmp_path: Path, tag: int, kind: int) -> None:
    tags, path = [(tag + 1, 4, 1, 2**31, True)], tmp_path / "a.tif"
    tifffile.imwrite(path, files.colours(), photometric="rgb", metadata=None, extratags=tags)
    fields = struct.pack("<HHI", tag + 1, 4, 1), struct.pack("<HHI", tag, kind, 1)
    found = _read(tmp_path, path.read_bytes().replace(*fields))
    np.testing.assert_array_equal(found.pixels, files.colours())
