"""Files that arrive count as complete once they have stayed the same for a moment."""

import errno
from pathlib import Path
from queue import SimpleQueue
from threading import Event

import pytest

from nledn.errors import FolderNotWatched
from nledn.watch import Settling, observed, stamps_of


def look(settling: Settling) -> tuple[Path, ...]:
    return settling.compare(stamps_of(settling.paths))


def test_a_file_is_complete_when_two_looks_find_it_the_same(tmp_path: Path) -> None:
    settling, path = Settling(), tmp_path / "a.jpg"
    path.write_bytes(b"half")
    settling.note(path)
    assert look(settling) == ()
    path.write_bytes(b"half, and more")
    settling.note(path)
    assert look(settling) == ()
    assert look(settling) == (path,)
    assert settling.paths == ()


def test_what_is_empty_or_gone_is_waited_for_no_longer(tmp_path: Path) -> None:
    settling = Settling()
    (tmp_path / "empty.jpg").touch()
    settling.note(tmp_path / "empty.jpg")
    settling.note(tmp_path / "gone.jpg")
    assert look(settling) == ()
    assert settling.paths == ()


def test_a_late_notice_of_what_was_seen_says_nothing_new(tmp_path: Path) -> None:
    settling, path = Settling(), tmp_path / "a.jpg"
    path.write_bytes(b"whole")
    settling.note(path)
    assert (look(settling), look(settling)) == ((), (path,))
    settling.note(path)  # on a busy machine the system's notices come seconds later
    assert (look(settling), look(settling)) == ((), ())
    path.write_bytes(b"another one")
    settling.note(path)
    assert (look(settling), look(settling)) == ((), (path,))


def test_a_folder_is_watched_through_a_link_and_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "camera").mkdir()
    link, arrived = tmp_path / "link", SimpleQueue[Path]()
    link.symlink_to("camera")
    observer = observed(link, arrived.put, lambda: None)
    try:
        (tmp_path / "camera" / "1.jpg").write_bytes(b"whole")
        assert arrived.get(timeout=20) == link / "1.jpg"
    finally:
        observer.stop()
        observer.join()


def test_what_arrives_behind_a_link_is_seen_under_the_link(tmp_path: Path) -> None:
    folder, arrived = tmp_path / "wet", SimpleQueue[Path]()
    folder.mkdir()
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (folder / "more").symlink_to(tmp_path / "elsewhere")
    (folder / "again").symlink_to(folder)
    observer = observed(folder, arrived.put, lambda: None)
    try:
        (tmp_path / "elsewhere" / "deep" / "1.jpg").write_bytes(b"whole")
        assert arrived.get(timeout=20) == folder / "more" / "deep" / "1.jpg"
    finally:
        observer.stop()
        observer.join()


def test_a_folder_goes_with_one_above_it(tmp_path: Path) -> None:
    folder, gone = tmp_path / "card" / "DCIM" / "100", Event()
    folder.mkdir(parents=True)
    observer = observed(folder, lambda _: None, gone.set)
    try:
        (tmp_path / "card").rename(tmp_path / "moved")
        assert gone.wait(timeout=20)
    finally:
        observer.stop()
        observer.join()


def test_a_system_that_watches_no_more_folders_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> None:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr("watchdog.observers.Observer", refused)
    with pytest.raises(FolderNotWatched, match="cannot be watched"):
        observed(tmp_path, lambda _: None, lambda: None)
