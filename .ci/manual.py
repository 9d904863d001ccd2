"""The manual: the pages that are generated from the code, and the folder that the site is built of.

    python .ci/manual.py                 # renew docs/commands.md and docs/api.md
    python .ci/manual.py build/manual    # the same, then gather all pages there for zensical

The site also has the documents that live outside docs/. Links between pages are rewritten; links to
other files of the repository become text.
"""

import ast
import inspect
import posixpath
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"
ELSEWHERE = {
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
    "resources/samples/README.md": "samples.md",
}
"""Documents outside docs/, and their names in the site."""

LINK = re.compile(r"\[([^]]*)\]\((?!https?:|#)([^)#\s]+)([^)]*)\)")
VALUES = {"int range": "N", "int": "N", "float range": "N", "float": "N", "path": "PATH"}
FLAG = re.compile(r"--[a-z-]+")
SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Example):$", re.MULTILINE)

COMMANDS = """# Command line

Generated from the program. `nledn --help` and `nledn COMMAND --help` show the same.

Exit codes: 0 all done, 1 nothing done, 2 some photos failed, 64 a mistake in the command,
130 interrupted. No option replaces a source.
"""
API = """# Python API

Generated from the docstrings: `help(nledn.derain)` shows the same. Three lines lead from a photo to
the derained file, with all of its metadata:

```python
from pathlib import Path
import nledn

rainy = nledn.read_photo(Path("holiday.jpg"))
result = nledn.derain(rainy, nledn.Derainer.load(), strength=0.9)
nledn.write(result, Path("holiday_derained.jpg"))
```

The examples below run in `make test`. They use the `rainy`, `result` and
`derainer = nledn.Derainer.load()` of these lines.

Importing `nledn` is fast: torch or OpenVINO is loaded by the first call that computes.
"""
FURTHER = ("photo.Photo", "photo.WriteSettings")
"""Names that public functions take or return, beside those of `nledn.__all__`."""


def commands() -> str:
    """Return the page of the command line, from typer's commands."""
    from nledn.cli.main import program

    return COMMANDS + "".join(_command(program(), "nledn"))


def _command(command: Any, name: str) -> Iterator[str]:
    command = getattr(command, "called", command)
    context = type(command).context_class(command, info_name=name)
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    below = getattr(command, "commands", {})
    usage = [name, "[OPTIONS]", *(_argument(p) for p in arguments), *(["COMMAND"] if below else [])]
    yield f"\n## {name}\n\n{inspect.cleandoc(command.help or '')}\n\n    {' '.join(usage)}\n"
    rows = [(_argument(p), p.get_help_record(context)[1]) for p in arguments]
    rows += [(_flags(p, context), p.get_help_record(context)[1]) for p in options]
    if rows:
        yield "\n| option | meaning |\n|---|---|\n"
        yield from (f"| `{left}` | {_cell(right)} |\n" for left, right in rows)
    if command.epilog:  # names what the list of options leaves out
        yield "\n" + FLAG.sub(r"`\g<0>`", command.epilog) + "\n"
    for child in below:
        yield from _command(below[child], f"{name} {child}")


def _argument(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper())
    return f"{name}…" if parameter.nargs == -1 else name


def _flags(parameter: Any, context: Any) -> str:
    flags, _, value = parameter.get_help_record(context)[0].partition(" <")
    value = value.rstrip(">").removeprefix("list[").removesuffix("]").lower()
    return f"{flags} {VALUES.get(value, 'TEXT')}" if value else str(flags)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|").replace("<", "&lt;")


def api() -> str:
    """Return the page of the Python API, from the docstrings of the public names."""
    return API + "".join(chain.from_iterable(_documented(*item) for item in public_names().items()))


def public_names() -> dict[str, Any]:
    """Return what `nledn` offers, by name: its functions and classes."""
    import nledn

    names = [name for name in nledn.__all__ if not name.startswith("_")]
    found = {name: getattr(nledn, name) for name in names}
    found |= {name: getattr(nledn.photo, name.removeprefix("photo.")) for name in FURTHER}
    functions = {name: thing for name, thing in found.items() if inspect.isfunction(thing)}
    classes = {name: thing for name, thing in found.items() if inspect.isclass(thing)}
    return functions | classes


def _documented(name: str, thing: Any) -> Iterator[str]:
    yield f"\n## nledn.{name}\n\n{_signature(name, thing)}{_markdown(thing)}"
    for member, value in vars(thing).items() if inspect.isclass(thing) else ():
        plain = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if not member.startswith("_") and inspect.isfunction(plain):
            signature = "" if isinstance(value, property) else _signature(member, plain)
            yield f"\n### {name}.{member}\n\n{signature}{_markdown(plain)}"


def _definition(thing: Any) -> tuple[str, Any]:
    source = textwrap.dedent(inspect.getsource(thing))
    return source, ast.parse(source).body[0]


def _signature(name: str, thing: Any) -> str:
    """Return the head of a definition as its source has it, which `ruff format` leaves alone."""
    source, definition = _definition(thing)
    if isinstance(definition, ast.ClassDef):
        own = [each for each in thing.__mro__ if each.__module__.startswith("nledn")]
        texts = [
            str(ast.get_source_segment(text, field))
            for text, each in map(_definition, own)
            for field in each.body
            if isinstance(field, ast.AnnAssign)
        ]
        head = "\n    ".join([f"class {name.rpartition('.')[2]}:", *texts]) if texts else ""
    else:
        assert isinstance(definition, ast.FunctionDef)
        lines = source.splitlines()[definition.lineno - 1 : definition.body[0].lineno - 1]
        head = "\n".join(lines).replace(f"def {definition.name}", f"def {name}", 1) + " ..."
    return f"```python\n{head}\n```\n\n" if head else ""


def _markdown(thing: Any) -> str:
    """Return a Google docstring as Markdown: its sections are lists, its examples are blocks."""
    first, *sections = SECTION.split(inspect.getdoc(thing) or "")
    parts = [first.strip()]
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        text = textwrap.dedent(body.strip("\n")).strip()
        if title == "Example":
            parts.append(f"```python\n{text}\n```")
        elif title == "Returns":
            parts.append(f"**Returns:** {text}")
        else:
            items = re.sub(r"^([\w, ]+):", r"- `\1`:", text, flags=re.MULTILINE)
            parts.append(f"**{title}:**\n\n{items}")
    return "\n\n".join(parts) + "\n"


def gather(folder: Path) -> None:
    """Copy every page into a folder, each link leading to a page of the site."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder)
    for name in [f"docs/{path.name}" for path in DOCS.glob("*.md")] + list(ELSEWHERE):
        text = (REPOSITORY / name).read_text("utf-8")
        page = folder / in_site(name)
        page.write_text(LINK.sub(partial(_relinked, name), text), "utf-8")
    shutil.copy(REPOSITORY / "resources" / "icons" / "afterrain.svg", folder / "logo.svg")


def in_site(path: str) -> str:
    """Return the place in the site of a file of the repository."""
    return ELSEWHERE.get(path) or path.removeprefix("docs/")


def _relinked(page: str, link: re.Match[str]) -> str:
    text, target, anchor = link.groups()
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
    if path not in ELSEWHERE and not path.startswith("docs/"):
        return text
    return f"[{text}]({in_site(path)}{anchor})"


def main(arguments: list[str]) -> None:
    """Renew the generated pages, and gather all pages where a folder is named."""
    sys.path.insert(0, str(REPOSITORY))
    (DOCS / "commands.md").write_text(commands(), "utf-8")
    (DOCS / "api.md").write_text(api(), "utf-8")
    for folder in arguments:
        gather(Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
