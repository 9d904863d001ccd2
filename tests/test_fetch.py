import hashlib
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from nledn import catalog, fetch, places
from nledn.catalog import AUTHORS
from nledn.errors import CheckpointIdTaken, DownloadError, NotACheckpoint, UnknownCheckpoint
from nledn.fetch import RemoteFile
from tests.checkpoint_files import WEIGHTS, in_authors_layout, pth
from tests.loopback import Manners, serving

ID = "authors-ddn"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(places, "weights", lambda: tmp_path / "shipped")


@pytest.fixture(scope="module")
def authors_file() -> bytes:
    return pth(in_authors_layout(WEIGHTS), is_zip=False)


def offered(url: str, content: bytes) -> dict[str, RemoteFile]:
    return {ID: RemoteFile(url, len(content), hashlib.sha256(content).hexdigest())}


def test_it_becomes_a_checkpoint_and_leaves_no_download_behind(
    monkeypatch: pytest.MonkeyPatch, authors_file: bytes
) -> None:
    told: list[int] = []
    with serving(Manners(authors_file)) as url:
        monkeypatch.setattr(fetch, "FETCHABLE", offered(url, authors_file))
        card = fetch.fetch(ID, on_progress=lambda received, _: told.append(received))
    assert (card.id, card.origin, card.regions) == (ID, "imported", "grid")
    found = catalog.load(catalog.find(ID)).arrays
    for name, array in WEIGHTS.items():
        np.testing.assert_array_equal(found[name], array)
    assert told[-1] == len(authors_file)
    assert not list(places.user_cache().rglob("*.pth"))


def test_what_is_here_or_unknown_opens_no_connection(
    monkeypatch: pytest.MonkeyPatch, authors_file: bytes
) -> None:
    with serving(Manners(authors_file)) as url:
        monkeypatch.setattr(fetch, "FETCHABLE", offered(url, authors_file))
        assert not fetch.is_here(ID)
        fetch.fetch(ID)
    monkeypatch.setattr(urllib.request, "urlopen", None)
    assert fetch.is_here(ID)
    with pytest.raises(CheckpointIdTaken):
        fetch.fetch(ID)
    with pytest.raises(UnknownCheckpoint) as caught:
        fetch.fetch("afterrain-2")
    assert caught.value.known == (ID,)


def test_two_processes_may_fetch_the_same_at_once(
    monkeypatch: pytest.MonkeyPatch, authors_file: bytes
) -> None:
    others: list[str] = []

    def fetch_too(received: int, _: int) -> None:
        if received == len(authors_file) and not others:
            others.append(ID)
            fetch.fetch(ID)  # as another process would, while ours is almost done

    with serving(Manners(authors_file)) as url:
        monkeypatch.setattr(fetch, "FETCHABLE", offered(url, authors_file))
        card = fetch.fetch(ID, on_progress=fetch_too)
    assert others == [ID]
    assert card == catalog.find(ID)
    np.testing.assert_array_equal(catalog.load(card).arrays["conv1.bias"], WEIGHTS["conv1.bias"])


def test_a_file_that_is_no_checkpoint_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    page = b"<html>this is not what you asked for</html>"
    with serving(Manners(page)) as url:
        monkeypatch.setattr(fetch, "FETCHABLE", offered(url, page))
        with pytest.raises(NotACheckpoint):
            fetch.fetch(ID)
    assert not fetch.is_here(ID)
    assert not list(places.user_cache().rglob("*.pth"))


def test_a_failed_fetch_adds_nothing(monkeypatch: pytest.MonkeyPatch, authors_file: bytes) -> None:
    with serving(Manners(authors_file, status=404)) as url:
        monkeypatch.setattr(fetch, "FETCHABLE", offered(url, authors_file))
        with pytest.raises(DownloadError):
            fetch.fetch(ID)
    assert not places.user_weights().exists()


def test_the_table_is_the_one_that_imports_are_recognised_by() -> None:
    by_id = {card.id: sha256 for sha256, card in AUTHORS.items()}
    assert {id: file.sha256 for id, file in fetch.FETCHABLE.items()} == by_id
    for file in fetch.FETCHABLE.values():
        assert file.url.startswith("https://raw.githubusercontent.com/AlexHex7/NLEDN/c5b2a8e2")


@pytest.mark.parametrize("id", fetch.FETCHABLE)
def test_sizes_and_hashes_are_those_of_the_published_files(shared: Path, id: str) -> None:
    file = fetch.FETCHABLE[id]
    content = (shared / "official" / file.url.rpartition("/")[2]).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size_bytes, file.sha256)
