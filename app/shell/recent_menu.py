"""The photos that were opened last."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.shell.names import as_tip, in_menu, path_kept
from app.shell.translation import tr
from nledn.messages import printable


class RecentMenu(QMenu):
    """Lists them anew whenever it opens.

    Args:
        names: gives their paths, newest first.
        parent: of the menu.

    Attributes:
        photo_chosen: (Path).
    """

    photo_chosen = Signal(object)

    def __init__(self, names: Callable[[], tuple[str, ...]], parent: QWidget | None = None) -> None:
        super().__init__(tr("Recent photos"), parent)
        self._names = names
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)
        self.triggered.connect(lambda action: self.photo_chosen.emit(path_kept(action.data())))

    def _fill(self) -> None:
        self.clear()
        for name in self._names():
            path = path_kept(name)
            action = self.addAction(in_menu(printable(path.name)))
            action.setToolTip(as_tip(printable(path)))
            action.setData(name)
        if self.isEmpty():
            self.addAction(tr("None yet")).setEnabled(False)
