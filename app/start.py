"""Assembly of the window from its parts."""

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.photo.document import Document
from app.photo.results import Saved
from app.photo.state import PhotoState, Status
from app.shell import theme
from app.shell.banner import Action, Notice
from app.shell.engines import Engines
from app.shell.file_dialogs import prefer_the_desktops
from app.shell.names import path_kept
from app.shell.settings import Preferences, Settings, store
from app.shell.theme import program_icon
from app.shell.translation import chosen_language, install, tr
from app.tasks import Tasks
from nledn import decoder, malloc, places

WARM_UP_AFTER_MS = 250  # after the first paint; then whenever no button is held


def run(path: Path | None, edited: Path | None = None) -> int:
    """Show the window until it is closed.

    Args:
        path: a photo or folder to open; None for the sample at a first start.
        edited: a photo to open that another program waits for; Save replaces it and ends.
    """
    malloc.keep_freed()  # before any thread
    decoder.warm_up()  # beside all that follows
    # Qt's loop gives Python no turn to raise KeyboardInterrupt; finished work is kept on disk.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    prefer_the_desktops()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("AfterRain")
    app.setDesktopFileName("afterrain")
    app.setWindowIcon(program_icon())
    preferences = Preferences(store())
    install(app, chosen_language(preferences.settings.language))
    theme.apply(app, preferences.settings.theme)
    tasks = Tasks()
    document = Document(preferences.settings.options)
    window = MainWindow(document, Engines(), tasks, preferences)
    keep_theme(app, preferences)
    window.show()
    beginning = Beginning(window, path) if edited is None else Editing(window, edited)
    QTimer.singleShot(0, beginning.first)
    code = app.exec()
    window.backend_benchmark.close()
    tasks.close()
    window.controller.saving.drag_folders.remove()
    return code


def keep_theme(app: QApplication, preferences: Preferences) -> None:
    """Follow the theme of the settings, or of the desktop if they say so."""

    def take(before: Settings, now: Settings) -> None:
        if now.theme != before.theme:
            theme.apply(app, now.theme)

    preferences.changed.connect(take)
    scheme_changed = QGuiApplication.styleHints().colorSchemeChanged
    scheme_changed.connect(lambda: theme.apply(app, preferences.settings.theme))


class Beginning(QObject):
    """The work after the first paint, in order: the photo, the cards, the engine."""

    def __init__(self, window: MainWindow, path: Path | None) -> None:
        super().__init__(window)
        self._window = window
        self._path = path.absolute() if path else None
        self._timer = QTimer(self, interval=WARM_UP_AFTER_MS)
        self._timer.timeout.connect(self.warm_up)

    def first(self) -> None:
        """Begin, once the window is on the screen."""
        window = self._window
        self._open()
        window.windowHandle().screenChanged.connect(window.screen_profile.moved_to)
        window.models.look()
        window.screen_profile.moved_to(window.screen())
        self._timer.start()

    def warm_up(self) -> None:
        """Load the engine; importing torch can block the window, so not during a drag."""
        if QGuiApplication.mouseButtons().value:
            return
        self._timer.stop()
        self._window.controller.warm_up()
        self._window.backend_benchmark.look_at_machine()

    def _open(self) -> None:
        window, controller = self._window, self._window.controller
        is_first = not window.preferences.settings.started
        path = self._path or (places.sample_photo() if is_first else None)
        if is_first and path == places.sample_photo():
            self._greet(path)
        elif path is not None:
            controller.open(path)
        else:
            recent = window.preferences.settings.recent
            window.photo.start.show_recent([path_kept(name) for name in recent], window.tasks)
        controller.look_for_recovery()
        window.batch_controller.restore()

    def _greet(self, sample: Path) -> None:
        window = self._window
        words = tr("A rainy sample. Click Derain to remove the rain, or drop your own photo.")
        ask = Action("open", tr("Open photo…"), window.controller.ask_photo)
        self._welcome = Notice(words, "info", (ask,))
        window.controller.read(sample, self._welcome)
        window.document.status_changed.connect(self._stop_welcome)

    def _stop_welcome(self, status: Status) -> None:
        """Hide the hint once Derain was clicked."""
        if status.state is PhotoState.DERAINING:
            self._window.document.status_changed.disconnect(self._stop_welcome)
            banner = self._window.shell.banner
            if banner.notice is self._welcome:
                banner.clear()


class Editing(Beginning):
    """A photo that another program waits for: Save replaces it, and the window closes."""

    def __init__(self, window: MainWindow, path: Path) -> None:
        super().__init__(window, path)
        window.controller.saving.edited = self._path
        window.controller.saving.saved.connect(self._close_if_told)

    def _open(self) -> None:
        assert self._path is not None, "it is given"
        words = tr("Save replaces this file, and returns to the program that opened it.")
        self._window.controller.read(self._path, Notice(words))

    def _close_if_told(self, saved: Saved) -> None:
        """Close, but for a message about what is not kept, which is read first."""
        if saved.path == self._path and not saved.photo.notes:
            QTimer.singleShot(0, self._window.close)
