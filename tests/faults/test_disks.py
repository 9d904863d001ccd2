"""Disks that are full, folders that go, permissions that are taken away: nothing is half there."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nledn import Derainer, photo, temporary_files
from nledn.atomic import replacing
from nledn.batch import BatchSettings, Queue, run
from nledn.cli import main
from nledn.device import choose
from nledn.errors import JournalFailed, OutputDiskFull, OutputNotPermitted
from nledn.photo import Photo, WriteSettings
from tests.batch.batches import (
    CARD,
    MACHINE,
    OPTIONS,
    ConstantRain,
    Floats,
    batch,
    even_weights,
    make_photo,
    make_photos,
    request,
    results,
)

SUFFIXES = (".png", ".jpg", ".tif", ".webp", ".bmp", ".jxl")
NOISE = np.random.default_rng(0).integers(0, 255, (900, 900, 3), np.uint8)


def mounted(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return (
        shutil.which("mount") is not None
        and not subprocess.run(command, capture_output=True, check=False).returncode
    )


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mounted(folder, "size=1m"):
        pytest.skip("no disk of memory may be mounted here; tests/test_atomic.py pretends one")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_leaves_nothing_and_the_earlier_result(disk: Path, suffix: str) -> None:
    path = disk / f"a{suffix}"
    with pytest.raises(OutputDiskFull):
        photo.write(Photo(NOISE), path, WriteSettings(quality=100))
    assert names(disk) == []
    photo.write(Photo(NOISE[:50, :50]), path)
    before = path.read_bytes()
    with pytest.raises(OutputDiskFull):
        photo.write(Photo(NOISE), path, WriteSettings(quality=100, overwrite=True))
    assert names(disk) == [path.name]
    assert path.read_bytes() == before


def test_a_batch_stops_on_a_full_disk_and_goes_on_once_there_is_room(
    disk: Path, tmp_path: Path
) -> None:
    photos = make_photos(tmp_path / "wet", [f"{n}.png" for n in range(6)], size=(400, 400))
    before = [path.read_bytes() for path in photos]
    ending, _ = batch(tmp_path / "wet", disk)
    assert isinstance(ending.error, OutputDiskFull)
    assert ending.counts.done < len(photos)
    assert not any(temporary_files.is_temporary(path) for path in disk.rglob("*"))
    for name in results(disk):
        photo.read(disk / name)
    subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
    assert batch(tmp_path / "wet", disk)[0].counts.done == len(photos)
    assert [path.read_bytes() for path in photos] == before


def test_a_full_disk_of_the_users_own_folder_keeps_nobody_from_saving(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(disk))
    with pytest.raises(OSError, match="No space left"):
        (disk / "all").write_bytes(bytes(2_000_000))
    photo.write(Photo(NOISE), tmp_path / "a.png")
    assert np.array_equal(photo.read(tmp_path / "a.png").pixels, NOISE)


@pytest.fixture
def powerless(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of a user to whom permissions apply, as they do not to root."""
    with tempfile.TemporaryDirectory(prefix="afterrain-test-") as name:
        folder = Path(name)
        (folder / "state").mkdir(mode=0o777)
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        for path in (folder, folder / "state") if is_root else ():
            os.chown(path, 65534, -1)
        if is_root:
            os.seteuid(65534)
        yield folder
        if is_root:
            os.seteuid(0)
        folder.chmod(0o700)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_permission_that_is_taken_away_meanwhile_costs_the_result_alone(powerless: Path) -> None:
    (powerless / "a").write_bytes(b"old")
    with (
        pytest.raises(OutputNotPermitted),
        replacing(powerless / "a", overwrite=True) as file,
    ):
        file.write(b"half")
        powerless.chmod(0o500)
    assert (powerless / "a").read_bytes() == b"old"
    powerless.chmod(0o700)
    temporary_files.remove_abandoned()  # what could not be removed then
    assert names(powerless) == ["a", "state"]


class Removing(ConstantRain):
    """A backend that takes the folder of the results away while it computes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rain(self, rainy: Floats) -> Floats:
        shutil.rmtree(self.folder, ignore_errors=True)
        return super().rain(rainy)


def test_a_folder_that_goes_meanwhile_stops_a_batch_with_a_sentence(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "wet", ["1.png", "2.png"])
    before = [path.read_bytes() for path in photos]
    engine = Derainer(OPTIONS, CARD, choose(OPTIONS, MACHINE), MACHINE, Removing(tmp_path / "dry"))
    with Queue.opened(request(tmp_path / "wet", tmp_path / "dry", BatchSettings(OPTIONS))) as queue:
        ending = run(queue, engine)
    assert isinstance(ending.error, JournalFailed)
    assert [path.read_bytes() for path in photos] == before
    # A file written without the journal counts as another program's, and is kept.
    batch(tmp_path / "wet", tmp_path / "dry")
    assert results(tmp_path / "dry") == {"1_derained.png", "2_derained.png"}


def test_a_name_that_is_too_long_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_photo(tmp_path / "1.png")
    weights = even_weights(tmp_path / "ten.safetensors")
    for option in ("-o", "--side-by-side"):
        target = tmp_path / ("x" * 300 + ".png")
        with pytest.raises(SystemExit) as ended:
            main(["derain", str(path), option, str(target), "--weights", str(weights)])
        assert ended.value.code == 1
        assert "is too long for its disk" in capsys.readouterr().err
    assert names(tmp_path) == ["1.png", "ten.safetensors"]
