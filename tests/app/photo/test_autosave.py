"""Recovery after a crash is exact; damaged, saved or used files are not offered."""

import logging
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from app.imaging.mask import Brush, Patch, Stroke
from app.photo.autosave import RecoveryFile, recover, scan
from app.photo.edits import Choices
from app.photo.history import ChoiceStep, Deed
from nledn import places
from tests.app.conftest import OPTIONS

Pixels = npt.NDArray[np.uint8]

WEAKER = ChoiceStep(Choices(), Choices(strength=0.25))
WANTED = replace(OPTIONS, strength=0.75, keep_brightness=True)
RENAMED = ChoiceStep(Choices(), Choices("other", keep_brightness=True), "auto")
OTHERS: tuple[Deed, ...] = ("undo", "redo", RENAMED, "derain")


@pytest.fixture
def folder() -> Path:
    return places.user_state() / "recovery"


def kept_of(source: Path, *deeds: Deed) -> RecoveryFile:
    kept = RecoveryFile(source, WANTED)
    for deed in (WEAKER, *deeds):
        kept.note(deed)
    kept.flush()
    return kept


def die(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process that wrote the files were gone, and the system had its lock back."""
    monkeypatch.setattr("app.photo.autosave.lock", lambda _descriptor: None)


def test_what_was_done_comes_back_in_order(
    picture_file: Path, pixels: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    mask = np.zeros(pixels.shape[:2], np.float32)
    stroke = Stroke(mask, Brush(30, 1.0))
    stroke.paint([(20.0, 20.0), (140.0, 100.0)])
    patch = stroke.patch()
    kept = kept_of(picture_file, patch, *OTHERS)
    die(monkeypatch)
    (offer,) = scan()
    assert offer.source == picture_file
    found = recover(offer.file)
    assert found is not None
    assert found.options == WANTED
    first, painted, *others = found.deeds
    assert first == WEAKER
    assert others == list(OTHERS)
    assert isinstance(painted, Patch)
    assert painted.rect == patch.rect
    for side, known in ((painted.before, patch.before), (painted.after, patch.after)):
        assert side.keys() == known.keys()
        assert all(np.array_equal(side[place], known[place]) for place in known)
    kept.discard()


def test_a_file_cut_off_anywhere_gives_whole_actions(folder: Path, picture_file: Path) -> None:
    kept = kept_of(picture_file, *OTHERS)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    seen = set()
    for length in range(whole.index(b"\n") + 1, len(whole), 9):
        path.write_bytes(whole[:length])
        found = recover(path)
        assert found is not None
        assert found.deeds == (WEAKER, *OTHERS)[: len(found.deeds)]
        seen.add(len(found.deeds))
    assert len(seen) > 3
    kept.discard()


def test_a_flipped_bit_ends_the_replay_before_it(folder: Path, picture_file: Path) -> None:
    kept = kept_of(picture_file, *OTHERS)
    (path,) = folder.iterdir()
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) * 3 // 4] ^= 1
    path.write_bytes(damaged)
    found = recover(path)
    assert found is not None
    assert 0 < len(found.deeds) < 1 + len(OTHERS)
    kept.discard()


@pytest.mark.parametrize("content", [b"", b"nonsense", bytes(200)])
def test_a_file_that_is_none_is_removed(folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "1-1.recovery").write_bytes(content)
    assert scan() == ()
    assert not list(folder.iterdir())


def test_a_changed_photo_is_not_offered(
    folder: Path, picture_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = kept_of(picture_file)
    os.utime(picture_file, (1, 1))
    die(monkeypatch)
    assert scan() == ()
    assert not list(folder.iterdir())
    kept.discard()


def test_a_running_program_keeps_its_own(folder: Path, picture_file: Path) -> None:
    kept = kept_of(picture_file)
    assert scan() == ()
    assert list(folder.iterdir())
    kept.discard()
    assert not list(folder.iterdir())


def test_what_was_saved_is_not_offered_until_it_is_changed(
    picture_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = kept_of(picture_file, "saved", RENAMED)
    die(monkeypatch)
    assert len(scan()) == 1
    kept.note("saved")
    kept.flush()
    assert scan() == ()
    kept.discard()


def test_a_photo_that_nothing_was_done_to_has_no_file(folder: Path, picture_file: Path) -> None:
    kept = RecoveryFile(picture_file, WANTED)
    kept.note("saved")  # as the photo before it was
    kept.flush()
    assert not folder.exists()
    kept.discard()


def test_work_on_a_photo_whose_disk_is_away_is_kept_for_a_month(
    folder: Path, picture_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = kept_of(picture_file)
    die(monkeypatch)
    away = picture_file.rename(picture_file.with_name("away.png"))
    assert scan() == ()
    away.rename(picture_file)
    assert len(scan()) == 1, "it is back"
    picture_file.unlink()
    (path,) = folder.iterdir()
    os.utime(path, (0, 0))
    assert scan() == ()
    assert not list(folder.iterdir())
    kept.discard()


def test_the_file_is_private(folder: Path, picture_file: Path) -> None:
    kept = kept_of(picture_file)
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    kept.discard()


def test_a_full_disk_costs_recovery_and_not_the_work(
    folder: Path, picture_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where a folder is needed")
    kept = kept_of(picture_file, *OTHERS)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    kept.discard()


def test_a_photo_that_is_gone_costs_recovery_and_no_alarm(
    folder: Path, picture_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    picture_file.unlink()
    with caplog.at_level(logging.INFO, "app.photo.autosave"):
        kept = kept_of(picture_file)
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "street.png is gone" in caplog.text
    assert not folder.exists()
    kept.discard()
