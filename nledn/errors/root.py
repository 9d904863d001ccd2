"""The root of all errors: data with words, and how both travel and are kept."""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import repeat
from pathlib import Path
from string import Formatter
from typing import Any, ClassVar, dataclass_transform, get_args

from nledn.messages import printable

_KINDS: dict[str, type["DerainError"]] = {}


@dataclass_transform(eq_default=False)
@dataclass(eq=False)
class DerainError(Exception):
    """A failure that is not a fault of the program.

    A class lists its fields as a dataclass does, and its docstring is its sentence. Gaps such as
    `{path}` in the words name fields or properties. `str` gives the words of the command line.

    Attributes:
        sentence: what happened, and to which file; empty for a group of errors, without a remedy.
        remedy: what to do.
        window_remedy: what to do in the window, where `remedy` speaks of the command line.

    Example:
        >>> try:
        ...     nledn.read_photo(Path("missing.jpg"))
        ... except nledn.DerainError as error:
        ...     print(error)
        File not found: missing.jpg...
    """

    sentence: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    window_remedy: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if inspect.get_annotations(cls):
            dataclass(eq=False)(cls)
        if cls.remedy:
            cls.sentence = inspect.getdoc(cls) or ""
        _KINDS[cls.__name__] = cls

    def __str__(self) -> str:
        return " ".join(map(self.filled, (self.sentence, self.remedy))).strip()

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders (clusters, pools): rebuild from the fields.
        return (type(self), tuple(getattr(self, field.name) for field in fields(self)))

    def in_window(self, translated: Callable[[str], str], *, by_name: bool = False) -> str:
        """Return the words of the window.

        Args:
            translated: a sentence in the language of the window.
            by_name: name files without their folders.
        """
        words = (self.sentence, self.window_remedy or self.remedy)
        filled = (self.filled(translated(text), by_name=by_name) for text in words if text)
        return " ".join(filled)

    def filled(self, words: str, *, by_name: bool = False) -> str:
        """Return `words` with their gaps filled."""
        gaps = {name for _, name, _, _ in Formatter().parse(words) if name}
        return words.format(**{name: _word(getattr(self, name), by_name) for name in gaps})

    def to_dict(self) -> dict[str, object]:
        """Return the error as plain data, for JSON."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {
            name: str(value) if isinstance(value, Path) else value for name, value in values.items()
        }
        return {"error": type(self).__name__, "fields": plain}

    @staticmethod
    def from_dict(data: object, otherwise: str = "") -> "DerainError":
        """Return the error that `to_dict` made `data` of; nothing in it is trusted.

        Args:
            data: out of JSON.
            otherwise: the text of a `PlainError` if `data` is no known error.
        """
        match data:
            case {"error": str(name), "fields": dict(found)} if name in _KINDS:
                kind = _KINDS[name]
                hints = {field.name: field.type for field in fields(kind)}
                if kind.sentence and hints.keys() == found.keys():
                    try:
                        return kind(**{key: _checked(found[key], hints[key]) for key in hints})
                    except (OverflowError, TypeError, ValueError):
                        pass
        return PlainError(otherwise)


class PlainError(DerainError):
    """A sentence from another version, whose error is unknown here."""

    text: str
    sentence = "{text}"


def kinds() -> list[type[DerainError]]:
    """Return the errors that can be raised; the groups above them have no words."""
    return [kind for kind in _KINDS.values() if kind.sentence]


def _word(value: object, by_name: bool) -> str:
    match value:
        case float():
            return f"{value:.1f}".removesuffix(".0")
        case (int(width), int(height)):
            return f"{width}×{height}"
        case tuple():
            return ", ".join(map(str, value)) or "none"
        case Path() if by_name:
            return printable(value.name)
        case Path() | str():
            return printable(value)
        case _:
            return str(value)


def _checked(value: object, kind: Any) -> object:
    """Return a value out of JSON as a field of that type; raise if it is of another."""
    if isinstance(value, str) and kind in (str, Path):
        os.fsencode(value)  # raises for a text that no file name and no sentence of ours can be
        return kind(value)
    if type(value) in (int, float) and kind in (type(value), float):
        return kind(value)
    if not isinstance(value, list) or not get_args(kind):
        raise TypeError(kind)
    each = get_args(kind)
    if each[-1] is Ellipsis:
        each = tuple(repeat(each[0], len(value)))
    return tuple(_checked(one, its) for one, its in zip(value, each, strict=True))
