"""Libraries that a bundle's programs and plugins link to stay; others do not."""

import sys

import pytest

from bundle.needed import Entry, needed, without_lost_links

LINKS = {
    "/venv/plugin.so": ["libone.so.1"],
    "/usr/lib/libone.so.1": ["libtwo.so.2", "libc.so.6"],
    "/usr/lib/libtwo.so.2": [],
    "/usr/lib/libgtk.so.3": ["libtwo.so.2"],
    "/venv/qt/libQt6Core.so.6": [],
    "/venv/qt/libQt6Kms.so.6": ["libQt6Core.so.6"],
    "/venv/QtCore.so": ["libQt6Core.so.6"],
}
ALL: list[Entry] = [
    ("plugins/plugin.so", "/venv/plugin.so", "BINARY"),
    ("PySide6/QtCore.so", "/venv/QtCore.so", "EXTENSION"),
    ("libone.so.1", "/usr/lib/libone.so.1", "BINARY"),
    ("libtwo.so.2", "/usr/lib/libtwo.so.2", "BINARY"),
    ("libgtk.so.3", "/usr/lib/libgtk.so.3", "BINARY"),
    ("PySide6/Qt/lib/libQt6Core.so.6", "/venv/qt/libQt6Core.so.6", "BINARY"),
    ("PySide6/Qt/lib/libQt6Kms.so.6", "/venv/qt/libQt6Kms.so.6", "BINARY"),
]
SYMLINKS: list[Entry] = [
    ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK"),
    ("libQt6Kms.so.6", "PySide6/Qt/lib/libQt6Kms.so.6", "SYMLINK"),
    ("lib/libone.so", "../libone.so.1", "SYMLINK"),
    ("lib/libjax.so.1", "../left/out/libjax.so.1", "SYMLINK"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="PyInstaller collects them on Linux")
def test_what_nobody_links_to_is_left_out() -> None:
    kept = needed([*ALL, *SYMLINKS[:1]], lambda source: LINKS[source])
    assert [place for place, _, _ in kept] == [
        "plugins/plugin.so",
        "PySide6/QtCore.so",
        "libone.so.1",
        "libtwo.so.2",
        "PySide6/Qt/lib/libQt6Core.so.6",
        "libQt6Core.so.6",
    ]


def test_links_that_lead_nowhere_are_left_out() -> None:
    without_kms = [entry for entry in ALL if "Kms" not in entry[0]]
    files, links = without_lost_links(without_kms, SYMLINKS)
    assert files == without_kms
    assert [place for place, _, _ in links] == ["libQt6Core.so.6", "lib/libone.so"]


def test_other_systems_keep_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert needed(ALL, lambda source: LINKS[source]) == ALL
