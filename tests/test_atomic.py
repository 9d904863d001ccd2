"""Whole or not at all, and never over a source."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from nledn import atomic
from nledn.atomic import replacing
from nledn.errors import (
    Cancelled,
    OutputDiskFull,
    OutputExists,
    OutputFailed,
    OutputFolderMissing,
    OutputNameTooLong,
    OutputNotPermitted,
    WouldReplaceSource,
    WriteError,
)
from nledn.temporary_files import TEMPORARY_SUFFIX

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes and links")


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _write(path: Path, text: str, *, overwrite: bool = False, source: Path | None = None) -> None:
    sources = () if source is None else (source,)
    with replacing(path, overwrite=overwrite, sources=sources) as file:
        file.write(text.encode())


def test_result_appears_at_the_end(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.png") as file:
        assert _names(tmp_path) == [f".a.png.{os.getpid()}{TEMPORARY_SUFFIX}"]
        file.write(b"new")
        assert not (tmp_path / "a.png").exists()
    assert _names(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError("a codec's"), Cancelled(), KeyboardInterrupt()])
def test_what_stood_there_is_untouched_by_a_failure(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "a.png").write_bytes(b"old")
    with (
        pytest.raises(type(error)),
        replacing(tmp_path / "a.png", overwrite=True) as file,
    ):
        file.write(b"half")
        raise error
    assert _names(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"old"


def test_earlier_result_only_when_asked(tmp_path: Path) -> None:
    _write(tmp_path / "a", "one")
    with pytest.raises(OutputExists):
        _write(tmp_path / "a", "two")
    assert (tmp_path / "a").read_text(encoding="utf-8") == "one"
    _write(tmp_path / "a", "two", overwrite=True)
    assert (tmp_path / "a").read_text(encoding="utf-8") == "two"


def test_file_that_comes_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OutputExists), replacing(tmp_path / "a") as file:
        file.write(b"ours")
        (tmp_path / "a").write_bytes(b"theirs")
    assert (tmp_path / "a").read_bytes() == b"theirs"
    assert _names(tmp_path) == ["a"]


def test_file_that_comes_in_the_last_moment_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def permit(*_: object) -> bool:
        (tmp_path / "a").write_bytes(b"x")
        return False

    def flush_late(descriptor: int) -> None:
        fsync(descriptor)
        # After every check: only the commit itself can notice.
        monkeypatch.setattr(atomic, "_permitted", permit)

    monkeypatch.setattr(os, "fsync", flush_late)
    with pytest.raises(OutputExists):
        _write(tmp_path / "a", "ours")
    assert (tmp_path / "a").read_bytes() == b"x"


@posix_only
def test_disks_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    _write(tmp_path / "a", "one")
    assert _names(tmp_path) == ["a"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_source_is_never_replaced(tmp_path: Path, overwrite: bool) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(b"irreplaceable")
    folder = tmp_path / "below"
    folder.mkdir()
    (folder / "link.jpg").symlink_to(source)
    os.link(source, folder / "hard.jpg")
    by_other_names = [source, folder / ".." / "photo.jpg", folder / "link.jpg", folder / "hard.jpg"]
    for path in by_other_names:
        with pytest.raises(WouldReplaceSource) as caught:
            _write(path, "new", overwrite=overwrite, source=source)
        assert (caught.value.path, caught.value.source) == (path, source)
    assert source.read_bytes() == b"irreplaceable"


def test_source_given_as_a_link_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"irreplaceable")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "photo.jpg")
    with pytest.raises(WouldReplaceSource):
        _write(tmp_path / "photo.jpg", "new", overwrite=True, source=tmp_path / "link.jpg")


def test_source_in_another_letter_case_is_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"irreplaceable")
    # Such disks answer for every spelling with the same device and inode.
    real_lstat = Path.lstat

    def folded(path: Path) -> os.stat_result:
        return real_lstat(Path(os.fspath(path).replace("PHOTO.JPG", "photo.jpg")))

    monkeypatch.setattr(Path, "lstat", folded)
    with pytest.raises(WouldReplaceSource):
        _write(tmp_path / "PHOTO.JPG", "x", overwrite=True, source=tmp_path / "photo.jpg")


def test_missing_sources_hinder_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    _write(tmp_path / "a", "new", overwrite=True, source=tmp_path / "gone.jpg")
    assert (tmp_path / "a").read_bytes() == b"new"


@posix_only
@pytest.mark.usefixtures("usual_umask")
def test_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    _write(tmp_path / "a", "new")
    assert _mode(tmp_path / "a") == 0o640


@posix_only
@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_mode_of_the_file_replaced_is_kept(tmp_path: Path, mode: int) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(mode)
    _write(tmp_path / "a", "new", overwrite=True)
    assert _mode(tmp_path / "a") == mode


@posix_only
def test_links_are_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real/a")
    (tmp_path / "dangling").symlink_to("real/b")
    _write(tmp_path / "link", "new", overwrite=True)
    _write(tmp_path / "dangling", "first")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "dangling").is_symlink()
    assert (tmp_path / "real" / "a").read_bytes() == b"new"
    assert (tmp_path / "real" / "b").read_bytes() == b"first"


@pytest.mark.parametrize("name", ["x" * 255, "雨" * 85, "é" * 127 + "x"])
def test_longest_names_fit(tmp_path: Path, name: str) -> None:
    _write(tmp_path / name, "new")
    assert _names(tmp_path) == [name]


def test_two_at_once_do_not_share_a_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with replacing(path, overwrite=True) as first, replacing(path, overwrite=True) as second:
        first.write(b"first")
        second.write(b"second")
    assert path.read_bytes() == b"first"  # the outer one ends last
    assert _names(tmp_path) == ["a"]


def test_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(OutputFolderMissing):
        _write(tmp_path / "none" / "a", "new")


def test_folder_goes_away(tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    with pytest.raises(OutputFolderMissing), replacing(folder / "a") as file:
        shutil.rmtree(folder)
        file.write(b"new")


def test_folder_at_the_place_of_the_result(tmp_path: Path) -> None:
    with pytest.raises(OutputFailed):
        _write(tmp_path, "new", overwrite=True)


@posix_only
def test_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for path in (pipe, tmp_path / "link"):
        with pytest.raises(OutputFailed):
            _write(path, "new", overwrite=True)
        with pytest.raises(OutputFailed):
            atomic.check(path, overwrite=True)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert _names(tmp_path) == ["link", "pipe"]


def test_what_would_be_refused_is_known_before(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_bytes(b"old")
    atomic.check(tmp_path / "new")
    atomic.check(old, overwrite=True)
    with pytest.raises(OutputExists):
        atomic.check(old)
    with pytest.raises(WouldReplaceSource):
        atomic.check(old, overwrite=True, sources=(old,))
    with pytest.raises(OutputFolderMissing):
        atomic.check(tmp_path / "none" / "new")
    assert _names(tmp_path) == ["old"]


def test_a_folder_that_may_not_be_entered_is_known_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, **_: object) -> os.stat_result:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    with monkeypatch.context() as refusing:
        refusing.setattr(Path, "lstat", refuse)  # the tests may run as root
        with pytest.raises(OutputNotPermitted):
            atomic.check(tmp_path / "new")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.EACCES, OutputNotPermitted),
        (errno.EROFS, OutputNotPermitted),
        (errno.ENAMETOOLONG, OutputNameTooLong),
        (errno.ENOSPC, OutputDiskFull),
        (errno.EDQUOT, OutputDiskFull),
        (errno.EIO, OutputFailed),
    ],
)
def test_words_of_the_system_are_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[WriteError]
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    (tmp_path / "a").write_bytes(b"old")
    with monkeypatch.context() as refusing:
        refusing.setattr(os, "open", refuse)
        with pytest.raises(expected):
            _write(tmp_path / "a", "new", overwrite=True)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(expected) as caught:
        _write(tmp_path / "a", "new", overwrite=True)
    assert caught.value.path == tmp_path / "a"
    assert (tmp_path / "a").read_bytes() == b"old"
    assert _names(tmp_path) == ["a"]


def test_read_only_result_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"old")
    # The tests may run as root, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputNotPermitted):
        _write(tmp_path / "a", "new", overwrite=True)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(f"target: write error\n{os.strerror(errno.ENOSPC)}"),
        ValueError(f"codec: {os.strerror(errno.EDQUOT)}"),
    ],
)
def test_full_disk_in_the_words_of_a_codec(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(OutputDiskFull), replacing(tmp_path / "a"):
        raise error
    assert _names(tmp_path) == []


def test_full_disk_behind_another_exception(tmp_path: Path) -> None:
    with pytest.raises(OutputDiskFull), replacing(tmp_path / "a"):
        raise RuntimeError("encoder error") from OSError(errno.ENOSPC, "full")


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_full_disk_of_which_a_codec_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: _Usage(10**9, 10**9, 0))
    with pytest.raises(OutputDiskFull), replacing(tmp_path / "a"):
        raise OSError("encoder error -2 when writing image file")


def test_a_disk_without_modes_keeps_the_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "fchmod", refuse)
    with replacing(tmp_path / "a") as file:
        file.write(b"whole")
    assert (tmp_path / "a").read_text() == "whole"
