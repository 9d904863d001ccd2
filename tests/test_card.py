from dataclasses import replace
from pathlib import Path

import pytest

from nledn.architecture import REGION_LAYOUTS
from nledn.card import Card, Score, card_text, is_id, read_card
from nledn.errors import CardInvalid

SHA256 = "ab" * 32
VALID = f"""
id = "mine"
title = "Mine"
sha256 = "{SHA256}"
architecture = "nledn"
regions = "fixed"
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "mine.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_card_reads_back_as_it_was_written(tmp_path: Path) -> None:
    card = Card(
        id="mine",
        title='Дождь "heavy" \\ 雨',
        sha256=SHA256,
        regions="grid",
        path=tmp_path / "mine.safetensors",
        origin="imported",
        purpose="All-round",
        training_data="3 photos",
        licence="MIT",
        description="For a test.",
        url="https://example.org",
        scores={"Rain100L": Score(36.57, 0.9747), "my own": Score(30.0, 0.9)},
        measured_by="us",
    )
    assert read_card(write(tmp_path, card_text(card)), "imported") == card


def test_only_five_fields_are_needed(tmp_path: Path) -> None:
    card = read_card(write(tmp_path, VALID), "shipped")
    expected = Card("mine", "Mine", SHA256, "fixed", tmp_path / "mine.safetensors", "shipped")
    assert card == expected
    assert read_card(write(tmp_path, card_text(card)), "shipped") == card


def test_fields_of_a_later_version_are_passed_over(tmp_path: Path) -> None:
    assert read_card(write(tmp_path, VALID + 'mood = "wet"\n'), "file").id == "mine"


INVALID: dict[str, str | bytes] = {
    "empty": "",
    "no toml": "id = ",
    "no utf-8": b'id = "\xff"',
    "nested": b"a = " + b"[" * 20_000,
    "too large": VALID + "# " + "x" * 70_000,
    "no id": VALID.replace('id = "mine"', ""),
    "id with a way out": VALID.replace('"mine"', '"../mine"'),
    "id of a number": VALID.replace('"mine"', "3"),
    "short hash": VALID.replace(SHA256, "abab"),
    "other architecture": VALID.replace("nledn", "unet"),
    "other regions": VALID.replace("fixed", "free"),
    "regions of a list": VALID.replace('"fixed"', '["fixed"]'),
    "escape sequence": VALID.replace('"Mine"', '"\\u001b[2J"'),
    "two lines": VALID.replace('"Mine"', '"a\\nb"'),
    "scores of words": VALID + 'scores = "good"\n',
    "half a score": VALID + "[scores.a]\npsnr_y = 30.0\n",
    "score of words": VALID + '[scores.a]\npsnr_y = "30"\nssim_y = 0.9\n',
    "score of infinity": VALID + "[scores.a]\npsnr_y = inf\nssim_y = 0.9\n",
    "score with an escape": VALID + '[scores."\\u001b"]\npsnr_y = 1.0\nssim_y = 0.9\n',
}


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID.keys())
def test_a_senseless_card_is_refused(tmp_path: Path, text: str | bytes) -> None:
    path = write(tmp_path, text)
    with pytest.raises(CardInvalid) as caught:
        read_card(path, "imported")
    assert caught.value.path == path


def test_a_card_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(CardInvalid):
            read_card(path, "imported")


def test_texts_that_nobody_gave_are_not_written(tmp_path: Path) -> None:
    card = Card("mine", "Mine", SHA256, "fixed", tmp_path / "mine.safetensors")
    assert "licence" not in card_text(card)
    assert 'licence = "MIT"' in card_text(replace(card, licence="MIT"))


@pytest.mark.parametrize("id", ["a", "afterrain", "authors-rain100l", "v1.2_b", "0" * 64])
def test_ids(id: str) -> None:
    assert is_id(id)


@pytest.mark.parametrize("id", ["", ".a", "-a", "A", "a b", "a/b", "..", "ä", "a\n", "0" * 65])
def test_no_ids(id: str) -> None:
    assert not is_id(id)


@pytest.mark.parametrize("regions", REGION_LAYOUTS)
def test_a_card_may_name_any_layout(tmp_path: Path, regions: str) -> None:
    path = write(tmp_path, VALID.replace("fixed", regions))
    assert read_card(path, "imported").regions == regions
