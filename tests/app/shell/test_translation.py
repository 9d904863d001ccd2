"""Every word of the window is there in every language it speaks."""

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication

from app.photo.panel import DerainButton
from app.shell.translation import LANGUAGES, chosen_language, explain, install, tr
from nledn import places
from nledn.errors import PhotoNotFound
from tests.app.texts import bare, found, translated

FILES = sorted((places.resources() / "translations").glob("*.ts"))


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[list[QTranslator]]:
    installed = install(qapp, "zh_CN")
    yield installed
    for translator in installed:
        qapp.removeTranslator(translator)


def test_each_language_has_its_file() -> None:
    assert {path.stem.removeprefix("afterrain_") for path in FILES} | {"en"} == set(LANGUAGES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_left_untranslated_and_nothing_is_left_over(path: Path) -> None:
    known = translated(path)
    for context, texts in found().items():
        assert set(known[context]) == texts, "run .ci/translations"
        untranslated = [text for text in texts if not known[context][text]]
        assert not untranslated


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_gaps_are_the_same(path: Path) -> None:
    for texts in translated(path).values():
        for text, words in texts.items():
            assert gaps(text) == gaps(words), text


def gaps(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_compiled_is_what_is_written(path: Path, qapp: QApplication) -> None:
    translator = QTranslator()
    assert translator.load(str(path.with_suffix(".qm")))
    for context, texts in translated(path).items():
        for text, words in texts.items():
            assert translator.translate(context, text) == words, "run .ci/translations"


def test_no_words_reach_a_widget_past_the_translation() -> None:
    assert bare() == []


def test_the_window_speaks_chinese(chinese: list[QTranslator], qapp: QApplication) -> None:
    assert len(chinese) == 2  # ours, and Qt's own for its dialogs
    button = DerainButton()
    assert button.text() == "去雨"
    assert "找不到文件" in explain(PhotoNotFound(Path("/no")))
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    button.deleteLater()


def test_english_is_the_source(qapp: QApplication) -> None:
    assert install(qapp, "en") == []
    assert tr("{done} of {total} tiles", done=1, total=2) == "1 of 2 tiles"


@pytest.mark.parametrize(("setting", "language"), [("zh_CN", "zh_CN"), ("en", "en")])
def test_a_chosen_language_counts(setting: str, language: str) -> None:
    assert chosen_language(setting) == language


def test_without_a_choice_the_system_is_asked() -> None:
    assert chosen_language("") in LANGUAGES
