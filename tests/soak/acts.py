"""Everything a monkey can do to the window: one table, of what and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.main_window import MainWindow
from app.views.canvas import Canvas
from tests.soak.hand import MOVES, PAGES, Hand, Key
from tests.soak.whims import Whims
from tests.soak.world import World, stir


@dataclass(frozen=True)
class Play:
    """The toys of a monkey."""

    window: MainWindow
    world: World
    whims: Whims

    @property
    def hand(self) -> Hand:
        """By which it plays."""
        return self.whims.hand


Act = Callable[[Play], str]
"""Does something; what, in words."""

LETTERS = (Key.Key_1, Key.Key_2, Key.Key_4, Key.Key_B, Key.Key_E, Key.Key_T, Key.Key_F)
OTHER_KEYS = (Key.Key_Space, Key.Key_Escape, Key.Key_Tab, Key.Key_Return, Key.Key_Delete)
KEYS = (*MOVES, *PAGES, *LETTERS, *OTHER_KEYS, Key.Key_Plus, Key.Key_Minus)
TABOO = {"quit"}  # the run would be over


def open_photo(play: Play) -> str:
    path = play.hand.one_of(play.world.good)
    play.window.controller.open(path)
    return path.name


def open_bad(play: Play) -> str:
    path = play.hand.one_of(play.world.bad)
    play.window.controller.open(path)
    return path.name


def open_folder(play: Play) -> str:
    path = play.hand.one_of(play.world.folders)
    play.window.controller.open(path)
    return path.name


def drop(play: Play) -> str:
    several = (*play.world.good, *play.world.bad, *play.world.folders)
    paths = [play.hand.one_of(several) for _ in range(1 + play.hand.rng.randrange(3))]
    data = _files(paths)
    at, action = QPoint(100, 100), Qt.DropAction.CopyAction
    held = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    play.window.dragEnterEvent(QDragEnterEvent(at, action, data, *held))
    play.window.dropEvent(QDropEvent(QPointF(at), action, data, *held))
    return ", ".join(path.name for path in paths)


def paste(play: Play) -> str:
    clipboard = QGuiApplication.clipboard()
    what = play.hand.one_of(("picture", "file", "words", "what is there"))
    if what == "picture":
        image = QImage(90, 70, QImage.Format.Format_ARGB32)
        image.fill(play.hand.rng.randrange(2**32))
        clipboard.setImage(image)
    elif what == "file":
        clipboard.setMimeData(_files([play.hand.one_of(play.world.good)]))
    elif what == "words":
        clipboard.setText("rain")
    play.window.named_actions["paste"].trigger()
    return what


def action(play: Play) -> str:
    names = sorted(set(play.window.named_actions) - TABOO)
    name = play.hand.one_of(names)
    play.window.named_actions[name].trigger()
    return name


def derain(play: Play) -> str:
    play.window.named_actions["derain"].trigger()
    return ""


def cancel(play: Play) -> str:
    play.window.controller.cancel()
    return ""


def save(play: Play) -> str:
    name = play.hand.one_of(("save", "save", "save_as", "copy"))
    play.window.named_actions[name].trigger()
    return name


def undo(play: Play) -> str:
    name = play.hand.one_of(("undo", "undo", "redo"))
    play.window.named_actions[name].trigger()
    return name


def view(play: Play) -> str:
    name = play.hand.one_of(("before_after", "side_by_side", "single", "rain"))
    play.window.named_actions[name].trigger()
    return name


def page(play: Play) -> str:
    name = play.hand.one_of(("batch", "compare"))
    play.window.named_actions[name].trigger()
    return name


def brush(play: Play) -> str:
    play.window.named_actions["brush"].setChecked(True)
    play.hand.stroke(play.window.view)
    return ""


def panel(play: Play) -> str:
    window = play.window
    panels = {"photo": window.photo.panel, "batch": window.batch.panel}
    return play.hand.touch_any(panels.get(window.shell.page, window.compare.panel))


def anything(play: Play) -> str:
    return play.hand.touch_any(play.window)


def strip(play: Play) -> str:
    """Open a photo of the folder, or select it too."""
    row = play.window.photo.filmstrip.view
    if not row.isVisible():
        return "no filmstrip"
    none, control = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
    held = play.hand.one_of((none, none, control))
    at = QPoint(play.hand.rng.randrange(row.width()), row.height() // 2)
    QTest.mouseClick(row.viewport(), Qt.MouseButton.LeftButton, held, at)
    return held.name or ""


def banner(play: Play) -> str:
    return play.hand.touch_any(play.window.shell.banner)


def stroke(play: Play) -> str:
    return _on_canvas(play, play.hand.stroke)


def hold(play: Play) -> str:
    return _on_canvas(play, play.hand.press)


def drag_on(play: Play) -> str:
    play.hand.move()
    return ""


def release(play: Play) -> str:
    play.hand.release()
    return ""


def hover(play: Play) -> str:
    return _on_canvas(play, play.hand.hover)


def wheel(play: Play) -> str:
    return _on_canvas(play, play.hand.wheel)


def double_click(play: Play) -> str:
    left = Qt.MouseButton.LeftButton
    return _on_canvas(play, lambda canvas: QTest.mouseDClick(canvas, left))


def key(play: Play) -> str:
    pressed = play.hand.one_of(KEYS)
    QTest.keyClick(QApplication.focusWidget() or play.window, pressed)
    return pressed.name


def drag_out(play: Play) -> str:
    """Further than a click; there is no other program to drop it on."""
    play.hand.stroke(play.window.photo.panel.results.thumbnail, points=9)
    return ""


def batch_of(play: Play) -> str:
    folder = play.hand.one_of(play.world.folders)
    play.window.batch_controller.add([folder])
    return folder.name


def batch_go(play: Play) -> str:
    play.window.batch.panel.steps.go.click()
    return ""


def watch(play: Play) -> str:
    watches = play.hand.rng.random() < 0.5
    play.window.batch_controller.set_watching(watches)
    return str(watches)


def others_write(play: Play) -> str:
    return stir(play.world, play.hand.rng)


def resize(play: Play) -> str:
    size = play.hand.one_of(((880, 560), (1280, 800), (1000, 900), (1900, 1000)))
    play.window.resize(*size)
    return str(size)


def settings(play: Play) -> str:
    play.window.named_actions["settings"].trigger()
    return ""


def refuse_to_close(play: Play) -> str:
    """Ask to close where that is asked back; else the run would be over."""
    if play.window.document.is_unsaved:
        play.whims.stays = True
        play.window.close()
        play.whims.stays = False
        return "asked"
    return "nothing is unsaved"


OFTEN = {
    action: 6,
    anything: 6,
    batch_go: 2,
    batch_of: 2,
    banner: 3,
    brush: 3,
    cancel: 2,
    derain: 8,
    double_click: 2,
    drag_on: 6,
    drag_out: 1,
    drop: 2,
    hold: 2,
    hover: 3,
    key: 8,
    open_bad: 2,
    open_folder: 1,
    open_photo: 6,
    others_write: 3,
    page: 4,
    panel: 14,
    paste: 1,
    refuse_to_close: 1,
    release: 2,
    resize: 1,
    save: 5,
    settings: 1,
    strip: 4,
    stroke: 4,
    undo: 4,
    view: 4,
    watch: 1,
    wheel: 5,
}
"""How often each is done, against the others."""


def choose(hand: Hand) -> Act:
    """Choose the next act."""
    (act,) = hand.rng.choices(list(OFTEN), list(OFTEN.values()))
    return act


def _on_canvas(play: Play, use: Callable[[QWidget], None]) -> str:
    canvases: list[QWidget] = [
        canvas for canvas in play.window.findChildren(Canvas) if canvas.isVisible()
    ]
    canvases += [each for each in (play.window.view.handle,) if each.isVisible()]
    if not canvases:
        return "no canvas"
    canvas = play.hand.one_of(canvases)
    use(canvas)
    return type(canvas).__name__


def _files(paths: list[Path]) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data
