"""Error -> what happened and what to do, in the person's language.

The words are `nledn.messages`'; those that speak of the command line have their own here.
"""

import re
import string
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import PurePath

from app.shell.translation import mark, tr
from nledn import errors
from nledn.errors import DerainError
from nledn.messages import TEMPLATES, Message, words_of

REMEDIES: Mapping[type[DerainError], str] = {
    errors.PhotoIsFolder: mark("Open one of the photos in it."),
    errors.PhotoTooLarge: mark("Make it smaller, or derain it with the command line."),
    errors.OutputExists: mark("Choose another name."),
    errors.UnknownCheckpoint: mark("Choose another checkpoint."),
    errors.CheckpointIdTaken: mark("Remove that one first, or rename the file."),
    errors.DeviceUnavailable: mark("Choose Automatic or CPU in Settings."),
    errors.BackendUnavailable: mark("Choose Automatic in Settings."),
    errors.PrecisionUnavailable: mark("Choose Automatic in Settings."),
    errors.OutOfMemory: mark("Close other programs, or choose a smaller tile in Settings."),
    errors.OptionInvalid: mark("Choose another value in Settings."),
    errors.BatchInputIsPhoto: mark("Open it by itself."),
    errors.BatchInputEmpty: mark("Choose another folder."),
    errors.PhotoFailed: mark("Your photo is untouched. The log has the details."),
}
WORDS: Mapping[type[DerainError], str] = {
    errors.OptionInvalid: mark("{found} is not a value for {option}; it takes {allowed}."),
}
"""What happened, where the command line's sentence does not fit a window."""

NO_FILE = mark("{path} is no file but a pipe, a socket or a device, and was not read.")
THERE_ALREADY = mark("{path} is there already; another choice for results that exist replaces it.")


def explain(error: BaseException) -> Message:
    """The words for an error; one of our own making gets a sentence that leads to the log."""
    if not isinstance(error, DerainError):
        what = tr("Something went wrong inside AfterRain ({kind}).", kind=type(error).__name__)
        return Message(what, tr("Your photo is untouched. The log has the details."))
    template = TEMPLATES[type(error)]
    fields = words_of(error)
    what = WORDS.get(type(error), template.what)
    remedy = REMEDIES.get(type(error), template.remedy)
    return Message(tr(what).format(**fields), tr(remedy).format(**fields))


def in_words(sentence: str) -> str:
    """A sentence of a journal, which is in English and for the command line, as the window's.

    Files are told by their names alone: the row that it stands in says where they are.
    """
    known = _known(sentence)
    if known is None:
        return sentence
    templates, fields = known
    return " ".join(tr(words).format(**fields) for words in templates if words)


@lru_cache(maxsize=1000)  # a table asks for the same ones whenever it is painted
def _known(sentence: str) -> tuple[tuple[str, str], dict[str, str]] | None:
    for pattern, what, remedy in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            fields = found.groupdict()
            return (what, remedy), {
                name: PurePath(value).name if name in ("path", "source") else value
                for name, value in fields.items()
            }
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    """How each sentence reads in a journal, and the window's words for it."""
    from nledn.batch import targets

    there = (_pattern(targets.ALREADY_THERE), THERE_ALREADY, "")
    no_file = (_pattern(targets.NO_FILE), NO_FILE, "")
    told = (
        (
            _pattern(f"{template.what} {template.remedy}".strip()),
            WORDS.get(kind, template.what),
            REMEDIES.get(kind, template.remedy),
        )
        for kind, template in TEMPLATES.items()
    )
    return (there, no_file, *told)


def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = []
    for literal, field, _, _ in string.Formatter().parse(template):
        parts.append(re.escape(literal))
        if field:
            parts.append(f"(?P={field})" if field in seen else f"(?P<{field}>.*)")
            seen.add(field)
    return re.compile("".join(parts), re.DOTALL)
