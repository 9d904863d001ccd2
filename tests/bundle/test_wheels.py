"""The content of third-party wheels: no part under the GPL, whatever their metadata say."""

import importlib.util
import re
from pathlib import Path

import pytest
from PIL import features


def folder_of(module: str) -> Path:
    found = importlib.util.find_spec(module)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def carried(module: str, pattern: str) -> list[Path]:
    """Libraries that a wheel keeps in its folder, or in one beside it."""
    folder = folder_of(module)
    return [*folder.rglob(pattern), *folder.parent.glob(f"*.libs/{pattern}")]


def test_ffmpeg_in_opencv_is_built_without_its_gpl_parts() -> None:
    found = carried("cv2", "libav*.so*")
    found = [path for path in found if not path.name.startswith("libavif")]
    assert found
    for path in found:
        read = path.read_bytes()
        assert re.search(rb"libav\w+ license: LGPL version 2\.1 or later", read)
        assert b"--enable-gpl" not in read
        assert b"--enable-nonfree" not in read


def test_pillow_has_no_imagequant() -> None:
    assert not features.check_feature("libimagequant")


def test_libheif_reads_only() -> None:
    from pi_heif import libheif_info

    told = libheif_info()
    assert "x265" not in str(told).lower()
    assert set(told["encoders"]) <= {"mask"}


def test_libraw_has_no_gpl_packs() -> None:
    import rawpy

    flags = rawpy.flags
    assert flags is not None
    assert not flags["DEMOSAIC_PACK_GPL2"]
    assert not flags["DEMOSAIC_PACK_GPL3"]


def test_openimageio_is_built_without_lgpl_readers() -> None:
    import OpenImageIO

    formats = set(OpenImageIO.get_string_attribute("format_list").split(","))
    assert "jpegxl" in formats
    assert formats.isdisjoint({"ffmpeg", "movie", "heif", "raw", "ptex"})


@pytest.mark.parametrize(
    "part",
    ["FFTs with fftw", "PDF load with PDFium or Poppler", "Magick load/save with MagickCore"],
)
def test_libvips_is_built_without(part: str) -> None:
    (library,) = carried("pyvips", "libvips-*.so*")

    assert re.search(rf"{part}: false".encode(), library.read_bytes())


def test_libvips_has_the_imagequant_before_the_gpl() -> None:
    """The one in Rust, from version 4 on, is under the GPL; its paths would be in the library."""
    (library,) = carried("pyvips", "libvips-*.so*")

    assert not re.search(rb"imagequant-\d|/imagequant/src/", library.read_bytes())


def test_libheif_in_libvips_knows_only_av1() -> None:
    (library,) = carried("pyvips", "libvips-*.so*")
    read = library.read_bytes()

    assert not re.search(rb"x265 HEVC encoder|libde265 HEVC decoder", read)
    assert re.search(rb"AOMedia", read)
