"""Errors in the words of the window, in each of its languages."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.shell.translation import LANGUAGES, explain, install
from nledn.batch import Row
from nledn.batch.journal import Journal
from nledn.errors import (
    DerainError,
    NotAFile,
    PhotoDamaged,
    PhotoTooLarge,
    PlainError,
    ResultExists,
    kinds,
)
from tests.batch.batches import batch, make_photo
from tests.error_examples import NOT_TO_DO, example, window_faults

WORDED = [kind for kind in kinds() if kind is not PlainError]
OLD_JOURNAL = Path(__file__).parents[2] / "batch" / "data" / "journal_0_1.sql"


@pytest.fixture(params=LANGUAGES)
def language(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[str]:
    installed = install(qapp, request.param)
    yield request.param
    for translator in installed:
        qapp.removeTranslator(translator)


@pytest.mark.parametrize("kind", WORDED, ids=lambda kind: kind.__name__)
def test_every_error_in_the_words_of_the_window(language: str, kind: type[DerainError]) -> None:
    error = example(kind)
    words = explain(error)
    assert window_faults(words, kind) == set()
    remedy = error.filled(kind.window_remedy or kind.remedy)
    assert remedy.split()[0] not in NOT_TO_DO
    if language == "en":
        assert words == f"{error.filled(kind.sentence)} {remedy}"
    else:
        is_chinese = ["\u4e00" <= letter <= "\u9fff" for letter in words]
        assert words.count("。") == 2, "both sentences are translated"
        assert any(is_chinese)


def test_gaps_are_filled() -> None:
    words = explain(PhotoTooLarge(Path("a.jpg"), 300.0, 250.0))
    assert words.startswith("a.jpg has 300 megapixels; the limit is 250. ")


def test_a_fault_of_the_program_leads_to_the_log() -> None:
    words = explain(ZeroDivisionError("secret"))
    assert "log" in words
    assert "secret" not in words
    assert "ZeroDivisionError" not in words


def test_a_journal_keeps_errors_and_the_window_words_them(tmp_path: Path, language: str) -> None:
    wet, dry = tmp_path / "wet", tmp_path / "dry"
    damaged = make_photo(wet / "1 {x}.png")
    damaged.write_bytes(damaged.read_bytes()[:300])
    make_photo(wet / "2.png")
    there = dry / "2_derained.png"
    dry.mkdir()
    there.write_bytes(b"a result of another program")
    batch(wet, dry)
    journal = next((dry / ".afterrain").glob("*.sqlite"))
    failed, skipped = (row.error for row in Journal(journal).rows())
    assert isinstance(failed, PhotoDamaged)
    assert failed.path == damaged
    assert isinstance(skipped, ResultExists)
    assert skipped.path == there
    said = {"en": ("is damaged", "already exists"), "zh_CN": ("已损坏", "已存在")}[language]
    words = [explain(error, by_name=True) for error in (failed, skipped)]
    assert words[0].startswith(f"1 {{x}}.png {said[0]}")
    assert words[1].startswith(f"2_derained.png {said[1]}")


def test_an_old_journal_shows_its_sentences_unchanged(tmp_path: Path, language: str) -> None:
    rows = old_rows(tmp_path)
    assert [row.error is None for row in rows] == [True, False, False, False, False, False]
    said = [explain(row.error, by_name=True) for row in rows if row.error is not None]
    assert said == [row.sentence for row in rows if row.sentence]
    assert said[0] == (
        "/tmp/photos/dry/2_derained.png is there already; --on-conflict overwrite replaces it."
    )
    assert said[-1].startswith("/tmp/photos/wet/6.png is no file but a pipe")


@pytest.mark.parametrize(
    "kind",
    [
        '{"error": "PhotoSpoilt", "fields": {"path": "1.png"}}',
        '{"error": "PhotoDamaged", "fields": {"path": "1.png", "detail": 3}}',
        "{",
        "[" * 100_000,
    ],
    ids=["unknown", "of another type", "no JSON", "deep"],
)
def test_what_a_journal_holds_is_not_trusted(tmp_path: Path, kind: str) -> None:
    before, after = old_rows(tmp_path / "before"), old_rows(tmp_path / "after", kind)
    assert [explain(row.error) for row in after if row.error] == [
        row.sentence for row in before if row.sentence
    ]


def old_rows(folder: Path, kind: str = "PhotoDamaged") -> list[Row]:
    """The rows of a journal that version 0.1.0 wrote before errors were kept as data.

    Args:
        folder: for the journal.
        kind: what it says of the errors beside their sentences.
    """
    folder.mkdir(exist_ok=True)
    path = folder / "queue.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(OLD_JOURNAL.read_text("utf-8"))
        with database:
            database.execute("UPDATE photo SET kind = ? WHERE kind != ''", (kind,))
    return list(Journal(path).rows())


def test_files_are_named_without_their_folders_where_asked() -> None:
    error = NotAFile(Path("/wet/1.jpg"))
    assert explain(error, by_name=True).startswith("1.jpg is a pipe")
    assert explain(error).startswith(f"{error.path} is a pipe")
