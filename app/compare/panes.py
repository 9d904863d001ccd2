"""What is compared: frozen values, and what can be done with a row of them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from nledn.messages import printable
from nledn.tiling import Rect

if TYPE_CHECKING:
    from nledn.compare import Comparison


Kind: TypeAlias = Literal["rainy", "checkpoint", "result", "truth", "difference"]
FEWEST, MOST = 2, 6


@dataclass(frozen=True)
class Slot:
    """One pane's content.

    Attributes:
        key: by which it is known, whatever its place.
        kind: the rainy photo, a checkpoint's result, another program's, the truth, or what tiles
            change.
        title: its name, untranslated for the photos themselves.
        weights: id of a checkpoint.
        strength: of a checkpoint, 0 to 1.5.
        path: of a file.
    """

    key: int
    kind: Kind
    title: str
    weights: str = ""
    strength: float = 1.0
    path: Path | None = None

    @property
    def is_candidate(self) -> bool:
        """Whether rain was taken away in it, so that people can vote for it."""
        return self.kind in ("checkpoint", "result")

    @property
    def name(self) -> str:
        """Its title, with the strength where that is not all."""
        title = printable(self.title)  # of a file, its name
        return title if self.strength == 1 else f"{title}, {self.strength:.0%}"


Slots: TypeAlias = tuple[Slot, ...]


def moved(slots: Slots, source: int, target: int) -> Slots:
    """The one at a place goes to another; the others close up."""
    rest = [slot for place, slot in enumerate(slots) if place != source]
    return (*rest[:target], slots[source], *rest[target:])


def with_strength(slots: Slots, key: int, strength: float) -> Slots:
    """A checkpoint at another strength."""
    return tuple(replace(slot, strength=strength) if slot.key == key else slot for slot in slots)


def without(slots: Slots, key: int) -> Slots:
    """One less; the rainy photo stays, and so do two."""
    kept = tuple(slot for slot in slots if slot.key != key or slot.kind == "rainy")
    return kept if len(kept) >= FEWEST else slots


def with_slot(slots: Slots, slot: Slot) -> Slots:
    """One more: the truth goes last, another truth or difference takes the place of the first."""
    if slot.kind in ("truth", "difference"):
        slots = tuple(each for each in slots if each.kind != slot.kind)
    if len(slots) >= MOST:
        return slots
    last = len(slots)
    if slot.kind != "truth" and slots and slots[-1].kind == "truth":
        last -= 1
    return (*slots[:last], slot, *slots[last:])


@dataclass(frozen=True)
class Progress:
    """How far the tiles are.

    Attributes:
        done: of those that are asked for, over all checkpoints.
        total: all of these.
        is_running: something is being computed.
        is_whole: no checkpoint has anything left to do anywhere.
    """

    done: int = 0
    total: int = 0
    is_running: bool = False
    is_whole: bool = False


def counted(comparison: "Comparison", rect: Rect | None) -> tuple[int, int]:
    """Tiles that are done and tiles there are, of those with pixels in `rect`, or of all."""
    done = total = 0
    for lane in comparison.lanes:
        if lane.layer is None or lane.error is not None:
            continue
        tiling = lane.layer.tiling
        for tile in tiling.tiles:
            if rect is None or tiling.inside(tile).meets(rect):
                total += 1
                done += bool(lane.layer.done[tile.index])
    return done, total
