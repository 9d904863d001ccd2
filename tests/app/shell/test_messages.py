"""Errors in the window's words: a sentence for each, and none that speaks of the command line."""

from pathlib import Path

import pytest

from app.shell.messages import REMEDIES, WORDS, explain
from nledn import errors
from nledn.messages import TEMPLATES


@pytest.mark.parametrize("kind", TEMPLATES, ids=lambda kind: kind.__name__)
def test_no_words_of_the_command_line(kind: type[errors.DerainError]) -> None:
    template = TEMPLATES[kind]
    words = WORDS.get(kind, template.what) + REMEDIES.get(kind, template.remedy)
    assert "--" not in words


def test_gaps_are_filled() -> None:
    error = errors.PhotoTooLarge(Path("a.jpg"), 300.0, 250.0)
    assert explain(error).what == "a.jpg has 300 megapixels; the limit is 250."


def test_an_error_of_our_own_making_leads_to_the_log() -> None:
    message = explain(ZeroDivisionError("secret"))
    assert "ZeroDivisionError" in message.what
    assert "log" in message.remedy
    assert "secret" not in str(message)
