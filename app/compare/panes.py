"""The panes of a comparison: frozen values, and operations on a row of them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from app.shell.translation import tr
from nledn.messages import printable

PaneKind: TypeAlias = Literal["rainy", "checkpoint", "result", "truth", "difference"]
FEWEST, MOST = 2, 6


@dataclass(frozen=True)
class ComparePane:
    """The content of one pane.

    Attributes:
        key: independent of its place.
        kind: the rainy photo, a checkpoint's result, another program's, the truth, or the effect
            of tiles.
        title: of a checkpoint or a file.
        weights: id of a checkpoint.
        strength: of a checkpoint, 0 to 1.5.
        path: of a file.
    """

    key: int
    kind: PaneKind
    title: str
    weights: str = ""
    strength: float = 1.0
    path: Path | None = None

    @property
    def is_candidate(self) -> bool:
        """True for a result, which the user can vote for."""
        return self.kind in ("checkpoint", "result")

    @property
    def name(self) -> str:
        """Its title in the user's language, with the strength if that is not 100 %."""
        if self.kind == "rainy":
            return tr("Rainy")
        if self.kind == "truth":
            return tr("Without rain")
        title = printable(self.title)  # of a file, its name
        return title if self.strength == 1 else f"{title} ({self.strength * 100:.0f} %)"


Panes: TypeAlias = tuple[ComparePane, ...]


def moved(panes: Panes, source: int, target: int) -> Panes:
    """Move the pane at a place to another; the others close up."""
    rest = [pane for place, pane in enumerate(panes) if place != source]
    return (*rest[:target], panes[source], *rest[target:])


def for_another(panes: Panes, along: float, strength: float) -> Panes:
    """Keep what is compared on another photo, whose strength replaces the one taken along."""
    return tuple(
        replace(pane, strength=strength) if pane.strength == along else pane
        for pane in panes
        if pane.kind in ("rainy", "checkpoint")
    )


def with_strength(panes: Panes, key: int, strength: float) -> Panes:
    """Change a checkpoint's strength."""
    return tuple(replace(pane, strength=strength) if pane.key == key else pane for pane in panes)


def without(panes: Panes, key: int) -> Panes:
    """Remove a pane; the rainy photo and at least two panes stay."""
    kept = tuple(pane for pane in panes if pane.key != key or pane.kind == "rainy")
    return kept if len(kept) >= FEWEST else panes


def with_pane(panes: Panes, pane: ComparePane) -> Panes:
    """Add a pane: the truth goes last; another truth or difference replaces the first."""
    if pane.kind in ("truth", "difference"):
        panes = tuple(each for each in panes if each.kind != pane.kind)
    if len(panes) >= MOST:
        return panes
    last = len(panes)
    if pane.kind != "truth" and panes and panes[-1].kind == "truth":
        last -= 1
    return (*panes[:last], pane, *panes[last:])
