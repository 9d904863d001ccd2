"""Where the pixels of the panes come from, for whatever runs off the main thread."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from app.compare.jobs import Results
from app.compare.panes import Slots
from app.imaging.picture import Picture

if TYPE_CHECKING:
    from nledn.compare import Lane
    from nledn.photo import Photo


def truth_of(slots: Slots, pictures: Mapping[int, Picture]) -> int | None:
    """Key of the pane with the photo without rain, once it is read."""
    keys = (slot.key for slot in slots if slot.kind == "truth")
    return next((key for key in keys if pictures[key].photo is not None), None)


def results_of(
    photo: "Photo",
    slots: Slots,
    pictures: Mapping[int, Picture],
    lanes: "Mapping[int, Lane]",
) -> Results:
    """What there is by now.

    Args:
        photo: the rainy one.
        slots: what is compared.
        pictures: what the panes show, by their keys.
        lanes: of the checkpoints that are computed, by the panes' keys.
    """
    begun = {
        # At the strength that the pane has now, whatever it was when the lane began.
        slot.key: replace(
            lanes[slot.key], options=replace(lanes[slot.key].options, strength=slot.strength)
        )
        for slot in slots
        if slot.key in lanes and lanes[slot.key].layer is not None
    }
    others = {
        slot.key: shown.pixels
        for slot in slots
        if slot.kind in ("rainy", "result", "truth")
        and (shown := pictures[slot.key].photo) is not None
    }
    return Results(photo, begun, others, truth_of(slots, pictures))
