import errno
import os
import time
from pathlib import Path

import pytest

from nledn import places, temporary_files
from nledn.batch import Queue, workspace
from nledn.batch import lock as locks
from nledn.batch.database import connect
from nledn.batch.lock import DEAD_AFTER_S, Lock, machine
from nledn.errors import BatchBusy, DerainError, JournalFailed
from tests.batch.batches import batch, make_photo, request, results

ELSEWHERE = b"run another-start 7 another-host"


def hold(out: Path, run: bytes, ago_s: float = 0.0) -> Path:
    """Have another run hold the folder, with a sign of life so long ago."""
    path = workspace.prepared(out).journal.with_suffix(".lock")
    path.write_bytes(run)
    beat = time.time() - ago_s
    os.utime(path, (beat, beat))
    return path


def test_elsewhere_a_heartbeat_says_who_is_alive(wet: Path, dry: Path) -> None:
    hold(dry, ELSEWHERE)
    with pytest.raises(BatchBusy) as caught:
        Queue.opened(request(wet, dry))
    assert (caught.value.host, caught.value.pid) == ("another-host", 7)
    hold(dry, ELSEWHERE, DEAD_AFTER_S + 1)
    assert batch(wet, dry)[0].counts.done == 3


def test_here_a_number_that_another_process_has_now_is_nobody(wet: Path, dry: Path) -> None:
    hold(dry, f"run {machine()} {os.getppid()} host".encode())
    assert batch(wet, dry)[0].counts.done == 3


def test_where_the_system_does_not_tell_of_others_a_heartbeat_says_who_is_alive(
    wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(_descriptor: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(locks, "lock", no_locks)
    run = f"run {machine()} {os.getppid()} host".encode()
    hold(dry, run)
    with pytest.raises(BatchBusy):
        Queue.opened(request(wet, dry))
    hold(dry, run, DEAD_AFTER_S + 1)
    assert batch(wet, dry)[0].counts.done == 3


def test_one_process_does_not_work_twice_on_one_folder(wet: Path, dry: Path) -> None:
    with Queue.opened(request(wet, dry)), pytest.raises(BatchBusy) as caught:
        Queue.opened(request(wet, dry))
    assert caught.value.pid == os.getpid()
    assert batch(wet, dry)[0].counts.done == 3


def test_the_heart_beats_and_a_loss_is_told(
    wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "HEARTBEAT_S", 0.02)
    with Queue.opened(request(wet, dry)) as queue:
        path = queue.workspace.journal.with_suffix(".lock")
        os.utime(path, (0, 0))
        deadline = time.monotonic() + 10
        while path.stat().st_mtime == 0:
            assert time.monotonic() < deadline, "the heart does not beat"
        hold(dry, ELSEWHERE)
        with pytest.raises(BatchBusy) as caught:
            queue.take()
        assert caught.value.host == "another-host"
    assert path.read_bytes() == ELSEWHERE


def test_a_disk_that_cannot_lock_has_its_journal_elsewhere(
    wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "lockf", no_locks)
    with Queue.opened(request(wet, dry)) as queue:
        assert queue.workspace.elsewhere
        assert queue.workspace.journal.is_relative_to(places.user_state())
    assert batch(wet, dry)[0].counts.done == 3
    before = {name: (dry / name).stat().st_mtime_ns for name in results(dry)}
    batch(wet, dry)
    assert {name: (dry / name).stat().st_mtime_ns for name in results(dry)} == before


@pytest.mark.parametrize("content", [b"no database " * 100, b""])
def test_a_damaged_journal_is_an_error_an_empty_one_is_new(
    wet: Path, dry: Path, content: bytes
) -> None:
    journal = workspace.prepared(dry).journal
    journal.write_bytes(content)
    if content:
        with pytest.raises(JournalFailed):
            batch(wet, dry)
    else:
        assert batch(wet, dry)[0].counts.done == 3


def test_a_journal_of_a_newer_version_is_left_alone(wet: Path, dry: Path) -> None:
    journal = workspace.prepared(dry).journal
    database = connect(journal)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(JournalFailed) as caught:
        batch(wet, dry)
    assert "newer" in caught.value.detail


def test_unfinished_files_that_were_not_noted_here_stay(wet: Path, dry: Path) -> None:
    """The output folder may be a network disk: numbers of processes say nothing across machines."""
    dry.mkdir()
    others = dry / ".1_derained.png.999999999.afterrain-tmp"
    others.touch()
    noted = dry / ".2_derained.png.999999999.afterrain-tmp"
    temporary_files.note(noted).leave()
    noted.touch()
    batch(wet, dry)
    assert others.exists()
    assert not noted.exists()


def test_an_output_folder_that_is_a_file_is_refused(wet: Path, dry: Path) -> None:
    make_photo(dry.with_suffix(".png")).rename(dry)
    with pytest.raises(DerainError) as caught:
        batch(wet, dry)
    assert "Not a directory" in str(caught.value)


def test_a_lock_is_released_once(wet: Path, dry: Path) -> None:
    journal = workspace.prepared(dry).journal
    lock = Lock(journal, dry)
    assert journal.with_suffix(".lock").exists()
    lock.release()
    lock.release()
    assert not journal.with_suffix(".lock").exists()
