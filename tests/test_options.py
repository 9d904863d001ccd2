"""Valid choices and refused ones."""

import os
from dataclasses import replace
from typing import Any

import pytest

from nledn.errors import OptionInvalid
from nledn.naming import Naming, name_of
from nledn.options import Options, parse_tile


@pytest.mark.parametrize(
    "values",
    [
        {"strength": 0.0},
        {"strength": 1.5},
        {"device": "cuda:3"},
        {"device": "mps"},
        {"backend": "openvino"},
        {"precision": "bf16"},
        {"tile": "whole"},
        {"tile": 64, "overlap_px": 16},
        {"overlap_px": 128},
        {"threads": 1},
    ],
)
def test_values_in_range_are_taken(values: dict[str, Any]) -> None:
    Options(**values)


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("strength", {"strength": -0.1}),
        ("strength", {"strength": 1.51}),
        ("strength", {"strength": float("nan")}),
        ("device", {"device": "tpu"}),
        ("device", {"device": "cuda:"}),
        ("device", {"device": "cpu:0"}),
        ("backend", {"backend": "onnx"}),
        ("precision", {"precision": "int8"}),
        ("tile", {"tile": 63}),
        ("tile", {"tile": 4097}),
        ("tile", {"tile": "half"}),
        ("overlap", {"overlap_px": -1}),
        ("overlap", {"tile": 64, "overlap_px": 17}),
        ("overlap", {"overlap_px": 129}),
        ("threads", {"threads": 0}),
    ],
)
def test_values_out_of_range_are_named(option: str, values: dict[str, Any]) -> None:
    with pytest.raises(OptionInvalid) as caught:
        Options(**values)
    assert caught.value.option == option
    assert caught.value.allowed


def test_a_strength_in_percent_is_told_what_a_share_is() -> None:
    with pytest.raises(OptionInvalid, match=r"0\.7 is 70 %"):
        Options(strength=70.0)


def test_a_tile_is_a_word_or_a_number() -> None:
    assert [parse_tile(text) for text in ("auto", "512", "½", "-1")] == ["auto", 512, "½", "-1"]


NAMING = Naming(stem="雨 {n}", ext=".tif", checkpoint="afterrain", strength=0.85, n=7)


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{stem}_derained{ext}", "雨 {n}_derained.tif"),
        ("{n}-{checkpoint}-{strength}{ext}", "7-afterrain-85.tif"),
        ("{n:03}_{stem}{ext}", "007_雨 {n}.tif"),
        ("plain.png", "plain.png"),
    ],
)
def test_names_are_filled_from_a_template(template: str, name: str) -> None:
    assert name_of(NAMING, template) == name


@pytest.mark.parametrize(
    "template",
    [
        "{title}{ext}",
        "{stem",
        "{stem.__class__}{ext}",
        "../{stem}{ext}",
        "",
        "{0}",
        "{stem:d}{ext}",
        "{stem!r}{ext}",
        "{n:999999999}{ext}",
        "{n:{stem}}{ext}",
    ],
)
def test_a_template_that_would_misname_is_refused(template: str) -> None:
    with pytest.raises(OptionInvalid):
        name_of(NAMING, template)


@pytest.mark.parametrize("letter", ["x", "雨", "é", "\udcff", "👨‍👩‍👧"])
def test_a_name_that_would_be_too_long_keeps_its_start_its_end_and_its_ending(letter: str) -> None:
    stem = "2024-" + letter * (240 // len(os.fsencode(letter))) + "-0007"
    name = name_of(replace(NAMING, stem=stem))
    assert len(os.fsencode(name)) < 255
    assert name.startswith("2024-")
    assert name.endswith("-0007_derained.tif")


def test_a_template_that_is_too_long_by_itself_is_left_to_the_disk_to_refuse() -> None:
    assert name_of(NAMING, "x" * 300 + "{ext}") == "x" * 300 + ".tif"
