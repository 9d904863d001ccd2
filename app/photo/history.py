"""Undo and redo over strength, brightness, model and kept area."""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.imaging.mask import Patch
from app.photo.edits import Choices
from app.shell.translation import tr
from nledn.pixels import Mask

if TYPE_CHECKING:
    from app.photo.document import Document

STEPS_KEPT = 200


@dataclass(frozen=True)
class ChoiceStep:
    """Model, strength or brightness were chosen.

    Attributes:
        first: model that a new photo began with until then; None if it still does.
    """

    before: Choices
    after: Choices
    first: str | None = None


@dataclass(frozen=True, eq=False)
class ClearStep:
    """The kept area was cleared; `before` is the former one."""

    before: Mask


Step: TypeAlias = ChoiceStep | Patch | ClearStep
Deed: TypeAlias = ChoiceStep | Patch | Literal["clear", "undo", "redo", "derain", "saved"]
"""Recovery replays these: steps, undo, redo; or it knows of a derain or a save."""


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
        self.choose(replace(self._choices, strength=strength))

    def choose_brightness(self, keep: bool) -> None:
        """Keep the brightness, or no longer, in a way that can be undone."""
        self.choose(replace(self._choices, keep_brightness=keep))

    def choose_checkpoint(self, id: str, *, only_here: bool = False) -> None:
        """Choose another model, in a way that can be undone; new photos begin with it too.

        With `only_here` they do not.
        """
        first = None if only_here else self._document.first_model
        self.choose(replace(self._choices, weights=id), first)

    def choose(self, choices: Choices, first: str | None = None) -> None:
        """Take choices in one step; `first` is as in `ChoiceStep`."""
        if choices != self._choices:
            self._push(ChoiceStep(self._choices, choices, first))

    def stroke_painted(self, patch: Patch) -> None:
        """Note a stroke on the mask."""
        self._push(patch)

    def clear_mask(self) -> None:
        """Keep nothing, in a way that can be undone."""
        picture = self._document.picture
        mask = picture.mask
        if mask is not None and mask.any() and not picture.is_being_painted:
            self._push(ClearStep(mask.copy()))

    def replay(self, deed: Deed) -> None:
        """Replay the actions from before a crash."""
        match deed:
            case "undo":
                self.undo()
            case "redo":
                self.redo()
            case ChoiceStep():
                self.choose(deed.after)
            case Patch():
                self.stroke_painted(deed)
            case "clear":
                self.clear_mask()

    def apply(self, step: Step, *, undo: bool) -> None:
        """Do a step, or undo it."""
        document, picture = self._document, self._document.picture
        match step:
            case ChoiceStep():
                choices = step.before if undo else step.after
                if step.first is not None:
                    document.first_model = step.first if undo else choices.weights
                self._strength = choices.strength
                document.take_wanted(replace(document.options, **asdict(choices)))
            case Patch():
                picture.put_patch(step, undo=undo)
                document.area_changed()
            case ClearStep():
                picture.set_mask(step.before if undo else np.zeros_like(step.before))
                document.area_changed()

    @property
    def _choices(self) -> Choices:
        """The choices without an unfinished drag of the strength."""
        return replace(self._document.choices, strength=self._strength)

    def _push(self, step: Step) -> None:
        self.stack.push(_Command(self, step))
        self.done.emit("clear" if isinstance(step, ClearStep) else step)


def _words_of(step: Step) -> str:
    match step:
        case Patch():
            return tr("Keep area")
        case ClearStep():
            return tr("Clear kept area")
        case ChoiceStep(before, after) if before.weights != after.weights:
            return tr("Model")
        case ChoiceStep(before, after) if before.strength != after.strength:
            return tr("Strength")
    return tr("Keep brightness")


class _Command(QUndoCommand):
    """A step on Qt's stack, which redoes it when it is pushed; a finished one is not repeated."""

    def __init__(self, history: History, step: Step) -> None:
        super().__init__(_words_of(step))
        self._history, self._step = history, step

    def undo(self) -> None:
        self._history.apply(self._step, undo=True)

    def redo(self) -> None:
        self._history.apply(self._step, undo=False)
