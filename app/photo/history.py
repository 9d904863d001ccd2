"""Undo and redo over strength, checkpoint and kept area."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.imaging.mask import Patch
from app.imaging.picture import Picture
from app.photo.document import Document
from app.shell.translation import tr
from nledn.pixels import Mask
from nledn.tiling import Rect

STEPS_KEPT = 200


class History(QObject):
    """What was done to the open photo, step by step.

    Attributes:
        stack: Qt's; its actions know what they would undo.
    """

    def __init__(self, document: Document, picture: Picture, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(STEPS_KEPT)
        self._document = document
        self._picture = picture
        self._strength = document.strength

    def restart(self) -> None:
        """Another photo: there is nothing to undo."""
        self.stack.clear()
        self._strength = self._document.strength

    def undo(self) -> None:
        """Take the last step back; not under a brush that paints, whose stroke is no step yet."""
        if not self._picture.is_being_painted:
            self.stack.undo()

    def redo(self) -> None:
        """Do it again, likewise."""
        if not self._picture.is_being_painted:
            self.stack.redo()

    def strength_settled(self, strength: float) -> None:
        """A drag of the strength has come to rest."""
        if strength != self._strength:
            self.stack.push(_Strength(self, self._strength, strength))

    def choose_checkpoint(self, id: str) -> None:
        """Another checkpoint, in a way that can be undone."""
        if id != self._document.options.weights:
            self.stack.push(_Checkpoint(self._document, id))

    def stroke_painted(self, patch: Patch) -> None:
        """A stroke is on the mask."""
        self.stack.push(_Stroke(self, patch))

    def clear_mask(self) -> None:
        """Keep nothing, in a way that can be undone."""
        mask = self._picture.mask
        if mask is not None and mask.any() and not self._picture.is_being_painted:
            self.stack.push(_Cleared(self, mask.copy()))

    def set_strength(self, strength: float) -> None:
        """For the steps: the strength is this now."""
        self._strength = strength
        self._document.set_strength(strength)
        self._document.keep_strength()

    def replay(self, patch: Patch, *, undo: bool) -> None:
        """For the steps: put one side of a stroke on the mask."""
        if undo:
            self._picture.undo_stroke(patch)
        else:
            self._picture.redo_stroke(patch)
        self.keep_mask(patch.rect)

    def set_mask(self, mask: Mask | None) -> None:
        """For the steps: the whole mask is this now."""
        photo = self._picture.photo
        assert photo is not None
        width, height = photo.size
        self._picture.mask = np.zeros((height, width), np.float32) if mask is None else mask
        self.keep_mask(Rect(0, 0, width, height))

    def keep_mask(self, rect: Rect) -> None:
        """The mask changed in `rect`: it counts as work, and is kept for recovery."""
        if self._picture.mask is not None and rect.width and rect.height:
            self._document.mask_painted(rect, self._picture.mask[rect.slices].copy())


class _Strength(QUndoCommand):
    def __init__(self, history: History, before: float, after: float) -> None:
        super().__init__(tr("Strength"))
        self._history, self._before, self._after = history, before, after

    def undo(self) -> None:
        self._history.set_strength(self._before)

    def redo(self) -> None:
        self._history.set_strength(self._after)


class _Checkpoint(QUndoCommand):
    def __init__(self, document: Document, id: str) -> None:
        super().__init__(tr("Checkpoint"))
        self._document, self._before, self._after = document, document.options.weights, id

    def undo(self) -> None:
        self._document.set_options(replace(self._document.options, weights=self._before))

    def redo(self) -> None:
        self._document.set_options(replace(self._document.options, weights=self._after))


class _Stroke(QUndoCommand):
    """Is on the mask already when it is pushed."""

    def __init__(self, history: History, patch: Patch) -> None:
        super().__init__(tr("Keep area"))
        self._history, self._patch, self._is_painted = history, patch, True

    def undo(self) -> None:
        self._history.replay(self._patch, undo=True)

    def redo(self) -> None:
        if self._is_painted:
            self._is_painted = False
            self._history.keep_mask(self._patch.rect)
        else:
            self._history.replay(self._patch, undo=False)


class _Cleared(QUndoCommand):
    def __init__(self, history: History, before: Mask) -> None:
        super().__init__(tr("Clear kept area"))
        self._history, self._before = history, before

    def undo(self) -> None:
        self._history.set_mask(self._before)

    def redo(self) -> None:
        self._history.set_mask(None)
