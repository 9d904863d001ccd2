"""A photo's way through the document, with an engine at the seam that can be held."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Never

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QMimeData
from pytestqt.qtbot import QtBot

from app.imaging.qimage import to_qimage
from app.photo.controller import PhotoController
from app.photo.document import Document
from app.photo.results import Saved
from app.photo.state import PhotoState
from app.shell.engines import Engines
from app.shell.settings import Preferences
from app.shell.translation import explain
from app.tasks import Tasks
from nledn import decoder, photo
from nledn.errors import DerainError, NotAPhoto, PhotoIsFolder
from nledn.photo import Photo, WriteSettings
from nledn.photo.provenance import read_provenance
from nledn.tiling import Rect
from tests.app.conftest import OPTIONS, FakeEngines, StandIn, controller_of, is_done

Pixels = npt.NDArray[np.uint8]


def opened(qtbot: QtBot, controller: PhotoController, path: Path) -> Document:
    with qtbot.waitSignal(controller.document.photo_opened):
        controller.read(path)
    return controller.document


def written(
    qtbot: QtBot, controller: PhotoController, path: Path, *, find_free_name: bool = False
) -> Saved:
    """Write the latest result."""
    latest = controller.document.latest
    assert latest is not None
    with qtbot.waitSignal(controller.saving.saved) as saved:
        controller.saving.write(latest, path, WriteSettings(), find_free_name=find_free_name)
    answer: Saved = saved.args[0]
    return answer


def test_open_derain_save_gives_the_file_that_the_arithmetic_says(
    qtbot: QtBot,
    controller: PhotoController,
    derained: Callable[[], Document],
    pixels: Pixels,
    picture_file: Path,
) -> None:
    document = derained()
    assert document.layer is not None
    document.set_strength(0.5)
    target = picture_file.with_name("clean.png")
    saved = written(qtbot, controller, target)
    expected = document.layer.apply(pixels, 0.5)
    found = photo.read(target)
    assert np.array_equal(found.pixels, expected)
    assert np.array_equal(saved.photo.pixels, expected)
    recipe = read_provenance(found.xmp)
    assert recipe is not None
    assert (recipe.checkpoint, recipe.strength, recipe.partial) == ("afterrain", 0.5, False)
    assert not document.is_unsaved


def test_a_record_can_be_left_out(
    qtbot: QtBot,
    controller: PhotoController,
    preferences: Preferences,
    derained: Callable[[], Document],
    picture_file: Path,
) -> None:
    derained()
    target = picture_file.with_name("clean.png")
    preferences.change(record=False)
    written(qtbot, controller, target)
    assert read_provenance(photo.read(target).xmp) is None


def test_a_first_save_never_meets_an_earlier_file(
    qtbot: QtBot, controller: PhotoController, derained: Callable[[], Document], picture_file: Path
) -> None:
    document = derained()
    saved = written(qtbot, controller, picture_file, find_free_name=True)
    assert saved.path.name == "street-2.png"
    assert document.latest is not None
    assert document.latest.path == saved.path


def test_cancel_keeps_what_is_done_and_derain_goes_on_with_the_rest(
    qtbot: QtBot, controller: PhotoController, backend: StandIn, picture_file: Path, pixels: Pixels
) -> None:
    document = opened(qtbot, controller, picture_file)
    backend.hold()
    controller.derain()
    backend.let(2)
    qtbot.waitUntil(lambda: document.status.done == 2)
    controller.cancel()
    qtbot.waitUntil(lambda: document.status.state is PhotoState.STOPPING)
    backend.let(1)  # the tile being computed is finished, no other begun
    qtbot.waitUntil(lambda: document.status.state is PhotoState.PARTIAL)
    assert document.status.done == backend.tiles == 3
    assert document.is_unsaved
    backend.free()
    with qtbot.waitSignal(document.status_changed, check_params_cb=is_done):
        controller.derain()
    assert backend.tiles == document.status.total == 9
    assert document.layer is not None
    again = FakeEngines(StandIn()).get(OPTIONS).derain(pixels)
    assert np.array_equal(document.layer.plane, again.plane)


def test_what_is_looked_at_comes_first_also_while_it_runs(
    qtbot: QtBot, controller: PhotoController, backend: StandIn, picture_file: Path
) -> None:
    document = opened(qtbot, controller, picture_file)
    added: list[Rect] = []
    document.picture.region_changed.connect(added.append)
    backend.hold()
    corner = Rect(150, 110, 160, 120)
    controller.deraining.look_at(corner, corner)
    controller.derain()
    backend.let(1)
    qtbot.waitUntil(lambda: len(added) == 1)
    assert (added[0].right, added[0].bottom) == (160, 120)
    other = Rect(0, 110, 10, 120)
    controller.deraining.look_at(other, other)
    backend.let(2)  # the second may have been chosen before we looked elsewhere
    qtbot.waitUntil(lambda: len(added) == 3)
    assert (0, 120) in [(rect.left, rect.bottom) for rect in added[1:]]


def test_another_checkpoint_and_back_computes_nothing_twice(
    qtbot: QtBot, controller: PhotoController, derained: Callable[[], Document], backend: StandIn
) -> None:
    document = derained()
    first = document.layer
    other = replace(OPTIONS, weights="other")
    document.set_options(other)
    qtbot.waitUntil(lambda: document.layer is None and document.status.state is PhotoState.READY)
    with qtbot.waitSignal(document.status_changed, check_params_cb=is_done):
        controller.derain()
    assert document.layer is not None
    assert document.layer.record.checkpoint == "other"
    document.set_options(OPTIONS)
    assert document.layer is first
    assert document.status.state is PhotoState.DONE
    assert backend.tiles == 18


def test_a_result_that_is_no_longer_wanted_is_dropped(
    qtbot: QtBot, controller: PhotoController, backend: StandIn, picture_file: Path
) -> None:
    document = opened(qtbot, controller, picture_file)
    backend.hold()
    controller.derain()
    backend.let(1)
    qtbot.waitUntil(lambda: document.status.done == 1)
    opened(qtbot, controller, picture_file)
    backend.free()
    qtbot.waitUntil(lambda: document.layer is None)
    with qtbot.waitSignal(document.status_changed, check_params_cb=is_done):
        controller.derain()
    assert document.status.done == 9


def test_a_folder_without_photos_says_what_is_in_it(
    qtbot: QtBot, controller: PhotoController, tmp_path: Path
) -> None:
    folder = tmp_path / "letters"
    for name in ("a", "b", ".hidden"):
        (folder / name).mkdir(parents=True)
    (folder / "plan.txt").write_text("no photo")
    with qtbot.waitSignal(controller.failed) as failed:
        controller.read(folder)
    said = explain(failed.args[0])
    assert said == (
        f"There are no photos in {folder} (folders: 2, other files: 1). Choose another folder."
    )


@pytest.mark.parametrize(
    ("name", "kind"), [("text.jpg", NotAPhoto), ("empty-folder", PhotoIsFolder)]
)
def test_what_cannot_be_opened_leaves_the_open_photo(
    qtbot: QtBot,
    controller: PhotoController,
    picture_file: Path,
    tmp_path: Path,
    name: str,
    kind: type[DerainError],
) -> None:
    document = opened(qtbot, controller, picture_file)
    before = document.photo
    (tmp_path / "text.jpg").write_text("no photo")
    (tmp_path / "empty-folder").mkdir()
    with qtbot.waitSignal(controller.failed) as failed:
        controller.read(tmp_path / name)
    assert isinstance(failed.args[0], kind)
    assert document.photo is before


def test_a_folder_opens_its_first_photo_and_steps_through(
    qtbot: QtBot, controller: PhotoController, picture_file: Path, pixels: Pixels
) -> None:
    folder = picture_file.parent
    for name in ("b10.png", "b9.png", ".hidden.png"):
        photo.write(Photo(pixels), folder / name)
    (folder / "notes.txt").write_text("no photo")
    document = opened(qtbot, controller, folder)
    seen = []
    while document.photo is not None and document.photo.path is not None:
        seen.append(document.photo.path.name)
        following = document.neighbour(1)
        if following is None:
            break
        opened(qtbot, controller, following)
    assert seen == ["b9.png", "b10.png", "street.png"]


def test_a_photo_in_a_folder_that_cannot_be_listed_is_opened_alone(
    qtbot: QtBot, controller: PhotoController, picture_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> Never:
        raise PermissionError(folder)

    photo.write(Photo(np.zeros((20, 30, 3), np.uint8)), picture_file.with_name("tower.png"))
    monkeypatch.setattr(Path, "iterdir", refuse)
    document = opened(qtbot, controller, picture_file)
    assert document.folder == (picture_file,)


def test_a_pasted_picture_can_be_derained_and_saved(
    qtbot: QtBot, controller: PhotoController, pixels: Pixels, tmp_path: Path
) -> None:
    document = controller.document
    with qtbot.waitSignal(document.photo_opened):
        data = QMimeData()
        data.setImageData(to_qimage(pixels))
        controller.drop(data)
    with qtbot.waitSignal(document.status_changed, check_params_cb=is_done):
        controller.derain()
    written(qtbot, controller, tmp_path / "pasted.png")
    assert photo.read(tmp_path / "pasted.png").size == (160, 120)


def test_a_result_that_comes_back_says_what_computed_it(
    qtbot: QtBot, controller: PhotoController, derained: Callable[[], Document]
) -> None:
    document = derained()
    computed = document.status.choice
    assert computed is not None
    first = document.options
    other = "fp32" if computed.precision == "bf16" else "bf16"
    document.set_options(replace(first, precision=other))
    with qtbot.waitSignal(document.status_changed, check_params_cb=is_done):
        controller.derain()
    assert document.status.choice is not None
    assert document.status.choice.precision == other
    document.set_options(first)
    assert document.status.choice == computed


def test_an_engine_that_fails_leaves_the_photo_ready(
    qtbot: QtBot, tasks: Tasks, picture_file: Path
) -> None:
    def broken(_options: object) -> None:
        raise RuntimeError("no engine")

    controller = controller_of(tasks, Engines(broken))  # type: ignore[arg-type]
    document = opened(qtbot, controller, picture_file)
    with qtbot.waitSignal(controller.failed):
        controller.derain()
    assert document.status.state is PhotoState.READY
    controller.let_go()


def test_files_and_engine_stay_off_the_main_thread(
    qtbot: QtBot,
    controller: PhotoController,
    derained: Callable[[], Document],
    backend: StandIn,
    picture_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: set[str] = set()
    for module, name in ((decoder, "read"), (photo, "write")):
        real = getattr(module, name)

        def noted(*args: object, _real: Callable[..., object] = real, **named: object) -> object:
            threads.add(threading.current_thread().name)
            return _real(*args, **named)

        monkeypatch.setattr(module, name, noted)
    derained()
    written(qtbot, controller, picture_file, find_free_name=True)
    assert backend.threads == {"compute-0"}
    assert threads <= {"files-0", "files-1"}
    assert threads


def test_work_is_unsaved_until_it_is_saved_and_after_a_change(
    qtbot: QtBot, controller: PhotoController, derained: Callable[[], Document], picture_file: Path
) -> None:
    document = derained()
    told: list[bool] = []
    document.unsaved_changed.connect(told.append)
    written(qtbot, controller, picture_file, find_free_name=True)
    document.set_strength(0.7)
    assert document.is_unsaved
    assert told == [False, True]


def test_work_that_became_unsaved_by_deraining_is_told(
    qtbot: QtBot, controller: PhotoController, picture_file: Path
) -> None:
    document = controller.document
    told: list[bool] = []
    document.unsaved_changed.connect(told.append)
    with qtbot.waitSignal(document.photo_opened):
        controller.read(picture_file)
    document.set_strength(0.7)
    assert told == []
    with qtbot.waitSignal(document.status_changed, check_params_cb=is_done):
        controller.derain()
    assert told == [True]
    document.set_options(replace(document.options, weights="authors-ddn"))
    assert document.layer is None
    assert told == [True], "it comes back with what computed it, so it can still be lost"


def test_a_tile_that_ended_unheard_is_shown_when_one_goes_on(
    qtbot: QtBot, controller: PhotoController, backend: StandIn, picture_file: Path
) -> None:
    document = opened(qtbot, controller, picture_file)
    backend.hold()
    controller.derain()
    backend.let(1)
    qtbot.waitUntil(lambda: document.status.done == 1)
    document.set_options(replace(OPTIONS, weights="other"))  # and back, within one tile
    document.set_options(OPTIONS)
    backend.free()
    qtbot.waitUntil(lambda: document.layer is not None and document.layer.done.sum() == 2)
    with qtbot.waitSignal(document.picture.appearance_changed):
        controller.derain()
    qtbot.waitUntil(lambda: document.status.state is PhotoState.DONE)
