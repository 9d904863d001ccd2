"""Many photos in the window, by behaviour: drop, start, pause, cancel, retry, look, close."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.batch.state import BatchState
from app.batch.table import Column
from app.main_window import MainWindow
from app.photo.state import PhotoState
from tests.app.batch import batches
from tests.app.conftest import StandIn
from tests.app.window import drop, open_photo, said
from tests.batch.batches import results


def dropped(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_drop_a_folder_and_start(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path, out: Path
) -> None:
    batches.make_photo(wet / "deep" / "4.png")
    (wet / "notes.txt").write_text("no photo")
    window.named_actions["batch"].trigger()
    drop(window, dropped(wet))
    batches.until(qtbot, lambda: batches.is_ready(window))
    assert batches.rows(window) == {
        "1.png": ("Planned", "→ 1_derained.png"),
        "2.png": ("Planned", "→ 2_derained.png"),
        "3.png": ("Planned", "→ 3_derained.png"),
        "deep/4.png": ("Planned", "→ 4_derained.png"),
    }
    assert window.batch.panel.folder.text() == str(out)
    batches.start(window)
    batches.wait_end(qtbot, window)
    assert set(batches.states(window).values()) == {"Done"}
    assert results(out) == {f"{n}_derained.png" for n in (1, 2, 3)} | {"deep/4_derained.png"}
    assert said(window).startswith("4 of 4 photos are done.")
    assert window.batch.list.counted.text() == "4 of 4"
    assert backend.threads == {"compute-0"}


def test_what_is_done_while_photos_are_looked_for_stays_done(
    qtbot: QtBot, window: MainWindow, wet: Path, tmp_path: Path
) -> None:
    more = batches.make_folder(tmp_path / "more", 1)
    window.named_actions["batch"].trigger()
    drop(window, dropped(wet))
    batches.until(qtbot, lambda: batches.is_ready(window))
    batch = window.batch_controller.batch
    batch.add([more])
    batch.remove([wet / "1.png"])
    batch.set_choices(replace(batch.choices, format="tiff"))
    batches.until(qtbot, lambda: batches.is_ready(window) and len(batch.entries) == 3)
    assert wet / "1.png" not in {each.source for each in batch.entries}
    assert batch.choices.format == "tiff"
    batch.add([wet])
    batch.clear()
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    assert batch.entries == ()


def test_files_and_folders_join_one_batch(
    qtbot: QtBot, window: MainWindow, wet: Path, tmp_path: Path
) -> None:
    other = batches.make_photo(tmp_path / "other" / "9.png")
    (tmp_path / "other" / "cut.jpg").write_bytes(b"")
    drop(window, dropped(wet / "2.png", other))  # several at once are a batch
    batches.until(qtbot, lambda: batches.is_ready(window))
    assert window.batch.is_shown
    assert set(batches.rows(window)) == {"wet/2.png", "other/9.png"}
    batches.add(qtbot, window, wet)
    assert list(batches.rows(window)) == ["wet/2.png", "other/9.png", "wet/1.png", "wet/3.png"]
    table = window.batch.list.table
    table.selectRow(1)
    QTest.keyClick(table, Qt.Key.Key_Delete)
    batches.until(qtbot, lambda: batches.is_ready(window))
    assert "other/9.png" not in batches.rows(window)
    assert window.batch.panel.clear.isVisibleTo(window.batch.panel)
    window.batch.panel.clear.click()
    assert not window.batch.panel.clear.isVisibleTo(window.batch.panel), "nothing is left to clear"
    assert batches.state(window) is BatchState.EMPTY


def test_nothing_to_derain_is_a_sentence(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    window.batch_controller.add([tmp_path / "empty"])
    batches.until(qtbot, lambda: "There are no photos" in said(window))
    assert batches.state(window) is BatchState.EMPTY


def test_a_folder_of_videos_keeps_no_photos_out(
    qtbot: QtBot, window: MainWindow, wet: Path, tmp_path: Path
) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    (videos / "1.mp4").write_bytes(b"")
    window.batch_controller.add([videos])
    batches.until(qtbot, lambda: "1.mp4 is a video, not a photo" in said(window))
    batches.add(qtbot, window, videos, wet)
    assert list(batches.rows(window)) == ["1.png", "2.png", "3.png"]


def test_a_folder_that_is_opened_offers_all_of_it(
    qtbot: QtBot, window: MainWindow, wet: Path
) -> None:
    open_photo(qtbot, window, wet)
    button = window.shell.banner.buttons["batch_folder"]
    assert button.text() == "Derain all 3…"
    button.click()
    batches.until(qtbot, lambda: batches.is_ready(window))
    assert window.batch.is_shown
    assert list(batches.rows(window)) == ["1.png", "2.png", "3.png"]


def test_pause_stands_still_and_goes_on_where_it_was(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path, out: Path
) -> None:
    batches.add(qtbot, window, wet)
    steps = window.batch.panel.steps
    backend.hold()
    batches.start(window)
    backend.let(2)
    batches.until(qtbot, lambda: backend.begun == 3)  # which waits, and is finished
    steps.go.click()
    assert window.batch.list.pace.text() == "Pausing after this tile…"
    backend.let(1)
    batches.until(qtbot, lambda: batches.state(window) is BatchState.PAUSED)
    assert (backend.tiles, steps.go.text()) == (3, "Resume")
    # Photos are read side by side, so the first that is computed need not be the first listed.
    batches.until(qtbot, lambda: "Paused" in batches.states(window).values())
    (paused,) = (name for name, state in batches.states(window).items() if state == "Paused")
    assert not results(out)
    backend.free()  # another job that computed now would
    with pytest.raises(Exception, match="timed out"):
        qtbot.waitUntil(lambda: backend.tiles > 3, timeout=300)
    steps.go.click()
    assert batches.states(window)[paused] == "Running"
    batches.wait_end(qtbot, window)
    assert backend.tiles == 27  # no tile twice
    assert len(results(out)) == 3


def test_pause_during_the_last_tile_holds_for_what_was_added(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path
) -> None:
    batches.add(qtbot, window, wet / "1.png")
    backend.hold()
    batches.start(window)
    backend.let(8)
    batches.until(qtbot, lambda: backend.begun == 9)
    window.batch_controller.add([wet / "2.png"])
    batches.until(qtbot, lambda: len(batches.rows(window)) == 2)
    window.batch.panel.steps.go.click()
    backend.free()
    batches.until(qtbot, lambda: batches.state(window) is BatchState.PAUSED)
    assert backend.tiles == 9
    window.batch.panel.steps.go.click()
    batches.wait_end(qtbot, window)
    assert backend.tiles == 18


def test_cancel_ends_the_run_and_start_goes_on(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path, out: Path
) -> None:
    batches.add(qtbot, window, wet)
    backend.hold()
    batches.start(window)
    backend.let(9 + 2)
    batches.until(qtbot, lambda: backend.tiles == 11)
    batches.wait_done(qtbot, window, 1)
    steps = window.batch.panel.steps
    steps.cancel.click()
    assert steps.go.text() == "Stopping…"
    backend.free()
    batches.wait_end(qtbot, window)
    assert sorted(batches.states(window).values()) == ["Done", "Planned", "Planned"]
    assert len(results(out)) == 1
    assert said(window) == "1 of 3 photos are done. 2 remaining. Click Continue."
    assert steps.go.text() == "Continue"
    batches.until(qtbot, lambda: all(note for _, note in batches.rows(window).values()))
    steps.go.click()
    batches.wait_end(qtbot, window)
    assert len(results(out)) == 3


def test_a_paused_batch_can_be_cancelled(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path
) -> None:
    batches.add(qtbot, window, wet)
    backend.hold()
    batches.start(window)
    steps = window.batch.panel.steps
    steps.go.click()
    backend.let(1)
    batches.until(qtbot, lambda: batches.state(window) is BatchState.PAUSED)
    steps.cancel.click()
    batches.wait_end(qtbot, window)
    assert set(batches.states(window).values()) == {"Planned"}
    assert said(window) == "0 of 3 photos are done. 3 remaining. Click Start."
    assert steps.go.text() == "Start"


def test_photos_that_come_after_cancel_start_nothing(
    qtbot: QtBot, window: MainWindow, backend: StandIn, tmp_path: Path
) -> None:
    batches.add(qtbot, window, batches.make_photo(tmp_path / "first" / "1.png"))
    backend.hold()
    batches.start(window)
    backend.let(8)
    batches.until(qtbot, lambda: backend.begun == 9)
    window.batch.panel.steps.cancel.click()
    window.batch_controller.add([batches.make_photo(tmp_path / "second" / "2.png", 2)])
    batches.until(qtbot, lambda: len(batches.rows(window)) == 2)
    backend.free()  # the last tile: the photo is done all the same
    batches.wait_end(qtbot, window)
    assert sorted(batches.states(window).values()) == ["Done", "Planned"]


def test_one_bad_file_fails_alone_and_is_retried(
    qtbot: QtBot, window: MainWindow, wet: Path, out: Path
) -> None:
    whole_file = (wet / "2.png").read_bytes()
    (wet / "2.png").write_bytes(whole_file[:400])
    batches.add(qtbot, window, wet)
    batches.start(window)
    batches.wait_end(qtbot, window)
    assert batches.states(window) == {"1.png": "Done", "2.png": "Failed", "3.png": "Done"}
    _, note = batches.rows(window)["2.png"]
    assert note.startswith("2.png is damaged or incomplete")
    assert "1 failed" in said(window)
    assert "2 of 3 photos" in said(window)
    page = window.batch.list
    assert page.counted.text() == "2 of 3 · 1 failed", "as the message counts"
    page.table.selectRow(0)
    assert not page.details.isVisible()
    page.table.selectRow(1)
    assert page.details.text() == note, "an error is never cut here"
    assert page.details.isVisible()
    assert page.model.index(1, Column.STATE).data(Qt.ItemDataRole.ToolTipRole) == note
    steps = window.batch.panel.steps
    assert not steps.go.isEnabled()
    (wet / "2.png").write_bytes(whole_file)
    assert steps.retry.text() == "Retry 1 failed"
    steps.retry.click()
    batches.wait_end(qtbot, window)
    assert len(results(out)) == 3


def test_a_single_photo_goes_first(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path, picture_file: Path
) -> None:
    batches.add(qtbot, window, wet)
    backend.hold()
    batches.start(window)
    backend.let(2)
    batches.until(qtbot, lambda: backend.tiles == 2)
    open_photo(qtbot, window, picture_file)
    window.controller.derain()
    backend.let(1 + 9)  # the tile that the batch has begun, then all of the photo
    batches.until(qtbot, lambda: window.document.status.state is PhotoState.DONE)
    assert backend.tiles == 12
    assert window.shell.status_line.batch.text() == "Batch: 0 of 3"
    backend.free()
    window.shell.status_line.batch.click()
    batches.wait_end(qtbot, window)
    assert backend.tiles == 27 + 9
    assert set(batches.states(window).values()) == {"Done"}
    assert backend.threads == {"compute-0"}


def test_photos_added_during_a_run_are_done_after_it_with_its_choices(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path, tmp_path: Path
) -> None:
    later = batches.make_photo(tmp_path / "wet" / "deep" / "9.png")
    later.rename(tmp_path / "9.png")
    batches.add(qtbot, window, wet)
    backend.hold()
    batches.start(window)
    window.document.set_strength(0.5)
    window.preferences.change(quality=50)
    window.batch_controller.add([tmp_path / "9.png"])
    batches.until(qtbot, lambda: batches.rows(window).get("9.png") == ("Planned", ""))
    backend.free()
    batches.until(qtbot, lambda: batches.states(window).get("9.png") == "Done")
    assert len(batches.rows(window)) == 4
    assert backend.tiles == 4 * 9, "the first three are not done again"


def test_choices_that_changed_during_a_run_are_previewed_after_it(
    qtbot: QtBot, window: MainWindow, backend: StandIn, wet: Path
) -> None:
    batches.add(qtbot, window, wet)
    backend.hold()
    batches.start(window)
    window.document.set_strength(0.5)
    backend.free()
    batches.until(qtbot, lambda: said(window) == "3 of 3 photos are done.")
    batches.until(qtbot, window.batch.panel.steps.go.isEnabled)
    batches.start(window)
    batches.wait_end(qtbot, window)
    assert backend.tiles == 2 * 27


def test_another_quality_is_previewed(qtbot: QtBot, window: MainWindow, wet: Path) -> None:
    batches.add(qtbot, window, wet)
    batches.start(window)
    batches.wait_end(qtbot, window)
    window.preferences.change(quality=50)
    batches.until(qtbot, lambda: set(batches.states(window).values()) == {"Planned"})
    assert window.batch.panel.steps.go.isEnabled()
