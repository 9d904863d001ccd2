"""Nothing that was computed is lost unasked: of another model, or of an earlier photo."""

import threading
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.results import Saved, SaveJob
from app.photo.state import PhotoState
from app.shell.save_dialogs import SaveChoice
from app.tasks import Work
from nledn import photo
from nledn.models import LayerCache
from nledn.photo import Photo
from nledn.photo.provenance import read_provenance
from tests.app.conftest import FakeEngines, StandIn
from tests.app.window import Answers, derain, open_photo, said, save, state


@pytest.fixture
def two_models(qtbot: QtBot, window: MainWindow, picture_file: Path) -> MainWindow:
    """Both have derained the photo; the second one's result is in sight, and saved."""
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    window.document.history.choose_checkpoint("authors-ddn")
    derain(qtbot, window)
    window.named_actions["save"].trigger()
    qtbot.waitUntil(lambda: said(window).startswith("Saved"))
    return window


def saved_by(path: Path) -> str:
    recipe = read_provenance(photo.read(path).xmp)
    assert recipe is not None
    return recipe.checkpoint


def test_saving_one_models_result_leaves_the_others_unsaved(two_models: MainWindow) -> None:
    assert two_models.isWindowModified()
    two_models.named_actions["undo"].trigger()
    assert two_models.isWindowModified()


def test_closing_saves_what_is_out_of_sight_to_a_file_of_its_own(
    qtbot: QtBot, two_models: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    dialogs.answer = "save"
    two_models.close()
    assert dialogs.asked == ["unsaved street.png"]
    qtbot.waitUntil(lambda: not two_models.isVisible())
    first = picture_file.with_name("street_derained.png")
    second = picture_file.with_name("street_derained-2.png")
    assert (saved_by(first), saved_by(second)) == ("authors-ddn", "afterrain")


def test_a_strength_changed_in_sight_of_one_leaves_the_others_file(
    qtbot: QtBot, two_models: MainWindow, picture_file: Path
) -> None:
    two_models.named_actions["undo"].trigger()
    two_models.named_actions["save"].trigger()
    qtbot.waitUntil(lambda: not two_models.isWindowModified())
    two_models.photo.panel.strength.number.setValue(50)
    assert two_models.isWindowModified()
    two_models.named_actions["save"].trigger()
    qtbot.waitUntil(lambda: not two_models.isWindowModified())
    recipes = {}
    for name in ("street_derained.png", "street_derained-2.png"):
        recipe = read_provenance(photo.read(picture_file.with_name(name)).xmp)
        assert recipe is not None
        recipes[recipe.checkpoint] = recipe.strength
    assert recipes == {"authors-ddn": 1.0, "afterrain": 0.5}


def test_a_third_model_pushes_out_what_is_saved_and_not_what_could_be_lost(
    qtbot: QtBot, two_models: MainWindow
) -> None:
    two_models.document.history.choose_checkpoint("other")
    derain(qtbot, two_models)
    for _ in range(2):
        two_models.named_actions["undo"].trigger()
    assert two_models.document.options.weights == "auto"
    assert two_models.document.layer is not None


def test_a_saved_result_that_was_pushed_out_comes_back_as_saved(
    qtbot: QtBot, two_models: MainWindow, picture_file: Path
) -> None:
    two_models.document.history.choose_checkpoint("other")
    derain(qtbot, two_models)
    two_models.named_actions["undo"].trigger()
    latest = two_models.document.latest
    assert latest is not None
    assert not latest.is_unsaved
    two_models.document.history.strength_settled(0.5)
    assert save(qtbot, two_models).path == picture_file.with_name("street_derained.png")


@pytest.fixture
def tower(picture_file: Path) -> Path:
    """Another photo of the folder."""
    path = picture_file.with_name("tower.png")
    photo.write(Photo(np.full((70, 90, 3), 90, np.uint8)), path)
    return path


@pytest.fixture
def three(qtbot: QtBot, window: MainWindow, picture_file: Path, tower: Path) -> MainWindow:
    """Two photos are derained and left, one with its strength changed; a third one is open."""
    lake = picture_file.with_name("lake.png")
    photo.write(Photo(np.full((60, 80, 3), 120, np.uint8)), lake)
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    window.photo.panel.strength.number.setValue(50)
    open_photo(qtbot, window, tower)
    derain(qtbot, window)
    open_photo(qtbot, window, lake)
    return window


def test_closing_asks_once_about_all_results_of_earlier_photos(
    three: MainWindow, dialogs: Answers
) -> None:
    three.close()
    assert dialogs.asked == ["unsaved street.png, tower.png"]
    assert three.isEnabled()


def test_closing_saves_the_results_of_earlier_photos_as_they_were(
    qtbot: QtBot, three: MainWindow, dialogs: Answers, picture_file: Path, backend: StandIn
) -> None:
    derain(qtbot, three)
    computed, dialogs.answer = backend.tiles, "save"
    three.close()
    assert dialogs.asked == ["unsaved lake.png, street.png, tower.png"]
    qtbot.waitUntil(lambda: not three.isVisible())
    names = sorted(path.stem for path in picture_file.parent.glob("*_derained.png"))
    assert names == ["lake_derained", "street_derained", "tower_derained"]
    made = read_provenance(photo.read(picture_file.with_name("street_derained.png")).xmp)
    assert made is not None
    assert made.strength == 0.5
    assert backend.tiles == computed, "the rain was still known"


def test_closing_computes_a_result_again_that_is_no_longer_known(
    qtbot: QtBot, three: MainWindow, dialogs: Answers, picture_file: Path, engines: FakeEngines
) -> None:
    engines.models().layers = LayerCache()
    dialogs.answer = "save"
    three.close()
    qtbot.waitUntil(lambda: not three.isVisible())
    assert picture_file.with_name("street_derained.png").exists()
    assert picture_file.with_name("tower_derained.png").exists()


def test_closing_can_give_the_results_of_earlier_photos_up(
    qtbot: QtBot, three: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    dialogs.answer = "discard"
    three.close()
    qtbot.waitUntil(lambda: not three.isVisible())
    assert not list(picture_file.parent.glob("*_derained.png"))


def test_a_photo_that_cannot_be_read_any_more_keeps_the_window_open(
    qtbot: QtBot, three: MainWindow, dialogs: Answers, picture_file: Path
) -> None:
    picture_file.unlink()
    dialogs.answer = "save"
    three.close()
    qtbot.waitUntil(lambda: "street.png" in said(three))
    qtbot.waitUntil(lambda: three.tasks.is_idle)
    assert three.isVisible()


def test_nothing_is_asked_about_what_was_saved_before_the_next_photo(
    qtbot: QtBot, window: MainWindow, dialogs: Answers, picture_file: Path, tower: Path
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    with qtbot.waitSignal(window.controller.saving.saved):
        window.named_actions["save"].trigger()
        open_photo(qtbot, window, tower)
    window.close()
    assert dialogs.asked == []


@pytest.fixture
def slow_saves(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """No file is written before this is set."""
    gate, run = threading.Event(), SaveJob.run

    def run_late(job: SaveJob, work: Work) -> Saved:
        assert gate.wait(20)
        return run(job, work)

    monkeypatch.setattr(SaveJob, "run", run_late)
    return gate


@pytest.mark.usefixtures("tower")
@pytest.mark.parametrize("saves", [1, 2])
def test_a_change_during_a_save_is_asked_about_unless_it_is_saved_too(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: Answers,
    picture_file: Path,
    slow_saves: threading.Event,
    saves: int,
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    window.named_actions["save"].trigger()
    window.document.history.strength_settled(0.5)
    if saves == 2:
        window.named_actions["save"].trigger()
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["next"].trigger()
    written: list[Saved] = []
    window.controller.saving.saved.connect(written.append)
    slow_saves.set()
    qtbot.waitUntil(lambda: len(written) == saves)
    recipe = read_provenance(photo.read(written[-1].path).xmp)
    assert recipe is not None
    assert recipe.strength == (1.0 if saves == 1 else 0.5)
    window.close()
    assert dialogs.asked == (["unsaved street.png"] if saves == 1 else [])
    assert len({each.path for each in written}) == 1


@pytest.mark.usefixtures("tower")
def test_a_photo_that_was_left_before_it_was_written_comes_back_as_saved(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: Answers,
    picture_file: Path,
    tmp_path: Path,
    slow_saves: threading.Event,
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    window.document.history.strength_settled(0.5)
    dialogs.choice = SaveChoice(tmp_path / "dry.png", 95)
    window.named_actions["save_as"].trigger()
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["next"].trigger()
    with qtbot.waitSignal(window.controller.saving.saved):
        slow_saves.set()
    qtbot.waitUntil(lambda: window.tasks.is_idle)
    with qtbot.waitSignal(window.document.photo_opened):
        window.named_actions["previous"].trigger()
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE)
    assert not window.document.is_unsaved
    window.document.history.strength_settled(0.7)
    assert save(qtbot, window).path == tmp_path / "dry.png"


def test_a_photo_that_is_back_before_it_was_written_is_saved(
    qtbot: QtBot,
    window: MainWindow,
    picture_file: Path,
    tower: Path,
    slow_saves: threading.Event,
) -> None:
    open_photo(qtbot, window, picture_file)
    derain(qtbot, window)
    window.named_actions["save"].trigger()
    for path in (tower, picture_file):
        open_photo(qtbot, window, path)
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE)
    assert window.isWindowModified()
    with qtbot.waitSignal(window.controller.saving.saved):
        slow_saves.set()
    assert not window.isWindowModified()
    window.document.history.strength_settled(0.5)
    assert save(qtbot, window).path == picture_file.with_name("street_derained.png")


def test_coming_back_and_saving_settles_it(
    qtbot: QtBot, three: MainWindow, dialogs: Answers, picture_file: Path, tower: Path
) -> None:
    for path in (picture_file, tower):
        open_photo(qtbot, three, path)
        qtbot.waitUntil(lambda: three.document.is_unsaved)
        with qtbot.waitSignal(three.controller.saving.saved):
            three.named_actions["save"].trigger()
    three.close()
    assert dialogs.asked == []
