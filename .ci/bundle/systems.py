"""Facts about the program for Windows and macOS: icon, version, kinds of photos, rights.

Written from PyInstaller's, Microsoft's and Apple's documentation, and untested: docs/packaging.md.
"""

import os
import re
import sys
from pathlib import Path
from typing import Any

from bundle import icons
from nledn import __version__

HERE = Path(__file__).parent
IDENTIFIER = "io.github.afterrain.afterrain"
"""The program's id for macOS and software centres."""
DESCRIPTIONS = {
    "AfterRain": "Takes the rain out of photos",
    "nledn": "Takes the rain out of photos, from the command line",
}
OLDEST_MAC = "13.0"  # required by Qt 6.11
PHOTO_TYPES = (
    *("public.jpeg", "public.png", "public.tiff", "org.webmproject.webp", "com.microsoft.bmp"),
    *("com.compuserve.gif", "public.avif", "public.heic", "public.heif", "public.jpeg-xl"),
    "public.camera-raw-image",
)
"""Apple's names of the photos that are read; all raw photos conform to the last."""


def executable(program: str, work: Path) -> dict[str, Any]:
    """Further arguments of PyInstaller's EXE on this system.

    Args:
        program: "AfterRain" or "nledn".
        work: a folder for the files that EXE reads.
    """
    folder = work / "systems"
    if sys.platform == "win32":
        return {
            "icon": str(icons.for_windows(folder)),
            "version": str(version_resource(program, folder)),
        }
    if sys.platform == "darwin":
        return {
            "icon": str(icons.for_mac(folder)),
            "argv_emulation": program == "AfterRain",  # a photo that the Finder opens with it
            "codesign_identity": os.environ.get("CODESIGN_IDENTITY"),
            "entitlements_file": str(HERE / "mac" / "entitlements.plist"),
        }
    return {}


def version_resource(program: str, folder: Path) -> Path:
    """Write the program's properties for Windows."""
    numbers = [*re.findall(r"\d+", __version__)[:3], "0", "0", "0", "0"][:4]
    template = (HERE / "windows" / "version.txt").read_text("utf-8")
    path = folder / f"{program}-version.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        template.format(
            program=program,
            version=__version__,
            numbers=", ".join(numbers),
            description=DESCRIPTIONS[program],
        ),
        "utf-8",
    )
    return path


def information() -> dict[str, Any]:
    """The Info.plist of AfterRain.app."""
    return {
        "CFBundleDisplayName": "AfterRain",
        "CFBundleShortVersionString": __version__,
        "CFBundleVersion": __version__,
        "CFBundleLocalizations": ["en", "zh_CN"],
        "LSApplicationCategoryType": "public.app-category.photography",
        "LSMinimumSystemVersion": OLDEST_MAC,
        "NSHighResolutionCapable": True,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Photo",
                "CFBundleTypeRole": "Viewer",  # results go into new files
                "LSHandlerRank": "Alternate",  # it is offered, but not the default
                "LSItemContentTypes": list(PHOTO_TYPES),
            }
        ],
    }
