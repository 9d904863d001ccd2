"""Words in the user's language: translation files, errors, removed rain.

Every visible text goes through `tr` with a literal, which `.ci/translations` and the tests find.
"""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from nledn import places
from nledn.errors import DerainError

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
    """Return the language to use: that of the settings, else the system's."""
    if setting in LANGUAGES:
        return setting
    locale = QLocale.system()
    return "zh_CN" if locale.language() == QLocale.Language.Chinese else "en"


def install(app: QCoreApplication, language: str) -> list[QTranslator]:
    """Show `app` in a language, by our translator and Qt's for its own dialogs."""
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


def explain(error: BaseException, *, by_name: bool = False) -> str:
    """Return what happened and what to do; a fault of the program leads to the log."""
    if isinstance(error, DerainError):
        return error.in_window(tr, by_name=by_name)
    return tr("AfterRain failed unexpectedly; your photo is unchanged. See the log for details.")


# Levels of 255. Of 14 photos of real rain 1.9 to 12.3 are taken, and 6.7 of the median one.
LITTLE_TAKEN = 1.0
STRONG_TAKEN = 5.0
SHIFTED_BY = 5.0  # brightness: what the report of a batch marks
NOT_SHIFTED = 1.0  # a median below this is no change that anyone sees


def removal_of(taken: float) -> str:
    """Say how much rain was found; `taken` in levels of 255, on average."""
    if taken < LITTLE_TAKEN:
        return tr("Little rain found")
    return tr("Strong removal") if taken >= STRONG_TAKEN else tr("Rain removed")


def brightness_of(levels: float) -> str:
    """Describe the change of brightness; empty if it is invisible."""
    if abs(levels) < NOT_SHIFTED:
        return ""
    if abs(levels) < SHIFTED_BY:
        return tr("slightly darker") if levels < 0 else tr("slightly brighter")
    return tr("darker") if levels < 0 else tr("brighter")
