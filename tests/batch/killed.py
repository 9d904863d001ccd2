"""A batch that kills itself: `python -m tests.batch.killed IN OUT PLACE N RULE`.

The process ends by SIGKILL at that place of the N-th photo, as if the power had gone. It prints
the names of photos that are done.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nledn.atomic
import nledn.batch.work
from nledn import decoder, photo
from nledn.batch import BatchSettings, Queue, State, Update, run
from nledn.batch.journal import Journal
from tests.batch.batches import OPTIONS, engine, request

PLACES: dict[str, tuple[object, str, str]] = {
    "before reading": (decoder, "read", "before"),
    "before computing": (nledn.batch.work, "compute", "before"),
    "while writing": (photo.writing, "_fitted", "after"),  # the temporary file is there
    "before the name": (nledn.atomic._Temporary, "move", "before"),
    "between two names": (os, "link", "after"),  # the result and its temporary name are there
    "after the name": (nledn.batch.work, "save", "after"),  # not yet in the journal
    "before the journal": (Journal, "write", "before"),
    "after the journal": (Journal, "write", "after"),
}


def kill_at(place: str, n: int) -> None:
    owner, name, when = PLACES[place]
    original: Callable[..., Any] = getattr(owner, name)
    calls = itertools.count(1)  # threads share it

    def killing(*args: object, **rest: object) -> object:
        is_it = next(calls) == n
        if is_it and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = original(*args, **rest)
        if is_it and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, killing)


def say(update: Update) -> None:
    if update.state is not State.RUNNING:
        print(update.source.name, flush=True)


if __name__ == "__main__":
    source, out, place, number, conflict = sys.argv[1:]
    kill_at(place, int(number))
    settings = BatchSettings(options=OPTIONS, conflict=conflict)
    with Queue.opened(request(Path(source), Path(out), settings)) as queue:
        run(queue, engine(), say)
