"""The profile that the desktop gives a screen: on a real X server, where there is one to start."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.shell import screen_profile as screen
from app.shell.screen_profile import desktop_profile, is_screen_profile, read_profile, x11_profile
from app.start import Beginning
from nledn.errors import NotAScreenProfile
from tests.app.imaging.test_qimage import LINEAR_GREY, SWAPPED

# Without -noreset the server would forget everything when its last client leaves.
X_SERVER = ("Xvfb", "-screen", "0", "320x240x24", "-nolisten", "tcp", "-noreset")


@pytest.fixture
def x_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    with subprocess.Popen(
        [*X_SERVER, "-displayfd", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        display = f":{server.stdout.readline().strip()}"
        monkeypatch.setenv("DISPLAY", display)
        yield display
        server.terminate()


def give(name: str, profile: bytes) -> None:
    """Set the profile, as a colour manager does when a session begins."""
    import xcffib
    from xcffib.xproto import Atom, PropMode

    server = xcffib.connect()
    root = server.get_setup().roots[server.pref_screen].root
    atom = server.core.InternAtom(False, len(name), name).reply().atom
    server.core.ChangeProperty(
        PropMode.Replace, root, atom, Atom.CARDINAL, 8, len(profile), profile, is_checked=True
    ).check()
    server.disconnect()


@pytest.mark.slow
def test_the_x_server_is_asked(x_server: str) -> None:
    assert desktop_profile(0) is None
    give("_ICC_PROFILE", SWAPPED)
    give("_ICC_PROFILE_1", LINEAR_GREY)
    assert desktop_profile(0) == SWAPPED
    assert x11_profile(1) == LINEAR_GREY
    assert desktop_profile(1) is None, "no RGB screen"
    assert desktop_profile(2) is None


def test_without_an_x_server_there_is_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    assert x11_profile(0) is None


@pytest.mark.qt_log_ignore("fromIccProfile: failed size sanity")
@pytest.mark.parametrize("other", [LINEAR_GREY, SWAPPED[:300]], ids=["grey", "cut off"])
def test_only_profiles_of_rgb_screens_are_taken(tmp_path: Path, other: bytes) -> None:
    assert is_screen_profile(SWAPPED)
    path = tmp_path / "other.icc"
    path.write_bytes(other)
    with pytest.raises(NotAScreenProfile):
        read_profile(path)


def test_the_window_shows_colours_as_the_desktop_says(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    monkeypatch.setattr(screen, "x11_profile", {0: SWAPPED}.get)
    with qtbot.waitSignal(window.picture.appearance_changed):
        window.screen_profile.read()
    assert window.picture.screen_profile == SWAPPED


def test_a_window_that_begins_on_the_second_screen_has_its_profile(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    monkeypatch.setattr(QGuiApplication, "screens", lambda: ["first", window.screen()])
    monkeypatch.setattr(screen, "x11_profile", {1: SWAPPED}.get)
    Beginning(window, None).first()
    qtbot.waitUntil(lambda: window.picture.screen_profile == SWAPPED)


def test_a_chosen_profile_comes_before_the_desktops(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    monkeypatch.setattr(screen, "x11_profile", lambda _screen: None)
    chosen = tmp_path / "screen.icc"
    chosen.write_bytes(SWAPPED)
    window.preferences.change(screen_profile=str(chosen))
    qtbot.waitUntil(lambda: window.picture.screen_profile == SWAPPED)
    window.preferences.change(screen_profile="")
    qtbot.waitUntil(lambda: window.picture.screen_profile is None)
