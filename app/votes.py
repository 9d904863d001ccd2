"""Blind votes: who was chosen, kept as CSV in the user's own folder, and tallied over a folder."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.names import kept, path_kept
from nledn import places
from nledn.atomic import make_folder, replacing_text

FILE_NAME = "votes.csv"
COLUMNS = ("time", "photo", "chosen", "candidates")
NONE = ""  # no difference was seen
SEPARATOR = " | "


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
    with replacing_text(path, overwrite=True) as file:
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
