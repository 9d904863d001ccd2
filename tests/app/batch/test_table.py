"""The table of a batch: thousands of rows, small pictures when they are looked at, threads."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from app.batch.jobs import Entry
from app.batch.page import BatchList
from app.batch.table import BatchModel, Column, RowDelegate, note_of
from app.main_window import MainWindow
from app.shell.thumbnails import IN_SIGHT, WAITING_AT_MOST, Thumbnails
from app.tasks import Tasks
from nledn import photo
from nledn.errors import PlainError
from nledn.photo import Photo
from tests.app.batch import batches

Decoration = Qt.ItemDataRole.DecorationRole


def entries(count: int) -> tuple[Entry, ...]:
    return tuple(Entry(Path(f"/wet/{n}.jpg"), f"{n}.jpg") for n in range(count))


def test_only_rows_in_sight_ask_for_pictures(qtbot: QtBot) -> None:
    page = BatchList()
    qtbot.addWidget(page)
    page.resize(900, 600)
    page._pages.setCurrentIndex(1)
    wanted: set[Path] = set()
    page.model.picture_wanted.connect(wanted.add)
    page.model.set_entries(entries(5000))
    page.grab()
    in_sight = len(wanted)
    assert 5 < in_sight < 20
    page.table.verticalScrollBar().setValue(page.table.verticalScrollBar().maximum())
    page.grab()
    assert Path("/wet/4999.jpg") in wanted
    assert len(wanted) <= 2 * in_sight + 2


def test_the_model_keeps_the_rules_of_qt(qtbot: QtBot) -> None:
    model = BatchModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_entries(entries(3))
    model.change_entry(Entry(Path("/wet/1.jpg"), "1.jpg", "running", share=0.5))
    assert model.index(1, Column.STATE).data() == "Running"
    assert model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "1.jpg, Running"
    model.set_entries(entries(2))
    assert model.rowCount() == 2
    model.set_entries(())
    assert model.rowCount() == 0
    del tester


def test_pictures_go_with_their_rows(qtbot: QtBot) -> None:
    model = BatchModel()
    model.set_entries(entries(3))
    for entry in entries(3):
        model.set_picture(entry.source, QImage(4, 4, QImage.Format.Format_RGB32))
    model.set_entries(entries(2))
    model.set_entries(entries(3))
    assert model.index(1, 0).data(Decoration) is not None, "its row stayed"
    with qtbot.waitSignal(model.picture_wanted) as wanted:
        model.index(2, 0).data(Decoration)
    assert wanted.args == [Path("/wet/2.jpg")]


def test_pictures_come_from_above_and_a_bad_photo_has_none(
    qtbot: QtBot, tasks: Tasks, tmp_path: Path
) -> None:
    thumbnails = Thumbnails(tasks, QSize(120, 80))
    made: list[tuple[str, QImage]] = []
    thumbnails.made.connect(lambda path, image: made.append((path.name, image)))
    paths = [batches.make_photo(tmp_path / f"{n}.png", n) for n in range(3)]
    (tmp_path / "bad.png").write_bytes(b"no png")
    for path in (*paths, tmp_path / "bad.png"):
        thumbnails.want(path)
    batches.until(qtbot, lambda: len(made) == 4)
    assert [name for name, _ in made] == ["0.png", "1.png", "2.png", "bad.png"]
    assert [image.isNull() for _, image in made] == [False, False, False, True]
    assert made[0][1].height() == 80


def test_rows_that_were_scrolled_past_come_later_or_never(
    qtbot: QtBot, tasks: Tasks, tmp_path: Path
) -> None:
    thumbnails = Thumbnails(tasks, QSize(60, 40))
    made: list[str] = []
    thumbnails.made.connect(lambda path, _: made.append(path.name))
    for number in range(200):  # none of them is there: each is answered at once
        thumbnails.want(tmp_path / f"{number}.png")
    batches.until(qtbot, lambda: len(made) == 1 + WAITING_AT_MOST)
    assert made[0] == "0.png"  # was begun before the others came
    assert made[1 : 1 + IN_SIGHT] == [f"{n}.png" for n in range(200 - IN_SIGHT, 200)]
    batches.until(qtbot, lambda: tasks.is_idle)
    assert len(made) == 1 + WAITING_AT_MOST


def test_a_picture_shows_its_photo(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    pixels = np.full((60, 90, 3), (200, 30, 40), np.uint8)
    path = tmp_path / "wet" / "red.png"
    path.parent.mkdir()
    photo.write(Photo(pixels), path)
    batches.add(qtbot, window, path)
    window.batch.list.grab()
    index = window.batch.list.model.index(0, Column.PHOTO)
    batches.until(qtbot, lambda: index.data(Decoration) is not None)
    middle = index.data(Decoration).toImage().pixelColor(30, 20)
    assert middle.getRgb()[:3] == (200, 30, 40)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            Entry(Path("/a"), "a", output=Path("/out/a_derained.jpg")),
            "→ a_derained.jpg",
        ),
        (Entry(Path("/a"), "a", "done", little=True, moved=7), "Nearly nothing changed."),
        (Entry(Path("/a"), "a", "done", moved=-7), "Darker overall, by 7 of 255."),
        (Entry(Path("/a"), "a", "failed", error=PlainError("Odd words.")), "Odd words."),
    ],
)
def test_notes(entry: Entry, words: str) -> None:
    assert note_of(entry).startswith(words)


def test_the_arrow_of_a_long_name_never_stands_alone(qtbot: QtBot) -> None:
    page, option = BatchList(), QStyleOptionViewItem()
    qtbot.addWidget(page)
    name = "IMG_20260419_derained.jpg"
    page.model.set_entries((Entry(Path("/a"), "a", output=Path("/out", name)),))
    RowDelegate(page).initStyleOption(option, page.model.index(0, Column.NOTE))
    assert option.text == f"→\u00a0{name}"


class Touches:
    """A thread's disk accesses, by Python's audit events."""

    EVENTS = frozenset(
        {"open", "os.scandir", "os.listdir", "os.rename", "os.remove", "os.mkdir"}
        | {"sqlite3.connect"}
    )

    def __init__(self) -> None:
        self.folder = ""
        self.threads: dict[str, set[str]] = {}
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder and event in self.EVENTS and arguments:
            where = arguments[0]
            if isinstance(where, str | bytes | os.PathLike):
                name = os.fsdecode(where)
                if name.startswith(self.folder):
                    thread = threading.current_thread().name
                    self.threads.setdefault(thread, set()).add(f"{event} {name}")


TOUCHES = Touches()


@pytest.fixture
def touches(tmp_path: Path) -> Iterator[Touches]:
    TOUCHES.threads.clear()
    yield TOUCHES
    TOUCHES.folder = ""


def test_neither_files_nor_engine_are_touched_by_the_main_thread(
    qtbot: QtBot, window: MainWindow, backend: Any, tmp_path: Path, touches: Touches
) -> None:
    wet = batches.make_folder(tmp_path / "wet", 3)
    window.batch_controller.show_file = lambda _: None
    touches.folder = str(tmp_path)
    batches.add(qtbot, window, wet)
    window.batch.list.grab()
    batches.start(window)
    batches.wait_end(qtbot, window)
    window.batch_controller.show_report()
    with qtbot.waitSignal(window.document.photo_opened):
        window.batch_controller.open_row(window.batch_controller.batch.entries[0])
    batches.until(qtbot, lambda: window.tasks.is_idle)
    touches.folder = ""
    assert backend.threads == {"compute-0"}
    kinds = {name.rpartition("-")[0] or name for name in touches.threads}
    assert {"batch", "files"} <= {kind.partition("_")[0] for kind in kinds}
    assert "MainThread" not in touches.threads, touches.threads["MainThread"]
    assert "compute" not in kinds
