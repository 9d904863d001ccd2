from pathlib import Path

import pytest

from nledn import licences, places


def test_from_source_there_is_no_list() -> None:
    assert licences.overview() is None


def test_a_bundle_has_its_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "OVERVIEW.txt").write_text("libtiff — libtiff\n", "utf-8")
    monkeypatch.setattr(places, "licences", lambda: tmp_path)

    assert licences.overview() == "libtiff — libtiff\n"
