"""The places of weights, resources and the user's folders, from source, wheel and bundle."""

import sys
from pathlib import Path

import platformdirs

APP_NAME = "AfterRain"


def _root() -> Path:
    package = Path(__file__).resolve().parent
    if (package / "_data").is_dir():
        return package / "_data"  # a wheel carries the folders inside the package
    # PyInstaller unpacks data into a folder that it names; else we run from the repository.
    bundled = getattr(sys, "_MEIPASS", None)
    return Path(bundled) if bundled else package.parent


def weights() -> Path:
    """Shipped checkpoints and their cards; read-only."""
    return _root() / "weights"


def resources() -> Path:
    """Icons, samples, themes, translations; read-only."""
    return _root() / "resources"


def manual() -> Path:
    """The pages of the manual, as Markdown; read-only."""
    return _root() / "docs"


def licences() -> Path:
    """The list of a bundle's parts and the texts of their licences; only bundles have it."""
    return _root() / "licences"


def licence_overview() -> str | None:
    """The list of a bundle's licences, for users; None if AfterRain runs from source or a wheel."""
    listed = licences() / "OVERVIEW.txt"
    return listed.read_text("utf-8") if listed.is_file() else None


def sample_photo() -> Path:
    """The rainy photo of 2 MP that a first start shows."""
    return resources() / "samples" / "street-rain.jpg"


def torchs_rain() -> Path:
    """Torch's result for a synthetic tile; only a bundle without torch carries it."""
    return _root() / "reference" / "torchs-rain.npz"


def user_data() -> Path:
    """Data that must not be lost: imported checkpoints, and edits of photos."""
    return platformdirs.user_data_path(APP_NAME, appauthor=False)


def user_weights() -> Path:
    """Imported checkpoints and their cards."""
    return user_data() / "weights"


def user_cache() -> Path:
    """Data that can be made again: compiled models, results of self-tests."""
    return platformdirs.user_cache_path(APP_NAME, appauthor=False)


def user_state() -> Path:
    """Data between starts: logs, journals, recovery files."""
    return platformdirs.user_state_path(APP_NAME, appauthor=False)


def user_settings() -> Path:
    """Settings of the window and the command line."""
    return platformdirs.user_config_path(APP_NAME, appauthor=False)
