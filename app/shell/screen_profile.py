"""What the desktop says of the screen's colours."""

from dataclasses import dataclass
from pathlib import Path

from app.tasks import Job, Work
from nledn.errors import PhotoNotFound, PhotoUnsupported

LARGEST_PROFILE_WORDS = 2**20  # of 4 bytes, as X11 counts; real ones are below a megabyte


@dataclass(frozen=True, eq=False)
class ProfileJob(Job):
    """Read the profile of the screen from a file."""

    path: Path

    def run(self, work: Work) -> bytes:
        """Read it; one that is no profile of an RGB screen is refused."""
        try:
            profile = self.path.read_bytes()
        except OSError as error:
            raise PhotoNotFound(self.path) from error
        if not is_screen_profile(profile):
            raise PhotoUnsupported(self.path, "no ICC profile of an RGB screen")
        return profile


@dataclass(frozen=True, eq=False)
class DesktopProfileJob(Job):
    """Ask the X server for the profile that the desktop has given a screen.

    Attributes:
        screen: number of the screen, from 0.
    """

    screen: int

    def run(self, work: Work) -> bytes | None:
        """Ask; None where there is no X server, or it knows no profile of an RGB screen."""
        profile = x11_profile(self.screen)
        return profile if profile is not None and is_screen_profile(profile) else None


def is_screen_profile(profile: bytes) -> bool:
    """Whether this is an ICC profile of an RGB screen (ICC.1:2022, 7.2)."""
    return profile[36:40] == b"acsp" and profile[16:20] == b"RGB "


def x11_profile(screen: int) -> bytes | None:
    """The bytes that lie in the root window's property for that screen.

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
        if atom == Atom._None:  # nobody has ever set it
            return None
        wanted = (False, root, atom, Atom.Any, 0, LARGEST_PROFILE_WORDS)
        return bytes(server.core.GetProperty(*wanted).reply().value.buf()) or None
    except xcffib.ConnectionException:
        return None
    finally:
        server.disconnect()
