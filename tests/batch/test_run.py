"""The threads around the engine: overlap, stops, limits."""

import errno
import itertools
import os
import pickle
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from nledn import CancelToken
from nledn.batch import (
    BatchJob,
    BatchSettings,
    Done,
    Failed,
    Queue,
    State,
    Update,
    derain_file,
    run,
    work,
)
from nledn.batch.run import IN_FLIGHT_PHOTOS, READERS
from nledn.errors import OutputDiskFull, PhotoNotFound, PhotoTooLarge
from tests.batch.batches import (
    OPTIONS,
    batch,
    engine,
    make_photo,
    make_photos,
    request,
    results,
    states,
)

WET = [f"{n}.png" for n in range(1, 9)]

WAIT_S = 20


def test_one_photo_is_read_and_one_written_while_another_is_computed(
    wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{n}.png" for n in range(1, 9)]
    read, written = ({name: threading.Event() for name in names} for _ in range(2))
    load, save, compute = work.load, work.save, work.compute

    def loads(job: BatchJob, *rest: Any) -> Any:
        loaded = load(job, *rest)
        read[job.source.name].set()
        return loaded

    def saves(derained: Any, *rest: Any) -> Any:
        saved = save(derained, *rest)
        written[derained.loaded.job.source.name].set()
        return saved

    def computes(loaded: Any, *rest: Any) -> Any:
        # Those before it get written and the next one is read while this one is computed.
        mine = names.index(loaded.job.source.name)
        computed.append(mine)
        assert all(written[names[n]].wait(WAIT_S) for n in computed[:-1])
        assert mine == len(names) - 1 or read[names[mine + 1]].wait(WAIT_S)
        return compute(loaded, *rest)

    computed: list[int] = []
    monkeypatch.setattr(work, "load", loads)
    monkeypatch.setattr(work, "save", saves)
    monkeypatch.setattr(work, "compute", computes)
    assert batch(wet, dry)[0].counts.done == 8


def test_updates_count_up_to_the_end(wet: Path, dry: Path) -> None:
    (wet / "3.png").write_bytes(b"bad")
    updates: list[Update] = []
    with Queue.opened(request(wet, dry)) as queue:
        run(queue, engine(), updates.append)
    over = [update for update in updates if update.state is not State.RUNNING]
    assert [update.finished for update in over] == list(range(1, 9))
    assert {update.total for update in updates} == {8}
    assert any(update.share == 1.0 for update in updates)
    assert over[-1].seconds_left == 0
    assert over[-1].megapixels_per_second is not None
    assert all(u.error is not None for u in over if u.state is State.FAILED)


def test_a_cancelled_batch_keeps_what_is_computed_and_goes_on_later(wet: Path, dry: Path) -> None:
    cancel = CancelToken()

    def stop_at_third(update: Update) -> None:
        if update.source.name == "3.png" and update.state is State.RUNNING:
            cancel.cancel()

    with Queue.opened(request(wet, dry)) as queue:
        ending = run(queue, engine(), stop_at_third, cancel)
        assert ending.cancelled
        assert ending.error is None
        assert ending.counts.running == 0
        assert 0 < ending.counts.planned < 8
        assert len(results(dry)) == ending.counts.done
    assert batch(wet, dry)[0].counts.done == 8


def test_a_full_disk_stops_the_batch_and_the_next_run_goes_on(
    wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, begun = os.fsync, itertools.count(1)

    def no_space_for_the_fourth(descriptor: int) -> None:
        is_result = "derained" in str(Path(f"/proc/self/fd/{descriptor}").readlink())
        # Two threads write: each counts in one step, and goes by its own number.
        if is_result and next(begun) > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr("nledn.atomic.os.fsync", no_space_for_the_fourth)
        ending, rows = batch(wet, dry)
    assert isinstance(ending.error, OutputDiskFull)
    assert ending.counts.done == len(results(dry)) == 3
    assert ending.counts.planned == 5
    assert set(states(rows).values()) == {"done", "planned"}
    assert batch(wet, dry)[0].counts.done == 8


def test_a_fault_of_whoever_is_told_ends_the_batch_instead_of_hanging(wet: Path, dry: Path) -> None:
    def breaks(update: Update) -> None:
        if update.state is State.DONE:
            raise BrokenPipeError

    with Queue.opened(request(wet, dry)) as queue, pytest.raises(BrokenPipeError):
        run(queue, engine(), breaks)
    assert batch(wet, dry)[0].counts.done == 8


def test_a_second_ctrl_c_ends_a_batch_that_has_read_far_ahead(
    tmp_path: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = tmp_path / "many"
    make_photos(many, [f"{n}.png" for n in range(3 * IN_FLIGHT_PHOTOS)])
    is_full, asked, load = threading.Event(), itertools.count(1), work.load

    def loads(*arguments: Any) -> Any:
        if next(asked) > READERS:
            is_full.set()
        return load(*arguments)

    def interrupts(update: Update) -> None:
        if update.state is State.RUNNING:
            assert is_full.wait(WAIT_S)
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, Queue.opened(request(many, dry)) as queue:
        patch.setattr(work, "load", loads)
        with pytest.raises(KeyboardInterrupt):
            run(queue, engine(), interrupts)
    assert batch(many, dry)[0].counts.planned == 0


def test_a_photo_that_no_tile_fits_is_one_failure(wet: Path, dry: Path) -> None:
    make_photo(wet / "4.png", size=(300, 700))
    ending, rows = batch(wet, dry, limit_megapixels=0.1)
    assert (ending.counts.done, ending.counts.failed) == (7, 1)
    assert isinstance(rows[3].error, PhotoTooLarge)


def test_workers_elsewhere_need_no_journal(wet: Path, dry: Path) -> None:
    asked = request(wet, dry)
    with Queue.opened(asked) as queue:
        while job := queue.take():
            sent, settings = pickle.loads(pickle.dumps((job, asked.settings)))
            outcome = derain_file(sent, settings, engine())
            queue.finish(job, pickle.loads(pickle.dumps(outcome)))
        assert queue.counts().done == 8
    outcome = derain_file(
        BatchJob(1, wet / "gone.png", dry / "gone", "ten"), asked.settings, engine()
    )
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, PhotoNotFound)
    done = derain_file(BatchJob(1, wet / "1.png", dry / "new", "ten"), asked.settings, engine())
    assert isinstance(done, Done)
    assert done.output == dry / "new_derained.png"


@pytest.mark.parametrize("conflict", ["skip", "rename", "overwrite"])
def test_a_job_that_two_workers_did_has_one_result(wet: Path, dry: Path, conflict: str) -> None:
    dry.mkdir()
    mine = dry / "1_derained.png"
    mine.write_text("mine")
    asked = request(wet, dry, BatchSettings(options=OPTIONS, conflict=conflict))
    with Queue.opened(asked) as queue:
        while job := queue.take():
            first, second = (derain_file(job, asked.settings, engine()) for _ in range(2))
            if isinstance(first, Done):
                assert isinstance(second, Done)
                assert first.output == second.output
            queue.finish(job, second)
        outputs = {str(row.output) for row in queue.rows() if row.state is State.DONE}
    assert (mine.read_bytes() == b"mine") == (conflict != "overwrite")
    assert results(dry) == outputs | {mine.name}
    assert len(outputs) == (7 if conflict == "skip" else 8)


def test_of_two_workers_that_write_at_once_neither_fails(wet: Path, dry: Path) -> None:
    asked = request(wet, dry)
    with Queue.opened(asked) as queue:
        job = queue.take()
        assert job is not None
        both = [work.load(job, asked.settings) for _ in range(2)]
        for loaded in both:
            assert isinstance(loaded, work.Loaded)
            work.save(work.compute(loaded, engine(), None, None), asked.settings)
    assert results(dry) == {"1_derained.png"}


@pytest.mark.parametrize(("limit", "most"), [("IN_FLIGHT_PX", 1), ("IN_FLIGHT_PHOTOS", 3)])
def test_few_photos_are_read_before_those_ahead_are_written(
    wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    """However slow the disk is; those being read come on top."""
    guard, read, unwritten = threading.Lock(), list[int](), 0
    load, save = work.load, work.save

    def loads(*arguments: Any) -> Any:
        nonlocal unwritten
        with guard:
            unwritten += 1
            read.append(unwritten)
        return load(*arguments)

    def saves(*arguments: Any) -> Any:
        nonlocal unwritten
        saved = save(*arguments)
        with guard:
            unwritten -= 1
        return saved

    monkeypatch.setattr(work, "load", loads)
    monkeypatch.setattr(work, "save", saves)
    monkeypatch.setattr(sys.modules[run.__module__], limit, most)
    assert batch(wet, dry)[0].counts.done == 8
    assert max(read) <= most + READERS


def test_time_that_the_engine_stood_still_is_not_counted(wet: Path, dry: Path) -> None:
    updates: list[Update] = []
    stopped = iter(range(1_000_000))
    asked = request(wet, dry)
    with Queue.opened(asked) as queue:
        # This clock moves by a second whenever it is read: nothing else counts.
        run(queue, engine(), updates.append, clock=lambda: float(next(stopped)))
        rows = list(queue.rows())
    ended = [update for update in updates if update.state is State.DONE]
    assert [update.seconds for update in ended] == [
        update.row.seconds for update in ended if update.row
    ]
    assert all(row.seconds == int(row.seconds) > 0 for row in rows)
