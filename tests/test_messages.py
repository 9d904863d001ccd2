"""Every error has words, and the words hold what the error knows."""

import pickle
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from nledn import errors
from nledn.errors import CheckpointMismatch, DerainError, OptionInvalid, PhotoTooLarge
from nledn.messages import NOTES, TEMPLATES, explain, explain_note, words_of
from nledn.photo import Note

EXAMPLES: dict[Any, Any] = {
    Path: Path("wet/street.jpg"),
    str: "some words",
    float: 3600.0,
    int: 64,
    tuple[str, ...]: ("one", "two"),
    tuple[int, int]: (640, 480),
}


def leaves(kind: type[DerainError] = DerainError) -> Iterator[type[DerainError]]:
    below = kind.__subclasses__()
    for child in below:
        yield from leaves(child)
    if not below:
        yield kind


LEAVES = list(leaves())


def example(kind: type[DerainError]) -> DerainError:
    hints = get_type_hints(kind.__init__)
    hints.pop("return", None)
    return kind(**{name: EXAMPLES[hint] for name, hint in hints.items()})


@pytest.mark.parametrize("kind", LEAVES)
def test_every_error_has_a_sentence_and_a_remedy(kind: type[DerainError]) -> None:
    message = explain(example(kind))
    for sentence in (message.what, message.remedy):
        assert sentence.endswith((".", ".)"))
        assert "{" not in sentence


@pytest.mark.parametrize("kind", LEAVES)
def test_what_an_error_knows_is_said(kind: type[DerainError]) -> None:
    error, template = example(kind), TEMPLATES[kind]
    gaps = {gap for _, gap, _, _ in string.Formatter().parse(template.what + template.remedy)}
    assert gaps - {None} <= set(words_of(error))
    if hasattr(error, "path"):
        assert str(error.path) in explain(error).what


@pytest.mark.parametrize("kind", LEAVES)
def test_errors_cross_process_borders(kind: type[DerainError]) -> None:
    error = example(kind)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert vars(again) == vars(error)


@pytest.mark.parametrize("kind", LEAVES)
def test_the_drawing_shows_every_error(kind: type[DerainError]) -> None:
    assert kind.__name__ in str(errors.__doc__)


@pytest.mark.parametrize("note", Note)
def test_every_note_on_a_photo_has_a_sentence(note: Note) -> None:
    sentence = explain_note(f"{note}:3" if note == Note.FRAMES else note)
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_no_note_has_words_that_nobody_says() -> None:
    assert set(NOTES) == {note.value for note in Note}


def test_numbers_and_lists_read_as_in_a_sentence() -> None:
    too_large = explain(PhotoTooLarge(Path("a.png"), 3600.0, 250.0)).what
    assert too_large == "a.png has 3600 megapixels; the limit is 250."
    mismatch = explain(CheckpointMismatch(Path("a.pth"), ("conv1.bias",), (), ("g.weight", "w")))
    assert "1 tensors missing, first conv1.bias; 2 tensors of another shape" in mismatch.what
    assert str(explain(OptionInvalid("tile", "7", "64 to 4096"))) == (
        "7 is not a value for --tile. It takes 64 to 4096."
    )
