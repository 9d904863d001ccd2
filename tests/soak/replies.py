"""A monkey's replies to a waiting dialog or menu."""

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QWidget

from tests.soak.hand import Hand, Key


def answer(hand: Hand, dialog: QWidget) -> str:
    """Do something in a dialog that waits for it, and mostly end it soon."""
    chance = hand.rng.random()
    name = f"{type(dialog).__name__} {dialog.windowTitle()}: "
    if isinstance(dialog, QFileDialog) or chance < 0.15:
        # Qt's own dialog for files could reach beyond the monkey's folders.
        QTest.keyClick(dialog, Key.Key_Escape)
        return name + "Esc"
    if chance < 0.5:
        boxes = dialog.findChildren(QDialogButtonBox)
        buttons = [button for box in boxes for button in box.buttons() if button.isEnabled()]
        if buttons:
            button = hand.one_of(buttons)
            words = button.text()
            button.click()
            return name + words
    return name + hand.touch_any(dialog)


def answer_popup(hand: Hand, popup: QWidget) -> str:
    """Choose from a menu or a list, or let it go."""
    for _ in range(hand.rng.randrange(4)):
        QTest.keyClick(popup, Key.Key_Down)
    last = hand.one_of((Key.Key_Return, Key.Key_Escape, Key.Key_Escape))
    QTest.keyClick(popup, last)
    return f"{type(popup).__name__} {last.name}"


def dismiss(dialog: QWidget) -> None:
    """End a dialog or a menu without choosing."""
    if isinstance(dialog, QDialog):
        dialog.reject()
    else:
        dialog.close()
