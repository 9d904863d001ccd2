"""Two runs on one output folder: the living keep it, the dead do not."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from nledn.batch import Queue
from nledn.errors import BatchBusy
from tests.batch.batches import request
from tests.faults.folders.victims import Victim

REPOSITORY = Path(__file__).resolve().parents[3]
HOLD = """
import sys
from pathlib import Path
from nledn.batch import Queue
from nledn.errors import BatchBusy
from tests.batch.batches import request
try:
    queue = Queue.opened(request(Path(sys.argv[1]), Path(sys.argv[2])))
except BatchBusy:
    print("busy", flush=True)
else:
    print("held", flush=True)
    sys.stdin.read()
"""
CONTAINER = ("unshare", "--pid", "--fork", "--mount-proc", "--uts")


@contextmanager
def another_run(victim: Victim, *before: str) -> Iterator[str]:
    """Another process that wants the folder; gives what it says."""
    command = [*before, sys.executable, "-c", HOLD, str(victim.wet), str(victim.dry)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        # Its input ends here, and the process with it: it gives nothing back.


def _is_busy(victim: Victim) -> None:
    try:
        Queue.opened(request(victim.wet, victim.dry)).close()
    except BatchBusy:
        return
    raise AssertionError("a run that is alive was taken over")


def _in_containers(folder: Path) -> None:
    if shutil.which("unshare") is None or subprocess.call([*CONTAINER, "true"]):
        return  # this system has none to give
    victim = Victim(folder, is_done=False)
    with another_run(victim, *CONTAINER) as said:
        assert said == "held"
        _is_busy(victim)
        with another_run(victim, *CONTAINER) as other:
            assert other == "busy"
    assert victim.run()[0].counts.done == 2


def _by_a_clock_that_steps(folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    now = time.time()
    with another_run(victim) as said:
        assert said == "held"
        for step in (-1e6, 1e6):
            with patch("time.time", lambda step=step: now + step):
                _is_busy(victim)
        with patch("psutil.boot_time", lambda: now - 7):
            _is_busy(victim)


def _from_a_time_to_come(folder: Path) -> None:
    for number, beat in enumerate((9e9, -9e9, 2**33)):
        own = folder / str(number)
        own.mkdir()
        victim = Victim(own)
        lock = victim.journal.with_suffix(".lock")
        lock.write_bytes(b"run machine 7 host")
        os.utime(lock, (beat, beat))
        assert not victim.tried()


def _by_a_name_that_is_none(folder: Path) -> None:
    """A file that no run wrote holds the folder while it is new, and no longer."""
    for number, name in enumerate((b"", b"\0" * 4096, b"\xff \xff \xff \xff", b"a b 9\xc2\xb2 d")):
        own = folder / str(number)
        own.mkdir()
        victim = Victim(own)
        lock = victim.journal.with_suffix(".lock")
        lock.write_bytes(name)
        victim.tried()
        if lock.exists():
            os.utime(lock, (0, 0))
        assert not victim.tried()


ATTACKS: dict[str, Callable[[Path], None]] = {
    "two containers": _in_containers,
    "a clock that steps": _by_a_clock_that_steps,
    "a heartbeat in the future": _from_a_time_to_come,
    "a run without a name": _by_a_name_that_is_none,
}
