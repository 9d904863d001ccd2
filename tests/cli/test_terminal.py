"""No text from a file controls the terminal, however it is printed."""

import io
import json
import logging
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.table import Table
from safetensors.numpy import save_file

from nledn import catalog, places
from nledn.card import Card
from nledn.cli.console import ERROR_STYLE, cancelled_by_ctrl_c, err, out, say_json
from nledn.messages import LogLines
from tests.batch.batches import even_weights
from tests.commands import exit_code

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b2J\u202egnp"
RAW = ("\x1b", "\x07", "\x9b", "\u202e")


def told(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


def test_a_card_is_shown_without_its_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(places, "weights", lambda: tmp_path)
    path = even_weights(tmp_path / "ten.safetensors")
    sha256 = catalog.find(str(path)).sha256
    card = Card("ten", HOSTILE, sha256, "fixed", path, licence=HOSTILE, description=HOSTILE)
    # The reader of cards refuses such words by now; whatever it lets through is shown alike.
    monkeypatch.setattr(catalog, "shelf", lambda: catalog.Shelf((card,), ()))
    monkeypatch.setattr(catalog, "find", lambda _: card)
    monkeypatch.setattr(catalog, "verify", lambda _: card)
    for command in (("list",), ("show", "ten"), ("verify",)):
        assert exit_code("weights", *command) == 0
        said = told(capsys)
        assert "ten" in said
        assert not any(letter in said for letter in RAW)


@pytest.mark.parametrize("name", [HOSTILE, "\\ud800"])
def test_names_of_tensors_are_shown_without_their_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / "odd.safetensors"
    save_file({"longest name of them all": np.zeros(3, np.float32)}, path)
    content = path.read_bytes()[8:]
    header, data = content[: content.index(b"}}") + 2], content[-12:]
    odd = header.replace(b"longest name of them all", name.encode("unicode_escape")
                         .replace(b"\\x", b"\\u00").replace(b"\\\\u", b"\\u"))  # fmt: skip
    path.write_bytes(len(odd).to_bytes(8, "little") + odd + data)
    assert exit_code("weights", "add", path) == 1
    said = told(capsys)
    assert "odd.safetensors" in said
    assert not any(letter in said for letter in RAW)


def test_every_way_of_printing_shows_and_does_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(title=HOSTILE)
    table.add_column(HOSTILE)
    table.add_row(HOSTILE)
    for console in (out, err):
        console.print(HOSTILE)
        console.print(f"two\nlines {HOSTILE}", style="red")
        console.print(table)
    say_json({"name": HOSTILE, "half": "\ud800", "letter": "雨"})
    captured = capsys.readouterr()
    said = captured.out + captured.err
    assert not any(letter in said for letter in RAW)
    assert "two\nlines" in said
    assert "雨" in said
    text = captured.out[captured.out.index("{") :]
    assert json.loads(text)["name"] == HOSTILE


def test_a_log_on_a_terminal_shows_and_does_no_more() -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("nledn", logging.WARNING, "", 0, HOSTILE, (), info)
    line = LogLines(logging.BASIC_FORMAT).format(record)
    assert "Traceback" in line
    assert not any(letter in line for letter in RAW)


class _Interrupted(io.StringIO):
    """Text that Ctrl-C is pressed at, as soon as its first line is there."""

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.getvalue() == "first\n":
            signal.raise_signal(signal.SIGINT)
        return written


def test_ctrl_c_within_a_line_prints_no_line_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    said = _Interrupted()
    monkeypatch.setattr(sys, "stderr", said)
    with cancelled_by_ctrl_c("Ending …") as cancel:
        err.print("first")
        assert cancel.is_cancelled
    assert said.getvalue() == "first\nEnding …\n"


class _Overheard(io.StringIO):
    """Text that notes, as each part comes, what another thread would find."""

    def __init__(self) -> None:
        super().__init__()
        self.quiet: list[bool] = []

    def write(self, text: str) -> int:
        self.quiet.append(err.quiet)
        return super().write(text)


def test_an_error_lets_no_other_thread_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    said = _Overheard()
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.setattr(err, "quiet", True)
    err.print("chatter")
    err.print("It failed.", style=ERROR_STYLE)
    assert said.getvalue() == "It failed.\n"
    assert all(said.quiet)
