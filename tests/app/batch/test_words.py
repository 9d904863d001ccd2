"""Sentences of a journal are English and speak of the command line; the window has its own."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.shell.messages import REMEDIES, in_words
from app.shell.translation import install
from nledn import errors
from nledn.batch.targets import ALREADY_THERE, NO_FILE
from nledn.messages import TEMPLATES, explain


def test_each_error_of_a_photo_is_known_again() -> None:
    error = errors.PhotoDamaged(Path("/wet/a (b).jpg"), "cut off {here}")
    assert in_words(str(explain(error))).startswith("a (b).jpg is damaged or was cut off (cut off")


def test_the_window_does_not_speak_of_the_command_line() -> None:
    words = in_words(ALREADY_THERE.format(path="/dry/1.jpg"))
    assert words.startswith("1.jpg is there already;")
    assert "--" not in words


def test_a_pipe_is_named(qapp: QApplication) -> None:
    sentence = NO_FILE.format(path="/wet/1.jpg")
    assert in_words(sentence).startswith("1.jpg is no file but a pipe")
    installed = install(qapp, "zh_CN")
    try:
        assert in_words(sentence).startswith("1.jpg 不是文件")
    finally:
        for translator in installed:
            qapp.removeTranslator(translator)


def test_unknown_sentences_stay_as_they_are() -> None:
    assert in_words("A note of another version.") == "A note of another version."


@pytest.mark.parametrize("kind", sorted(TEMPLATES, key=str), ids=lambda kind: kind.__name__)
def test_every_sentence_is_known_again(kind: type[errors.DerainError]) -> None:
    template = TEMPLATES[kind]
    sentence = f"{template.what} {template.remedy}".strip()
    told = REMEDIES.get(kind, template.remedy)
    assert in_words(sentence).endswith(told)


def test_in_chinese(qapp: QApplication) -> None:
    installed = install(qapp, "zh_CN")
    try:
        words = in_words(str(explain(errors.PhotoDamaged(Path("/wet/a.jpg"), "x"))))
    finally:
        for translator in installed:
            qapp.removeTranslator(translator)
    assert words.startswith("a.jpg 已损坏")
