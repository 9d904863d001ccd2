"""EXIF, XMP, ICC and resolution come back, true of the new pixels, at 8 and at 16 bits."""

import io
import struct
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nledn import photo
from nledn.photo import Note
from tests.photo import files, icc_profiles

CARRIERS = ["JPEG", "PNG", "TIFF", "WEBP"]
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "TIFF": ".tif", "WEBP": ".webp"}
MAKER_NOTE_AT = files.exif_block().index(files.MAKER_NOTE)


def _photo(dtype: type = np.uint8, **fields: object) -> photo.Photo:
    pixels = files.colours(dtype=dtype)
    return replace(photo.Photo(pixels), **fields)  # type: ignore[arg-type]


def _pillow_exif(path: Path) -> Image.Exif:
    with Image.open(path) as image:
        exif = image.getexif()
        exif.get_ifd(0x8769)
        exif.get_ifd(0x8825)
        return exif


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", SUFFIXES.values())
def test_exif_comes_back_with_maker_note_and_gps(
    tmp_path: Path, suffix: str, dtype: type, order: str
) -> None:
    path = tmp_path / f"a{suffix}"
    photo.write(_photo(dtype, exif=files.exif_block(order=order)), path)
    exif = _pillow_exif(path)
    assert exif[0x010F] == "Kamera"
    assert exif.get(0x0112) == 1
    details = exif.get_ifd(0x8769)
    assert details[0x927C] == files.MAKER_NOTE
    assert (details[0xA002], details[0xA003]) == (53, 37)
    assert exif.get_ifd(0x8825)[2] == (51.0, 30.0, 0.0)
    assert files.THUMBNAIL not in path.read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES.values())
def test_written_exif_is_read_again(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    photo.write(_photo(exif=files.exif_block()), path)
    found = photo.read(path)
    assert found.exif is not None
    assert files.MAKER_NOTE in found.exif
    assert "© Anna".encode() in found.exif
    assert found.notes == ()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_maker_note_stays_where_it_was(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    photo.write(_photo(exif=files.exif_block()), path)
    found = photo.read(path)
    assert found.exif is not None
    assert found.exif.index(files.MAKER_NOTE) == MAKER_NOTE_AT


def test_maker_note_stays_where_it_was_in_a_tiff(tmp_path: Path) -> None:
    photo.write(_photo(np.uint16, exif=files.exif_block()), tmp_path / "a.tif")
    assert (tmp_path / "a.tif").read_bytes().index(files.MAKER_NOTE) == MAKER_NOTE_AT


def test_exif_that_a_tiff_had_reaches_a_jpeg(tmp_path: Path) -> None:
    photo.write(_photo(np.uint16, exif=files.exif_block(order=">")), tmp_path / "a.tif")
    photo.write(photo.read(tmp_path / "a.tif"), tmp_path / "a.jpg")
    exif = _pillow_exif(tmp_path / "a.jpg")
    assert exif.get_ifd(0x8769)[0x927C] == files.MAKER_NOTE
    assert exif.get_ifd(0x8825)[2] == (51.0, 30.0, 0.0)
    assert exif[0x010F] == "Kamera"


def test_reading_changes_exif_only_where_it_would_lie(tmp_path: Path) -> None:
    block = files.exif_block(orientation=1, size=(56, 40), thumbnail=False)
    data = files.encoded(files.smooth(), "JPEG", exif=b"Exif\0\0" + block)
    assert photo.read(files.saved(tmp_path, "a.jpg", data)).exif == block


def test_thumbnail_in_the_middle_is_blanked(tmp_path: Path) -> None:
    block = files.exif_block() + b"More of the camera's, after the thumbnail"
    data = files.encoded(files.smooth(), "JPEG", exif=b"Exif\0\0" + block)
    found = photo.read(files.saved(tmp_path, "a.jpg", data)).exif
    assert found is not None
    assert len(found) == len(block)
    assert files.THUMBNAIL not in found
    assert found.endswith(b"after the thumbnail")


@pytest.mark.parametrize(
    ("kind", "prefix"), [("exif", b""), ("exif", b"Exif\0\0"), ("APP1", b"Exif\0\0")]
)
def test_hexadecimal_exif_of_old_pngs_is_read(tmp_path: Path, kind: str, prefix: bytes) -> None:
    block = prefix + files.exif_block()
    text = f"\n{kind}\n{len(block):8}\n{block.hex()}\n".encode()
    png = files.encoded(files.smooth(), "PNG")
    data = files.with_png_chunk(png, b"tEXt", f"Raw profile type {kind}\0".encode() + text)
    found = photo.read(files.saved(tmp_path, "a.png", data))
    assert found.exif is not None
    assert files.MAKER_NOTE in found.exif
    assert found.size == (40, 56)  # orientation 6


def test_exif_of_a_png_may_have_the_prefix_of_a_jpeg(tmp_path: Path) -> None:
    png = files.encoded(files.smooth(), "PNG")
    data = files.with_png_chunk(png, b"eXIf", b"Exif\0\0" + files.exif_block())
    found = photo.read(files.saved(tmp_path, "a.png", data))
    assert found.exif is not None
    assert files.MAKER_NOTE in found.exif
    assert found.notes == ()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", SUFFIXES.values())
def test_xmp_comes_back(tmp_path: Path, suffix: str, dtype: type) -> None:
    packet = files.xmp_packet(attributes='tiff:Make="Kamera"')
    path = tmp_path / f"a{suffix}"
    photo.write(_photo(dtype, xmp=packet), path)
    assert photo.read(path).xmp == packet
    assert packet in path.read_bytes()


@pytest.mark.parametrize(
    "told",
    [
        files.xmp_packet(attributes='tiff:Orientation="6" exif:PixelXDimension="9"'),
        files.xmp_packet(
            "<tiff:Orientation>6</tiff:Orientation><exif:PixelXDimension>9</exif:PixelXDimension>"
        ),
    ],
)
def test_xmp_is_true_of_the_new_pixels(tmp_path: Path, told: bytes) -> None:
    data = files.encoded(files.smooth(), "JPEG", xmp=told)
    found = photo.read(files.saved(tmp_path, "a.jpg", data))
    assert found.size == (40, 56)  # turned, though only the XMP tells so
    assert found.xmp is not None
    values = {
        name.partition("}")[2]: value
        for element in ElementTree.fromstring(found.xmp.decode()).iter()
        for name, value in (*element.attrib.items(), (element.tag, element.text))
    }
    assert (values["Orientation"], values["PixelXDimension"]) == ("1", "40")
    assert values["title"] == "Straße im Regen"


def test_xmp_thumbnails_are_removed(tmp_path: Path) -> None:
    told = files.xmp_packet(
        "<xmp:Thumbnails><rdf:Alt><rdf:li>/9j/4AAQ</rdf:li></rdf:Alt></xmp:Thumbnails>"
        "<xmp:Rating>5</xmp:Rating>"
    )
    photo.write(_photo(xmp=told), tmp_path / "a.png")
    found = photo.read(tmp_path / "a.png").xmp
    assert found is not None
    assert b"Thumbnails" not in found
    assert b"<xmp:Rating>5</xmp:Rating>" in found


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("suffix", SUFFIXES.values())
@pytest.mark.parametrize("profile", [icc_profiles.display_p3(), icc_profiles.adobe_rgb()])
def test_wide_colour_spaces_come_back(
    tmp_path: Path, suffix: str, dtype: type, profile: bytes
) -> None:
    path = tmp_path / f"a{suffix}"
    photo.write(_photo(dtype, icc=profile), path)
    found = photo.read(path)
    assert (found.icc, found.linear) == (profile, False)
    with Image.open(path) as image:
        assert image.info["icc_profile"] == profile


def test_profile_larger_than_a_jpeg_segment(tmp_path: Path) -> None:
    profile = icc_profiles.rgb_profile(icc_profiles.table_curve(2.2, 4096) + bytes(70_000))
    photo.write(_photo(icc=profile), tmp_path / "a.jpg")
    assert photo.read(tmp_path / "a.jpg").icc == profile


@pytest.mark.parametrize(
    ("curve", "linear"),
    [
        (icc_profiles.IDENTITY_CURVE, True),
        (icc_profiles.gamma_curve(1.0), True),
        (icc_profiles.parametric_curve(1.0), True),
        (icc_profiles.table_curve(1.0, 256), True),
        (icc_profiles.gamma_curve(1.8), False),
        (icc_profiles.parametric_curve(2.4), False),
        (icc_profiles.table_curve(2.2, 256), False),
    ],
)
def test_linear_profiles_are_known(tmp_path: Path, curve: bytes, linear: bool) -> None:
    photo.write(_photo(np.uint16, icc=icc_profiles.rgb_profile(curve)), tmp_path / "a.tif")
    assert photo.read(tmp_path / "a.tif").linear is linear


def test_grey_profile_stays_with_grey_and_is_converted_for_webp(tmp_path: Path) -> None:
    linear = icc_profiles.grey_profile(1.0)
    grey = replace(_photo(), pixels=np.full((16, 16, 3), 55, np.uint8), grey=True, icc=linear)
    photo.write(grey, tmp_path / "a.png")
    back = photo.read(tmp_path / "a.png")
    assert (back.icc, back.grey, back.linear) == (linear, True, True)
    photo.write(grey, tmp_path / "a.webp")
    converted = photo.read(tmp_path / "a.webp")
    # 55/255 of the light is 128 in sRGB.
    assert abs(converted.pixels.astype(int) - 128).max() <= 2
    assert converted.icc is not None
    assert converted.icc[16:20] == b"RGB "


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".bmp"])
def test_resolution_comes_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    photo.write(_photo(dpi=(300.0, 150.0)), path)
    assert photo.read(path).dpi == pytest.approx((300, 150), abs=0.02)  # whole pixels a metre


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".jxl", ".dng"])
def test_resolution_in_the_exif_alone_reaches_a_tiff(tmp_path: Path, suffix: str) -> None:
    exif = Image.Exif()
    exif.update({0x010F: "Kamera", 0x011A: 300.0, 0x011B: 300.0, 0x0128: 2})
    path = files.saved(tmp_path, "a.dng", files.dng(resolution=(300, 300)))
    if suffix != ".dng":
        path = tmp_path / f"a{suffix}"
        photo.write(_photo(exif=exif.tobytes().removeprefix(b"Exif\0\0")), path)
    assert photo.write(photo.read(path), tmp_path / "b.tif") == ()
    assert photo.read(tmp_path / "b.tif").dpi == pytest.approx((300, 300))


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_no_resolution_is_invented(tmp_path: Path, suffix: str) -> None:
    photo.write(_photo(), tmp_path / f"a{suffix}")
    assert photo.read(tmp_path / f"a{suffix}").dpi is None


def test_resolution_in_centimetres(tmp_path: Path) -> None:
    tifffile.imwrite(
        tmp_path / "a.tif", files.colours(), resolution=(100, 100), resolutionunit="CENTIMETER"
    )
    assert photo.read(tmp_path / "a.tif").dpi == pytest.approx((254, 254))


@pytest.mark.parametrize("kind", CARRIERS)
def test_corrupt_profile_is_dropped_and_said(tmp_path: Path, kind: str) -> None:
    data = files.encoded(files.smooth(), kind, icc_profile=b"this is no profile" * 20)
    found = photo.read(files.saved(tmp_path, "a", data))
    assert (found.icc, found.notes) == (None, (Note.BAD_ICC,))


def test_profile_that_converts_nothing_is_dropped(tmp_path: Path) -> None:
    no_curve = icc_profiles.rgb_profile(b"none" + bytes(8))
    data = files.encoded(files.smooth(), "PNG", icc_profile=no_curve)
    found = photo.read(files.saved(tmp_path, "a", data))
    assert (found.icc, found.notes) == (None, (Note.BAD_ICC,))


def test_profile_of_another_kind_of_colour_is_dropped(tmp_path: Path) -> None:
    data = files.encoded(files.smooth(), "PNG", icc_profile=icc_profiles.grey_profile(2.2))
    found = photo.read(files.saved(tmp_path, "a", data))
    assert (found.icc, found.notes) == (None, (Note.BAD_ICC,))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("block", [b"II*\0\xff\xff\0\0", b"nonsense", files.exif_block()[:60]])
def test_corrupt_exif_is_dropped_and_said(tmp_path: Path, kind: str, block: bytes) -> None:
    data = files.encoded(files.smooth(), kind, exif=b"Exif\0\0" + block)
    found = photo.read(files.saved(tmp_path, "a", data))
    assert (found.exif, found.notes) == (None, (Note.BAD_EXIF,))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta",
        b"\xff\xfe\xff",
        b'<!DOCTYPE a [<!ENTITY b "c">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>',
    ],
)
def test_corrupt_xmp_is_dropped_and_said(tmp_path: Path, kind: str, packet: bytes) -> None:
    data = files.encoded(files.smooth(), kind, xmp=packet)
    found = photo.read(files.saved(tmp_path, "a", data))
    assert (found.xmp, found.notes) == (None, (Note.BAD_XMP,))


@pytest.mark.parametrize("opened", [b"<!--", b"<![CDATA["])
def test_what_is_opened_in_xmp_again_and_again_takes_no_time(tmp_path: Path, opened: bytes) -> None:
    data = files.encoded(files.smooth(), "WEBP", xmp=b"<x>" + opened * 300_000)
    found = photo.read(files.saved(tmp_path, "a", data))
    assert (found.xmp, found.notes) == (None, (Note.BAD_XMP,))


def test_png_with_a_wrong_sum_in_its_metadata_is_read(tmp_path: Path) -> None:
    data = bytearray(files.encoded(files.smooth(), "PNG", exif=files.exif_block(orientation=1)))
    data[data.index(b"eXIf") + 6] ^= 0xFF
    found = photo.read(files.saved(tmp_path, "a.png", bytes(data)))
    np.testing.assert_array_equal(found.pixels, files.smooth())


def test_png_text_that_unpacks_without_end_is_left_out(tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(100)) + packer.flush()
    png = files.encoded(files.smooth(), "PNG")
    data = files.with_png_chunk(png, b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb)
    found = photo.read(files.saved(tmp_path, "a.png", data))
    np.testing.assert_array_equal(found.pixels, files.smooth())
    assert (found.xmp, found.notes) == (None, (Note.BAD_XMP,))


def test_png_colour_without_a_profile_is_said(tmp_path: Path) -> None:
    png = files.encoded(files.smooth(), "PNG")
    odd = files.with_png_chunk(png, b"gAMA", struct.pack(">I", 100_000))
    usual = files.with_png_chunk(png, b"gAMA", struct.pack(">I", 45_455))
    assert photo.read(files.saved(tmp_path, "a.png", odd)).notes == (Note.COLOUR_UNTAGGED,)
    assert photo.read(files.saved(tmp_path, "b.png", usual)).notes == ()


def test_xmp_beyond_a_segment_of_a_jpeg_comes_back(tmp_path: Path) -> None:
    packet = files.xmp_packet(f"<dc:subject>{'x' * 70_000}</dc:subject>")
    sent = _photo(xmp=packet, exif=files.exif_block())
    assert photo.write(sent, tmp_path / "a.jpg") == ()
    found = photo.read(tmp_path / "a.jpg")
    assert found.xmp is not None
    assert b"x" * 70_000 in found.xmp
    assert "Straße im Regen".encode() in found.xmp
    assert b"HasExtendedXMP" not in found.xmp
    assert found.exif is not None
    assert found.notes == ()


def test_padding_makes_room_for_more_in_a_jpeg(tmp_path: Path) -> None:
    packet = files.xmp_packet().replace(b"<?xpacket end", b" " * 66_000 + b"<?xpacket end")
    assert photo.write(_photo(xmp=packet), tmp_path / "a.jpg") == ()
    found = photo.read(tmp_path / "a.jpg").xmp
    assert found is not None
    assert len(found) < 2000
    assert "Straße im Regen".encode() in found


def test_room_that_is_no_padding_takes_no_time(tmp_path: Path) -> None:
    packet = files.xmp_packet(f"<dc:subject>a{' ' * 500_000}b</dc:subject>")
    assert photo.write(_photo(xmp=packet), tmp_path / "a.jpg") == ()
    assert b" " * 500_000 in (photo.read(tmp_path / "a.jpg").xmp or b"")


_JPEG = files.encoded(files.smooth(), "JPEG")


@given(st.binary(max_size=200), st.integers(0, 300))
def test_damaged_exif_never_costs_the_photo(noise: bytes, at: int) -> None:
    block = bytearray(files.exif_block(orientation=1))
    block[at : at + len(noise)] = noise
    jpeg = files.with_jpeg_segment(_JPEG, 0xE1, b"Exif\0\0" + bytes(block))
    found = _read_bytes(jpeg)
    assert found.pixels.size == files.smooth().size


def _read_bytes(data: bytes) -> photo.Photo:
    with tempfile.TemporaryDirectory() as folder:
        return photo.read(files.saved(Path(folder), "a", data))


def test_pixels_of_a_tiff_with_exif_are_where_others_look_for_them(tmp_path: Path) -> None:
    photo.write(_photo(np.uint16, exif=files.exif_block(order=">")), tmp_path / "a.tif")
    data = (tmp_path / "a.tif").read_bytes()
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(data)), files.colours(dtype=np.uint16))
