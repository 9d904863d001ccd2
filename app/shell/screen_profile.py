"""The colour profile of the screen, from a file or from the desktop."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColorSpace, QGuiApplication, QScreen

from app.shell.banner import Notice
from app.shell.settings import Preferences, Settings
from app.tasks import Call, Task, Tasks
from nledn.errors import NotAScreenProfile, PhotoNotFound

LARGEST_PROFILE_WORDS = 2**20  # of 4 bytes, as X11 counts; real ones are below a megabyte


def read_profile(path: Path) -> bytes:
    """Read the profile of the screen from a file.

    Raises:
        PhotoNotFound: it cannot be read.
        NotAScreenProfile: it is not a profile of an RGB screen.
    """
    try:
        profile = path.read_bytes()
    except OSError as error:
        raise PhotoNotFound(path) from error
    if not is_screen_profile(profile):
        raise NotAScreenProfile(path)
    return profile


def desktop_profile(screen: int) -> bytes | None:
    """Ask the X server for the profile that the desktop has given a screen, from 0."""
    profile = x11_profile(screen)
    return profile if profile is not None and is_screen_profile(profile) else None


def is_screen_profile(profile: bytes) -> bool:
    """Return True for a complete ICC profile of an RGB screen (ICC.1:2022, 7.2)."""
    is_rgb = profile[36:40] == b"acsp" and profile[16:20] == b"RGB "
    return is_rgb and QColorSpace.fromIccProfile(profile).isValid()


def x11_profile(screen: int) -> bytes | None:
    """The bytes of the root window's property for that screen.

    "ICC Profiles in X Specification" 0.4: `_ICC_PROFILE` for the first screen, `_ICC_PROFILE_n`
    for the others.
    """
    try:
        import xcffib
        from xcffib.xproto import Atom
    except (ImportError, OSError):  # not Linux, or no libxcb
        return None
    try:
        server = xcffib.connect()
    except xcffib.ConnectionException:
        return None
    try:
        name = f"_ICC_PROFILE_{screen}" if screen else "_ICC_PROFILE"
        root = server.get_setup().roots[server.pref_screen].root
        atom = server.core.InternAtom(True, len(name), name).reply().atom
        if atom == Atom._None:  # it was never set
            return None
        wanted = (False, root, atom, Atom.Any, 0, LARGEST_PROFILE_WORDS)
        return bytes(server.core.GetProperty(*wanted).reply().value.buf()) or None
    except xcffib.ConnectionException:
        return None
    finally:
        server.disconnect()


class ScreenProfile(QObject):
    """The profile for display, in bytes or None: that of a chosen file, or the desktop's."""

    changed = Signal(object)
    noticed = Signal(object)

    def __init__(self, tasks: Tasks, preferences: Preferences, parent: QObject | None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._preferences = preferences
        self._screen: int | None = None
        self._reading: Task[bytes | None] | None = None
        preferences.changed.connect(self._settings_changed)

    def read(self) -> None:
        """Read it again; an unfinished read no longer counts."""
        if self._reading is not None:
            self._reading.abandon()
        chosen = self._preferences.settings.screen_profile
        if chosen:
            self._begin(partial(read_profile, Path(chosen)))
        elif QGuiApplication.platformName() == "xcb":
            self._begin(partial(desktop_profile, self._screen or 0))
        else:
            self.changed.emit(None)

    def _begin(self, read: Callable[[], bytes | None]) -> None:
        task = self._reading = self._tasks.submit(Call(read))
        task.succeeded.connect(self.changed.emit)
        task.failed.connect(lambda error: self.noticed.emit(Notice.of(error)))

    def moved_to(self, screen: QScreen) -> None:
        """Take the profile of the window's first or new screen."""
        number = QGuiApplication.screens().index(screen)
        if number != self._screen:
            self._screen = number
            self.read()

    def _settings_changed(self, before: Settings, now: Settings) -> None:
        if now.screen_profile != before.screen_profile:
            self.read()
