"""Spoilt photos: each is a photo still, or an error. `python -m tests.fuzz` has thousands."""

from pathlib import Path

import pytest

from nledn import decoder
from tests.fuzz.seeds import whole_photos
from tests.fuzz.trying import play


@pytest.mark.parametrize("name", sorted(whole_photos()))
def test_what_is_spoilt_was_whole(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(whole_photos()[name])
    assert decoder.read(path).pixels.size


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_files_end_as_a_photo_or_an_error(seed: int, tmp_path: Path) -> None:
    findings = play(110, seed, tmp_path)
    assert findings.broken == []
    assert sum(findings.outcomes.values()) == 110
    assert {"photo", "PhotoDamaged"} <= set(findings.outcomes), "it spoils some, and not all"
