"""The facts for Windows and macOS; the systems themselves are not here."""

import ast
import plistlib
import sys
from pathlib import Path

import pytest
from PIL import Image

from bundle import systems
from nledn import __version__


@pytest.mark.parametrize("program", ["AfterRain", "nledn"])
def test_windows_gets_icon_and_version(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")

    told = systems.executable(program, tmp_path)

    with Image.open(told["icon"]) as icon:
        assert icon.format == "ICO"
    tree = ast.parse(Path(told["version"]).read_text("utf-8"), mode="eval")
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert words.count(__version__) == 2
    assert f"{program}.exe" in words
    tuples = [ast.literal_eval(node) for node in ast.walk(tree) if isinstance(node, ast.Tuple)]
    numbers = (*(int(part) for part in __version__.split(".")), 0)
    assert tuples.count(numbers) == 2


def test_mac_gets_icon_rights_and_kinds_of_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    told = systems.executable("AfterRain", tmp_path)
    information = systems.information()

    with Image.open(told["icon"]) as icon:
        assert icon.format == "ICNS"
    rights = plistlib.loads(Path(told["entitlements_file"]).read_bytes())
    assert rights["com.apple.security.cs.disable-library-validation"] is True
    assert information["CFBundleShortVersionString"] == __version__
    assert "public.jpeg" in information["CFBundleDocumentTypes"][0]["LSItemContentTypes"]
    assert plistlib.loads(plistlib.dumps(information)) == information


def test_linux_gets_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")

    assert systems.executable("AfterRain", tmp_path) == {}


def test_all_know_the_program_by_one_name() -> None:
    page = systems.HERE / "linux" / f"{systems.IDENTIFIER}.metainfo.xml"

    assert f"<id>{systems.IDENTIFIER}</id>" in page.read_text("utf-8")
