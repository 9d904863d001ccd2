"""The window's road with the real network: what is saved is what the engine gives."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pytestqt.qtbot import QtBot

from app.shell.engines import Engines
from app.tasks import Tasks
from nledn import Derainer, Options, photo
from nledn.backends import Trained, create
from nledn.card import Card
from nledn.device import choose
from nledn.network import NLEDN
from tests.app.conftest import MACHINE, OPTIONS, controller_of, is_done


def load(options: Options) -> Derainer:
    """The network with weights drawn by chance: they take something away, which will do."""
    import torch

    torch.manual_seed(7)
    arrays = {name: tensor.numpy() for name, tensor in NLEDN("fixed").state_dict().items()}
    choice = choose(options, MACHINE)
    card = Card("drawn", "Drawn", "0" * 64, "fixed", Path("drawn.safetensors"))
    backend = create(choice, Trained(arrays, "fixed"))
    return Derainer(options, card, choice, MACHINE, backend)


def test_a_small_photo_from_file_to_file(
    qtbot: QtBot,
    tasks: Tasks,
    picture_file: Path,
    pixels: npt.NDArray[np.uint8],
) -> None:
    options = replace(OPTIONS, precision="fp32")
    controller = controller_of(tasks, Engines(load), options)
    document = controller.document
    with qtbot.waitSignal(document.photo_opened):
        controller.open(picture_file)
    with qtbot.waitSignal(document.status_changed, check_params_cb=is_done, timeout=100_000):
        controller.derain()
    with qtbot.waitSignal(controller.saving.saved) as saved:
        controller.saving.save()
    found = photo.read(saved.args[0].path).pixels
    assert np.array_equal(found, load(options).derain(pixels).apply(pixels))
    assert not np.array_equal(found, pixels)
    controller.let_go()
