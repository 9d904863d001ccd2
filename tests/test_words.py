"""Plain English in strings, comments, docstrings and documents."""

import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDERS = ("app", "nledn", "tests", "benchmarks", ".ci")
DOCUMENTS = ("*.md", "docs/*.md", "benchmarks/*.md", "resources/samples/*.md", "weights/*.md")
QUESTION = re.compile(r'^ *r?"""(?:What|Whether|How|Where|Which|Who)\b.*', re.MULTILINE)
QUESTIONS_AT_MOST = 20
BETTER = {
    r"anew": "again",
    r"likewise": "also, the same",
    r"whoever": "the user, or nothing",
    r"(?:no|some)body": "another user, or nothing",
    r"(?:is|are|was|were|be|been) (?:told|said)": "is reported, is shown",
    r"at hand": "available",
    r"of (?:one's|its|their|his|our|your) own": "own, separate",
    r"by itself": "automatically, alone",
    r"as it (?:is|was)(?=[.,;:)])": "unchanged",
    r"what is open": "the open photo",
    r"till": "until",
    r"(?:go|goes|going|went|gone) on": "continue, resume",
    r"com(?:e|es|ing) to rest": "when idle",
    r"(?:that )?there (?:is|are|was|were) not": "missing",
    r"that there (?:is|are|was|were) no(?:ne)?": "missing",
}
# Words of one sentence may stand on several lines, of comments or of strings.
AVOIDED = re.compile(rf"\b(?:{'|'.join(BETTER)})\b".replace(" ", r"""[\s"#]+"""), re.IGNORECASE)


def test_docstrings_name_things() -> None:
    asking = [
        f"{path}: {match[0].strip()}" for path, text in texts() for match in QUESTION.finditer(text)
    ]
    assert len(asking) <= QUESTIONS_AT_MOST, "\n".join(asking)


def test_plain_words() -> None:
    found = [
        f"{path}:{line_of(text, match)}: {match[0]}"
        for path, text in texts()
        for match in AVOIDED.finditer(text)
    ]
    assert not found, "\n".join([*found, *(f"{word}: {why}" for word, why in BETTER.items())])


def texts() -> Iterator[tuple[Path, str]]:
    """Every program and document but this one, by its path in the repository."""
    for folder in FOLDERS:
        for path in sorted((REPOSITORY / folder).rglob("*")):
            if path != Path(__file__) and path.is_file() and path.suffix in (".py", ".html", ""):
                yield path.relative_to(REPOSITORY), path.read_text("utf-8")
    for pattern in DOCUMENTS:
        for path in sorted(REPOSITORY.glob(pattern)):
            yield path.relative_to(REPOSITORY), path.read_text("utf-8")


def line_of(text: str, match: re.Match[str]) -> int:
    """The line of a match, from 1."""
    return text.count("\n", 0, match.start()) + 1
