"""What the window's batch is, kept between starts; where each photo stands is in its journal."""

import json
import logging
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.tasks import Job, Work
from nledn import places
from nledn.atomic import make_folder, replacing
from nledn.errors import DerainError
from nledn.naming import DEFAULT_TEMPLATE

if TYPE_CHECKING:
    from nledn.batch import Found


log = logging.getLogger(__name__)

VERSION = 1
CONFLICTS = ("skip", "overwrite", "rename")
FORMATS = ("keep", "jpg", "png", "tiff", "webp")


@dataclass(frozen=True)
class Choices:
    """How a batch writes its results, as in `nledn.batch.Settings`.

    Attributes:
        out: folder of the results; empty for one beside the photos.
        name: template of their names.
        conflict: what happens where something is already.
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
        root: the folder whose tree the results repeat; None without photos.
        files: relative to it.
        choices: see there.
        watched: folder whose new photos join the batch; None for none.
    """

    root: Path | None = None
    files: tuple[Path, ...] = ()
    choices: Choices = Choices()
    watched: Path | None = None


class QueueFile:
    """The file; any thread may read and write, and of several writes the latest order counts."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or places.user_state() / "batch.json"
        self._guard = threading.Lock()
        self._order = 0

    def write(self, kept: Kept, order: int) -> None:
        """Keep a batch, unless a later one is kept already.

        Raises:
            WriteError: it cannot be written.
        """
        with self._guard:
            if order <= self._order:
                return
            self._order = order
            make_folder(self.path.parent)
            with replacing(self.path, overwrite=True) as temporary:
                temporary.write_text(_text(kept), "utf-8")

    def read(self) -> Kept:
        """The batch that was kept; an empty one where there is none, or none that can be read."""
        try:
            return _kept(json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return Kept()
        except (OSError, ValueError, KeyError, TypeError, DerainError):
            log.warning("%s cannot be used", self.path, exc_info=True)
            return Kept()


def _text(kept: Kept) -> str:
    # As ASCII: names of files may hold bytes that are no text.
    return json.dumps(
        {
            "version": VERSION,
            "root": None if kept.root is None else str(kept.root),
            "files": [str(path) for path in kept.files],
            "choices": asdict(kept.choices),
            "watched": None if kept.watched is None else str(kept.watched),
        }
    )


def _kept(values: dict[str, Any]) -> Kept:
    choices = Choices(**values["choices"])
    if choices.conflict not in CONFLICTS or choices.format not in FORMATS:
        raise ValueError("choices that this version does not know")
    return Kept(
        root=None if values["root"] is None else Path(values["root"]),
        files=tuple(Path(name) for name in values["files"]),
        choices=choices,
        watched=None if values["watched"] is None else Path(values["watched"]),
    )


@dataclass(frozen=True, eq=False)
class KeepQueueJob(Job[None]):
    """Keep the batch for the next start."""

    file: QueueFile
    kept: Kept
    order: int

    def run(self, work: Work) -> None:
        """Write it."""
        self.file.write(self.kept, self.order)


@dataclass(frozen=True, eq=False)
class ReadQueueJob(Job[tuple[Kept, "Found | None"]]):
    """Read the batch of the last start; the answer is what was kept and its photos."""

    file: QueueFile

    def run(self, work: Work) -> tuple[Kept, "Found | None"]:
        """Read it."""
        from nledn.batch import Found

        kept = self.file.read()
        if kept.root is None or not kept.files:
            return kept, None
        return kept, Found(kept.root, kept.files)
