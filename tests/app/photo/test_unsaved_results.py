"""Each model's result of a photo is saved separately."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from nledn import photo
from nledn.photo.provenance import read_provenance
from tests.app.window import Answers, derain, open_photo, said


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
