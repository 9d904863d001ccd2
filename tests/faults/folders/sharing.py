"""Folders that others can write to, and what they could read of a batch."""

import os
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

from nledn.batch import Queue
from tests.batch.batches import request
from tests.faults.folders.journals import super_journal
from tests.faults.folders.victims import Victim

ANOTHER = 12_345  # a user of no name


def _is_read_by_others(folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    victim.dry.mkdir()
    before = os.umask(0)
    try:
        victim.run()
    finally:
        os.umask(before)
    kept = (victim.journal.parent, *victim.journal.parent.iterdir())
    assert not [path for path in kept if path.stat().st_mode & 0o077]


def _belongs_to_another(which: str, folder: Path) -> None:
    """The folder's owner can change its content at any time."""
    if os.geteuid():
        return  # only root can give folders away
    victim = Victim(folder)
    rollback = victim.journal.with_name("queue.sqlite-journal")
    rollback.write_bytes(super_journal(victim.file, 7))
    given = (victim.journal.parent,) if which == "journal" else (victim.dry, victim.journal.parent)
    for path in given:
        os.chown(path, ANOTHER, ANOTHER)
    _is_elsewhere(victim)
    assert rollback.exists()


def _is_open_to_all(mode: int, folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    victim.dry.mkdir()
    os.chown(victim.dry, -1, os.getgroups()[-1] if os.geteuid() else ANOTHER)
    victim.dry.chmod(mode)
    _is_elsewhere(victim)


def _lies_in_an_open_folder(folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    folder.chmod(0o777)
    _is_elsewhere(victim)


def _is_elsewhere(victim: Victim) -> None:
    """The journal is in the user's own folder, and the batch continues with it."""
    assert not victim.tried()
    with Queue.opened(request(victim.wet, victim.dry), plan=False) as queue:
        journal = queue.workspace.journal
        assert queue.counts().total == 2
    assert not journal.is_relative_to(victim.dry)
    assert not stat.S_IMODE(journal.parent.stat().st_mode) & 0o077


ATTACKS: dict[str, Callable[[Path], None]] = {
    "a journal that others could read": _is_read_by_others,
    "a journal's folder of another user": partial(_belongs_to_another, "journal"),
    "an output folder of another user": partial(_belongs_to_another, "both"),
    "an output folder that all can write to": partial(_is_open_to_all, 0o777),
    "an output folder of a group": partial(_is_open_to_all, 0o2775),
    "a folder above that all can write to": _lies_in_an_open_folder,
}
