"""Errors are data that travels, with words for the command line beside it."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nledn import errors
from nledn.errors import (
    CheckpointMismatch,
    DerainError,
    OptionInvalid,
    PhotoDamaged,
    PhotoError,
    PhotoTakesTooLong,
    PhotoTooLarge,
    PlainError,
    kinds,
)
from nledn.messages import Note, explain_note
from tests.error_examples import EXAMPLES, NOT_TO_DO, example, faults, window_faults

WORDED = [kind for kind in kinds() if kind is not PlainError]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def every(kind: type[DerainError] = DerainError) -> Iterator[type[DerainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from every(child)


@pytest.mark.parametrize("kind", list(every()), ids=lambda kind: kind.__name__)
def test_every_error_has_words_or_is_a_group_of_the_drawing(kind: type[DerainError]) -> None:
    if not kind.sentence:
        assert kind.__subclasses__(), "it has no words"
        assert kind.__name__ in str(errors.__doc__)


@pytest.mark.parametrize("kind", WORDED, ids=lambda kind: kind.__name__)
def test_words_say_what_happened_to_which_file_and_what_to_do(kind: type[DerainError]) -> None:
    error = example(kind)
    assert faults(str(error), kind) == set()
    what, remedy = (error.filled(words) for words in (kind.sentence, kind.remedy))
    assert faults(what, kind) == set()
    assert remedy.endswith(".")
    assert remedy.split()[0] not in NOT_TO_DO
    assert remedy[0].isupper()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("street.jpg is bad. Copy it. Now.", "more than two sentences"),
        ("street.jpg is bad. Copy it", "no end"),
        (f"street.jpg is {'very ' * 30}bad. Copy it.", "long"),
        ("street.jpg failed (ValueError: x). Copy it.", "of Python"),
        ("PosixPath('street.jpg') is bad. Copy it.", "of Python"),
        ("street.jpg: <io.BytesIO object>. Copy it.", "of Python"),
        ("street.jpg is PhotoDamaged. Copy it.", "the name of a class"),
        ("A photo is bad. Copy it.", "without its file"),
        ("street.jpg is bad. Run nledn batch.", "of the command line"),
        ("street.jpg is bad. Use --overwrite.", "of the command line"),
        ("street.jpg is bad. Run pip install x.", "of the command line"),
        ("street.jpg is bad. Choose another checkpoint.", "a checkpoint, which the window calls"),
    ],
)
def test_the_rules_find_what_breaks_them(words: str, fault: str) -> None:
    (found,) = window_faults(words, PhotoDamaged)
    assert found.startswith(fault)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_errors_cross_process_borders(kind: type[DerainError]) -> None:
    error = example(kind)
    for again in (
        pickle.loads(pickle.dumps(error)),
        DerainError.from_dict(json.loads(json.dumps(error.to_dict()))),
    ):
        assert type(again) is kind
        assert vars(again) == vars(error)


def test_names_that_are_no_text_survive() -> None:
    error = PhotoDamaged(Path("/wet/\udcff.jpg"), "cut off")
    again = DerainError.from_dict(json.loads(json.dumps(error.to_dict())))
    assert vars(again) == vars(error)
    assert str(again).startswith(r"/wet/\xff.jpg is damaged")


DAMAGED: dict[str, Any] = {"path": "a.jpg", "detail": "cut off"}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "PhotoDamaged",
        {"error": "PhotoDamaged"},
        {"error": "PhotoSpoilt", "fields": DAMAGED},
        {"error": ["PhotoDamaged"], "fields": DAMAGED},
        {"error": "PhotoError", "fields": {"path": "a.jpg"}},
        {"error": "Path", "fields": {}},
        {"error": "PhotoDamaged", "fields": {"path": "a.jpg"}},
        {"error": "PhotoDamaged", "fields": {**DAMAGED, "more": 1}},
        {"error": "PhotoDamaged", "fields": {**DAMAGED, "detail": None}},
        {"error": "PhotoDamaged", "fields": {**DAMAGED, "path": 3}},
        {"error": "PhotoDamaged", "fields": {**DAMAGED, "path": "\ud800.jpg"}},
        {"error": "PhotoTakesTooLong", "fields": {"path": "a.jpg", "limit_s": "3"}},
        {"error": "PhotoTakesTooLong", "fields": {"path": "a.jpg", "limit_s": True}},
        {"error": "PhotoTakesTooLong", "fields": {"path": "a.jpg", "limit_s": 3.5}},
        {"error": "PhotoTooLarge", "fields": {"path": "a", "megapixels": 10**400, "limit": 1}},
        {"error": "PairTooSmall", "fields": {"path": "a", "size": [1, 2, 3], "limit_px": 7}},
        {"error": "UnknownCheckpoint", "fields": {"id": "a", "known": ["b", 1]}},
    ],
)
def test_data_that_is_no_error_becomes_its_sentence(data: object) -> None:
    error = DerainError.from_dict(data, "a.jpg was spoilt by {rain}.")
    assert type(error) is PlainError
    assert str(error) == "a.jpg was spoilt by {rain}."


@given(name=st.sampled_from([kind.__name__ for kind in kinds()]), fields=JSON, data=st.data())
def test_whatever_a_journal_holds_has_words(name: str, fields: object, data: st.DataObject) -> None:
    hints = next(kind for kind in kinds() if kind.__name__ == name).__dataclass_fields__
    drawn = data.draw(st.fixed_dictionaries(dict.fromkeys(hints, JSON)))
    for found in (fields, {"error": name, "fields": fields}, {"error": name, "fields": drawn}):
        assert isinstance(str(DerainError.from_dict(found, "old")), str)


@pytest.mark.parametrize("note", Note)
def test_every_note_on_a_photo_has_a_sentence(note: Note) -> None:
    sentence = explain_note(f"{note}:3" if note == Note.FRAMES else note)
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_numbers_and_lists_read_as_in_a_sentence() -> None:
    too_large = str(PhotoTooLarge(Path("a.png"), 3600.0, 250.0))
    assert too_large.startswith("a.png has 3600 megapixels; the limit is 250. ")
    mismatch = str(CheckpointMismatch(Path("a.pth"), ("conv1.bias",), (), ("g.weight", "w")))
    assert "is a model of another network (3 weights differ, first conv1.bias)" in mismatch
    assert str(OptionInvalid("tile", "7", "64 to 4096")) == (
        "Invalid tile: 7. Use 64 to 4096 for --tile."
    )


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_empty_fields_of_a_journal_have_words(kind: type[DerainError]) -> None:
    empty = {str: "", int: 0, list: []}
    plain = json.loads(json.dumps(example(kind).to_dict()))
    plain["fields"] = {key: empty.get(type(each), 0) for key, each in plain["fields"].items()}
    assert isinstance(str(DerainError.from_dict(plain, "old")), str)


def test_a_whole_number_may_stand_for_a_fraction_in_json() -> None:
    error = PhotoTooLarge(Path("a.png"), 300.0, 250.0)
    data = {"error": "PhotoTooLarge", "fields": {"path": "a.png", "megapixels": 300, "limit": 250}}
    assert vars(DerainError.from_dict(data)) == vars(error)


def test_fields_are_named_in_what_developers_see() -> None:
    assert repr(PhotoTakesTooLong(Path("a.png"), 9)).endswith("limit_s=9)")
    assert isinstance(PhotoTakesTooLong(Path("a.png"), 9), PhotoError)
    assert set(EXAMPLES) >= {str, int, float, Path}
