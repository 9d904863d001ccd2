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
from app.photo.history import ChoiceStep
from nledn import RainLayer, places
from nledn.engine import Derainer, Progress
from nledn.tiling import Rect
from tests.app.conftest import OPTIONS, FakeEngines, StandIn

Pixels = npt.NDArray[np.uint8]


@pytest.fixture
def folder() -> Path:
    return places.user_state() / "recovery"


def derainer() -> Derainer:
    return FakeEngines(StandIn()).get(OPTIONS)


WEAKER = ChoiceStep(Choices(), Choices(strength=0.25))
WANTED = replace(OPTIONS, strength=0.75, keep_brightness=True)


def kept_of(source: Path, pixels: Pixels) -> tuple[RainLayer, RecoveryFile]:
    engine = derainer()
    layer = engine.start((pixels.shape[0], pixels.shape[1]))
    kept = RecoveryFile(source, WANTED)
    kept.note(WEAKER)
    kept.begin(OPTIONS, layer)

    def on_tile(progress: Progress) -> None:
        kept.add_tile(layer, progress.rect)

    engine.derain(pixels, into=layer, on_tile=on_tile)
    return layer, kept


def die(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process that wrote the files were gone, and the system had its lock back."""
    monkeypatch.setattr("app.photo.autosave.lock", lambda _descriptor: None)


def test_rain_and_what_was_done_come_back_in_order(
    picture_file: Path,
    pixels: Pixels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer, kept = kept_of(picture_file, pixels)
    mask = np.zeros(pixels.shape[:2], np.float32)
    stroke = Stroke(mask, Brush(30, 1.0))
    stroke.paint([(20.0, 20.0), (140.0, 100.0)])
    patch = stroke.patch()
    other = replace(OPTIONS, precision="fp32")
    renamed = ChoiceStep(Choices(), Choices("other", keep_brightness=True), "auto")
    for deed in (patch, "undo", "redo", renamed, other, "clear"):
        kept.note(deed)
    kept.flush()
    die(monkeypatch)
    (offer,) = scan()
    assert (offer.source, offer.done, offer.total) == (picture_file, 9, 9)
    found = recover(offer.file)
    assert found is not None
    ((options, rain),) = found.layers
    assert options == OPTIONS
    assert np.array_equal(rain.plane, layer.plane)
    assert rain.tiling == layer.tiling
    assert rain.record == layer.record
    assert found.options == WANTED
    first, painted, *others = found.deeds
    assert first == WEAKER
    assert others == ["undo", "redo", renamed, other, "clear"]
    assert isinstance(painted, Patch)
    assert painted.rect == patch.rect
    for side, known in ((painted.before, patch.before), (painted.after, patch.after)):
        assert side.keys() == known.keys()
        assert all(np.array_equal(side[place], known[place]) for place in known)
    kept.discard()


def test_each_layer_keeps_its_own_tiles(
    picture_file: Path, pixels: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, kept = kept_of(picture_file, pixels)
    whole = replace(OPTIONS, tile="whole")
    for _ in range(2):  # a layer that is forgotten gives its number to no other
        kept.begin(
            whole, FakeEngines(StandIn()).get(whole).start((pixels.shape[0], pixels.shape[1]))
        )
    kept.add_tile(first, Rect(0, 0, 64, 64))
    die(monkeypatch)
    (offer,) = scan()
    assert (offer.done, offer.total) == (9, 9)
    found = recover(offer.file)
    assert found is not None
    assert [options for options, _ in found.layers] == [OPTIONS, whole, whole]
    assert [int(rain.done.sum()) for _, rain in found.layers] == [9, 0, 0]
    assert np.array_equal(found.layers[0][1].plane, first.plane)
    kept.discard()


def test_a_file_cut_off_anywhere_gives_whole_tiles(
    folder: Path,
    picture_file: Path,
    pixels: Pixels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer, kept = kept_of(picture_file, pixels)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    die(monkeypatch)
    seen = set()
    for length in range(2_000, len(whole), 9_999):
        path.write_bytes(whole[:length])
        found = recover(path)
        assert found is not None
        ((_, rain),) = found.layers
        seen.add(int(rain.done.sum()))
        derainer().derain(pixels, into=rain)
        assert np.array_equal(rain.plane, layer.plane)
    assert len(seen) > 3
    kept.discard()


def test_a_flipped_bit_ends_the_replay_before_it(
    folder: Path, picture_file: Path, pixels: Pixels
) -> None:
    _, kept = kept_of(picture_file, pixels)
    (path,) = folder.iterdir()
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    found = recover(path)
    assert found is not None
    assert 0 < found.layers[0][1].done.sum() < 9
    kept.discard()


@pytest.mark.parametrize("content", [b"", b"nonsense", bytes(200)])
def test_a_file_that_is_none_is_removed(folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "1-1.recovery").write_bytes(content)
    assert scan() == ()
    assert not list(folder.iterdir())


def test_a_changed_photo_is_not_offered(
    folder: Path,
    picture_file: Path,
    pixels: Pixels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, kept = kept_of(picture_file, pixels)
    os.utime(picture_file, (1, 1))
    die(monkeypatch)
    assert scan() == ()
    kept.discard()


def test_a_running_program_keeps_its_own(folder: Path, picture_file: Path, pixels: Pixels) -> None:
    _, kept = kept_of(picture_file, pixels)
    assert scan() == ()
    assert list(folder.iterdir())
    kept.discard()
    assert not list(folder.iterdir())


def test_what_was_saved_is_not_offered_until_it_is_changed(
    folder: Path,
    picture_file: Path,
    pixels: Pixels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, kept = kept_of(picture_file, pixels)
    kept.note("saved")
    kept.note(ChoiceStep(Choices(strength=0.25), Choices(strength=0.1)))
    kept.flush()
    die(monkeypatch)
    assert len(scan()) == 1
    kept.note("saved")
    kept.flush()
    assert scan() == ()
    kept.discard()


def test_work_on_a_photo_whose_disk_is_away_is_kept_for_a_month(
    folder: Path, picture_file: Path, pixels: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, kept = kept_of(picture_file, pixels)
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


def test_the_file_is_private(folder: Path, picture_file: Path, pixels: Pixels) -> None:
    _, kept = kept_of(picture_file, pixels)
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    kept.discard()


def test_a_full_disk_costs_recovery_and_not_the_work(
    folder: Path, picture_file: Path, pixels: Pixels
) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where a folder is needed")
    layer, kept = kept_of(picture_file, pixels)
    assert layer.is_complete
    kept.discard()


def test_a_photo_that_is_gone_costs_recovery_and_no_alarm(
    folder: Path, picture_file: Path, pixels: Pixels, caplog: pytest.LogCaptureFixture
) -> None:
    picture_file.unlink()
    with caplog.at_level(logging.INFO, "app.photo.autosave"):
        layer, kept = kept_of(picture_file, pixels)
    assert layer.is_complete
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "street.png is gone" in caplog.text
    assert not folder.exists()
    kept.discard()
