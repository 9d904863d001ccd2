"""The bundle as a person has it: in a clean folder, without Python, and with an empty home."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import ImageGrab

from nledn import photo, places

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
SCREEN = (1400, 900)
X_SERVER = ("Xvfb", "-screen", "0", f"{SCREEN[0]}x{SCREEN[1]}x24", "-nolisten", "tcp", "-noreset")
Found = TypeVar("Found")
LONGEST_S = 120  # until something is on the screen or on the disk


@dataclass(frozen=True)
class Frozen:
    """The bundle's folder, and a home for its runs."""

    folder: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of this Python's, and no other program."""
        return {"HOME": str(self.home), "PATH": "/nonexistent", "LANG": "C.UTF-8"}

    def run(self, program: str, *arguments: object) -> str:
        done = subprocess.run(
            [self.folder / program, *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("PyInstaller", reason="`make test-slow` installs PyInstaller")
    work = tmp_path_factory.mktemp("bundle")
    options = ("--noconfirm", "--log-level", "ERROR")
    places_of_it = ("--distpath", str(work / "dist"), "--workpath", str(work / "build"))
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", *options, *places_of_it, str(ROOT / "build.spec")],
        check=True,
        env={**os.environ, "PYINSTALLER_CONFIG_DIR": str(work / "cache")},
    )
    return Path(shutil.move(work / "dist" / "AfterRain", work / "anywhere else"))


@pytest.fixture
def frozen(made: Path, tmp_path: Path) -> Frozen:
    home = tmp_path / "home"
    home.mkdir()
    return Frozen(made, home)


def of_source(*arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nledn", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_it_checks_itself(frozen: Frozen) -> None:
    assert "afterrain on cpu" in frozen.run("AfterRain", "--self-check")


def test_no_link_leads_nowhere(made: Path) -> None:
    assert [path for path in made.rglob("*") if not path.exists()] == []


def test_it_gives_the_bytes_that_the_source_gives(frozen: Frozen, tmp_path: Path) -> None:
    options = ("--backend", "openvino", "--precision", "fp32", "--threads", "2", "--tile", "384")
    for name, run in (("frozen.png", frozen.run), ("source.png", _of_source_as_program)):
        run("nledn", "derain", places.sample_photo(), "-o", tmp_path / name, *options)
    assert (tmp_path / "frozen.png").read_bytes() == (tmp_path / "source.png").read_bytes()


def _of_source_as_program(_program: str, *arguments: object) -> str:
    return of_source(*arguments)


def test_it_has_the_modules_that_the_source_has(frozen: Frozen) -> None:
    found = dict(_named(line) for line in frozen.run("nledn", "info", "--modules").splitlines())
    assert list(found) == of_source("info", "--modules").splitlines()
    lacking = {name: why for name, why in found.items() if why}
    assert set(lacking) <= {"nledn.backends.torch", "nledn.network"}
    assert all(why.startswith("(not in this edition") for why in lacking.values())


def _named(line: str) -> tuple[str, str]:
    name, _, why = line.partition(" ")
    return name, why


def test_it_says_what_it_is_and_carries(frozen: Frozen) -> None:
    assert "a bundle" in frozen.run("nledn", "info")
    assert "Qt" in frozen.run("nledn", "licences")


@pytest.fixture
def display() -> Iterator[str]:
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    with subprocess.Popen(
        [*X_SERVER, "-displayfd", "1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
        server.terminate()


def test_the_window_opens_derains_saves_and_quits(
    frozen: Frozen, display: str, tmp_path: Path
) -> None:
    rainy = Path(shutil.copy(places.sample_photo(), tmp_path / "rainy.jpg"))
    derained = tmp_path / "rainy_derained.jpg"
    with subprocess.Popen(
        [frozen.folder / "AfterRain", rainy], env={**frozen.environment, "DISPLAY": display}
    ) as window:
        number = until(lambda: told(display, "search", "--onlyvisible", "--name", "rainy"))
        told(display, "windowfocus", "--sync", number.split()[0])
        until(lambda: press(display, "ctrl+d", "ctrl+s") and derained.exists())
        shown = ImageGrab.grab(xdisplay=display)
        shown.save(tmp_path / "window.png")  # pytest keeps it
        press(display, "ctrl+q")
        assert window.wait(LONGEST_S) == 0
    assert len(np.unique(np.asarray(shown))) > 100, "a photo is on the screen"
    before, after = photo.read(rainy), photo.read(derained)
    assert before.pixels.shape == after.pixels.shape
    assert not np.array_equal(before.pixels, after.pixels)


def told(display: str, *arguments: str) -> str:
    done = subprocess.run(
        ["xdotool", *arguments],
        env={**os.environ, "DISPLAY": display},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def press(display: str, *keys: str) -> bool:
    """Press keys, one after the other; the window takes those that mean something just then."""
    for key in keys:
        told(display, "key", key)
    return True


def until(look: Callable[[], Found]) -> Found:
    """Look again and again, from outside, until there is something."""
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.5)
    raise AssertionError("nothing came of it")
