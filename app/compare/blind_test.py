"""The blind test: hidden names, and the votes that are kept and tallied."""

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.compare.panes import Slots
from app.shell.names import kept, path_kept
from nledn import places
from nledn.atomic import make_folder, replacing

FILE_NAME = "votes.csv"


COLUMNS = ("time", "photo", "chosen", "candidates")


NONE = ""  # no difference was seen


SEPARATOR = " | "


class BlindTest:
    """Hides and shuffles the names of candidates.

    Args:
        slots: what is compared.
        random_source: shuffles; a test gives its own.
    """

    def __init__(self, slots: Slots, random_source: random.Random | None = None) -> None:
        candidates = [slot.key for slot in slots if slot.is_candidate]
        (random_source or random.Random()).shuffle(candidates)  # noqa: S311  # no secret of weight
        self._order = tuple(candidates)

    @property
    def letters(self) -> dict[int, str]:
        """What each candidate is called, by its key."""
        return {key: chr(ord("A") + place) for place, key in enumerate(self._order)}

    def order(self, slots: Slots) -> Slots:
        """The slots with their candidates shuffled; the others keep their places."""
        by_key = {slot.key: slot for slot in slots}
        shuffled = iter([by_key[key] for key in self._order if key in by_key])
        return tuple(next(shuffled) if slot.is_candidate else slot for slot in slots)

    def fits(self, slots: Slots) -> bool:
        """Whether the candidates are still those that were shuffled."""
        keys = {slot.key for slot in slots if slot.is_candidate}
        return keys == set(self._order)


@dataclass(frozen=True)
class Vote:
    """One choice.

    Attributes:
        photo: its file.
        chosen: name of what was chosen; empty when no difference was seen.
        candidates: names of all there was to choose from.
    """

    photo: Path
    chosen: str
    candidates: tuple[str, ...]


def votes_path() -> Path:
    """Where votes are kept."""
    return places.user_state() / FILE_NAME


def keep(vote: Vote) -> None:
    """Add a vote to those that are kept.

    Raises:
        WriteError: the file cannot be written.
    """
    path = votes_path()
    make_folder(path.parent)
    earlier = path.read_bytes().decode() if path.exists() else ""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    if not earlier:
        writer.writerow(COLUMNS)
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    writer.writerow((now, kept(vote.photo), vote.chosen, SEPARATOR.join(vote.candidates)))
    with (
        replacing(path, overwrite=True) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        file.write(earlier + lines.getvalue())


def tally(folder: Path) -> Counter[str]:
    """How often each was chosen for photos of a folder; `NONE` counts where no difference was seen.

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
