from pathlib import Path

import pytest

from nledn import places


def test_from_source_there_is_no_list() -> None:
    assert places.licence_overview() is None


def test_a_bundle_has_its_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "OVERVIEW.txt").write_text("libtiff — libtiff\n", "utf-8")
    monkeypatch.setattr(places, "licences", lambda: tmp_path)

    assert places.licence_overview() == "libtiff — libtiff\n"
