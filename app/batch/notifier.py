"""Says that a batch is over, on the desktop, when the person is elsewhere."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from app.shell.icons import program_icon


class Notifier(QObject):
    """Speaks through the system's tray where there is one.

    Args:
        window: whose batch it is.

    Attributes:
        chosen: the person clicked what was said.
    """

    chosen = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._tray: QSystemTrayIcon | None = None

    def notify(self, title: str, text: str) -> bool:
        """Say something, unless the person looks at the window anyway; whether it was said."""
        there = QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()
        if not there or self._window.isActiveWindow():
            return False
        if self._tray is None:
            self._tray = QSystemTrayIcon(program_icon(), self)
            self._tray.messageClicked.connect(self._choose)
            self._tray.activated.connect(self._choose)
        self._tray.setToolTip(title)
        self._tray.show()
        self._tray.showMessage(title, text, program_icon())
        return True

    def _choose(self, *_: object) -> None:
        if self._tray is not None:
            self._tray.hide()
        self._window.showNormal() if self._window.isMinimized() else self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        self.chosen.emit()
