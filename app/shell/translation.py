"""Words in the person's language: one function, one context, Qt's translation files.

Every text that people read goes through `tr` with a literal, so that
`.ci/translations` and the tests find it.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from nledn import places

if TYPE_CHECKING:
    pass


CONTEXT = "AfterRain"
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""Those that the program speaks, each by its own name."""


def tr(text: str, **fields: object) -> str:
    """The text in the person's language, its gaps `{name}` filled from `fields`."""
    translated = QCoreApplication.translate(CONTEXT, text)
    return translated.format(**fields) if fields else translated


def mark(text: str) -> str:
    """Mark a literal for translation that `tr` is given later, through a table."""
    return text


def chosen_language(setting: str) -> str:
    """The language to speak.

    Args:
        setting: one of `LANGUAGES`, or empty for the system's.
    """
    if setting in LANGUAGES:
        return setting
    locale = QLocale.system()
    return "zh_CN" if locale.language() == QLocale.Language.Chinese else "en"


def install(app: QCoreApplication, language: str) -> list[QTranslator]:
    """Let `app` speak `language`; English is what the source is written in.

    Returns:
        What was installed: our words, and Qt's for its own dialogs where it ships them.
    """
    if language == "en":
        return []
    ours = str(places.resources() / "translations")
    qts = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    installed = []
    for name, folder in ((f"qtbase_{language}", qts), (f"afterrain_{language}", ours)):
        translator = QTranslator(app)
        if translator.load(name, folder):
            app.installTranslator(translator)
            installed.append(translator)
    return installed


def clock(seconds: float) -> str:
    """Minutes and seconds, such as `0:31`; hours where there are some."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
