"""Actions on a window: answer its questions, open, derain, read its messages."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.photo.results import Saved
from app.photo.state import PhotoState
from app.shell.dialogs import Answer, Dialogs, FetchOffer, PartialAnswer
from app.shell.save_dialogs import Preset, SaveChoice, SaveQuestion
from app.shell.settings import Settings
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.machine import Machine

Pixels = npt.NDArray[np.uint8]


class Answers(Dialogs):
    """Answers at once what a test has put here."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.choice: SaveChoice | None = None
        self.chosen: Settings | None = None
        self.new_presets: tuple[Preset, ...] | None = None
        self.answer: Answer = "cancel"
        self.to_partial: PartialAnswer = "save"
        self.paths: list[Path] = []
        self.stops = False
        self.replaces = False
        self.asked: list[str] = []
        self.begun: Path | None = None
        self.question: SaveQuestion | None = None
        self.to_fetch: tuple[str, ...] = ()
        self.offers: list[FetchOffer] = []
        self.meanwhile: Callable[[], None] = lambda: None  # what happens behind a dialog

    def photo(self, folder: Path | None, suffixes: tuple[str, ...]) -> Path | None:
        self.asked.append("photo")
        self.begun = folder
        self.meanwhile()
        return self.path

    def fetch(self, offers: Sequence[FetchOffer]) -> tuple[str, ...]:
        self.asked.append("fetch")
        self.offers = list(offers)
        return self.to_fetch

    def folder(self, folder: Path | None) -> Path | None:
        self.asked.append("folder")
        return self.path

    def photos(self, folder: Path | None, suffixes: tuple[str, ...]) -> list[Path]:
        self.asked.append("photos")
        return self.paths

    def stop_batch(self, finished: int, total: int) -> bool:
        self.asked.append(f"stop {finished} of {total}")
        return self.stops

    def checkpoint(self) -> Path | None:
        self.asked.append("checkpoint")
        return self.path

    def save_as(self, question: SaveQuestion) -> SaveChoice | None:
        self.asked.append("save_as")
        self.meanwhile()
        self.question = question
        return self.choice

    def replace(self, name: str) -> bool:
        self.asked.append(f"replace {name}")
        return self.replaces

    def export(self, suggested: Path) -> Path | None:
        self.asked.append(f"export {suggested.name}")
        self.meanwhile()
        return self.path

    def rain_layer(self, suggested: Path) -> Path | None:
        self.asked.append(f"rain layer {suggested.name}")
        return self.path

    def presets(self, presets: tuple[Preset, ...]) -> tuple[Preset, ...] | None:
        self.asked.append("presets")
        return self.new_presets

    def settings(self, settings: Settings, machine: "Machine | None") -> Settings | None:
        self.asked.append("settings")
        return self.chosen

    def unsaved(self, *names: str) -> Answer:
        self.asked.append(f"unsaved {', '.join(names)}")
        self.meanwhile()
        return self.answer

    def partial(self, done: int, total: int) -> PartialAnswer:
        self.asked.append(f"partial {done} of {total}")
        return self.to_partial

    def about(self, text: str, licences: str) -> None:
        self.asked.append(f"about {text} {licences}")


def state(window: MainWindow) -> PhotoState:
    return window.document.status.state


def open_photo(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    with qtbot.waitSignal(window.document.photo_opened):
        window.controller.open(path)


def derain(qtbot: QtBot, window: MainWindow) -> None:
    window.photo.panel.derain.click()
    qtbot.waitUntil(lambda: state(window) is PhotoState.DONE, timeout=60_000)


def save(qtbot: QtBot, window: MainWindow) -> Saved:
    with qtbot.waitSignal(window.controller.saving.saved) as saved:
        window.named_actions["save"].trigger()
    result = saved.args[0]
    assert isinstance(result, Saved)
    return result


def said(window: MainWindow) -> str:
    notice = window.shell.banner.notice
    return notice.text if notice else ""


def whole(pixels: Pixels) -> Rect:
    return Rect(0, 0, pixels.shape[1], pixels.shape[0])


def drop(window: MainWindow, data: QMimeData) -> None:
    at, action = QPoint(100, 100), Qt.DropAction.CopyAction
    held = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(at, action, data, *held)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(at), action, data, *held))
