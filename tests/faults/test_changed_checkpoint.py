"""A checkpoint that changed on the disk after it was imported is noticed before it is used."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.shell.engines import Engines
from app.tasks import Tasks
from nledn import Options, catalog, places
from nledn.cli import main
from nledn.errors import CheckpointChanged
from tests.app.conftest import controller_of
from tests.batch.batches import even_weights, make_photo


@pytest.fixture
def rainy(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "wet" / "1.png")


@pytest.fixture(autouse=True)
def changed(tmp_path: Path) -> Path:
    """Imported as `mine`; then one bit of its last weight falls over."""
    catalog.add(even_weights(tmp_path / "mine.safetensors"))
    path = places.user_weights() / "mine.safetensors"
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("command", ["derain", "batch", "compare"])
def test_on_the_command_line(
    rainy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    arguments = {
        "derain": ["derain", rainy, "--weights", "mine"],
        "batch": ["batch", rainy.parent, tmp_path / "dry", "--weights", "mine"],
        "compare": ["compare", rainy, "--weights", "afterrain", "--weights", "mine"],
    }[command]
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert ended.value.code == (2 if command == "compare" else 1)  # the other one was compared
    assert "has changed since it was added" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*derained*"))


def test_in_the_window(qtbot: QtBot, qapp: object, rainy: Path) -> None:
    tasks = Tasks()
    controller = controller_of(tasks, Engines(), Options(weights="mine"))
    with qtbot.waitSignal(controller.document.photo_opened):
        controller.open(rainy)
    with qtbot.waitSignal(controller.failed, timeout=30_000) as failed:
        controller.derain()
    controller.let_go()
    assert tasks.close()
    assert isinstance(failed.args[0], CheckpointChanged)


def test_in_the_windows_batch_and_comparison() -> None:
    """Both get what they compute with from these two."""
    engines = Engines()
    with pytest.raises(CheckpointChanged):
        engines.get(Options(weights="mine"))
    with pytest.raises(CheckpointChanged):
        engines.models().find(Options(weights="mine"))
