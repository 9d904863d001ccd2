"""Undo and redo over strength, brightness, model and kept area."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.imaging.mask import Patch
from app.shell.translation import tr
from nledn.options import Options
from nledn.pixels import Mask

if TYPE_CHECKING:
    from app.photo.document import Document

STEPS_KEPT = 200


@dataclass(frozen=True)
class StrengthStep:
    """The end of a drag of the strength."""

    before: float
    after: float


@dataclass(frozen=True)
class BrightnessStep:
    """The brightness was to be kept, or no longer."""

    keep: bool


@dataclass(frozen=True)
class ModelStep:
    """Another model was chosen."""

    before: str
    after: str


@dataclass(frozen=True, eq=False)
class ClearStep:
    """The kept area was cleared; `before` is the former one."""

    before: Mask


Step: TypeAlias = StrengthStep | BrightnessStep | ModelStep | Patch | ClearStep
Deed: TypeAlias = (
    StrengthStep
    | BrightnessStep
    | ModelStep
    | Patch
    | Options
    | Literal["clear", "undo", "redo", "saved"]
)
"""Recovery replays these: steps, other settings, undo and redo; or it knows that all is saved."""


class History(QObject):
    """The steps of work on the open photo.

    Attributes:
        stack: Qt's; its actions name the step they would undo.
        done: (Deed) an action for recovery.
    """

    done = Signal(object)

    def __init__(self, document: "Document") -> None:
        super().__init__(document)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(STEPS_KEPT)
        self._document = document
        self._strength = document.strength

    def restart(self) -> None:
        """Clear the steps for another photo."""
        self.stack.clear()
        self._strength = self._document.strength

    def undo(self) -> None:
        """Undo the last step; not during a stroke, which is not a step yet."""
        if self.stack.canUndo() and not self._document.picture.is_being_painted:
            self.stack.undo()
            self.done.emit("undo")

    def redo(self) -> None:
        """Redo the step that was undone last; not during a stroke."""
        if self.stack.canRedo() and not self._document.picture.is_being_painted:
            self.stack.redo()
            self.done.emit("redo")

    def strength_settled(self, strength: float) -> None:
        """Note the end of a drag of the strength."""
        if strength != self._strength:
            self._push(StrengthStep(self._strength, strength), tr("Strength"))

    def choose_brightness(self, keep: bool) -> None:
        """Keep the brightness, or no longer, in a way that can be undone."""
        if keep != self._document.keep_brightness:
            self._push(BrightnessStep(keep), tr("Keep brightness"))

    def choose_checkpoint(self, id: str) -> None:
        """Choose another model, in a way that can be undone."""
        before = self._document.options.weights
        if id != before:
            self._push(ModelStep(before, id), tr("Model"))

    def change_options(self, options: Options) -> None:
        """Take the settings' options, which is not a step and not undone."""
        self.done.emit(options)
        self._document.set_options(options)

    def stroke_painted(self, patch: Patch) -> None:
        """Note a stroke on the mask."""
        self._push(patch, tr("Keep area"))

    def clear_mask(self) -> None:
        """Keep nothing, in a way that can be undone."""
        picture = self._document.picture
        mask = picture.mask
        if mask is not None and mask.any() and not picture.is_being_painted:
            self._push(ClearStep(mask.copy()), tr("Clear kept area"))

    def replay(self, deed: Deed) -> None:
        """Replay the actions from before a crash."""
        match deed:
            case "undo":
                self.undo()
            case "redo":
                self.redo()
            case StrengthStep(after=after):
                self.strength_settled(after)
            case BrightnessStep(keep=keep):
                self.choose_brightness(keep)
            case ModelStep(after=after):
                self.choose_checkpoint(after)
            case Patch():
                self.stroke_painted(deed)
            case "clear":
                self.clear_mask()
            case Options():
                self.change_options(deed)

    def apply(self, step: Step, *, undo: bool) -> None:
        """Do a step, or undo it."""
        document, picture = self._document, self._document.picture
        match step:
            case StrengthStep():
                self._strength = step.before if undo else step.after
                document.set_strength(self._strength)
            case BrightnessStep():
                document.set_keep_brightness(step.keep != undo)
            case ModelStep():
                weights = step.before if undo else step.after
                document.set_options(replace(document.options, weights=weights))
            case Patch():
                (picture.undo_stroke if undo else picture.redo_stroke)(step)
                document.area_changed()
            case ClearStep():
                picture.mask = step.before if undo else np.zeros_like(step.before)
                document.area_changed()

    def _push(self, step: Step, words: str) -> None:
        self.stack.push(_Command(self, step, words))
        self.done.emit("clear" if isinstance(step, ClearStep) else step)


class _Command(QUndoCommand):
    """A step on Qt's stack, which redoes it when it is pushed; a finished one is not repeated."""

    def __init__(self, history: History, step: Step, words: str) -> None:
        super().__init__(words)
        self._history, self._step = history, step

    def undo(self) -> None:
        self._history.apply(self._step, undo=True)

    def redo(self) -> None:
        self._history.apply(self._step, undo=False)
