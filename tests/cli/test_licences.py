from pathlib import Path

import pytest

from nledn import places
from nledn.cli import main


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as caught:
        main(["licences"])
    assert caught.value.code == 0
    return capsys.readouterr().out


def test_from_source_a_sentence_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "MIT licence" in printed(capsys)


def test_a_bundle_prints_its_list_as_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = f"pillow [13.0]\n    {'libjpeg-6dc8d115.so.62.4.0, ' * 9}\n"
    (tmp_path / "OVERVIEW.txt").write_text(listed, "utf-8")
    monkeypatch.setattr(places, "licences", lambda: tmp_path)

    text = printed(capsys)

    assert text.startswith(listed)
    assert str(tmp_path) in text
