"""The extensions for other programs name existing commands and options."""

import ast
import os
import re
from pathlib import Path

import pytest

from app.__main__ import _parser
from tests.commands import exit_code

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / "resources" / "integrations"
GIMP = FOLDER / "gimp" / "afterrain" / "afterrain.py"
DARKTABLE = FOLDER / "darktable" / "afterrain.lua"


def test_gimp_finds_and_starts_the_plug_in() -> None:
    ast.parse(GIMP.read_text("utf-8"))
    assert GIMP.parent.name == GIMP.stem  # or GIMP 3 passes it over
    assert GIMP.read_text("utf-8").startswith("#!/usr/bin/env python3\n")
    assert os.access(GIMP, os.X_OK)


@pytest.mark.parametrize("path", [GIMP, DARKTABLE], ids=["GIMP", "darktable"])
def test_their_options_are_those_of_our_commands(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    exit_code("derain", "-h")
    known = capsys.readouterr().out
    exit_code("-h")
    known += capsys.readouterr().out + _parser().format_help()
    options = set(re.findall(r'"(-[-\w]+)"', path.read_text("utf-8")))
    assert len(options) >= 3
    for option in options:
        assert re.search(rf"(?<![-\w]){re.escape(option)}(?![-\w])", known), option
