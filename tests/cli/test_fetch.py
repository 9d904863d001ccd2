import hashlib
import io
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from nledn import fetch, places
from nledn.cli import weights as command
from nledn.fetch import RemoteFile
from tests import commands
from tests.checkpoint_files import WEIGHTS, in_authors_layout, pth
from tests.loopback import Manners, serving

CONTENT = pth(in_authors_layout(WEIGHTS), is_zip=False)


@pytest.fixture
def manners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manners]:
    """A server that offers one file as two of the checkpoints."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(places, "weights", lambda: tmp_path / "shipped")
    manners = Manners(CONTENT)
    with serving(manners) as url:
        file = RemoteFile(url, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
        for module in (fetch, command):
            monkeypatch.setattr(module, "FETCHABLE", dict.fromkeys(("authors-ddn", "other"), file))
        yield manners


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


exit_code = partial(commands.exit_code, "weights", "fetch")


def test_the_licence_is_told_and_the_checkpoint_added(
    manners: Manners, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("authors-ddn", "--yes") == 0
    said = capsys.readouterr()
    assert "stated no licence" in said.err
    assert "--weights authors-ddn" in said.out
    assert fetch.is_here("authors-ddn")


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_a_person_is_asked(
    manners: Manners, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert exit_code("authors-ddn") == code
    assert fetch.is_here("authors-ddn") == (code == 0)
    assert manners.requests == (code == 0)


def test_without_a_person_nothing_is_fetched(
    manners: Manners, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert exit_code("authors-ddn") == 64
    assert "--yes" in capsys.readouterr().err
    assert manners.requests == 0


def test_what_is_here_is_not_fetched_again(
    manners: Manners, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("authors-ddn", "--yes") == 0
    monkeypatch.setattr(urllib.request, "urlopen", None)
    assert exit_code("authors-ddn") == 0
    assert "here already" in capsys.readouterr().out


def test_one_failure_does_not_stop_the_others(
    manners: Manners, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = RemoteFile(fetch.FETCHABLE["other"].url, len(CONTENT), "0" * 64)
    for module in (fetch, command):
        monkeypatch.setitem(module.FETCHABLE, "authors-ddn", wrong)
    assert exit_code("authors-ddn", "other", "--yes") == 2
    assert "is not the published file" in capsys.readouterr().err
    assert fetch.is_here("other")
    assert not fetch.is_here("authors-ddn")


@pytest.mark.parametrize(
    ("id", "status", "words"),
    [("absent", 200, "no model named absent"), ("authors-ddn", 404, "status 404")],
)
def test_what_cannot_be_done_is_said(
    manners: Manners, capsys: pytest.CaptureFixture[str], id: str, status: int, words: str
) -> None:
    manners.status = status
    assert exit_code(id, "--yes") == 1
    assert words in capsys.readouterr().err
    assert not places.user_weights().exists()
