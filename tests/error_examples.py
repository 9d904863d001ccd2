"""An example of each error, and the rules that its words keep, for the command line and window."""

import re
from pathlib import Path
from typing import Any, get_type_hints

from nledn.errors import DerainError

EXAMPLES: dict[Any, Any] = {
    Path: Path("wet/street.jpg"),
    str: "some words",
    float: 3600.0,
    int: 64,
    tuple[str, ...]: ("one", "two"),
    tuple[int, int]: (640, 480),
}
SHORT = 110  # letters of a sentence, with those of its example
NOT_TO_DO = {"The", "It", "Its", "This", "That", "There", "They", "You", "Only", "If", "A", "An"}
OF_PYTHON = re.compile(
    r"\b(None|True|False|\w+Error|\w+Path)\b|[(][)]|(?<![.])\[|[{}<>]|\b[A-Z]\w*\("
)
OF_COMMAND_LINE = re.compile(r"\bnledn\b|\bpip\b|--|\bffmpeg\b|command|(?<= )-\w\b")


def example(kind: type[DerainError]) -> DerainError:
    hints = get_type_hints(kind.__init__)
    hints.pop("return", None)
    return kind(**{name: EXAMPLES[hint] for name, hint in hints.items()})


def faults(words: str, kind: type[DerainError]) -> set[str]:
    """The rules that an example's words break, in any language."""
    ends = re.findall(r"[.!?](?=\s|$)|。", words)
    found = {
        "more than two sentences": len(ends) > 2,
        "no end": not words.endswith((".", "。")),
        "long": any(len(part) > SHORT for part in re.split(r"(?<=[.。]) ", words)),
        "of Python": OF_PYTHON.search(words) is not None,
        "the name of a class": kind.__name__ in words,
        "without its file": "path" in get_type_hints(kind.__init__) and "street.jpg" not in words,
    }
    return {fault for fault, is_there in found.items() if is_there}


def window_faults(words: str, kind: type[DerainError]) -> set[str]:
    """The rules that words of the window break."""
    found = {
        "of the command line": OF_COMMAND_LINE.search(words) is not None,
        "a checkpoint, which the window calls a model": "checkpoint" in words.lower(),
    }
    return faults(words, kind) | {fault for fault, is_there in found.items() if is_there}
