"""The program's icon for each system, drawn from resources/icons/afterrain.svg."""

from pathlib import Path

from PIL import Image
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from bundle.origins import ROOT

SOURCE = ROOT / "resources" / "icons" / "afterrain.svg"
HICOLOR_PX = (16, 22, 24, 32, 48, 64, 128, 256, 512)
"""Sizes of the icon theme that every desktop falls back to."""
ICO_PX = (16, 20, 24, 32, 40, 48, 64, 256)
"""Sizes for Windows from 100 to 200 %: title, task bar, desktop, large icons."""
LARGEST_PX = 1024
"""The largest size of macOS: 512 points at twice the pixels."""


def draw(path: Path, side_px: int) -> None:
    """Write the icon as a PNG of that size."""
    picture = QImage(QSize(side_px, side_px), QImage.Format.Format_ARGB32)
    picture.fill(0)
    painter = QPainter(picture)
    QSvgRenderer(str(SOURCE)).render(painter, QRectF(0, 0, side_px, side_px))
    painter.end()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not picture.save(str(path)):
        raise OSError(f"{path} could not be written.")


def for_windows(folder: Path) -> Path:
    """Write `afterrain.ico`, each size drawn separately."""
    drawn = [_drawn(folder, side_px) for side_px in ICO_PX]
    target = folder / "afterrain.ico"
    sizes = [picture.size for picture in drawn]
    drawn[-1].save(target, sizes=sizes, append_images=drawn[:-1])
    return target


def for_mac(folder: Path) -> Path:
    """Write `afterrain.icns`."""
    target = folder / "afterrain.icns"
    _drawn(folder, LARGEST_PX).save(target)
    return target


def _drawn(folder: Path, side_px: int) -> Image.Image:
    path = folder / f"afterrain-{side_px}.png"
    draw(path, side_px)
    return Image.open(path)
