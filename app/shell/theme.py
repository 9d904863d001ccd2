"""Colours and icons: greys without a tint, so that a photo is judged beside neutral ones.

Lengths are multiples of 8 px, or of 4 inside a control. Icons are line drawings of ours, painted in
the colour of the text beside them.
"""

from dataclasses import asdict, dataclass
from functools import cache
from string import Template
from typing import Literal

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from nledn import places

ThemeName = Literal["system", "light", "dark"]


@dataclass(frozen=True)
class Colours:
    """The colours of a theme; each text colour has 4.5:1 or better on its background."""

    canvas: str
    panel: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    link: str
    error: str
    done: str


DARK = Colours(
    canvas="#161616",
    panel="#232323",
    raised="#2e2e2e",
    hover="#3a3a3a",
    border="#3d3d3d",
    text="#ececec",
    muted="#a8a8a8",
    accent="#2f74c0",
    accent_hover="#3a82d2",
    on_accent="#ffffff",
    link="#7ab3ee",
    error="#f08a7d",
    done="#7fc79a",
)
LIGHT = Colours(
    canvas="#c9c9c9",
    panel="#f4f4f4",
    raised="#ffffff",
    hover="#e6e6e6",
    border="#cfcfcf",
    text="#1c1c1c",
    muted="#5c5c5c",
    accent="#2468b2",
    accent_hover="#2d76c6",
    on_accent="#ffffff",
    link="#2468b2",
    error="#a92b1c",
    done="#1f6e3d",
)


def colours(theme: ThemeName) -> Colours:
    """Return the colours of a theme; `system` follows the desktop."""
    if theme == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
    return DARK if theme == "dark" else LIGHT


def apply(app: QApplication, theme: ThemeName) -> Colours:
    """Give the whole program a theme; widgets show it when they are repainted."""
    chosen = colours(theme)
    app.setStyle("Fusion")
    app.setPalette(_palette(chosen))
    app.setStyleSheet(_sheet(chosen))
    return chosen


def _palette(chosen: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for each, colour in {
        role.Window: chosen.panel,
        role.WindowText: chosen.text,
        role.Base: chosen.raised,
        role.AlternateBase: chosen.panel,
        role.Text: chosen.text,
        role.PlaceholderText: chosen.muted,
        role.Button: chosen.raised,
        role.ButtonText: chosen.text,
        role.BrightText: chosen.error,
        role.ToolTipBase: chosen.raised,
        role.ToolTipText: chosen.text,
        role.Highlight: chosen.accent,
        role.HighlightedText: chosen.on_accent,
        role.Link: chosen.link,
        role.Light: chosen.hover,
        role.Midlight: chosen.hover,
        role.Mid: chosen.border,
        role.Dark: chosen.canvas,
        role.Shadow: chosen.canvas,
        role.Accent: chosen.accent,
    }.items():
        palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        faded = QColor(chosen.text)
        faded.setAlphaF(0.4)
        palette.setColor(QPalette.ColorGroup.Disabled, each, faded)
    return palette


def _sheet(chosen: Colours) -> str:
    icons = places.resources() / "icons"
    arrow, tick = ((icons / f"{name}.svg").as_posix() for name in ("arrow", "tick"))
    style = (places.resources() / "style.qss").read_text("utf-8")
    return Template(style).substitute(asdict(chosen), arrow=arrow, tick=tick)


INK = "#000"  # the colour in the files that is replaced by the text's


def icon(name: str) -> QIcon:
    """The icon of resources/icons/<name>.svg; it follows the theme and the screen's density."""
    return QIcon(_Engine(name))


def program_icon() -> QIcon:
    """The program's own, in its own colours."""
    return QIcon(str(places.resources() / "icons" / "afterrain.svg"))


class _Engine(QIconEngine):
    """Draws the file for each size and colour."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        palette = QApplication.palette()
        group = QPalette.ColorGroup.Active
        if mode == QIcon.Mode.Disabled:
            group = QPalette.ColorGroup.Disabled
        role = QPalette.ColorRole.WindowText
        if mode == QIcon.Mode.Selected:
            role = QPalette.ColorRole.HighlightedText
        colour = palette.color(group, role)
        painter.save()
        painter.setOpacity(colour.alphaF())
        _renderer(self._name, colour.name()).render(painter, QRectF(rect))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        if pixmap.isNull():  # an empty size draws nothing
            return pixmap
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Engine(self._name)


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    text = (places.resources() / "icons" / f"{name}.svg").read_text("utf-8")
    return QSvgRenderer(QByteArray(text.replace(INK, colour).encode()))
