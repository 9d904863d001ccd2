"""What a crash leaves is read back exactly; what is damaged, settled or in use is not offered."""

import logging
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil
import pytest

from app.photo.recovery import Spill, recover, scan
from nledn import RainLayer
from nledn.engine import Derainer, Progress
from nledn.tiling import Rect
from tests.app.conftest import OPTIONS, FakeEngines, StandIn

Pixels = npt.NDArray[np.uint8]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recovery"


def derainer() -> Derainer:
    return FakeEngines(StandIn()).get(OPTIONS)


def spilled(folder: Path, source: Path, pixels: Pixels) -> tuple[RainLayer, Spill]:
    engine = derainer()
    layer = engine.start((pixels.shape[0], pixels.shape[1]))
    spill = Spill(folder)
    spill.strength(0.25, 1)
    spill.begin(source, OPTIONS, layer)

    def on_tile(progress: Progress) -> None:
        spill.tile(layer, progress.rect)

    engine.derain(pixels, into=layer, on_tile=on_tile)
    return layer, spill


def die(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process that wrote the files were gone."""

    def gone(_pid: int) -> psutil.Process:
        raise psutil.NoSuchProcess(_pid)

    monkeypatch.setattr("app.photo.recovery.psutil.Process", gone)


def test_layer_strength_and_mask_come_back(
    folder: Path,
    picture_file: Path,
    pixels: Pixels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer, spill = spilled(folder, picture_file, pixels)
    spill.strength(0.75, 3)
    spill.strength(0.5, 2)  # written later by another thread, but older
    patch = np.full((4, 6), 0.5, np.float32)
    spill.mask(Rect(10, 20, 16, 24), patch, 4)
    die(monkeypatch)
    (offer,) = scan(folder)
    assert (offer.source, offer.done, offer.total) == (picture_file, 9, 9)
    found = recover(offer.spill)
    assert found is not None
    assert np.array_equal(found.layer.plane, layer.plane)
    assert found.layer.tiling == layer.tiling
    assert found.layer.record == layer.record
    assert (found.strength, found.options) == (0.75, OPTIONS)
    assert found.mask is not None
    assert np.array_equal(found.mask[20:24, 10:16], patch)
    assert found.mask.sum() == patch.sum()
    spill.discard()


def test_a_file_cut_off_anywhere_gives_whole_tiles(
    folder: Path,
    picture_file: Path,
    pixels: Pixels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer, spill = spilled(folder, picture_file, pixels)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    die(monkeypatch)
    seen = set()
    for length in range(2_000, len(whole), 9_999):
        path.write_bytes(whole[:length])
        found = recover(path)
        assert found is not None
        seen.add(int(found.layer.done.sum()))
        derainer().derain(pixels, into=found.layer)
        assert np.array_equal(found.layer.plane, layer.plane)
    assert len(seen) > 3
    spill.discard()


def test_a_flipped_bit_ends_the_replay_before_it(
    folder: Path, picture_file: Path, pixels: Pixels
) -> None:
    _, spill = spilled(folder, picture_file, pixels)
    (path,) = folder.iterdir()
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    found = recover(path)
    assert found is not None
    assert 0 < found.layer.done.sum() < 9
    spill.discard()


@pytest.mark.parametrize("content", [b"", b"nonsense", bytes(200)])
def test_a_file_that_is_none_is_removed(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "1-1.recovery").write_bytes(content)
    assert scan(folder) == ()
    assert not list(folder.iterdir())


def test_a_changed_photo_is_not_offered(
    folder: Path,
    picture_file: Path,
    pixels: Pixels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, spill = spilled(folder, picture_file, pixels)
    os.utime(picture_file, (1, 1))
    die(monkeypatch)
    assert scan(folder) == ()
    spill.discard()


def test_a_running_program_keeps_its_own(folder: Path, picture_file: Path, pixels: Pixels) -> None:
    _, spill = spilled(folder, picture_file, pixels)
    assert scan(folder) == ()
    assert list(folder.iterdir())
    spill.discard()
    assert not list(folder.iterdir())


def test_what_was_saved_is_not_offered_until_it_is_changed(
    folder: Path,
    picture_file: Path,
    pixels: Pixels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, spill = spilled(folder, picture_file, pixels)
    spill.settle()
    spill.strength(0.1, 9)
    die(monkeypatch)
    assert len(scan(folder)) == 1
    spill.settle()
    assert scan(folder) == ()
    spill.discard()


def test_work_on_a_photo_whose_disk_is_away_is_kept_for_a_month(
    folder: Path, picture_file: Path, pixels: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, spill = spilled(folder, picture_file, pixels)
    die(monkeypatch)
    away = picture_file.rename(picture_file.with_name("away.png"))
    assert scan(folder) == ()
    away.rename(picture_file)
    assert len(scan(folder)) == 1, "it is back"
    picture_file.unlink()
    (path,) = folder.iterdir()
    os.utime(path, (0, 0))
    assert scan(folder) == ()
    assert not list(folder.iterdir())
    spill.discard()


def test_no_file_is_renamed_while_it_is_open(
    folder: Path, picture_file: Path, pixels: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, spill = spilled(folder, picture_file, pixels)
    rename, renamed = Path.rename, []

    def as_on_windows(path: Path, target: Path) -> Path:
        assert str(path) not in {each.path for each in psutil.Process().open_files()}
        renamed.append(target.suffix)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", as_on_windows)
    spill.settle()
    spill.strength(0.1, 9)
    assert renamed == [".settled", ".recovery"]
    spill.discard()


def test_what_cannot_be_renamed_is_no_longer_kept(
    folder: Path, picture_file: Path, pixels: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, spill = spilled(folder, picture_file, pixels)

    def refuse(_path: Path, _target: Path) -> Path:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "rename", refuse)
    spill.settle()
    spill.strength(0.1, 9)
    spill.discard()
    assert not list(folder.iterdir())


def test_the_file_is_private(folder: Path, picture_file: Path, pixels: Pixels) -> None:
    _, spill = spilled(folder, picture_file, pixels)
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    spill.discard()


def test_a_full_disk_costs_the_spill_and_not_the_work(
    folder: Path, picture_file: Path, pixels: Pixels
) -> None:
    folder.write_text("a file where a folder is needed")
    layer, spill = spilled(folder, picture_file, pixels)
    assert layer.is_complete
    spill.discard()


def test_a_photo_that_is_gone_costs_the_spill_and_no_alarm(
    folder: Path, picture_file: Path, pixels: Pixels, caplog: pytest.LogCaptureFixture
) -> None:
    picture_file.unlink()
    with caplog.at_level(logging.INFO, "app.photo.recovery"):
        layer, spill = spilled(folder, picture_file, pixels)
    assert layer.is_complete
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "street.png is gone" in caplog.text
    assert not folder.exists()
    spill.discard()
