"""From an empty process to a window: what belongs together is put together here."""

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.photo.document import Document
from app.photo.state import PhotoState, Status
from app.shell import theme
from app.shell.banner import Notice
from app.shell.engines import Engines
from app.shell.icons import program_icon
from app.shell.settings import Preferences, Settings, store
from app.shell.translation import chosen_language, install, tr
from app.tasks import Tasks
from nledn import decoder, malloc, places

WARM_UP_AFTER_MS = 250  # after the first paint; then whenever no button is held


def run(path: Path | None) -> int:
    """Show the window until it is closed.

    Args:
        path: a photo or folder to open; None for the sample at a first start.
    """
    malloc.keep_freed()  # before there are threads
    decoder.warm_up()  # beside all that follows
    # Qt's loop gives Python no turn to raise KeyboardInterrupt; what is done is kept on disk.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("AfterRain")
    app.setDesktopFileName("afterrain")
    app.setWindowIcon(program_icon())
    preferences = Preferences(store())
    install(app, chosen_language(preferences.settings.language))
    theme.apply(app, preferences.settings.theme)
    tasks = Tasks()
    document = Document(tasks, Engines(), preferences.settings.options)
    window = MainWindow(document, tasks, preferences)
    look = Look(app, preferences)
    preferences.changed.connect(look.update)
    QGuiApplication.styleHints().colorSchemeChanged.connect(look.refresh)
    window.show()
    beginning = Beginning(window, path)
    QTimer.singleShot(0, beginning.first)
    code = app.exec()
    window.backend_benchmark.close()
    tasks.close()
    document.saving.forget_dragged()
    return code


class Look(QObject):
    """Keeps the theme as the settings and the desktop want it."""

    def __init__(self, app: QApplication, preferences: Preferences) -> None:
        super().__init__(app)
        self._app = app
        self._preferences = preferences

    def update(self, before: Settings, now: Settings) -> None:
        """Take up another theme."""
        if now.theme != before.theme:
            theme.apply(self._app, now.theme)

    def refresh(self) -> None:
        """The desktop went dark or light."""
        if self._preferences.settings.theme == "system":
            theme.apply(self._app, "system")


class Beginning(QObject):
    """What follows the first paint, in this order: the photo, the cards, at last the engine."""

    def __init__(self, window: MainWindow, path: Path | None) -> None:
        super().__init__(window)
        self._window = window
        self._path = path.absolute() if path else None
        self._timer = QTimer(self)
        self._timer.setInterval(WARM_UP_AFTER_MS)
        self._timer.timeout.connect(self.warm_up)

    def first(self) -> None:
        """The window is on the screen."""
        window, controller = self._window, self._window.controller
        is_first = not window.preferences.settings.started
        path = self._path or (places.sample_photo() if is_first else None)
        if is_first and path == places.sample_photo():
            window.document.photo_opened.connect(self._greet)
        if path is not None:
            controller.open(path)
        handle = window.windowHandle()
        handle.screenChanged.connect(window.screen_profile.moved_to)
        window.document.look_for_recovery()
        window.batch_controller.restore()
        window.models.look()
        window.screen_profile.read()
        self._timer.start()

    def warm_up(self) -> None:
        """Load the engine; importing torch can hold the window up, so not during a drag."""
        if QGuiApplication.mouseButtons().value:
            return
        self._timer.stop()
        self._window.document.warm_up()
        self._window.backend_benchmark.look_at_machine()

    def _greet(self) -> None:
        document = self._window.document
        document.photo_opened.disconnect(self._greet)
        words = tr("A rainy sample. Click Derain to take the rain away, or drop your own photo.")
        self._greeting = Notice(words, "info", {"open": tr("Open photo…")})
        self._window.show_notice(self._greeting)
        document.status_changed.connect(self._stop_greeting)

    def _stop_greeting(self, status: Status) -> None:
        """Derain was clicked: the line has done its work."""
        if status.state is PhotoState.DERAINING:
            self._window.document.status_changed.disconnect(self._stop_greeting)
            banner = self._window.shell.banner
            if banner.notice is self._greeting:
                banner.clear()
