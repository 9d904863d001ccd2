"""Links, pipes and folders where the program keeps its own files."""

import itertools
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.faults.folders.victims import Victim

PLACES = ["sqlite", "sqlite-journal", "sqlite-wal", "sqlite-shm", "lock", "written"]
KINDS: dict[str, Callable[[Path, Victim], None]] = {
    "a link to a file": lambda path, victim: path.symlink_to(victim.file),
    "a link to nothing": lambda path, victim: path.symlink_to(victim.file.with_name("new")),
    "a link to a folder": lambda path, victim: path.symlink_to(victim.file.parent),
    "another name of a file": lambda path, victim: path.hardlink_to(victim.file),
    "a pipe": lambda path, _victim: os.mkfifo(path),
    "a folder": lambda path, _victim: path.mkdir(),
}


def _is_at(place: str, kind: str, folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    KINDS[kind](victim.journal_folder() / f"queue.{place}", victim)
    victim.tried()


def _is_the_folder(kind: str, folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    victim.dry.mkdir()
    KINDS[kind](victim.dry / ".afterrain", victim)
    victim.tried()


def _is_the_probe(folder: Path) -> None:
    """A file that tries whether the disk can lock had a name that could be foreseen."""
    victim = Victim(folder, is_done=False)
    for number in {os.getpid(), *range(1, 2000)}:
        name = f".probe.{number}.afterrain-tmp"
        (victim.journal_folder() / name).symlink_to(victim.file)
    victim.tried()
    assert victim.run()[0].counts.done == 2


ATTACKS: dict[str, Callable[[Path], None]] = {
    "links at every name of a probe": _is_the_probe,
    **{f"{kind} at .afterrain": partial(_is_the_folder, kind) for kind in KINDS},
    **{
        f"{kind} at queue.{place}": partial(_is_at, place, kind)
        for place, kind in itertools.product(PLACES, KINDS)
    },
}
