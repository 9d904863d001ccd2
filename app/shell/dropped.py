"""Photos in dragged or pasted data: files, paths written as text, pictures."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from app.shell.names import path_of


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
