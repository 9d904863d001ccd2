"""The provenance of a result in its XMP, beside its author's words."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from nledn import photo
from nledn.photo import Photo
from nledn.photo.provenance import NAMESPACE, Provenance, read_provenance, stamped, unstamped

RECIPE = Provenance(
    checkpoint="afterrain",
    checkpoint_sha256="ab" * 32,
    strength=0.85,
    tile="512×384",
    backend="torch",
    precision="bf16",
    version="0.1.0",
    masked=True,
)
SIZE = (24, 16)
AUTHORS = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF '
    b'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="uuid:7" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="holiday"/></r:RDF></x:xmpmeta>'
)


@pytest.mark.parametrize("packet", [None, AUTHORS, b"<broken", b"<a/>"])
def test_a_recipe_comes_back_from_any_packet(packet: bytes | None) -> None:
    found = stamped(packet, RECIPE, SIZE)
    ElementTree.fromstring(found)
    assert read_provenance(found) == RECIPE


def test_the_authors_words_stay() -> None:
    found = stamped(AUTHORS, RECIPE, SIZE)
    assert b'dc:source="holiday"' in found
    assert found.count(b'r:about="uuid:7"') == 2  # one resource, as XMP wants it
    assert unstamped(found, SIZE) == AUTHORS


def test_a_second_recipe_takes_the_place_of_the_first() -> None:
    again = replace(RECIPE, strength=0.5, masked=False)
    found = stamped(stamped(AUTHORS, RECIPE, SIZE), again, SIZE)
    assert read_provenance(found) == again
    assert found.count(NAMESPACE.encode()) == 1


def _as_elements(packet: bytes) -> bytes:
    """A record as ExifTool writes it again."""
    found = re.findall(rb'(afterrain:\w+)="([^"]*)"', packet)
    inner = b"".join(b"<%b>%b</%b>" % (name, value, name) for name, value in found)
    opened = re.sub(rb'\s+afterrain:\w+="[^"]*"', b"", packet)
    return opened.replace(b"/>", b">" + inner + b"</rdf:Description>")


RATING = b' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"'
MADE = stamped(None, RECIPE, SIZE)
WRITTEN_AGAIN = {
    "exiv2": MADE.replace(b"/>", RATING + b"/>"),
    "exiv2 with a list": MADE.replace(b"/>", RATING + b"><a:b xmlns:a='c'/></rdf:Description>"),
    "ExifTool": _as_elements(MADE).replace(b'rdf:about=""', b'rdf:about=""' + RATING),
}


@pytest.mark.parametrize("edited", WRITTEN_AGAIN.values(), ids=WRITTEN_AGAIN)
def test_a_rating_of_another_program_outlives_a_second_recipe(edited: bytes) -> None:
    assert read_provenance(edited) == RECIPE
    again = stamped(edited, replace(RECIPE, strength=0.5), SIZE)
    assert read_provenance(again) == replace(RECIPE, strength=0.5)
    assert again.count(NAMESPACE.encode()) == 1
    bare = unstamped(edited, SIZE)
    assert NAMESPACE.encode() not in bare
    for found in (again, bare):
        assert b'xmp:Rating="5"' in found


def test_nothing_is_left_of_a_recipe_alone() -> None:
    assert b"Description" not in unstamped(_as_elements(MADE), SIZE)


def test_characters_of_xml_do_no_harm() -> None:
    odd = replace(RECIPE, checkpoint="a\"<&>'b")
    assert read_provenance(stamped(None, odd, SIZE)) == odd
    assert read_provenance(stamped(stamped(None, odd, SIZE), RECIPE, SIZE)) == RECIPE


@pytest.mark.parametrize("strength", ["nan", "7", "-1", "much"])
def test_a_senseless_recipe_is_none(strength: str) -> None:
    found = stamped(None, RECIPE, SIZE).replace(b'"0.85"', f'"{strength}"'.encode())
    assert read_provenance(found) is None


def test_no_recipe_is_none() -> None:
    assert read_provenance(None) is None
    assert read_provenance(AUTHORS) is None


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_files_carry_it(suffix: str, tmp_path: Path) -> None:
    picture = Photo(np.zeros((16, 24, 3), np.uint8), xmp=stamped(None, RECIPE, SIZE))
    photo.write(picture, tmp_path / f"a{suffix}")
    assert read_provenance(photo.read(tmp_path / f"a{suffix}").xmp) == RECIPE
