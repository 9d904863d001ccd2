"""Colours that can be read, icons that are there."""

from dataclasses import fields

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QMenu,
    QPushButton,
    QStyle,
    QStyleOptionButton,
)
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.shell import theme
from app.shell.actions import SPECS
from app.shell.banner import Notice
from app.shell.help import ShortcutSheet
from app.shell.parts import Drawing
from app.shell.theme import DARK, LIGHT, Colours, ThemeName, icon
from nledn import places

READABLE = 4.5  # WCAG 2.1, 1.4.3


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(name: str) -> float:
    colour = QColor(name)
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("chosen", [DARK, LIGHT], ids=["dark", "light"])
def test_text_can_be_read(chosen: Colours) -> None:
    for ground in (chosen.panel, chosen.raised):
        for text in (chosen.text, chosen.muted, chosen.link, chosen.error, chosen.done):
            assert contrast(text, ground) >= READABLE
    assert contrast(chosen.on_accent, chosen.accent) >= READABLE


@pytest.mark.parametrize("chosen", [DARK, LIGHT], ids=["dark", "light"])
def test_what_surrounds_a_photo_has_no_tint(chosen: Colours) -> None:
    for field in fields(chosen):
        if field.name in ("canvas", "panel", "raised", "hover", "border"):
            assert QColor(getattr(chosen, field.name)).saturation() == 0


def test_a_theme_reaches_the_palette(qapp: QApplication) -> None:
    before = qapp.palette(), qapp.styleSheet(), qapp.style().objectName()
    theme.apply(qapp, "dark")
    assert qapp.palette().window().color() == QColor(DARK.panel)
    assert qapp.palette().link().color() == QColor(DARK.link)
    theme.apply(qapp, "light")
    assert qapp.palette().window().color() == QColor(LIGHT.panel)
    qapp.setPalette(before[0])
    qapp.setStyleSheet(before[1])
    qapp.setStyle(before[2])


def test_what_is_shown_follows_another_theme(
    qtbot: QtBot, qapp: QApplication, window: MainWindow
) -> None:
    theme.apply(qapp, "dark")
    window.show_notice(Notice("Permission denied.", "error"))
    window.named_actions["shortcuts"].trigger()
    (sheet,) = window.findChildren(ShortcutSheet)
    theme.apply(qapp, "light")
    for drawing in window.findChildren(Drawing):
        image = drawing.pixmap().toImage()
        inks = {image.pixelColor(x, y).name() for x in range(20) for y in range(20)}
        assert DARK.text not in inks
    assert LIGHT.muted in sheet.listed.text()
    assert DARK.muted not in sheet.listed.text()
    sheet.close()
    qapp.setStyleSheet("")


@pytest.mark.parametrize("name", sorted({spec.icon for spec in SPECS if spec.icon}))
def test_each_icon_draws_something(qapp: QApplication, name: str) -> None:
    assert (places.resources() / "icons" / f"{name}.svg").is_file()
    image = icon(name).pixmap(QSize(24, 24)).toImage()
    inked = sum(image.pixelColor(x, y).alpha() > 0 for x in range(24) for y in range(24))
    assert inked > 20
    faded = icon(name).pixmap(QSize(24, 24), QIcon.Mode.Disabled).toImage()
    assert faded != image


def test_a_place_squeezed_to_nothing_has_no_icon(qapp: QApplication) -> None:
    place = QPixmap(QSize(9, 9))
    place.fill(QColor("white"))
    assert icon("open").pixmap(QSize(0, 9)).isNull()
    with QPainter(place) as painter:
        icon("open").paint(painter, QRect(0, 0, 0, 9))


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_ticked_box_is_filled_and_in_the_place_of_an_empty_one(
    qapp: QApplication, qtbot: QtBot, name: ThemeName
) -> None:
    chosen, box = theme.apply(qapp, name), QCheckBox("Some")
    qtbot.addWidget(box)
    box.adjustSize()
    places_of_box = []
    for ticked in (False, True):
        box.setChecked(ticked)
        option = QStyleOptionButton()
        box.initStyleOption(option)
        part = QStyle.SubElement.SE_CheckBoxIndicator
        places_of_box.append(box.style().subElementRect(part, option, box))
    rect = places_of_box[0]
    assert places_of_box == [rect, rect]
    shown = box.grab().toImage()
    colours = {
        shown.pixelColor(x, y).name()
        for x in range(rect.left(), rect.right())
        for y in range(rect.top(), rect.bottom())
    }
    assert chosen.accent in colours
    assert max(QColor(colour).red() for colour in colours) > 240, "a white tick"


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_menu_shows_what_is_chosen(qapp: QApplication, qtbot: QtBot, name: ThemeName) -> None:
    theme.apply(qapp, name)
    menu = QMenu()
    qtbot.addWidget(menu)
    brush = menu.addAction(icon("brush"), "Brush")
    brush.setCheckable(True)
    bare = menu.grab().toImage()
    brush.setChecked(True)
    assert menu.grab().toImage() != bare


@pytest.mark.parametrize("name", ["dark", "light"])
def test_what_cannot_be_clicked_looks_alike(
    qapp: QApplication, qtbot: QtBot, name: ThemeName
) -> None:
    chosen = theme.apply(qapp, name)
    for primary in ("true", "false"):
        button = QPushButton("Some")
        qtbot.addWidget(button)
        button.setProperty("primary", primary)
        button.setEnabled(False)
        assert button.grab().toImage().pixelColor(8, 8).name() == chosen.panel
