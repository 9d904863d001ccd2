import hashlib
import socket

import pytest

from nledn import Cancelled, CancelToken
from nledn.errors import (
    DownloadChanged,
    DownloadFailed,
)
from nledn.fetch import RemoteFile, download
from tests.loopback import Manners, serving

CONTENT = bytes(range(256)) * 1200  # 300 kB: a few pieces
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


def published(url: str) -> RemoteFile:
    return RemoteFile(url, len(CONTENT), SHA256)


def test_a_file_comes_whole_and_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    with serving(Manners(CONTENT)) as url:
        found = download(published(url), on_progress=lambda *n: told.append(n))
    assert found == CONTENT
    received = [bytes_ for bytes_, _ in told]
    assert received == sorted(received)
    assert len(told) > 1
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_a_connection_that_ends_early_is_said() -> None:
    manners = Manners(CONTENT, cut_after_bytes=[100_000])
    with serving(manners) as url, pytest.raises(DownloadFailed) as caught:
        download(published(url))
    assert caught.value.detail == f"it ended at 100000 of {len(CONTENT)} bytes"


def test_a_server_that_tells_no_length_is_believed_by_its_bytes() -> None:
    with serving(Manners(CONTENT, says_length=False)) as url:
        assert download(published(url)) == CONTENT


@pytest.mark.parametrize("says_length", [True, False])
def test_another_size_is_refused(says_length: bool) -> None:
    with (
        serving(Manners(CONTENT + b"more", says_length=says_length)) as url,
        pytest.raises(DownloadChanged) as caught,
    ):
        download(published(url))
    assert caught.value.expected == f"{len(CONTENT)} bytes"
    assert int(caught.value.found.removesuffix(" bytes")) > len(CONTENT)


def test_wrong_bytes_are_refused() -> None:
    with serving(Manners(b"x" + CONTENT[1:])) as url, pytest.raises(DownloadChanged) as caught:
        download(published(url))
    assert caught.value.expected == SHA256
    assert caught.value.found != SHA256


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_refusal_is_told_by_its_status(status: int) -> None:
    with serving(Manners(CONTENT, status=status)) as url, pytest.raises(DownloadFailed) as caught:
        download(published(url))
    assert caught.value.detail == f"HTTP status {status}"
    assert caught.value.url == url


def test_a_slow_server_is_waited_for() -> None:
    told: list[int] = []
    with serving(Manners(CONTENT, pause_s=0.05, piece_bytes=30_000)) as url:
        found = download(published(url), on_progress=lambda n, _: told.append(n), timeout_s=5)
    assert found == CONTENT
    assert len(told) >= 10, "each piece is reported as it comes"


def test_a_server_that_falls_silent_is_given_up() -> None:
    manners = Manners(CONTENT, stall_after_bytes=60_000, piece_bytes=30_000)
    with serving(manners) as url, pytest.raises(DownloadFailed) as caught:
        download(published(url), timeout_s=0.3)
    assert caught.value.detail.startswith("it ended at 60000 of")


def test_no_server_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DownloadFailed, match="refused"):
        download(published(f"http://127.0.0.1:{port}/net.pth"))


def test_cancelling_stops_after_the_piece() -> None:
    cancel = CancelToken()
    told: list[int] = []

    def stop(received: int, _: int) -> None:
        told.append(received)
        cancel.cancel()

    with serving(Manners(CONTENT, piece_bytes=10_000)) as url, pytest.raises(Cancelled):
        download(published(url), on_progress=stop, cancel=cancel)
    assert len(told) == 1
    assert told[0] < len(CONTENT)
