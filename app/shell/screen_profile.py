"""The colour profile of the screen, from a file or from the desktop."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColorSpace, QGuiApplication, QScreen

from app.shell.banner import Notice
from app.shell.settings import Preferences, Settings
from app.tasks import Job, Task, Tasks, Work
from nledn.errors import NotAScreenProfile, PhotoNotFound

LARGEST_PROFILE_WORDS = 2**20  # of 4 bytes, as X11 counts; real ones are below a megabyte


@dataclass(frozen=True, eq=False)
class ProfileJob(Job[bytes]):
    """Read the profile of the screen from a file."""

    path: Path

    def run(self, work: Work) -> bytes:
        """Read it; refuse a file that is not a profile of an RGB screen."""
        try:
            profile = self.path.read_bytes()
        except OSError as error:
            raise PhotoNotFound(self.path) from error
        if not is_screen_profile(profile):
            raise NotAScreenProfile(self.path)
        return profile


@dataclass(frozen=True, eq=False)
class DesktopProfileJob(Job[bytes | None]):
    """Ask the X server for the profile that the desktop has given a screen.

    Attributes:
        screen: number of the screen, from 0.
    """

    screen: int

    def run(self, work: Work) -> bytes | None:
        """Ask; None without an X server or a profile of an RGB screen."""
        profile = x11_profile(self.screen)
        return profile if profile is not None and is_screen_profile(profile) else None


def is_screen_profile(profile: bytes) -> bool:
    """Return True for an ICC profile of an RGB screen (ICC.1:2022, 7.2)."""
    return profile[36:40] == b"acsp" and profile[16:20] == b"RGB "


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
    """The profile for display: that of a chosen file, or the desktop's.

    Attributes:
        changed: (bytes, or None for none); a valid one.
        noticed: (Notice) the chosen file cannot be used.
    """

    changed = Signal(object)
    noticed = Signal(object)

    def __init__(self, tasks: Tasks, preferences: Preferences, parent: QObject | None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._preferences = preferences
        self._screen = 0
        self._reading: Task[bytes] | Task[bytes | None] | None = None
        preferences.changed.connect(self._settings_changed)

    def read(self) -> None:
        """Read it again; an unfinished read no longer counts."""
        if self._reading is not None:
            self._reading.abandon()
        chosen = self._preferences.settings.screen_profile
        if chosen:
            from_file = self._reading = self._tasks.submit(ProfileJob(Path(chosen)))
            from_file.succeeded.connect(self._take)
            from_file.failed.connect(self._explain)
        elif QGuiApplication.platformName() == "xcb":
            from_desktop = self._reading = self._tasks.submit(DesktopProfileJob(self._screen))
            from_desktop.succeeded.connect(self._take)
            from_desktop.failed.connect(self._explain)
        else:
            self._take(None)

    def moved_to(self, screen: QScreen) -> None:
        """Take the profile of the window's new screen."""
        number = QGuiApplication.screens().index(screen)
        if number != self._screen:
            self._screen = number
            self.read()

    def _settings_changed(self, before: Settings, now: Settings) -> None:
        if now.screen_profile != before.screen_profile:
            self.read()

    def _take(self, profile: bytes | None) -> None:
        if profile is None or QColorSpace.fromIccProfile(profile).isValid():
            self.changed.emit(profile)

    def _explain(self, error: Exception) -> None:
        self.noticed.emit(Notice.of(error))
