"""Hard names on the command line: derain, batch, reports."""

import csv
import html
import json
import os
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from nledn.batch import Queue, State, preview, report_of
from nledn.cli import main
from nledn.messages import printable
from nledn.naming import Naming, name_of
from nledn.report import write
from tests.batch.batches import batch, even_weights, request, results
from tests.faults.hard_names import AT_THE_END, HARD, photos

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="its disks take only some of these names"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "wet"
    photos(folder, list(HARD.values()))
    monkeypatch.chdir(folder)
    return folder


def result_of(name: str) -> str:
    return name_of(Naming(Path(name).stem, ".png", "", 1.0, 1))


def nledn(capture: pytest.CaptureFixture[bytes], *arguments: str) -> bytes:
    """Return the output of `nledn`; names that begin with a dash come as from a shell's pattern."""
    given = [f"./{word}" if word in HARD.values() else word for word in arguments]
    with pytest.raises(SystemExit) as ended:
        main(given)
    printed = capture.readouterr()
    assert ended.value.code == 0, printed.err
    return printed.out


def test_derain_tells_its_results_byte_for_byte(
    folder: Path, dry: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    names = [*HARD.values(), *AT_THE_END.values()]
    photos(dry, list(AT_THE_END.values()))
    for name in AT_THE_END.values():
        (dry / name).rename(folder / name)
    weights = ("--weights", str(even_weights(dry.parent / "ten.safetensors")), "--threads", "1")
    told = nledn(capfdbinary, "derain", *names, "-o", str(dry), *weights)
    expected = [os.fsencode(dry / result_of(name)) for name in names]
    assert told == b"".join(path + b"\n" for path in expected)
    assert len(results(dry)) == len(names)
    asked = ("--overwrite", "--json")
    found = json.loads(nledn(capfdbinary, "derain", *names, "-o", str(dry), *weights, *asked))
    assert [result["source"] for result in found] == names
    assert [os.fsencode(result["output"]) for result in found] == expected


def test_a_batch_takes_every_name_and_goes_on_where_it_stopped(folder: Path, dry: Path) -> None:
    ending, rows = batch(folder, dry)
    assert ending.counts.done == len(HARD)
    assert {row.source.name for row in rows} == set(HARD.values())
    assert results(dry) == {result_of(name) for name in HARD.values()}
    assert all(item.row.state is State.DONE for item in preview(request(folder, dry)))


def test_long_names_that_differ_in_their_middle_alone_get_results_of_their_own(
    tmp_path: Path, dry: Path
) -> None:
    folder = tmp_path / "long"
    photos(folder, ["x" * 225 + letter + "x" * 25 + ".png" for letter in "abc"])
    ending, _ = batch(folder, dry)
    assert ending.counts.done == 3
    assert len(results(dry)) == 3
    assert batch(folder, dry)[0].counts.done == 3


class _Addresses(HTMLParser):
    """The local addresses and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_reports_have_every_name(folder: Path, dry: Path) -> None:
    batch(folder, dry)
    with Queue.opened(request(folder, dry), plan=False) as queue:
        report = report_of(queue)
    shown = {printable(name) for name in HARD.values()}
    for suffix in (".html", ".csv", ".json"):
        write(report, dry.with_suffix(suffix))
    rows = json.loads(dry.with_suffix(".json").read_text("utf-8"))["rows"]
    assert {row["file"] for row in rows} == shown
    with dry.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        cells = {row["file"] for row in csv.DictReader(file)}
    assert {cell.removeprefix("./") for cell in cells} == shown
    assert not [cell for cell in cells if cell[0] in "=+-@"]
    page = _Addresses()
    page.feed(dry.with_suffix(".html").read_text("utf-8"))
    assert all(name in page.text for name in shown)
    assert "b" not in page.tags
    found = {os.fsdecode(unquote_to_bytes(link)) for link in page.links}
    assert found >= {f"wet/{name}" for name in HARD.values()}
    assert html.escape("<b>") in dry.with_suffix(".html").read_text("utf-8")


def test_figures_of_pairs_have_every_name(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = [HARD[kind] for kind in ("no UTF-8", "rich text", "a newline", "a formula")]
    Path("pairs").mkdir()
    for kind in ("rainy", "clean"):
        photos(tmp_path / "pairs" / kind, names)
    even_weights(Path("ten.safetensors"))
    shown = {printable(name) for name in names}
    options = ("--weights", "ten.safetensors", "--threads", "1")
    nledn(capfdbinary, "evaluate", "--pairs", "pairs", "--json", "e.json", *options)
    assert {row["file"] for row in json.loads(Path("e.json").read_text("utf-8"))["images"]} == shown
    figures = ("--json", "c.json")
    both = (*options, "--weights", "afterrain")
    nledn(capfdbinary, "compare", "pairs", *both, *figures)
    assert {row["file"] for row in json.loads(Path("c.json").read_text("utf-8"))["images"]} == shown
    for name in names[:2]:
        one = (f"pairs/rainy/{name}", "--truth", f"pairs/clean/{name}")
        outputs = ("-o", "s.png", "-o", "p.html", "-o", "c.csv")
        nledn(capfdbinary, "compare", *one, *options, *figures, *outputs)
        assert json.loads(Path("c.json").read_text("utf-8"))["photo"] == printable(name)
        page = _Addresses()
        page.feed(Path("p.html").read_text("utf-8"))
        assert printable(name) in page.text


@pytest.mark.parametrize("name", HARD.values(), ids=HARD.keys())
def test_a_name_is_shown_in_one_line_that_only_shows(name: str) -> None:
    shown = printable(name)
    shown.encode()
    assert len(shown.splitlines()) == 1
    assert not set(shown) & set("\x1b\x9b\n\t\u202e")
