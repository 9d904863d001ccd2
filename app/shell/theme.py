"""Colours of the window: greys without a tint, so that a photo is judged beside neutral ones.

Lengths are multiples of 8 px, or of 4 inside a control.
"""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.shell.settings import ThemeName
from nledn import places


@dataclass(frozen=True)
class Colours:
    """What a theme is made of; each text colour reads at 4.5:1 or better on its ground."""

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
    error="#a92b1c",
    done="#1f6e3d",
)


def colours(theme: ThemeName) -> Colours:
    """The colours of a theme; `system` asks what the desktop prefers."""
    if theme == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
    return DARK if theme == "dark" else LIGHT


def apply(app: QApplication, theme: ThemeName) -> Colours:
    """Give the whole program a theme; what is painted anew takes it up at once."""
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
        role.Link: chosen.accent,
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


def _sheet(c: Colours) -> str:
    arrow = (places.resources() / "icons" / "arrow.svg").as_posix()
    return f"""
QMainWindow, QDialog {{ background: {c.panel}; }}
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.border}; padding: 4px; }}
QMenuBar {{ background: {c.panel}; padding: 2px 8px; }}
QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {c.hover}; }}
QMenu {{ background: {c.raised}; border: 1px solid {c.border}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 16px; border-radius: 4px; }}
QMenu::item:selected {{ background: {c.accent}; color: {c.on_accent}; }}
QMenu::item:disabled {{ color: {c.muted}; background: transparent; }}
QMenu::separator {{ height: 1px; background: {c.border}; margin: 4px 8px; }}
#topBar {{ background: {c.panel}; border-bottom: 1px solid {c.border}; }}
#sidePanel {{ background: {c.panel}; border-left: 1px solid {c.border}; }}
#statusLine {{ background: {c.panel}; border-top: 1px solid {c.border}; }}
#statusBatch {{ padding: 0 8px; min-height: 0; }}
QTableView {{ background: {c.panel}; border: none; outline: none; }}
QHeaderView {{ background: {c.panel}; border: none; }}
QHeaderView::section {{
    background: {c.panel}; color: {c.muted}; border: none;
    border-bottom: 1px solid {c.border}; padding: 6px 12px;
}}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{
    background: {c.border}; border-radius: 4px; min-height: 32px; margin: 2px;
}}
QScrollBar::handle:vertical:hover {{ background: {c.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
#statusLine QLabel, QLabel[muted="true"] {{ color: {c.muted}; }}
QLabel[heading="true"] {{ font-weight: 600; }}
QLabel[title="true"] {{ font-size: 18pt; font-weight: 600; }}
#emptyState {{ background: {c.canvas}; }}
QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 5px; }}
QToolButton:hover {{ background: {c.hover}; }}
QToolButton:checked {{ background: {c.hover}; border-color: {c.border}; }}
QToolButton:focus {{ border-color: {c.accent}; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton[segment="true"] {{ padding: 5px 10px; }}
QPushButton {{
    background: {c.raised}; border: 1px solid {c.border}; border-radius: 6px;
    padding: 6px 14px; min-height: 18px;
}}
QPushButton[large="true"] {{ min-height: 30px; }}
QPushButton:hover {{ background: {c.hover}; }}
QPushButton:focus {{ border-color: {c.accent}; }}
QPushButton:disabled {{ color: {c.muted}; background: {c.panel}; }}
QPushButton[primary="true"] {{
    background: {c.accent}; color: {c.on_accent}; border-color: {c.accent};
    font-weight: 600;
}}
QPushButton[primary="true"]:hover {{ background: {c.accent_hover}; }}
QPushButton[primary="true"]:focus {{ border-color: {c.text}; }}
QPushButton[primary="true"]:disabled {{
    background: {c.raised}; color: {c.muted}; border-color: {c.border};
}}
QPushButton[flat="true"] {{ background: transparent; border-color: transparent; color: {c.text}; }}
QPushButton[flat="true"]:hover {{ background: {c.hover}; }}
QPushButton[flat="true"]:focus {{ border-color: {c.accent}; }}
QPushButton:checked {{ background: {c.hover}; border-color: {c.accent}; }}
QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox {{
    background: {c.raised}; border: 1px solid {c.border}; border-radius: 6px;
    padding: 5px 8px; min-height: 18px; selection-background-color: {c.accent};
}}
QComboBox:focus, QLineEdit:focus, QSpinBox:focus {{ border-color: {c.accent}; }}
QAbstractSpinBox QLineEdit {{
    background: transparent; border: none; padding: 0 8px; min-height: 0;
}}
QCheckBox::indicator:unchecked {{
    width: 11px; height: 11px; background: {c.raised};
    border: 1px solid {c.muted}; border-radius: 3px;
}}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: none; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{
    background: {c.raised}; border: 1px solid {c.border}; outline: none;
    selection-background-color: {c.accent}; selection-color: {c.on_accent};
}}
QProgressBar {{ background: {c.raised}; border: none; border-radius: 2px; max-height: 4px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 2px; }}
QSlider::groove:horizontal {{ height: 4px; background: {c.border}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {c.accent}; border-radius: 2px; }}
QSlider::sub-page:horizontal:disabled {{ background: {c.border}; }}
QSlider::handle:horizontal {{
    width: 14px; height: 14px; margin: -6px 0; border-radius: 8px;
    background: {c.text}; border: 1px solid {c.panel};
}}
QSlider::handle:horizontal:focus {{ background: {c.accent}; border-color: {c.text}; }}
QSlider::handle:horizontal:disabled {{ background: {c.border}; }}
#banner {{ background: {c.raised}; border: 1px solid {c.border}; border-radius: 6px; }}
#banner[kind="error"] {{ border-color: {c.error}; }}
#banner[kind="done"] {{ border-color: {c.done}; }}
#banner[kind="info"] {{ border-color: {c.accent}; }}
QListWidget {{
    background: {c.raised}; border: 1px solid {c.border}; border-radius: 6px; padding: 4px;
}}
QListWidget#pages {{ background: transparent; border: none; outline: none; }}
QListWidget#pages::item {{ padding: 0 8px; border-radius: 6px; color: {c.text}; }}
QListWidget#pages::item:selected {{ background: {c.hover}; color: {c.text}; }}
QFrame[line="true"] {{ background: {c.border}; max-height: 1px; border: none; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
"""
