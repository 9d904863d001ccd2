"""The queue on a cluster: scheduler and workers inside of this process."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import DEFAULT, Mock

import pytest
from distributed import Future, KilledWorker
from distributed.comm.core import CommClosedError

from nledn import CancelToken
from nledn.batch import BatchJob, Ending, Failed, Outcome, Queue, Row, State, Update
from nledn.cluster import Cluster, client, run, worker
from nledn.errors import (
    ClusterFailed,
    NotAPhoto,
    NoWorkers,
    OutputDiskFull,
    PhotoIsEmpty,
    PhotoKillsWorkers,
    PhotoNotFound,
    SchedulerLost,
    WorkerUnfit,
)
from tests.batch.batches import LEVELS, mean_of, request, results, run_batch, states

WET = [f"{n}.png" for n in range(1, 9)]

NAMES = {f"{n}_derained.png" for n in range(1, 9)}


def on_cluster(
    cluster: Cluster, wet: Path, dry: Path, updates: list[Update] | None = None
) -> tuple[Ending, list[Row]]:
    seen = [] if updates is None else updates
    with Queue.opened(request(wet, dry)) as queue:
        ending = run(queue, cluster, seen.append)
        return ending, list(queue.rows())


def finished_here(wet: Path, dry: Path) -> set[str]:
    """States once the same batch was run to its end on this machine."""
    return set(states(run_batch(request(wet, dry))[1]).values())


def test_workers_do_the_queue(cluster: Cluster, wet: Path, dry: Path) -> None:
    updates: list[Update] = []
    ending, rows = on_cluster(cluster, wet, dry, updates)
    assert ending == Ending(ending.counts)
    assert ending.counts.done == ending.counts.total == 8
    assert results(dry) == NAMES
    assert mean_of(dry / "1_derained.png") == pytest.approx(mean_of(wet / "1.png") - LEVELS, 0.01)
    assert [update.finished for update in updates] == list(range(1, 9))
    assert updates[-1].seconds_left == 0
    assert updates[-1].megapixels_per_second is not None
    assert all(row.seen is not None and len(row.seen.sha256) == 64 for row in rows)
    assert not [path for path in (dry / ".afterrain").iterdir() if path.name != "queue.sqlite"]


def test_the_checkpoint_is_loaded_once(
    cluster: Cluster, wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = Mock(wraps=worker._loaded)
    monkeypatch.setattr(worker, "_loaded", load)
    on_cluster(cluster, wet, dry)
    load.assert_called_once()  # the two workers are in one process


def test_failures_come_back_as_rows(cluster: Cluster, wet: Path, dry: Path) -> None:
    (wet / "3.png").write_bytes(b"bad")
    (wet / "4.png").write_bytes(b"")
    ending, rows = on_cluster(cluster, wet, dry)
    assert (ending.counts.done, ending.counts.failed, ending.error) == (6, 2, None)
    assert isinstance(rows[2].error, NotAPhoto)
    assert isinstance(rows[3].error, PhotoIsEmpty)
    assert str(wet / "3.png") in rows[2].sentence


def test_a_cancelled_run_goes_on_later(
    cluster: Cluster, wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "AHEAD", 1)
    cancel = CancelToken()
    with Queue.opened(request(wet, dry)) as queue:
        ending = run(queue, cluster, lambda _: cancel.cancel(), cancel)
    assert ending.cancelled
    assert ending.error is None
    assert ending.counts.running == 0
    assert ending.counts.done == len(results(dry)) < 8
    assert finished_here(wet, dry) == {"done"}


def test_a_full_disk_stops_the_run(
    cluster: Cluster, wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(job: BatchJob, *_: object) -> Outcome:
        raise OutputDiskFull(job.base)

    with monkeypatch.context() as patch:
        patch.setattr(worker, "derain_file", no_space)
        ending, rows = on_cluster(cluster, wet, dry)
    assert isinstance(ending.error, OutputDiskFull)
    assert set(states(rows).values()) == {"planned"}
    assert finished_here(wet, dry) == {"done"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": "0.0.1"}, "the client 0.0.1"),
        ({"folder": Path("/gone")}, "it does not see the photos' folder /gone"),
        ({"sign": Path("/gone/sign")}, "it does not see the output folder /gone"),
        ({"checkpoint_sha256": "b" * 64}, "has changed since it was added"),
    ],
)
def test_an_unfit_worker_stops_the_run_before_it_does_harm(
    cluster: Cluster,
    wet: Path,
    dry: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    words: str,
) -> None:
    order = client._order
    monkeypatch.setattr(client, "_order", lambda *rest: replace(order(*rest), **changes))
    ending, rows = on_cluster(cluster, wet, dry)
    assert isinstance(ending.error, WorkerUnfit)
    assert words in ending.error.reason
    assert ending.error.worker in cluster.threads_by_worker()
    assert set(states(rows).values()) == {"planned"}
    assert finished_here(wet, dry) == {"done"}


def test_a_worker_that_sees_no_photo_of_the_folder_is_unfit(
    cluster: Cluster, wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Failed(PhotoNotFound(wet / "1.png"))
    with monkeypatch.context() as patch:
        patch.setattr(worker, "derain_file", lambda *_: gone)
        ending, rows = on_cluster(cluster, wet, dry)
    assert isinstance(ending.error, WorkerUnfit)
    assert str(wet) in ending.error.reason
    assert set(states(rows).values()) == {"planned"}


def test_what_cannot_begin_on_the_cluster_is_said(
    cluster: Cluster, wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: worker.Order) -> None:
        raise ModuleNotFoundError("No module named 'nledn'")

    monkeypatch.setattr(worker, "_unfit", breaks)
    ending, _ = on_cluster(cluster, wet, dry)
    assert isinstance(ending.error, ClusterFailed)
    assert ending.error.detail == "No module named 'nledn'"


def test_a_photo_that_ends_its_workers_is_one_failure(
    cluster: Cluster, wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_of = client._answer_of

    def ends_workers(future: Future[worker.Answer]) -> worker.Answer:
        if str(future.key).endswith("-3"):
            raise KilledWorker(future.key, Mock(), 3)
        return answer_of(future)

    monkeypatch.setattr(client, "_answer_of", ends_workers)
    ending, rows = on_cluster(cluster, wet, dry)
    assert (ending.counts.done, ending.counts.failed, ending.error) == (7, 1, None)
    assert isinstance(rows[2].error, PhotoKillsWorkers)
    assert "4 workers ended while they derained" in rows[2].sentence


def test_an_answer_that_was_lost_with_its_worker_is_waited_for(
    cluster: Cluster, wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_of = Mock(wraps=client._answer_of)
    answer_of.side_effect = [TimeoutError, *[DEFAULT] * 20]
    monkeypatch.setattr(client, "_answer_of", answer_of)
    ending, _ = on_cluster(cluster, wet, dry)
    assert ending.counts.done == 8
    assert answer_of.call_count == 9


def test_without_workers_the_run_ends(
    cluster: Cluster, wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "WORKERS_WAIT_S", 0.0)
    monkeypatch.setattr(Cluster, "threads_by_worker", lambda _: {})
    ending, rows = on_cluster(cluster, wet, dry)
    assert isinstance(ending.error, NoWorkers)
    assert set(states(rows).values()) == {"planned"}


def test_a_lost_scheduler_ends_the_run_and_the_next_one_goes_on(
    cluster: Cluster, wet: Path, dry: Path
) -> None:
    def lose(_: Update) -> None:
        cluster.client.close()

    with Queue.opened(request(wet, dry)) as queue:
        ending = run(queue, cluster, lose)
        rows = list(queue.rows())
    assert isinstance(ending.error, SchedulerLost)
    assert {State.RUNNING} <= {row.state for row in rows}
    assert finished_here(wet, dry) == {"done"}
    assert results(dry) == NAMES


@pytest.mark.parametrize("call", ["submit", "nthreads"])
def test_a_scheduler_that_goes_while_it_is_asked_is_lost(
    cluster: Cluster, wet: Path, dry: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr(cluster.client, call, Mock(side_effect=CommClosedError))
    ending, _ = on_cluster(cluster, wet, dry)
    assert isinstance(ending.error, SchedulerLost)
    assert ending.counts.done == 0
    assert finished_here(wet, dry) == {"done"}


def test_unfinished_files_of_lost_workers_go_and_those_of_others_stay(
    cluster: Cluster, wet: Path, dry: Path
) -> None:
    dry.mkdir()
    mine = dry / ".2_derained.png.1-3.afterrain-tmp"  # a process that is alive here
    others = dry / ".other.png.1.afterrain-tmp"
    for path in (mine, others):
        path.touch()
    on_cluster(cluster, wet, dry)
    assert results(dry) == NAMES | {others.name}
