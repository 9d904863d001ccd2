"""Settings come back with their types, whatever a file has become meanwhile."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from app.shell.settings import RECENT_LIMIT, Preferences, Settings, read, with_recent, write

OTHERS = Settings(
    checkpoint="authors-ddn",
    device="cuda:1",
    backend="torch",
    precision="bf16",
    tile="256",
    theme="light",
    language="zh_CN",
    screen_profile="/home/ann/Bildschirm 日.icc",
    name_template="{stem}-{strength}{ext}",
    quality=60,
    record=False,
    view="rain",
    divider="horizontal",
    recent=("/a, b.jpg", "/c;d=e.png"),
    started=True,
    geometry=bytes(range(256)),
)


def ini(path: Path) -> QSettings:
    return QSettings(str(path / "window.ini"), QSettings.Format.IniFormat)


@pytest.mark.parametrize("settings", [Settings(), OTHERS, Settings(recent=("/only one.jpg",))])
def test_what_is_written_comes_back(settings: Settings, tmp_path: Path) -> None:
    kept = ini(tmp_path)
    write(settings, kept)
    kept.sync()
    assert read(ini(tmp_path)) == settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("quality", "high"),
        ("quality", "0"),
        ("view", "upside-down"),
        ("device", "toaster"),
        ("tile", "7"),
        ("name_template", "{nonsense}"),
        ("name_template", "../{stem}"),
        ("name_template", "buddha final"),
        ("name_template", "{stem}_derained"),
        ("name_template", "dry{ext}"),
        ("geometry", "no bytes"),
    ],
)
def test_nonsense_becomes_the_default(name: str, value: str, tmp_path: Path) -> None:
    kept = ini(tmp_path)
    kept.setValue(name, value)
    kept.sync()
    assert read(ini(tmp_path)) == Settings()


def test_a_change_is_told_once_and_kept(qtbot: object, tmp_path: Path) -> None:
    preferences = Preferences(ini(tmp_path))
    told: list[tuple[Settings, Settings]] = []
    preferences.changed.connect(lambda *pair: told.append(pair))
    preferences.change(quality=50)
    preferences.change(quality=50)
    preferences.sync()
    assert [(before.quality, now.quality) for before, now in told] == [(95, 50)]
    assert Preferences(ini(tmp_path)).settings.quality == 50


def test_two_windows_keep_each_others_changes(qtbot: object, tmp_path: Path) -> None:
    first, second = Preferences(ini(tmp_path)), Preferences(ini(tmp_path))
    second.change(presets=("web",), quality=50)
    first.change(recent=("/a.jpg",))
    first.sync()
    found = Preferences(ini(tmp_path)).settings
    assert (found.presets, found.quality, found.recent) == (("web",), 50, ("/a.jpg",))


def test_recent_photos_are_few_and_each_once() -> None:
    recent: tuple[str, ...] = ()
    for number in [*range(RECENT_LIMIT + 3), 5]:
        recent = with_recent(recent, Path(f"/{number}.jpg"))
    assert len(recent) == RECENT_LIMIT
    assert recent[:2] == ("/5.jpg", f"/{RECENT_LIMIT + 2}.jpg")
    assert len(set(recent)) == RECENT_LIMIT
