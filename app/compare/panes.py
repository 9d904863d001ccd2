"""The panes of a comparison: frozen values, operations on a row of them, and a blind test."""

import csv
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from app.shell.names import kept, path_kept
from app.shell.translation import tr
from nledn import places
from nledn.atomic import make_folder, replacing_text
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
        strength: of a checkpoint, 0 to 1.5.
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


FILE_NAME = "votes.csv"
COLUMNS = ("time", "photo", "chosen", "candidates")
NONE = ""  # no difference was seen
SEPARATOR = " | "


class BlindTest:
    """Hides and shuffles the names of candidates."""

    def __init__(self, panes: Panes, random_source: random.Random | None = None) -> None:
        candidates = [pane.key for pane in panes if pane.is_candidate]
        (random_source or random.Random()).shuffle(candidates)  # noqa: S311  # not a secret
        self._order = tuple(candidates)

    @property
    def letters(self) -> dict[int, str]:
        """The letter of each candidate, by its key."""
        return {key: chr(ord("A") + place) for place, key in enumerate(self._order)}

    def order(self, panes: Panes) -> Panes:
        """The panes with their candidates shuffled; the others keep their places."""
        by_key = {pane.key: pane for pane in panes}
        shuffled = iter([by_key[key] for key in self._order if key in by_key])
        return tuple(next(shuffled) if pane.is_candidate else pane for pane in panes)

    def fits(self, panes: Panes) -> bool:
        """Return whether these are the shuffled candidates."""
        keys = {pane.key for pane in panes if pane.is_candidate}
        return keys == set(self._order)


def votes_path() -> Path:
    """The file of the votes."""
    return places.user_state() / FILE_NAME


def keep(photo: Path, chosen: str, candidates: Sequence[str]) -> Counter[str]:
    """Add a vote to the kept ones; count those of the photo's folder.

    Raises:
        WriteError: the file cannot be written.
    """
    path = votes_path()
    make_folder(path.parent)
    earlier = path.read_bytes().decode() if path.exists() else ""
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    with replacing_text(path, overwrite=True) as file:
        file.write(earlier)
        writer = csv.writer(file)
        if not earlier:
            writer.writerow(COLUMNS)
        writer.writerow((now, kept(photo), chosen, SEPARATOR.join(sorted(candidates))))
    return tally(photo.parent)


def tally(folder: Path) -> Counter[str]:
    """Count the votes for each on a folder's photos; `NONE` counts "no difference".

    Of several votes on one photo with the same candidates the last counts.
    """
    last: dict[tuple[str, str], str] = {}
    try:
        with votes_path().open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if path_kept(row["photo"]).parent == folder:
                    last[row["photo"], row["candidates"]] = row["chosen"]
    except FileNotFoundError:
        return Counter()
    return Counter(last.values())


def vote_of(chosen: str, letters: dict[str, str], counted: Counter[str]) -> str:
    """Return the names behind the letters, and the counts of votes in this folder."""
    who = "; ".join(
        tr("{letter} is {name}", letter=letter, name=name)
        for letter, name in sorted(letters.items())
    )
    said = tr("You chose {name}.", name=chosen) if chosen else tr("You saw no difference.")
    counts = "; ".join(
        f"{name if name != NONE else tr('no difference')} {count}"
        for name, count in counted.most_common()
    )
    return f"{said} {who}. " + tr("In this folder: {counts}.", counts=counts)
