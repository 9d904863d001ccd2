"""Finds every text that the window may show: for the test that none is left untranslated."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from app.shell.translation import CONTEXT
from nledn import places
from nledn.card import read_card
from nledn.errors import kinds
from nledn.messages import FETCH_TERMS, NO_LICENCES, Note

APP = Path(__file__).resolve().parents[2] / "app"

SHOWING = {"setText", "setToolTip", "setWindowTitle", "setAccessibleName", "setPlaceholderText"}
SHOWING |= {"QLabel", "QPushButton", "QCheckBox", "QAction", "addRow", "addAction", "addMenu"}
SHOWING |= {"heading", "muted", "Notice", "setInformativeText", "setStatusTip"}
NO_WORDS = {"AfterRain[*]"}


def found() -> dict[str, set[str]]:
    """Texts in the source by Qt's contexts: ours, and the classes that use Qt's own `self.tr`."""
    texts: dict[str, set[str]] = defaultdict(set)
    for path in sorted(APP.rglob("*.py")):
        for context, text in _calls(ast.parse(path.read_text("utf-8"))):
            texts[context].add(text)
    texts[CONTEXT] |= {FETCH_TERMS, NO_LICENCES, *(note.sentence for note in Note)}
    for path in places.weights().glob("*.toml"):
        card = read_card(path, "shipped")
        texts[CONTEXT] |= {card.purpose, card.description, card.training_data} - {""}
    for kind in kinds():
        texts[CONTEXT] |= {kind.sentence, kind.window_remedy or kind.remedy} - {""}
    return dict(texts)


def translated(path: Path) -> dict[str, dict[str, str]]:
    """Finished translations in a `.ts` file, by context and text."""
    root = ElementTree.parse(path).getroot()  # our file
    texts: dict[str, dict[str, str]] = {}
    for context in root.iter("context"):
        name = context.findtext("name", "")
        texts[name] = {
            message.findtext("source", ""): message.findtext("translation", "")
            for message in context.iter("message")
        }
    return texts


def bare() -> list[str]:
    """Literals with letters that go to a widget without passing through `tr`."""
    places = []
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in SHOWING:
                places += [
                    f"{path.name}: {argument.value!r}"
                    for argument in node.args[:1]
                    if isinstance(argument, ast.Constant) and _has_words(argument.value)
                ]
    return places


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _has_words(value: object) -> bool:
    letters = [letter for letter in str(value) if letter.isalpha()]
    return isinstance(value, str) and len(letters) > 1 and value not in NO_WORDS


def _calls(tree: ast.AST, class_name: str = "") -> Iterator[tuple[str, str]]:
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.ClassDef) else class_name
        match node:
            case ast.Call(ast.Name("tr" | "mark"), [ast.Constant(str(text)), *_]):
                yield CONTEXT, text
            case ast.Call(ast.Attribute(ast.Name("self"), "tr"), [ast.Constant(str(text)), *_]):
                yield class_name, text
            case ast.Call(
                ast.Name("translate"), [ast.Constant(str(context)), ast.Constant(str(text)), *_]
            ):
                yield context, text
        yield from _calls(node, inner)
