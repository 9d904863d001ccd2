import hashlib
import socket
import urllib.request
from pathlib import Path

import pytest

from nledn import Cancelled, CancelToken
from nledn.download import PART_SUFFIX, RemoteFile, download
from nledn.errors import (
    DownloadChanged,
    DownloadCutOff,
    DownloadRefused,
    DownloadUnreachable,
    OutputFailed,
)
from tests.loopback import Manners, serving

CONTENT = bytes(range(256)) * 1200  # 300 kB: a few pieces
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


def published(url: str) -> RemoteFile:
    return RemoteFile(url, len(CONTENT), SHA256)


def part_of(folder: Path) -> Path:
    return folder / f"{SHA256}{PART_SUFFIX}"


def test_a_file_comes_whole_and_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with serving(Manners(CONTENT)) as url:
        path = download(published(url), tmp_path / "new", on_progress=lambda *n: told.append(n))
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    received = [bytes_ for bytes_, _ in told]
    assert received == sorted(received)
    assert len(told) > 1
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_a_connection_cut_midway_goes_on_where_it_ended(tmp_path: Path) -> None:
    manners = Manners(CONTENT, cut_after_bytes=[100_000, 50_000])
    with serving(manners) as url:
        path = download(published(url), tmp_path)
    assert path.read_bytes() == CONTENT
    assert manners.asked == [None, "bytes=100000-", "bytes=150000-"]


def test_a_second_call_goes_on_where_the_first_gave_up(tmp_path: Path) -> None:
    manners = Manners(CONTENT, cut_after_bytes=[100_000, 0])
    with serving(manners) as url:
        with pytest.raises(DownloadCutOff) as caught:
            download(published(url), tmp_path)
        assert (caught.value.received_bytes, caught.value.size_bytes) == (100_000, len(CONTENT))
        assert part_of(tmp_path).stat().st_size == 100_000
        assert download(published(url), tmp_path).read_bytes() == CONTENT
    assert manners.asked[-1] == "bytes=100000-"


def test_a_server_that_cannot_begin_in_the_middle_starts_over(tmp_path: Path) -> None:
    manners = Manners(CONTENT, cut_after_bytes=[100_000], knows_ranges=False)
    with serving(manners) as url:
        assert download(published(url), tmp_path).read_bytes() == CONTENT


def test_a_server_that_tells_no_length_is_believed_by_its_bytes(tmp_path: Path) -> None:
    with serving(Manners(CONTENT, says_length=False)) as url:
        assert download(published(url), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("says_length", [True, False])
def test_another_size_is_refused_and_nothing_is_kept(tmp_path: Path, says_length: bool) -> None:
    with (
        serving(Manners(CONTENT + b"more", says_length=says_length)) as url,
        pytest.raises(DownloadChanged) as caught,
    ):
        download(published(url), tmp_path)
    assert caught.value.expected == f"{len(CONTENT)} bytes"
    assert int(caught.value.found.removesuffix(" bytes")) > len(CONTENT)
    assert part_of(tmp_path).stat().st_size == 0


def test_wrong_bytes_are_refused_and_not_kept(tmp_path: Path) -> None:
    with (
        serving(Manners(b"x" + CONTENT[1:])) as url,
        pytest.raises(DownloadChanged) as caught,
    ):
        download(published(url), tmp_path)
    assert caught.value.expected == SHA256
    assert caught.value.found != SHA256
    assert not any(tmp_path.iterdir())


def test_a_part_of_something_else_does_not_last(tmp_path: Path) -> None:
    part_of(tmp_path).write_bytes(b"y" * 1000)
    with serving(Manners(CONTENT)) as url:
        with pytest.raises(DownloadChanged):
            download(published(url), tmp_path)
        assert download(published(url), tmp_path).read_bytes() == CONTENT


def test_a_part_longer_than_the_file_is_thrown_away(tmp_path: Path) -> None:
    part_of(tmp_path).write_bytes(CONTENT + b"more")
    with serving(Manners(CONTENT)) as url:
        assert download(published(url), tmp_path).read_bytes() == CONTENT


def test_a_part_beyond_the_servers_file_is_asked_for_anew(tmp_path: Path) -> None:
    part_of(tmp_path).write_bytes(CONTENT[:-10])
    manners = Manners(CONTENT[:1000])
    with serving(manners) as url, pytest.raises(DownloadChanged) as caught:
        download(published(url), tmp_path)
    assert caught.value.found == "1000 bytes"
    assert manners.asked[1:] == [None]


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_refusal_is_told_by_its_status(tmp_path: Path, status: int) -> None:
    with serving(Manners(CONTENT, status=status)) as url, pytest.raises(DownloadRefused) as caught:
        download(published(url), tmp_path)
    assert caught.value.status == status
    assert caught.value.url == url


def test_a_slow_server_is_waited_for(tmp_path: Path) -> None:
    told: list[int] = []
    with serving(Manners(CONTENT, pause_s=0.05, piece_bytes=30_000)) as url:
        path = download(
            published(url), tmp_path, on_progress=lambda n, _: told.append(n), timeout_s=5
        )
    assert path.read_bytes() == CONTENT
    assert len(told) >= 10, "each piece is told as it comes"


def test_a_server_that_falls_silent_is_given_up_and_its_part_kept(tmp_path: Path) -> None:
    manners = Manners(CONTENT, stall_after_bytes=60_000, piece_bytes=30_000)
    with serving(manners) as url, pytest.raises(DownloadCutOff) as caught:
        download(published(url), tmp_path, timeout_s=0.3)
    assert caught.value.received_bytes == 60_000
    assert part_of(tmp_path).read_bytes() == CONTENT[:60_000]


def test_no_server_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DownloadUnreachable, match="refused"):
        download(published(f"http://127.0.0.1:{port}/net.pth"), tmp_path)


def test_cancelling_keeps_the_part(tmp_path: Path) -> None:
    cancel = CancelToken()
    with serving(Manners(CONTENT, piece_bytes=10_000)) as url:
        with pytest.raises(Cancelled):
            download(
                published(url), tmp_path, on_progress=lambda *_: cancel.cancel(), cancel=cancel
            )
        assert 0 < part_of(tmp_path).stat().st_size < len(CONTENT)
        assert download(published(url), tmp_path).read_bytes() == CONTENT


def test_a_folder_that_cannot_be_made_is_said_before_any_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", None)
    (tmp_path / "file").touch()
    with pytest.raises(OutputFailed):
        download(published("http://127.0.0.1/net.pth"), tmp_path / "file")
