"""Files of other people at the places of results, and photos that are swapped."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from nledn.batch import Queue, State
from nledn.errors import WouldReplaceSource
from tests.batch.batches import OPTIONS, make_photo, request, results
from tests.faults.folders.victims import PRECIOUS, Victim


def _put_there_after_a_kill(conflict: str, folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    with Queue.opened(request(victim.wet, victim.dry)) as queue:
        while queue.take():
            pass  # begun, and then killed
    mine = victim.dry / "1_derained.png"
    mine.write_bytes(PRECIOUS)
    ending, _ = victim.run(conflict=conflict)
    assert mine.read_bytes() == PRECIOUS
    assert ending.counts.skipped == (conflict == "skip")


def _put_there_while_workers_run(folder: Path) -> None:
    """A cluster hands a job out several times, and takes what is new there for a worker's."""
    from nledn.batch import derain_file
    from tests.batch.batches import engine

    victim = Victim(folder, is_done=False)
    asked = request(victim.wet, victim.dry)
    with Queue.opened(asked) as queue:
        job = queue.take()
        assert job is not None
        mine = victim.dry / "1_derained.png"
        mine.write_bytes(PRECIOUS)
        queue.finish(job, derain_file(job, asked.settings, engine()))
        assert mine.read_bytes() == PRECIOUS


def _is_the_truth(folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    clean = folder / "clean"
    photos = [make_photo(clean / name, seed) for seed, name in enumerate(["1.png", "2.png"], 50)]
    before = [path.read_bytes() for path in photos]
    victim.dry = clean
    for _ in range(2):
        _, rows = victim.run(truth=clean, conflict="overwrite", name="{stem}{ext}")
        assert [path.read_bytes() for path in photos] == before
        assert {type(row.error) for row in rows} == {WouldReplaceSource}


def _leads_out(folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    make_photo(victim.wet / "sub" / "photo.png", seed=4)
    make_photo(victim.wet / "sub" / "new.png", seed=4)
    victim.dry.mkdir()
    (victim.dry / "sub").symlink_to(victim.photo.parent)
    (victim.dry / "1.png").symlink_to(victim.file)
    for conflict in ("skip", "overwrite", "rename"):
        victim.run(conflict=conflict, name="{stem}{ext}")
        victim.is_safe()


def _gets_another_name(folder: Path) -> None:
    victim = Victim(folder, is_done=False)
    make_photo(victim.wet / "a.bmp", seed=1)
    make_photo(victim.wet / "a.png", seed=2)
    (victim.wet / "a.bmp").write_bytes((victim.wet / "a.bmp").read_bytes()[:30])
    victim.run(format="png")
    before = results(victim.dry)
    _, rows = victim.run(format="png", options=replace(OPTIONS, strength=0.5))
    assert results(victim.dry) == before
    assert {row.source.name for row in rows if row.state is State.FAILED} == {"a.bmp"}
    assert {str(row.output) for row in rows if row.state is State.DONE} == before


def _is_swapped(folder: Path) -> None:
    """Other bytes of the same size and time are another photo."""
    victim = Victim(folder, is_done=False)
    photo = make_photo(victim.wet / "1.bmp", seed=1)
    victim.run()
    result = victim.dry / "1_derained.bmp"
    first, state = result.read_bytes(), photo.stat()
    make_photo(photo, seed=2)
    os.utime(photo, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert photo.stat().st_size == state.st_size
    victim.run()
    assert result.read_bytes() != first


ATTACKS: dict[str, Callable[[Path], None]] = {
    "a file that came after a kill, skip": partial(_put_there_after_a_kill, "skip"),
    "a file that came after a kill, rename": partial(_put_there_after_a_kill, "rename"),
    "a file that came while workers run": _put_there_while_workers_run,
    "the folder of photos without rain": _is_the_truth,
    "links that lead out": _leads_out,
    "a neighbour that breaks": _gets_another_name,
    "a photo that is swapped": _is_swapped,
}
