"""Reports of many photos, as HTML in one file, CSV or JSON."""

import base64
import csv
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote_from_bytes

import jinja2

from nledn.atomic import check, replacing_text
from nledn.errors import DerainError, OptionInvalid, OutputExists, OutputFailed
from nledn.messages import in_cell, printable
from nledn.metrics import Scores, finite
from nledn.naming import free_name

HTML_MARK = '<meta name="generator" content="AfterRain">'
JSON_MARK = '"program": "AfterRain"'
TABLE_MARK = ",psnr_y,ssim_y,"
MARKS = {".html": HTML_MARK, ".htm": HTML_MARK, ".json": JSON_MARK, ".csv": TABLE_MARK}
"""The mark near the start of pages, JSON and tables, by which a later run may replace them."""

PAGE_NAME = "AfterRain report.html"
"""The default name of a page in the folder of the results; see `page_in`."""

_FIRST = ("failed", "skipped")
_MAY_END = re.compile(r"(?<=[/_\s-])(?=[^/_\s-])")  # a line, in the name of a file
_WEBP = "data:image/webp;base64,"


@dataclass(frozen=True)
class ReportRow:
    """One photo; None where a figure is not known.

    Attributes:
        name: as shown.
        state: in a word.
        seconds: of computing.
        taken: the removed rain: the mean absolute change, in levels of 255.
        brightness: the median change of luma, in levels of 255.
        scores: where there is a photo without rain.
        marks: points that the user should check.
        note: a sentence, or several.
        error: why it failed or was skipped.
        checkpoint: id of the model; empty if unknown.
        reason: why it was chosen; empty if the user named it.
        output: the result.
        before: a small picture, WebP, like `after`.
    """

    file: Path
    name: str
    state: str
    size_bytes: int | None = None
    width_px: int | None = None
    height_px: int | None = None
    seconds: float | None = None
    taken: float | None = None
    brightness: float | None = None
    scores: Scores | None = None
    marks: tuple[str, ...] = ()
    note: str = ""
    error: DerainError | None = None
    device: str = ""
    checkpoint: str = ""
    reason: str = ""
    output: Path | None = None
    before: bytes | None = None
    after: bytes | None = None


@dataclass(frozen=True)
class Report:
    """The content of a report.

    Attributes:
        title: its heading.
        facts: names and values that a page hides at first, such as paths and settings.
        rows: the photos.
        summary: names and short values that a page begins with.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[ReportRow, ...]
    summary: tuple[tuple[str, str], ...] = ()


def kind_of(path: Path) -> str:
    """Return the ending of a report, one of `MARKS`.

    Raises:
        OptionInvalid: it is another one.
    """
    kind = path.suffix.lower()
    if kind not in MARKS:
        raise OptionInvalid("report", str(path), "a file that ends in .html, .csv or .json")
    return kind


def page_in(folder: Path) -> Path:
    """Return where a page goes in a folder of results.

    An earlier page is replaced. Another file of that name, or a link, stays: the page gets the next
    free name.
    """
    return free_name(folder / PAGE_NAME, _is_taken)


def _is_taken(path: Path) -> bool:
    if path.is_symlink():
        return True
    try:
        check(path, mark=HTML_MARK.encode())
    except (OutputExists, OutputFailed):
        return True
    return False


def write(
    report: Report, path: Path, *, overwrite: bool = False, sources: Sequence[Path] = ()
) -> None:
    """Write a report in the format that the suffix of `path` names; an earlier one is replaced.

    Args:
        report: its content.
        path: of the file.
        overwrite: also replace a file that is not a report.
        sources: files that are never replaced.

    Raises:
        OptionInvalid: it ends in none of `MARKS`.
        WriteError: it cannot be written.
    """
    kind = kind_of(path)
    with replacing_text(path, overwrite=overwrite, sources=sources, mark=MARKS[kind]) as file:
        if kind == ".csv":
            columns = list(plain(ReportRow(Path(), "", "")))
            dump_csv(columns, (plain(row) for row in report.rows), file)
        elif kind == ".json":
            rows = [
                plain(row) | ({} if row.error is None else row.error.to_dict())
                for row in report.rows
            ]
            facts = dict((*report.summary, *report.facts))
            dump_json({"title": report.title, "facts": facts, "rows": rows}, file)
        else:
            file.writelines(_page(report, path))


def write_json(
    content: dict[str, Any], path: Path, sources: Sequence[Path], *, overwrite: bool = False
) -> None:
    """Write figures; earlier ones are replaced, another file by `overwrite`, a source never.

    Raises:
        WriteError: it cannot be written.
    """
    with replacing_text(path, overwrite=overwrite, sources=sources, mark=JSON_MARK) as file:
        dump_json(content, file)


def plain(row: ReportRow) -> dict[str, Any]:
    """A row without pictures, for JSON and CSV; null for a figure that is not finite."""
    return {
        "file": row.name,
        "state": row.state,
        "output": None if row.output is None else printable(row.output),
        "width_px": row.width_px,
        "height_px": row.height_px,
        "size_bytes": row.size_bytes,
        "seconds": finite(row.seconds, 3),
        "device": row.device,
        "checkpoint": row.checkpoint,
        "reason": row.reason,
        "rain_taken": finite(row.taken, 3),
        "brightness_shift": finite(row.brightness, 3),
        **{field.name: finite(getattr(row.scores, field.name, None)) for field in fields(Scores)},
        "marks": "; ".join(row.marks),
        "note": row.note,
    }


def dump_json(content: Mapping[str, Any], file: IO[str]) -> None:
    """Write readable JSON, without infinity and without escaped letters."""
    json.dump(
        {"program": "AfterRain", **content}, file, indent=2, allow_nan=False, ensure_ascii=False
    )
    file.write("\n")


def dump_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], file: IO[str]) -> None:
    """Write a table whose cells no spreadsheet takes for formulas."""
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: in_cell(value) for name, value in row.items()})


def _page(report: Report, path: Path) -> Iterator[str]:
    states = [row.state for row in report.rows]
    counts = {state: states.count(state) for state in _FIRST}
    return rendered(
        "report.html",
        {"link": lambda target: _link(target, path), "pieces": _MAY_END.split},
        report=report,
        rows=sorted(enumerate(report.rows, start=1), key=_rank),
        scored=any(row.scores for row in report.rows),
        counts={**counts, "marked": sum(bool(row.marks) for row in report.rows)},
    )


def _rank(placed: tuple[int, ReportRow]) -> int:
    """Put failures first, and keep the order otherwise."""
    state = placed[1].state
    return _FIRST.index(state) if state in _FIRST else len(_FIRST)


def rendered(
    template: str, filters: Mapping[str, Callable[..., object]], **values: object
) -> Iterator[str]:
    """Fill one of `nledn/templates`, part by part; `picture` makes WebP bytes an address."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nledn"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"picture": lambda webp: _WEBP + base64.b64encode(webp).decode()}
    environment.filters |= filters
    return environment.get_template(template).generate(**values)


def _link(target: Path, report: Path) -> str:
    """Return an address that stays valid if report and photos move together."""
    try:
        relative = os.path.relpath(target, report.parent)
    except ValueError:  # on another drive of Windows
        return target.absolute().as_uri()
    return quote_from_bytes(os.fsencode(relative.replace(os.sep, "/")))
