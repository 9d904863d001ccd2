"""Words in the user's language: one function, one context, Qt's translation files.

Every visible text goes through `tr` with a literal, which `.ci/translations` and the tests find.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from nledn import places

if TYPE_CHECKING:
    pass


CONTEXT = "AfterRain"
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""The languages of the program, each by its own name."""


def tr(text: str, **fields: object) -> str:
    """Return the text in the user's language, its gaps `{name}` filled from `fields`."""
    translated = QCoreApplication.translate(CONTEXT, text)
    return translated.format(**fields) if fields else translated


def mark(text: str) -> str:
    """Mark a literal for translation that reaches `tr` later, through a table."""
    return text


def chosen_language(setting: str) -> str:
    """Return the language to use.

    Args:
        setting: one of `LANGUAGES`, or empty for the system's.
    """
    if setting in LANGUAGES:
        return setting
    locale = QLocale.system()
    return "zh_CN" if locale.language() == QLocale.Language.Chinese else "en"


def install(app: QCoreApplication, language: str) -> list[QTranslator]:
    """Show `app` in `language`; the source is in English.

    Returns:
        The installed translators: ours, and Qt's for its own dialogs if it ships one.
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
    """Minutes and seconds, such as `0:31`; with hours if needed."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
