"""The field for the names of results: what is added to the photo's own name, or a template."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from app.shell.translation import tr
from nledn.naming import FIELDS

START, END = "{stem}", "{ext}"


class NameField(QWidget):
    """Asks for an ending; a template is there for those who want more.

    Attributes:
        edited: the person has changed the name.
        ending: what stands after the photo's own name.
        template: the same as `nledn.naming` has it; whatever it is, it counts.
        advanced: shows the template in the place of the ending.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QLabel(tr("Original name +"))
        self.ending = QLineEdit()
        self.ending.setAccessibleName(tr("Original name +"))
        self.template = QLineEdit()
        self.template.setAccessibleName(tr("Name"))
        fields = " ".join(f"{{{field}}}" for field in FIELDS)
        self.template.setToolTip(tr("Text and these fields: {fields}", fields=fields))
        self.advanced = QToolButton()
        self.advanced.setText("{ }")
        self.advanced.setCheckable(True)
        self.advanced.setToolTip(tr("Advanced: a template for the name"))
        self.advanced.setAccessibleName(tr("Advanced: a template for the name"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._words)
        layout.addWidget(self.ending, 1)
        layout.addWidget(self.template, 1)
        layout.addWidget(self.advanced)
        self.setFocusProxy(self.ending)
        self.template.hide()
        self.template.textChanged.connect(self._show_ending)
        self.template.textEdited.connect(self.edited)
        self.ending.textEdited.connect(self._take_ending)
        self.advanced.toggled.connect(self._show_advanced)

    def _show_ending(self, template: str) -> None:
        """Show the ending; a template that says more can only be shown itself."""
        ending = template.removeprefix(START).removesuffix(END)
        is_plain = template == f"{START}{ending}{END}" and not {"{", "}"} & set(ending)
        self.advanced.setEnabled(is_plain)
        if is_plain and ending != self.ending.text():
            self.ending.setText(ending)
        elif not is_plain and template != f"{START}{self.ending.text()}{END}":
            self.advanced.setChecked(True)

    def _take_ending(self, ending: str) -> None:
        self.template.setText(f"{START}{ending}{END}")
        self.edited.emit()

    def _show_advanced(self, advanced: bool) -> None:
        for widget in (self._words, self.ending):
            widget.setVisible(not advanced)
        self.template.setVisible(advanced)
        self.setFocusProxy(self.template if advanced else self.ending)
