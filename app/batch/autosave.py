"""The window's batch, kept between starts; its journal has the state of each photo."""

import json
import logging
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.tasks import Job, Work
from nledn import places
from nledn.atomic import make_folder, replacing_text
from nledn.errors import DerainError
from nledn.naming import DEFAULT_TEMPLATE

if TYPE_CHECKING:
    from nledn.batch import Found

log = logging.getLogger(__name__)
VERSION = 1


@dataclass(frozen=True)
class Choices:
    """The settings for the results of a batch, as in `nledn.batch.BatchSettings`.

    Attributes:
        out: folder of the results; empty for one beside the photos.
        name: template of their names.
        conflict: the rule for existing files.
        format: of the results.
    """

    out: str = ""
    name: str = DEFAULT_TEMPLATE
    conflict: str = "skip"
    format: str = "keep"


@dataclass(frozen=True)
class Kept:
    """A batch.

    Attributes:
        found: its photos; None without any.
        choices: how it writes its results.
        watched: folder whose new photos join the batch; None for none.
    """

    found: "Found | None" = None
    choices: Choices = Choices()
    watched: Path | None = None


class QueueFile:
    """The file in which a batch is kept; any thread may read and write.

    Attributes:
        latest: what is written next; writers may overtake each other.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or places.user_state() / "batch.json"
        self.latest = Kept()
        self._guard = threading.Lock()

    def write(self) -> None:
        """Keep the latest batch.

        Raises:
            WriteError: it cannot be written.
        """
        with self._guard:
            make_folder(self.path.parent)
            with replacing_text(self.path, overwrite=True) as file:
                file.write(_text(self.latest))

    def read(self) -> Kept:
        """The kept batch; an empty one if it is missing or cannot be read."""
        try:
            return _kept(json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return Kept()
        except (OSError, ValueError, KeyError, TypeError, DerainError):
            log.warning("%s cannot be used", self.path, exc_info=True)
            return Kept()


def _text(kept: Kept) -> str:
    # As ASCII: names of files may hold bytes that are not text.
    found = kept.found
    return json.dumps(
        {
            "version": VERSION,
            "root": None if found is None else str(found.root),
            "files": [] if found is None else [str(path) for path in found.files],
            "choices": asdict(kept.choices),
            "watched": None if kept.watched is None else str(kept.watched),
        }
    )


def _kept(values: dict[str, Any]) -> Kept:
    from nledn.batch import BatchSettings, Found

    choices = Choices(**values["choices"])
    # Refuses choices that this version does not know.
    BatchSettings(name=choices.name, conflict=choices.conflict, format=choices.format)
    root, watched = values["root"], values["watched"]
    files = tuple(Path(name) for name in values["files"])
    return Kept(
        found=Found(Path(root), files) if root is not None and files else None,
        choices=choices,
        watched=None if watched is None else Path(watched),
    )


@dataclass(frozen=True, eq=False)
class KeepQueueJob(Job[None]):
    """Keep the latest batch for the next start."""

    file: QueueFile

    def run(self, work: Work) -> None:
        """Write it."""
        self.file.write()


@dataclass(frozen=True, eq=False)
class ReadQueueJob(Job[Kept]):
    """Read the batch of the last start."""

    file: QueueFile

    def run(self, work: Work) -> Kept:
        """Read it."""
        return self.file.read()
