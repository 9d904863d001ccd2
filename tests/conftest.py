import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import hypothesis
import pytest

from nledn import places
from tests.write_guard import WriteGuard, changes, snapshot

os.environ["QT_QPA_PLATFORM"] = "offscreen"
# Hypothesis keeps what it learns of the code; by default in the folder it is started from.
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(Path(tempfile.gettempdir()) / "hypothesis")

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared"

# At the end of a run one process would wait for another that has only just begun with these.
LONGEST = (
    "tests/soak/",
    "tests/training/",
    "tests/faults/test_kills.py",
    "tests/cli/test_batch.py",
)

Ship: TypeAlias = Callable[[str, float], None]

# The user's own folders, asked for before a test puts others in their place.
USER_PLACES = (
    places.user_data(),
    places.user_cache(),
    places.user_state(),
    places.user_settings(),
)
WRITTEN_BY_OTHERS = frozenset(
    # Caches of the tools, results of other commands, and what a person edits.
    {".git", ".venv", "__pycache__", "runs", "out", "build", "dist"}
    | {".hypothesis", ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
    | {".py", ".md", ".toml"}
)

# The same examples on every machine; no deadline, since a busy machine is no failure.
hypothesis.settings.register_profile(
    "afterrain", deadline=None, database=None, derandomize=True, print_blob=False
)
hypothesis.settings.load_profile("afterrain")


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, dict[str, Any], dict[str, Any]]:
    """Reports cross from one process to another as UTF-8, which has no bytes of odd names."""
    report = yield
    report["sections"] = [
        (title, text.encode(errors="backslashreplace").decode())
        for title, text in report["sections"]
    ]
    return report


@pytest.fixture(scope="session")
def write_guard(tmp_path_factory: pytest.TempPathFactory) -> WriteGuard:
    temporary = (tmp_path_factory.getbasetemp(), Path(tempfile.gettempdir()))
    return WriteGuard((*temporary, Path("/dev"), Path("/proc")), (REPOSITORY, *USER_PLACES))


@pytest.fixture(scope="session", autouse=True)
def _disk_as_it_was() -> Iterator[None]:
    before = snapshot((REPOSITORY, *USER_PLACES), WRITTEN_BY_OTHERS)
    yield
    changed = changes(before, snapshot((REPOSITORY, *USER_PLACES), WRITTEN_BY_OTHERS))
    assert not changed, f"the tests, or you meanwhile, wrote outside temporary folders: {changed}"


@pytest.fixture(autouse=True)
def _writes_stay_inside(write_guard: WriteGuard) -> Iterator[None]:
    write_guard.active = True
    yield
    write_guard.active = False
    found, write_guard.found = write_guard.found, []
    assert not found, f"this test wrote outside temporary folders: {found}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new home for every test, without settings, caches and checkpoints."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    for name, below in {
        "XDG_CONFIG_HOME": ".config",
        "XDG_CACHE_HOME": ".cache",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
    }.items():
        monkeypatch.setenv(name, str(folder / below))
    if "PySide6.QtCore" in sys.modules:
        _move_qt_settings(folder / ".config")
    return folder


@pytest.fixture(scope="session")
def found_right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the verdicts that tests share."""
    return tmp_path_factory.mktemp("verdicts")


@pytest.fixture
def self_tested(home: Path, found_right: Path) -> Iterator[None]:
    """A device that was right in an earlier test is not tried again, as on a person's machine."""
    trials = places.user_cache() / "trials"
    shutil.copytree(found_right, trials, dirs_exist_ok=True)
    yield
    for verdict in trials.glob("proof-*.json"):
        if verdict.read_text("utf-8") == '""':  # no problem was found
            shutil.copy(verdict, found_right)


def _move_qt_settings(folder: Path) -> None:
    # Qt reads XDG_CONFIG_HOME once and remembers.
    from PySide6.QtCore import QSettings

    for kind in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(kind, QSettings.Scope.UserScope, str(folder))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the repository, which is no part of it."""
    if not SHARED.is_dir():
        pytest.skip("needs the reference data in ../shared, which is not here")
    return SHARED


@pytest.fixture
def wet_size() -> tuple[int, int]:
    """Height and width of the photos in `wet`; other rooms have larger ones."""
    return (24, 32)


@pytest.fixture
def wet(request: pytest.FixtureRequest, wet_size: tuple[int, int], tmp_path: Path) -> Path:
    """A folder of small photos: those that the test's module names in `WET`, else three."""
    from tests.batch.batches import make_photos

    names = getattr(request.module, "WET", ["1.png", "2.png", "3.png"])
    make_photos(tmp_path / "wet", names, wet_size)
    return tmp_path / "wet"


@pytest.fixture
def dry(tmp_path: Path) -> Path:
    """The folder for their results, which is not there yet."""
    return tmp_path / "dry"


@pytest.fixture
def ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ship:
    """Ships models that find so many levels of rain everywhere, in place of the real ones."""
    from nledn import catalog
    from tests.checkpoint_files import constant_rain

    folder = tmp_path / "shipped"
    folder.mkdir()
    monkeypatch.setattr(places, "weights", lambda: folder)

    def shipped(id: str, levels: float) -> None:
        path = constant_rain(folder / f"{id}.safetensors", levels)
        catalog.write_card(replace(catalog.describe(path), id=id))

    return shipped


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A checkpoint for which it rains evenly."""
    from tests.batch.batches import even_weights

    return even_weights(tmp_path / "ten.safetensors")
