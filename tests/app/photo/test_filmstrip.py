"""The photos of the folder below the open one: opened, badged, selected; results with theirs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.edits import FILE_NAME, Choices, Edits, EditsStore
from app.photo.filmstrip import Filmstrip
from app.photo.state import PhotoState
from app.shell.save_dialogs import SaveChoice
from app.shell.thumbnails import PictureCache
from nledn import photo, places
from nledn.models import LayerCache
from nledn.photo import Photo
from nledn.photo.provenance import Provenance, stamped
from nledn.tiling import Rect
from tests.app.conftest import FakeEngines, StandIn
from tests.app.window import Answers, Pixels, derain, open_photo, said, save, state

Control = Qt.KeyboardModifier.ControlModifier
Left = Qt.MouseButton.LeftButton
Key = Qt.Key


@pytest.fixture
def folder(picture_file: Path, pixels: Pixels) -> Path:
    """Four photos, of which the third is `street.png`."""
    for number, name in enumerate(("bridge", "lake", "tower")):
        shifted = np.roll(pixels, number + 1, axis=0).copy()
        photo.write(Photo(shifted), picture_file.with_name(f"{name}.png"))
    return picture_file.parent


@pytest.fixture
def strip(window: MainWindow) -> Filmstrip:
    return window.photo.filmstrip


def shown(strip: Filmstrip) -> list[str]:
    return [path.name for path in strip.photos]


def states(strip: Filmstrip) -> list[str]:
    return [strip.state(path) for path in strip.photos]


def click(strip: Filmstrip, row: int, *held: Qt.KeyboardModifier) -> None:
    at = strip.view.visualItemRect(strip.view.item(row)).center()
    keys = held[0] if held else Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(strip.view.viewport(), Left, keys, at)


def test_the_folder_is_shown_and_a_click_opens(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip, picture_file: Path
) -> None:
    assert not strip.isVisible()
    open_photo(qtbot, window, picture_file)
    assert strip.isVisible()
    assert shown(strip) == ["bridge.png", "lake.png", "street.png", "tower.png"]
    assert strip.count.text() == "3 of 4"
    with qtbot.waitSignal(window.document.photo_opened):
        click(strip, 0)
    assert strip.count.text() == "1 of 4"
    assert window.focusWidget() is window.view
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["next"].trigger()
    assert strip.view.currentIndex().row() == 1


def test_the_keyboard_goes_along_and_opens(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    strip.view.setFocus()
    QTest.keyClick(strip.view, Key.Key_Left)
    assert strip.count.text() == "3 of 4", "to go along opens nothing"
    with qtbot.waitSignal(window.document.photo_opened):
        QTest.keyClick(strip.view, Key.Key_Return)
    assert strip.count.text() == "2 of 4"


def test_it_is_there_for_several_photos_on_its_page(
    qtbot: QtBot, window: MainWindow, strip: Filmstrip, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    assert not strip.isVisible(), "one photo is no row"
    photo.write(Photo(np.zeros((20, 30, 3), np.uint8)), picture_file.with_name("lake.png"))
    open_photo(qtbot, window, picture_file)
    assert strip.isVisible()
    window.named_actions["compare"].trigger()
    assert not strip.isVisible()
    window.named_actions["compare"].trigger()
    assert strip.isVisible()
    for is_bare in (True, False):
        window.shell.set_bare(is_bare)
        assert strip.isVisible() != is_bare


def test_small_pictures_come_when_they_are_looked_at(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip, picture_file: Path
) -> None:
    for number in range(60):
        (folder / f"z{number:02}.png").write_bytes((folder / "lake.png").read_bytes())
    wanted: set[Path] = set()
    strip.frames.picture_wanted.connect(wanted.add)
    open_photo(qtbot, window, picture_file)
    qtbot.waitUntil(lambda: folder / "bridge.png" in strip.frames.pictures)
    assert folder / "z59.png" not in wanted
    strip.view.scrollToItem(strip.view.item(63))
    qtbot.waitUntil(lambda: folder / "z59.png" in wanted)


def test_badges_tell_what_became_of_a_photo(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    assert states(strip) == ["", "", "", ""]
    window.document.history.strength_settled(0.5)
    derain(qtbot, window)
    with qtbot.waitSignal(window.document.photo_opened):
        click(strip, 3)
    qtbot.waitUntil(lambda: states(strip) == ["", "", "edited", ""])
    spoken = strip.view.item(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "street.png, edited, not saved"
    derain(qtbot, window)
    save(qtbot, window)
    qtbot.waitUntil(lambda: states(strip) == ["", "", "edited", "derained"])


def test_a_result_is_grouped_with_its_photo_and_both_are_shown(
    qtbot: QtBot,
    window: MainWindow,
    folder: Path,
    strip: Filmstrip,
    picture_file: Path,
    backend: StandIn,
) -> None:
    open_photo(qtbot, window, picture_file)
    window.document.history.strength_settled(0.5)
    derain(qtbot, window)
    save(qtbot, window)
    after = window.picture.pixels("after", 0, Rect(0, 0, 160, 120)).copy()
    tiles = backend.tiles
    # Another start, on another machine: nothing is kept, and nothing remembered.
    window.controller.series.edits = EditsStore()
    for path in (folder / "tower.png", picture_file.with_name("street_derained.png")):
        qtbot.waitUntil(lambda: window.tasks.is_idle)
        forget()
        open_photo(qtbot, window, path)
    assert shown(strip) == ["bridge.png", "lake.png", "street.png", "tower.png"]
    assert states(strip)[2] == "derained"
    assert window.windowTitle().startswith("street.png")
    assert state(window) is PhotoState.DONE
    assert window.document.strength == 0.5
    assert not window.document.is_unsaved
    np.testing.assert_array_equal(window.picture.pixels("after", 0, Rect(0, 0, 160, 120)), after)
    assert backend.tiles == tiles
    window.document.history.strength_settled(1.0)
    save(qtbot, window)
    assert len(list(folder.iterdir())) == 5, "its result goes to the same file"


def forget() -> None:
    """Let the database go."""
    (places.user_data() / FILE_NAME).unlink(missing_ok=True)


def test_going_to_a_photo_with_a_result_shows_both(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    save(qtbot, window)
    open_photo(qtbot, window, folder / "tower.png")
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["previous"].trigger()
    assert window.windowTitle().startswith("street.png")
    assert state(window) is PhotoState.DONE


@pytest.mark.parametrize("is_damaged", [False, True])
def test_stepping_goes_past_a_photo_that_is_not_there_yet_or_damaged(
    qtbot: QtBot, window: MainWindow, folder: Path, is_damaged: bool
) -> None:
    open_photo(qtbot, window, folder / "bridge.png")
    if is_damaged:
        (folder / "lake.png").write_bytes(b"no photo")
        with qtbot.waitSignal(window.controller.failed):
            window.named_actions["next"].trigger()
    else:
        window.named_actions["next"].trigger()
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["next"].trigger()
    assert window.windowTitle().startswith("street.png")
    with qtbot.waitSignal(
        window.document.photo_opened if not is_damaged else window.controller.failed
    ):
        window.named_actions["previous"].trigger()
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["previous"].trigger()
    assert window.windowTitle().startswith("bridge.png")


def test_the_result_that_was_saved_last_comes_back(
    qtbot: QtBot, window: MainWindow, folder: Path, picture_file: Path, engines: FakeEngines
) -> None:
    open_photo(qtbot, window, picture_file)
    for model in ("auto", "other"):
        window.document.history.choose_checkpoint(model)
        derain(qtbot, window)
        save(qtbot, window)
    engines.models().layers = LayerCache()
    open_photo(qtbot, window, folder / "tower.png")
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["previous"].trigger()
    assert window.document.layer is not None
    assert window.document.layer.record.checkpoint == "other"
    assert not window.document.is_unsaved
    window.document.history.strength_settled(0.7)
    assert save(qtbot, window).path.name == "street_derained-2.png"


def test_an_earlier_result_does_not_hold_the_last_changes(
    qtbot: QtBot, window: MainWindow, folder: Path, picture_file: Path, dialogs: Answers
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    save(qtbot, window)
    window.document.history.strength_settled(0.5)
    dialogs.choice = SaveChoice(picture_file.with_name("dry.png"), 95)
    with qtbot.waitSignal(window.controller.saving.saved):
        window.named_actions["save_as"].trigger()
    open_photo(qtbot, window, folder / "tower.png")
    open_photo(qtbot, window, picture_file.with_name("street_derained.png"))
    assert window.document.strength == 0.5
    assert window.document.is_unsaved


@pytest.mark.parametrize(
    "result", ["masked", "partial", "weak", "unsigned", "small", "damaged", "gone"]
)
def test_going_to_a_photo_shows_it_where_its_result_does_not_help(
    qtbot: QtBot, window: MainWindow, folder: Path, picture_file: Path, pixels: Pixels, result: str
) -> None:
    made = Provenance("other", "0" * 64, 0.8, "whole", "torch", "fp32", "1")
    made = replace(made, masked=result == "masked", partial=result == "partial")
    made = replace(made, strength=0.0) if result == "weak" else made
    xmp = None if result == "unsigned" else stamped(None, made, (160, 120))
    path = picture_file.with_name("street_derained.png")
    photo.write(Photo(pixels[: 60 if result == "small" else 120] // 2, xmp=xmp), path)
    window.controller.series.edits.put(picture_file, Edits(Choices("other", 0.4)))
    open_photo(qtbot, window, folder / "tower.png")
    if result == "gone":
        path.unlink()
    elif result == "damaged":
        path.write_bytes(b"no photo")
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["previous"].trigger()
    assert window.windowTitle().startswith("street.png")
    assert window.document.choices == Choices("other", 0.4)
    assert state(window) is PhotoState.READY


def test_a_photo_that_was_replaced_is_no_result_of_itself(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip, picture_file: Path
) -> None:
    edits = Edits(Choices(), None, picture_file, is_saved=True)  # as `--edit` left them
    window.controller.series.edits.put(picture_file, edits)
    open_photo(qtbot, window, folder / "tower.png")
    assert shown(strip) == ["bridge.png", "lake.png", "street.png", "tower.png"]
    open_photo(qtbot, window, picture_file)
    assert state(window) is PhotoState.READY


def test_a_result_opens_where_its_photo_cannot_be_read(
    qtbot: QtBot, window: MainWindow, folder: Path, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    save(qtbot, window)
    picture_file.write_bytes(b"no photo")
    open_photo(qtbot, window, picture_file.with_name("street_derained.png"))
    assert window.windowTitle().startswith("street_derained.png")


def test_a_photo_that_is_only_named_like_a_result_stands_for_itself(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip, picture_file: Path
) -> None:
    path = picture_file.with_name("street_derained.png")
    path.write_bytes((folder / "lake.png").read_bytes())
    open_photo(qtbot, window, path)
    assert window.windowTitle().startswith("street_derained.png")
    assert state(window) is PhotoState.READY
    assert strip.count.text() == "4 of 5"


def test_settings_are_pasted_to_the_selected_photos(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip, picture_file: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    assert not window.named_actions["paste_settings"].isEnabled()
    window.document.history.strength_settled(0.7)
    window.document.history.choose_checkpoint("other")
    QTest.keyClick(window.view, Key.Key_C, Control | Qt.KeyboardModifier.ShiftModifier)
    window.document.history.strength_settled(1.0)
    click(strip, 0, Control)
    assert window.windowTitle().startswith("street"), "Ctrl with a click only selects"
    assert strip.count.text() == "3 of 4\n2 selected"
    QTest.keyClick(window.view, Key.Key_V, Control | Qt.KeyboardModifier.ShiftModifier)
    assert "2 photos have these settings" in said(window)
    assert window.document.strength == 0.7
    window.named_actions["undo"].trigger()
    assert window.document.strength == 1.0
    qtbot.waitUntil(lambda: states(strip)[0] == "edited")
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    found = EditsStore().find(folder / "bridge.png")
    assert found is not None
    assert found.choices == Choices("other", 0.7)
    with qtbot.waitSignal(window.document.photo_opened):
        click(strip, 0)
    assert (window.document.options.weights, window.document.strength) == ("other", 0.7)


def test_the_selected_photos_are_derained_as_a_batch(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip, picture_file: Path
) -> None:
    assert not window.named_actions["derain_selected"].isEnabled()
    open_photo(qtbot, window, picture_file)
    click(strip, 3, Control)
    window.named_actions["derain_selected"].trigger()
    assert window.shell.page == "batch"
    batch = window.batch_controller.batch
    qtbot.waitUntil(lambda: len(batch.entries) == 2)
    assert [entry.source.name for entry in batch.entries] == ["street.png", "tower.png"]


def test_photos_that_a_batch_derained_have_their_badge(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip, picture_file: Path
) -> None:
    changed = folder / "lake.png"
    window.controller.series.edits.put(changed, Edits(Choices(strength=0.4)))
    open_photo(qtbot, window, picture_file)
    click(strip, 1, Control)
    window.named_actions["derain_selected"].trigger()
    batch = window.batch_controller.batch
    qtbot.waitUntil(lambda: batch.status.planned == 2 and not batch.status.is_looking)
    with qtbot.waitSignal(batch.ended, timeout=60_000):
        batch.start()
    done = ["", "derained", "derained", ""]
    qtbot.waitUntil(lambda: states(strip) == done)
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    open_photo(qtbot, window, folder / "tower.png")
    qtbot.waitUntil(lambda: states(strip) == done)
    found = EditsStore().find(changed)
    assert found is not None
    assert found.choices.strength == 0.4, "what was chosen for it stays"
    assert found.result == folder / "derained" / "lake_derained.png"


def test_a_message_lies_above_the_row(
    qtbot: QtBot, window: MainWindow, folder: Path, strip: Filmstrip
) -> None:
    with qtbot.waitSignal(window.document.photo_opened):
        window.controller.open(folder)
    assert "4 photos in this folder" in said(window)
    banner = window.shell.banner

    def is_above() -> bool:
        below = banner.mapTo(window, banner.rect().bottomLeft()).y()
        return below < strip.mapTo(window, QPoint(0, 0)).y()

    qtbot.waitUntil(is_above)


def test_old_pictures_are_let_go() -> None:
    pictures = PictureCache(2)
    paths = [Path(f"{number}.png") for number in range(3)]
    for path in paths:
        pictures.keep(path, QImage(9, 6, QImage.Format.Format_RGB32), 1.0)
    assert [pictures.shown(path) is not None for path in paths] == [False, True, True]
