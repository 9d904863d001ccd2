"""The manual: its links, the pages that are generated, and the site."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import manual

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for pattern in (
        "*.md",
        "docs/*.md",
        "benchmarks/*.md",
        "resources/samples/*.md",
        "weights/*.md",
    )
    for path in REPOSITORY.glob(pattern)
)
CODE = re.compile(r"^```(?s:.*?)^```|^ {4}.*$|`[^`\n]+`", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def prose(page: str) -> str:
    """Return a page without its code; a quoted line keeps its number."""
    text = (REPOSITORY / page).read_text("utf-8")
    return CODE.sub(lambda code: "\n" * code[0].count("\n"), text)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as forges and the site make them."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE)
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in plain}


def listed(entries: list[Any]) -> Iterator[str]:
    """Return the pages of a navigation, down to its last level."""
    for entry in entries:
        for value in entry.values():
            yield from [value] if isinstance(value, str) else listed(value)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", prose(page))
    for target, anchor in links:
        path = (REPOSITORY / page).parent / target if target else REPOSITORY / page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), f"{target}#{anchor}"


def test_each_page_is_in_the_navigation_and_in_the_index() -> None:
    site = tomllib.loads((REPOSITORY / "zensical.toml").read_text("utf-8"))["project"]
    pages = {manual.in_site(page) for page in PAGES if page.startswith("docs/")}
    pages |= set(manual.ELSEWHERE.values())
    assert set(listed(site["nav"])) == pages
    index = prose("docs/index.md")
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", index)
    assert {manual.in_site(str(Path("docs", link).as_posix())) for link in linked} >= {
        page for page in pages if page not in {"index.md", *manual.ELSEWHERE.values()}
    }


def test_the_program_ships_the_manual_with_the_pages_that_it_links_to() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert shipped["docs"] == "nledn/_data/docs"
    bundle = (REPOSITORY / "build.spec").read_text("utf-8")
    for page in (page for page in PAGES if page.startswith("docs/")):
        for link in re.findall(r"\]\(\.\./([^)#]*)", prose(page)):
            (source,) = [each for each in shipped if f"{link}/".startswith(f"{each}/")]
            assert shipped[source] == f"nledn/_data/{source}"
            assert f'"{source}": ' in bundle


@pytest.mark.parametrize(("name", "page"), [("commands", manual.commands), ("api", manual.api)])
def test_generated_pages_are_current(name: str, page: Any) -> None:
    kept = (REPOSITORY / "docs" / f"{name}.md").read_text("utf-8")
    assert kept == page(), "run .ci/manual.py"


def test_the_site_has_every_page_and_no_link_leaves_it(tmp_path: Path) -> None:
    manual.gather(tmp_path / "manual")
    for page in manual.ELSEWHERE.values():
        assert (tmp_path / "manual" / page).is_file()
    assert (tmp_path / "manual" / "screenshots" / "before-after.png").is_file()
    assert "](benchmarks.md)" in (tmp_path / "manual" / "tiling.md").read_text("utf-8")
    assert "](../" not in (tmp_path / "manual" / "editors.md").read_text("utf-8")


@pytest.mark.slow
def test_the_site_has_no_warning_and_loads_nothing_from_the_network(tmp_path: Path) -> None:
    manual.gather(tmp_path / "build" / "manual")
    shutil.copy(REPOSITORY / "zensical.toml", tmp_path)
    build = [sys.executable, "-m", "zensical", "build", "--strict"]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)
    pages = list((tmp_path / "dist" / "manual").glob("*.html"))
    assert len(pages) > 20
    for page in pages:
        loaded = re.findall(
            r"<(?:script|link|img)\b[^>]*? (?:src|href)=\"?([^\" >]+)", page.read_text("utf-8")
        )
        assert loaded
        assert not [address for address in loaded if re.match("(?:https?:)?//", address)], page.name
