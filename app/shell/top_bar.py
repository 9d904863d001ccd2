"""The bar above the photo: open, go through the folder, views, zoom."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from app.shell.translation import tr

ICON_PX = 20


class TopBar(QFrame):
    """Shows actions as buttons; it adds nothing that the menus lack.

    Where there is no room for words, the buttons with an icon do without; tooltips have them.
    """

    def __init__(
        self, actions: Mapping[str, QAction], modes: tuple[str, ...], pages: tuple[str, ...]
    ) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self._actions = actions
        self._worded: list[QToolButton] = []
        self._wide_px = 0  # what the bar needs with its words
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(4)
        self.open = self._button("open", text=True)
        self.open.setText(tr("Open"))
        layout.addWidget(self.open)
        for name in ("previous", "next"):
            layout.addWidget(self._button(name))
        layout.addSpacing(12)
        for name in ("undo", "redo"):
            layout.addWidget(self._button(name))
        layout.addStretch(1)
        for name in modes:
            layout.addWidget(self._button(name, text=True))
        layout.addSpacing(12)
        for name in pages:
            layout.addWidget(self._button(name, text=True))
        layout.addStretch(1)
        self.zoom = QLabel()
        self.zoom.setProperty("muted", "true")
        self.zoom.setAccessibleName(tr("Zoom"))
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.zoom.setMinimumWidth(56)
        layout.addWidget(self.zoom)
        layout.addWidget(self._button("fit"))
        actual = self._button("actual", text=True)
        actual.setText("1:1")
        layout.addWidget(actual)
        layout.addSpacing(12)
        for name in ("shortcuts", "settings"):
            layout.addWidget(self._button(name))

    def set_zoom(self, zoom: float) -> None:
        """Show screen pixels for one of the photo, as a percentage."""
        self.zoom.setText(f"{zoom * 100:.0f} %")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show words if they fit."""
        super().resizeEvent(event)
        self._wide_px = self._wide_px or self.sizeHint().width()
        fits = event.size().width() >= self._wide_px
        style = Qt.ToolButtonStyle
        for button in self._worded:
            button.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if fits else style.ToolButtonIconOnly
            )

    def _button(self, name: str, *, text: bool = False) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setAccessibleName(self._actions[name].text())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setIconSize(
            button.iconSize().scaled(ICON_PX, ICON_PX, Qt.AspectRatioMode.KeepAspectRatio)
        )
        if text:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setProperty("segment", "true")
            if not button.icon().isNull():
                self._worded.append(button)
        return button
