"""Names of files in Qt, which knows only UTF-8 and detects rich text; also in dragged data.

Qt silently drops other bytes from a text, and shows a text as rich text if it looks like it. So a
name is shown by `nledn.messages.printable`, and passed on as an address.
"""

import html
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

_SCHEME = "file://"


def url_of(path: Path) -> QUrl:
    """The address of a path, whatever bytes it has; a relative one begins where the program did."""
    return QUrl.fromEncoded(path.absolute().as_uri().encode())


def path_of(url: QUrl) -> Path:
    """The path of a local address, byte for byte."""
    if os.name == "nt" or url.host():
        return Path(url.toLocalFile())
    encoded = url.path(QUrl.ComponentFormattingOption.FullyEncoded)
    return Path(os.fsdecode(unquote_to_bytes(encoded)))


def kept(path: Path) -> str:
    """A path as a text that Qt keeps complete: unchanged if possible, else as an address."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return path.absolute().as_uri()
    return text


def path_kept(text: str) -> Path:
    """The path that `kept` was given."""
    if not text.startswith(_SCHEME):
        return Path(text)
    return Path(os.fsdecode(unquote_to_bytes(text.removeprefix(_SCHEME))))


def folder_typed(text: str, beside: Path) -> Path:
    """The folder that a user typed: a relative one lies in `beside`, `~` is the home folder."""
    with suppress(RuntimeError):  # no user has the name after `~`: it is one of a folder
        return beside / Path(text).expanduser()
    return beside / text


def is_folder(path: Path) -> bool:
    """Return True for a folder; one on a disk that does not answer is none, and no error."""
    return os.path.isdir(path)  # noqa: PTH112  # Path.is_dir raises


def as_tip(text: str) -> str:
    """A text for a tooltip, where `<b>` is the name of a file and not bold."""
    return f"<p style='white-space:pre-wrap'>{html.escape(text)}</p>" if "<" in text else text


def in_menu(name: str) -> str:
    """A name for a menu, where `&` marks a key."""
    return name.replace("&", "&&")


def in_title(name: str) -> str:
    """A name for a window's title, where `[*]` is the place of the mark for unsaved work."""
    return name.replace("[*]", "[*][*]")


def paths_in(data: QMimeData) -> list[Path]:
    """Return the files and folders of this computer that it names."""
    paths = [path_of(url) for url in data.urls() if url.isLocalFile()]
    return paths or [path for line in data.text().splitlines() for path in _named_by(line)]


def image_in(data: QMimeData) -> QImage | None:
    """Return the picture in it; None without one, or with one that has no pixels."""
    image = QImage(data.imageData()) if data.hasImage() else QImage()
    return None if image.isNull() else image


def is_welcome(data: QMimeData) -> bool:
    """Return True if it has anything to open."""
    return data.hasImage() or bool(paths_in(data))


def _named_by(line: str) -> list[Path]:
    """The file whose path or address a line of text is; none for other text."""
    text = line.strip().strip("'\"")
    url = QUrl(text)
    path = path_of(url) if url.isLocalFile() else Path(text)
    with suppress(OSError, ValueError):  # too long for a name, or with a zero byte
        if path.is_absolute() and path.exists():
            return [path]
    return []
